"""``/`` and ``/search``: asking for programs and seeing what there is."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask_babel import gettext

from finder.extensions import db, services
from finder.facilities.filters import FILTERS
from finder.facilities.indexing import real_facilities_exist
from finder.facilities.search import search_facilities
from finder.facilities.search_request import (
    OFFERED_RADII,
    InvalidSearch,
    Problem,
    SearchRequest,
    parse_search,
)
from finder.geocoding.online import described, online_names

blueprint = Blueprint("search", __name__)


@blueprint.get("/")
def home() -> str:
    """Ask where, and for what."""
    return render_template(
        "public/home.html",
        request=SearchRequest(),
        filters=FILTERS,
        radii=OFFERED_RADII,
        online_geocoders=online_names(services().settings.geocoders),
        only_samples=not real_facilities_exist(db.session),
    )


@blueprint.get("/search")
def results() -> str | tuple[str, int]:
    """Show what a search finds; what is wrong with it, where it cannot be made."""
    parameters = request.args.to_dict(flat=False)
    try:
        wanted = parse_search(parameters)
    except InvalidSearch as error:
        return _ask_again(parameters, error.problems), 400
    if wanted.is_empty:
        question = Problem("near", gettext("Please type a ZIP code or a town."))
        return _ask_again(parameters, [question]), 200
    found = search_facilities(db.session, services().places(), wanted)
    return render_template(
        "public/results.html",
        results=found,
        request=wanted,
        credits=[each.credit for each in described(services().settings.geocoders) if each.credit],
        filters=FILTERS,
        radii=OFFERED_RADII,
    )


def _ask_again(parameters: dict[str, list[str]], problems: Sequence[Problem]) -> str:
    """Show the form as it was filled in, so far as it can be read, with what is wrong in it."""
    wrong = {problem.parameter for problem in problems} | {"page", "per_page"}
    kept = {name: given for name, given in parameters.items() if name not in wrong}
    if wrong & {"lat", "lon"}:
        kept = {name: given for name, given in kept.items() if name not in ("lat", "lon")}
    return render_template(
        "public/search_again.html",
        problems=[(each.parameter, gettext(each.message, **each.values)) for each in problems],
        request=parse_search(kept),
        filters=FILTERS,
        radii=OFFERED_RADII,
    )
