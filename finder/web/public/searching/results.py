"""``/`` and ``/search``: asking for programs and seeing what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response

from finder.extensions import db, services
from finder.facilities.listings import real_facilities_exist
from finder.facilities.search import (
    InvalidSearch,
    Problem,
    SearchRequest,
    parse_search,
    relax_search,
    search_facilities,
)
from finder.geocoding.online import described, online_names
from finder.translatable import N_
from finder.web.public.searching.meant_places import MeantPlaces
from finder.web.public.searching.starts import PARAMETER, STARTS, unknown_start, with_start

blueprint = Blueprint("search", __name__)

_WHERE = N_("Please type a ZIP code or a town.")
_WHERE_TO_START = N_("Please type a ZIP code or a town. Your filters are kept.")


@blueprint.get("/")
def home() -> str:
    """Ask where, and for what."""
    return render_template(
        "public/searching/home.html",
        request=SearchRequest(),
        starts=STARTS,
        online_geocoders=online_names(services().settings.geocoders),
        only_samples=not real_facilities_exist(db.session),
    )


@blueprint.get("/search")
def results() -> str | tuple[str, int] | Response:
    """Show what a search finds; what is wrong with it, where it cannot be made."""
    parameters = request.args.to_dict(flat=False)
    if PARAMETER in parameters:
        return _begin(parameters)
    try:
        wanted = parse_search(parameters)
    except InvalidSearch as error:
        return _ask_again(parameters, error.problems), 400
    if wanted.is_empty:
        return _ask_again(parameters, [Problem("near", _WHERE)]), 200
    meant = MeantPlaces(services().places())
    found = search_facilities(db.session, meant, wanted)
    return render_template(
        "public/searching/results.html",
        results=found,
        meant=meant,
        more=relax_search(db.session, found),
        request=wanted,
        credits=[each.credit for each in described(services().settings.geocoders) if each.credit],
    )


def _begin(parameters: Mapping[str, Sequence[str]]) -> str | tuple[str, int] | Response:
    """Go on to the search that a one-tap start means; ask for a place where none was typed."""
    wrong = unknown_start(parameters)
    if wrong is not None:
        return _ask_again(parameters, [wrong]), 400
    meant = with_start(parameters)
    if not any("".join(meant.get(name, ())).strip() for name in ("near", "name", "lat")):
        return _ask_again(meant, [Problem("near", _WHERE_TO_START)])
    pairs = [(name, value) for name, given in meant.items() for value in given if value.strip()]
    return redirect(f"{url_for('search.results')}?{urlencode(pairs, quote_via=quote)}")


def _ask_again(parameters: Mapping[str, Sequence[str]], problems: Sequence[Problem]) -> str:
    """Show the form as it was filled in, so far as it can be read, with what is wrong in it."""
    wrong = {problem.parameter for problem in problems} | {"page", "per_page"}
    kept = {name: given for name, given in parameters.items() if name not in wrong}
    if wrong & {"lat", "lon"}:
        kept = {name: given for name, given in kept.items() if name not in ("lat", "lon")}
    try:
        request_so_far = parse_search(kept)
    except InvalidSearch as error:  # a start was looked at first, and more is wrong
        return _ask_again(parameters, [*problems, *error.problems])
    return render_template(
        "public/searching/search_again.html",
        problems=[(each.parameter, _words(each)) for each in problems],
        request=request_so_far,
        only_where=[each.message for each in problems] in ([_WHERE], [_WHERE_TO_START]),
    )


def _words(problem: Problem) -> str:
    """Return what is wrong, in the language of the request."""
    values = dict(problem.values)
    if "what" in values:
        values["what"] = gettext(str(values["what"]))
    return str(gettext(problem.message, **values))
