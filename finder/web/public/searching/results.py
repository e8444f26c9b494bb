"""``/`` and ``/search``: the home page with the search form, and the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response

from finder.extensions import db, services
from finder.facilities.listings import real_facilities_exist
from finder.facilities.search import (
    InvalidSearch,
    Problem,
    QueryReading,
    SearchRequest,
    parse_search,
    relax_search,
    search_facilities,
    understand,
)
from finder.facilities.vocabulary import FILTERS
from finder.geocoding import PlaceKind
from finder.geocoding.online import described, online_names
from finder.translatable import N_
from finder.web.public.searching.place_alternatives import PlaceAlternatives
from finder.web.public.searching.presets import PARAMETER, PRESETS, apply_preset, unknown_preset

blueprint = Blueprint("search", __name__)

ALL_NEEDED = tuple(facet.name for facet in FILTERS if facet.all_needed)
"""the facets of which pages want every chosen value to hold"""
_PLACE_NEEDED = N_("Please type a ZIP code or a town.")
_PLACE_NEEDED_BY_PRESET = N_("Please type a ZIP code or a town. Your filters are kept.")


@blueprint.get("/")
def home() -> str:
    """Show the search form."""
    return render_template(
        "public/searching/home.html",
        request=SearchRequest(treats_by_default=services().settings.treats),
        presets=PRESETS,
        online_geocoders=online_names(services().settings.geocoders),
        only_samples=not real_facilities_exist(db.session),
    )


@blueprint.get("/search")
def results() -> str | tuple[str, int] | Response:
    """Show the results of a search; its form with the errors (400) where it is invalid."""
    parameters = request.args.to_dict(flat=False)
    if PARAMETER in parameters:
        return _redirect_preset(parameters)
    try:
        wanted = _parse({**parameters, "match_all": ALL_NEEDED})
    except InvalidSearch as error:
        return _show_form(parameters, error.problems), 400
    if wanted.is_empty:
        return _show_form(parameters, [Problem("near", _PLACE_NEEDED)]), 200
    places = PlaceAlternatives(services().places())
    typed = wanted
    wanted, reading = understand(wanted, places)
    if typed.near and not (wanted.has_place or wanted.name):
        return _ask_for_place(typed, wanted, reading)
    found = search_facilities(db.session, places, wanted)
    place = found.origin.place if found.origin else None
    # What an address was found without is its street, and told as that.
    street_unused = (
        bool(found.unused_words) and place is not None and place.kind == PlaceKind.ADDRESS
    )
    return render_template(
        "public/searching/results.html",
        results=found,
        alternatives=places,
        more=relax_search(db.session, found),
        request=wanted,
        reading=reading,
        street_unused=street_unused,
        not_understood=reading.not_understood(() if street_unused else found.unused_words),
        credits=[each.credit for each in described(services().settings.geocoders) if each.credit],
    )


def _parse(parameters: Mapping[str, Sequence[str]]) -> SearchRequest:
    return parse_search(parameters, treats=services().settings.treats)


def _ask_for_place(typed: SearchRequest, understood: SearchRequest, reading: QueryReading) -> str:
    """Return the form with what was typed and the filters that it asks for; no place is in it."""
    message = _PLACE_NEEDED_BY_PRESET if understood.chosen else _PLACE_NEEDED
    return render_template(
        "public/searching/search_again.html",
        problems=[("near", gettext(message))],
        request=replace(understood, near=typed.near),
        reading=reading,
        only_place_missing=True,
    )


def _redirect_preset(parameters: Mapping[str, Sequence[str]]) -> str | tuple[str, int] | Response:
    """Redirect to the search of a preset; ask for a place where none was typed."""
    wrong = unknown_preset(parameters)
    if wrong is not None:
        return _show_form(parameters, [wrong]), 400
    expanded = apply_preset(parameters)
    if not any("".join(expanded.get(name, ())).strip() for name in ("near", "name", "lat")):
        return _show_form(expanded, [Problem("near", _PLACE_NEEDED_BY_PRESET)])
    pairs = [(name, value) for name, given in expanded.items() for value in given if value.strip()]
    return redirect(f"{url_for('search.results')}?{urlencode(pairs, quote_via=quote)}")


def _show_form(parameters: Mapping[str, Sequence[str]], problems: Sequence[Problem]) -> str:
    """Return the form, repopulated without its invalid parameters, with the problems."""
    wrong = {problem.parameter for problem in problems} | {"page", "per_page"}
    kept = {name: given for name, given in parameters.items() if name not in wrong}
    if wrong & {"lat", "lon"}:
        kept = {name: given for name, given in kept.items() if name not in ("lat", "lon")}
    try:
        request_so_far = _parse(kept)
    except InvalidSearch as error:  # the preset was checked first, and the rest is invalid, too
        return _show_form(parameters, [*problems, *error.problems])
    return render_template(
        "public/searching/search_again.html",
        problems=[(each.parameter, _words(each)) for each in problems],
        request=request_so_far,
        only_place_missing=[each.message for each in problems]
        in ([_PLACE_NEEDED], [_PLACE_NEEDED_BY_PRESET]),
    )


def _words(problem: Problem) -> str:
    """Return a problem's message in the request's locale."""
    values = dict(problem.values)
    if "what" in values:
        values["what"] = gettext(str(values["what"]))
    return str(gettext(problem.message, **values))
