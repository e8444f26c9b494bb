"""The routes of version 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, jsonify, request
from flask_smorest import Blueprint
from werkzeug.exceptions import NotFound

from finder.api.documents import (
    answer_description,
    facility_document,
    filters_document,
    places_document,
    results_document,
)
from finder.api.parameters import search_parameters, treats_parameter
from finder.api.problems import InvalidParameters
from finder.extensions import db, limiter, services
from finder.facilities.listings import FacilityNotFound, read_facility
from finder.facilities.search import (
    LONGEST_NEAR,
    PARAMETERS,
    InvalidSearch,
    Problem,
    parse_search,
    search_facilities,
    similar_names,
    understand,
)
from finder.geocoding import PlacesFound

blueprint = Blueprint(
    "api_v1",
    __name__,
    url_prefix="/api/v1",
    description="Treatment facilities: read-only, without a key.",
)
limiter.limit(lambda: services().settings.api_limit)(blueprint)

_BAD_REQUEST = {400: "A parameter is wrong; errors tells which."}
_NOT_FOUND = {404: "There is no such facility."}


@blueprint.get("/facilities")
@blueprint.doc(
    summary="Search facilities",
    parameters=search_parameters(),
    responses=answer_description(
        "SearchResults", "What was asked for, and nothing else.", errors=_BAD_REQUEST
    ),
)
def search() -> Response:
    """Find facilities near a place, by name and by what they offer."""
    parameters = _parameters(PARAMETERS)
    try:
        wanted = parse_search(parameters, treats=services().settings.treats)
    except InvalidSearch as error:
        raise InvalidParameters(error.problems) from None
    if wanted.is_empty:
        raise InvalidParameters(
            [Problem("near", "Give a place (near, or lat and lon), a name or a filter.")]
        )
    places = services().places()
    meant, reading = understand(wanted, places) if wanted.interpret else (wanted, None)
    found = search_facilities(db.session, places, meant)
    # Where no filter is the reason, the name may be misspelt.
    no_such_name = bool(meant.name) and not (found.total or found.unplaced or meant.chosen)
    spellings = similar_names(db.session, meant.name) if no_such_name else ()
    return jsonify(results_document(found, reading=reading, names=spellings))


@blueprint.get("/facilities/<int:facility_id>")
@blueprint.doc(
    summary="Read one facility",
    parameters=[
        treats_parameter(
            "Whose answers: what it is listed for, first of all substance use, where not given."
        )
    ],
    responses=answer_description(
        "Facility", "All that is public about it.", errors=_NOT_FOUND | _BAD_REQUEST
    ),
)
def facility(facility_id: int) -> Response:
    """Read one facility; one that closed says so in its status."""
    try:
        treats = parse_search({"treats": request.args.getlist("treats")}).treats
    except InvalidSearch as error:
        raise InvalidParameters(error.problems) from None
    try:
        found = read_facility(db.session, facility_id)
    except FacilityNotFound as error:
        raise NotFound(str(error)) from None
    return jsonify(facility_document(found, treats or found.main_kind))


@blueprint.get("/places")
@blueprint.doc(
    summary="Find places",
    parameters=[
        {
            "in": "query",
            "name": "q",
            "required": True,
            "description": "A ZIP code, city, county, state or address.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_NEAR},
        },
        {
            "in": "query",
            "name": "mode",
            "description": "suggest: complete what is being typed, from two letters on.",
            "schema": {"type": "string", "enum": ["suggest"]},
        },
    ],
    responses=answer_description("Places", "Best first, at most 10.", errors=_BAD_REQUEST),
)
def places() -> Response:
    """Find the places that a text may mean; nothing leaves this server."""
    parameters = _parameters(("q", "mode"))
    given = parameters.get("q", [])
    if len(given) != 1 or not given[0].strip():
        raise InvalidParameters([Problem("q", "Give q once: the place to look for.")])
    if len(given[0]) > LONGEST_NEAR:
        raise InvalidParameters([Problem("q", f"Give at most {LONGEST_NEAR} characters.")])
    mode = parameters.get("mode")
    if mode is None:
        return jsonify(places_document(services().gazetteer().find_places(given[0])))
    if mode != ["suggest"]:
        raise InvalidParameters([Problem("mode", "It can only be suggest.")])
    return _suggested(given[0])


def _suggested(text: str) -> Response:
    suggested = services().gazetteer().suggest_places(text)
    response = jsonify(places_document(PlacesFound(text, suggested, ())))
    # Typing goes back and forth; a few minutes, and in this browser alone.
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


@blueprint.get("/filters")
@blueprint.doc(
    summary="List all filters",
    responses=answer_description("Filters", "Every facet with its values.", errors={}),
)
def filters() -> Response:
    """List every facet and value with its label, its help text and its SAMHSA codes."""
    return jsonify(filters_document())


def _parameters(known: Sequence[str]) -> Mapping[str, list[str]]:
    given = request.args.to_dict(flat=False)
    if unknown := [name for name in given if name not in known]:
        raise InvalidParameters(
            [
                Problem(name[:60], f"There is no such parameter. There are: {', '.join(known)}.")
                for name in unknown[:10]
            ]
        )
    return given
