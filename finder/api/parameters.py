"""The query parameters of searches, as OpenAPI describes them; facets are those of ``FILTERS``.

What a parameter means is told in ``finder.facilities.search.request``.
"""

from __future__ import annotations

from collections.abc import Sequence

from finder.api.documents import Document
from finder.facilities.search import (
    DEFAULT_PER_PAGE,
    DEFAULT_RADIUS_MILES,
    DISTANCE_BANDS,
    GREATEST_AGE,
    GREATEST_PAGE,
    GREATEST_PER_PAGE,
    GREATEST_RADIUS_MILES,
    LONGEST_NAME,
    LONGEST_NEAR,
    Gender,
    Sort,
)
from finder.facilities.vocabulary import FILTERS, Treats


def _parameter(name: str, description: str, schema: Document) -> Document:
    """Return a parameter in the query, given once."""
    return {"in": "query", "name": name, "description": description, "schema": schema}


def _repeatable(name: str, description: str, values: Sequence[str]) -> Document:
    schema = {"type": "array", "items": {"type": "string", "enum": list(values)}}
    return _parameter(name, description, schema) | {"style": "form", "explode": True}


_LATITUDE = {"type": "number", "minimum": -90, "maximum": 90}
_LONGITUDE = {"type": "number", "minimum": -180, "maximum": 180}
_MILES = {"type": "number", "exclusiveMinimum": 0, "maximum": GREATEST_RADIUS_MILES}
_RADIUS = {
    "oneOf": [_MILES, {"type": "string", "const": "any"}],
    "default": DEFAULT_RADIUS_MILES,
}
_PAGE = {"type": "integer", "minimum": 1, "maximum": GREATEST_PAGE, "default": 1}
_PER_PAGE = {
    "type": "integer",
    "minimum": 1,
    "maximum": GREATEST_PER_PAGE,
    "default": DEFAULT_PER_PAGE,
}
_BANDS = ", ".join(map(str, DISTANCE_BANDS))


def treats_parameter(description: str) -> Document:
    """Return the OpenAPI parameter ``treats``."""
    return _parameter("treats", description, {"type": "string", "enum": [*Treats]})


def search_parameters() -> list[Document]:
    """Return the parameters of a search."""
    return [*_place(), *_name_and_order(), *_who_and_what(), *_ways_of_matching(), *_facets()]


def _place() -> list[Document]:
    return [
        _parameter(
            "near",
            "Where: a ZIP code, city, county, state or address.",
            {"type": "string", "maxLength": LONGEST_NEAR},
        ),
        _parameter(
            "lat",
            "Latitude in degrees; it needs lon, and both win over near.",
            _LATITUDE,
        ),
        _parameter("lon", "Longitude in degrees; it needs lat.", _LONGITUDE),
        _parameter(
            "radius",
            "Miles in a straight line, or any; where none is given, all of a state.",
            _RADIUS,
        ),
        _parameter(
            "around",
            "Latitude and longitude in degrees with a comma between, the place of the last search:"
            " of towns that share the name in near, those near it come first.",
            {"type": "string"},
        ),
    ]


def _name_and_order() -> list[Document]:
    return [
        _parameter(
            "name",
            "Words of the name or parts of them; short forms count as what they stand for. Names"
            " that fit best come first.",
            {"type": "string", "maxLength": LONGEST_NAME},
        ),
        _parameter(
            "sort",
            "The order. At equal distance programs come first that say yes to more of what is"
            " asked, then exact places, then newer listings; then by name and id.",
            {"type": "string", "enum": [*Sort], "default": Sort.DISTANCE},
        ),
        _parameter("page", "Which page.", _PAGE),
        _parameter("per_page", "Facilities a page.", _PER_PAGE),
    ]


def _who_and_what() -> list[Document]:
    return [
        _parameter(
            "for_gender",
            "Whom you search for: leaves out programs that take only the other gender.",
            {"type": "string", "enum": [*Gender]},
        ),
        _parameter(
            "for_age",
            "The person's age in years: leaves out programs whose listing says that they take only"
            " children and teens, or only adults. left_out counts them.",
            {"type": "integer", "minimum": 0, "maximum": GREATEST_AGE},
        ),
        treats_parameter(
            "What programs must treat; their answers are those of this kind. Where it is not given:"
            " all for help=mental-health and population=co-occurring, else the site's setting,"
            " mostly substance-use."
        ),
    ]


def _ways_of_matching() -> list[Document]:
    return [
        _parameter(
            "unsaid",
            "1: what a program does not state fits as well; only a no is left out. Programs that"
            " say yes to all that is asked come first.",
            {"type": "string", "enum": ["0", "1"], "default": "0"},
        ),
        _repeatable(
            "match_all",
            "A facet of which every chosen value must hold (AND); else any one is enough.",
            [facet.name for facet in FILTERS],
        ),
        _repeatable(
            "prefer",
            "A facet and a value with a colon between (medication:alcohol): it leaves no program"
            f" out. By distance, within ranges of up to {_BANDS} miles and beyond, programs that"
            " say yes to more of the preferences come first.",
            [f"{facet.name}:{option.value}" for facet in FILTERS for option in facet.options],
        ),
        _parameter(
            "interpret",
            "1: words beside the place are read into filters (detox in Maine); understood and"
            " not_understood say how.",
            {"type": "string", "enum": ["0", "1"], "default": "0"},
        ),
    ]


def _facets() -> list[Document]:
    return [
        _repeatable(
            facet.name,
            f"{facet.label}: {facet.help} Values of one facet are OR (see match_all); facets are"
            " AND.",
            [option.value for option in facet.options],
        )
        for facet in FILTERS
    ]
