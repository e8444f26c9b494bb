"""The JSON documents of version 1, and their description in OpenAPI.

Each ``…_document`` function stands beside the schema of what it returns, so that a change of one
is a change of both; a test holds real answers against the schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apispec import APISpec

from finder.facilities.listings import FacilityStatus, FacilityView, LocationPrecision
from finder.facilities.search import (
    Hit,
    Origin,
    QueryReading,
    Reason,
    SearchResults,
)
from finder.facilities.vocabulary import EXCLUSIVE_GROUPS, FILTERS, Answer, Kind, Treats
from finder.geocoding import Place, PlaceKind, PlacesFound

Document = dict[str, Any]

_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_WHOLE = {"type": "integer", "minimum": 0}
_FLAG = {"type": "boolean"}
_DAY = {"type": ["string", "null"], "format": "date"}
_DEGREES = {"type": ["number", "null"], "description": "degrees, WGS 84"}


def _object(properties: Document) -> Document:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Document) -> Document:
    return {"type": "array", "items": items}


def _reference(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def _for_each_option(value: Document) -> Document:
    return _object(
        {
            facet.name: _object({option.value: value for option in facet.options})
            for facet in FILTERS
        }
    )


# --- places --------------------------------------------------------------------------------------

_PLACE = _object(
    {
        "label": _TEXT,
        "kind": {"type": "string", "enum": [*PlaceKind]},
        "state": _TEXT,
        "lat": _NUMBER,
        "lon": _NUMBER,
        "population": _WHOLE,
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    }
)


def place_document(place: Place) -> Document:
    """Return a place."""
    return {
        "label": place.label,
        "kind": place.kind,
        "state": place.state,
        "lat": place.latitude,
        "lon": place.longitude,
        "population": place.population,
        "confidence": place.confidence,
    }


_PLACES = _object({"places": _list(_reference("Place"))})
_PLACES["properties"]["did_you_mean"] = {**_list(_TEXT), "description": "only where no place fits"}


def places_document(found: PlacesFound) -> Document:
    """Return the places found, or spellings where there are none."""
    document: Document = {"places": [place_document(place) for place in found.places]}
    if not found.places:
        document["did_you_mean"] = list(found.did_you_mean)
    return document


# --- facilities ----------------------------------------------------------------------------------

_FACILITY = _object(
    {
        "id": {"type": "integer"},
        "name": _TEXT,
        "program_name": _TEXT,
        "street": _TEXT,
        "street2": _TEXT,
        "city": _TEXT,
        "state": _TEXT,
        "postal_code": _TEXT,
        "lat": _DEGREES,
        "lon": _DEGREES,
        "location_precision": {"type": "string", "enum": [*LocationPrecision]},
        "phone": _TEXT,
        "intake_phones": _list(_TEXT),
        "website": _TEXT,
        "distance_miles": {
            "type": ["number", "null"],
            "description": "statute miles in a straight line; null where no place was asked for."
            " Where location_precision is zip, city or county, those to the middle of that area,"
            " the same for all programs of it: tell it as about so many miles",
        },
        "match_reasons": {
            **_list(_TEXT),
            "description": "the filter values asked for that it answers yes to, in plain words; and"
            " what it lists that was typed as a name",
        },
        "preferences_met": {
            **_list(_TEXT),
            "description": "the values of prefer that it answers yes to, in plain words",
        },
        "not_stated": {
            **_list(_TEXT),
            "description": "with unsaid=1: what was asked for and it says nothing about",
        },
        "services": _list(
            _object({"code": _TEXT, "label": _TEXT, "official_label": _TEXT, "category": _TEXT})
        ),
        "unknown_services": {
            **_list(_TEXT),
            "description": "what the source says in words that the vocabulary does not know",
        },
        "answers": _for_each_option({"type": "string", "enum": [*Answer]}),
        "answers_as_of": {
            "type": "object",
            "properties": {facet.name: _DAY for facet in FILTERS},
            "additionalProperties": False,
            "description": "the date of a facet's answers where it is older than listed_as_of; null"
            " where it is not known",
        },
        "exclusive_to": _list({"type": "string", "enum": [*EXCLUSIVE_GROUPS]}),
        "treats": {
            **_list({"type": "string", "enum": [*Kind]}),
            "description": "the kinds that it says it treats; answers and exclusive_to are those of"
            " the kind that was asked for",
        },
        "source": _TEXT,
        "listed_as_of": _DAY,
        "last_checked": _DAY,
        "status": {"type": "string", "enum": [*FacilityStatus]},
        "is_sample": _FLAG,
    }
)


def facility_document(
    facility: FacilityView,
    treats: Treats,
    *,
    distance_miles: float | None = None,
    match_reasons: tuple[str, ...] = (),
    preferences_met: tuple[str, ...] = (),
    not_stated: tuple[str, ...] = (),
) -> Document:
    """Return all that is public about a facility, with its answers for one kind."""
    return {
        "id": facility.id,
        "name": facility.name,
        "program_name": facility.program_name,
        "street": facility.street,
        "street2": facility.street2,
        "city": facility.city,
        "state": facility.state,
        "postal_code": facility.postal_code,
        "lat": facility.latitude,
        "lon": facility.longitude,
        "location_precision": facility.location_precision,
        "phone": facility.phone,
        "intake_phones": facility.intake_phones,
        "website": facility.website,
        "distance_miles": distance_miles,
        "match_reasons": match_reasons,
        "preferences_met": preferences_met,
        "not_stated": not_stated,
        "services": [
            {
                "code": service.code,
                "label": service.label,
                "official_label": service.official_label,
                "category": service.category,
            }
            for service in facility.services
        ],
        "unknown_services": facility.unknown_labels,
        "answers": facility.answers_to(treats),
        "answers_as_of": {
            facet: stated.as_of and stated.as_of.isoformat()
            for facet, stated in facility.older_answers(treats).items()
        },
        "exclusive_to": facility.exclusive_for(treats),
        "treats": facility.treats,
        "source": facility.source,
        "listed_as_of": facility.listed_as_of and facility.listed_as_of.isoformat(),
        "last_checked": facility.last_checked and facility.last_checked.isoformat(),
        "status": facility.status,
        "is_sample": facility.is_sample,
    }


def _hit_document(hit: Hit, treats: Treats) -> Document:
    return facility_document(
        hit.facility,
        treats,
        distance_miles=None if hit.distance_miles is None else round(hit.distance_miles, 3),
        match_reasons=(*(option.label for option in hit.matches), *hit.lists),
        preferences_met=tuple(option.label for option in hit.preferences),
        not_stated=tuple(option.label for unmet in hit.unmet for option in unmet.options),
    )


# --- searches ------------------------------------------------------------------------------------

_ORIGIN = _object(
    {
        "label": _TEXT,
        "kind": {"type": "string", "enum": [*PlaceKind]},
        "lat": _NUMBER,
        "lon": _NUMBER,
        "nearest": {**_TEXT, "description": "the town nearest to a point given by coordinates"},
        "alternatives": _list(_reference("Place")),
    }
)
_RESULTS = _object(
    {
        "origin": {"oneOf": [_reference("Origin"), {"type": "null"}]},
        "radius": {
            "oneOf": [_NUMBER, {"type": "string", "const": "any"}, {"type": "null"}],
            "description": "null where the place is a state and no radius was asked for: then all"
            " of the state is searched",
        },
        "total": _WHOLE,
        "page": {"type": "integer", "minimum": 1},
        "pages": {"type": "integer", "minimum": 1},
        "results": _list(_reference("Facility")),
        "facets": _for_each_option(
            {**_WHOLE, "description": "yes, with every other facet applied but not its own"}
        ),
        "facet_answers": _for_each_option(
            _object({"yes": _WHOLE, "no": _WHOLE, "not_stated": _WHOLE})
        ),
        "left_out": {
            **_object({reason.value: _WHOLE for reason in Reason}),
            "description": "programs that fit all else and cannot take the person of for_gender"
            " and for_age, or do not say that they treat what is asked for, each counted under one"
            " reason",
        },
        "treats": {
            "type": "string",
            "enum": [*Treats],
            "description": "the parameter treats, or what stands for it where it is not given",
        },
        "said_yes": {
            **_WHOLE,
            "description": "how many of the total say yes to all that was asked; fewer than the"
            " total only with unsaid=1",
        },
    }
)
_RESULTS["properties"]["did_you_mean"] = {
    **_list(_TEXT),
    "description": "spellings, where the place is not known; of the name, where no program has it"
    " and there are any",
}
_RESULTS["properties"]["offered"] = {
    **_object(
        {
            "text": _TEXT,
            "labels": _list(_TEXT),
            "parameter": {"type": ["string", "null"], "description": "the filter, if there is one"},
            "values": _list(_TEXT),
            "named": {**_WHOLE, "description": "how many of the total have it in their names"},
            "listed": {**_WHOLE, "description": "how many match all else and list it"},
            "included": {
                **_FLAG,
                "description": "whether those that list it are in the total, behind those named so",
            },
        }
    ),
    "description": "where the name is a word for something that programs list: EMDR, methadone",
}
_RESULTS["properties"]["understood"] = {
    **_list(
        _object(
            {
                "text": _TEXT,
                "parameter": {
                    "type": ["string", "null"],
                    "description": "null where no parameter stands for it: a substance, or urgency",
                },
                "value": _TEXT,
            }
        )
    ),
    "description": "with interpret=1: words beside the place, and what they were read as",
}
_RESULTS["properties"]["not_understood"] = {
    **_list(_TEXT),
    "description": "with interpret=1: words of which nothing was made",
}


def results_document(
    results: SearchResults, *, reading: QueryReading | None = None, names: Sequence[str] = ()
) -> Document:
    """Return a search's answer.

    :param reading: what was understood of words beside its place, where that was asked for.
    :param names: spellings of the name, where nothing has it.
    """
    miles = results.request.radius_miles
    answers = {
        facet: {
            value: {"yes": counts.yes, "no": counts.no, "not_stated": counts.not_stated}
            for value, counts in values.items()
        }
        for facet, values in results.facets.items()
    }
    document: Document = {
        "origin": results.origin and _origin_document(results.origin),
        "radius": None if results.whole_state else "any" if miles is None else miles,
        "total": results.total,
        "page": results.request.page,
        "pages": results.pages,
        "results": [_hit_document(hit, results.request.kind) for hit in results.hits],
        "facets": {
            facet: {value: counts["yes"] for value, counts in values.items()}
            for facet, values in answers.items()
        },
        "facet_answers": answers,
    }
    document["left_out"] = results.left_out
    document["treats"] = results.request.kind
    document["said_yes"] = results.said_yes
    if results.unplaced:
        document["did_you_mean"] = list(results.did_you_mean)
    if offered := results.offered:
        document["offered"] = {
            "text": results.request.name,
            "labels": list(offered.labels),
            "parameter": offered.parameter or None,
            "values": list(offered.values),
            "named": offered.named,
            "listed": offered.listed,
            "included": offered.is_included,
        }
    if names:
        document["did_you_mean"] = list(names)
    if reading is not None:
        document["understood"] = _understood(reading)
        document["not_understood"] = reading.not_understood(results.unused_words)
    return document


def _understood(reading: QueryReading) -> list[Document]:
    read: list[tuple[str, str | None, str]] = []
    for each in reading.understood:
        read.extend((each.text, each.parameter, value) for value in each.values)
    read.extend((text, None, substance.name) for text, substance in reading.substances)
    read.extend((text, None, "urgent") for text in reading.urgent)
    return [{"text": text, "parameter": name, "value": value} for text, name, value in read]


def _origin_document(origin: Origin) -> Document:
    return {
        "label": origin.place.label,
        "kind": origin.place.kind,
        "lat": origin.place.latitude,
        "lon": origin.place.longitude,
        "nearest": origin.nearest,
        "alternatives": [place_document(place) for place in origin.alternatives],
    }


# --- filters -------------------------------------------------------------------------------------

_FILTERS = _object(
    {
        "filters": _list(
            _object(
                {
                    "name": _TEXT,
                    "label": _TEXT,
                    "help": _TEXT,
                    "values": _list(
                        _object(
                            {"value": _TEXT, "label": _TEXT, "help": _TEXT, "codes": _list(_TEXT)}
                        )
                    ),
                }
            )
        )
    }
)


def filters_document() -> Document:
    """Return every facet with its values."""
    return {
        "filters": [
            {
                "name": facet.name,
                "label": facet.label,
                "help": facet.help,
                "values": [
                    {
                        "value": option.value,
                        "label": option.label,
                        "help": option.help,
                        "codes": option.codes,
                    }
                    for option in facet.options
                ],
            }
            for facet in FILTERS
        ]
    }


# --- errors ---------------------------------------------------------------------------------------

_PROBLEM: Document = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": _list(_object({"parameter": _TEXT, "message": _TEXT})),
    },
    "required": ["type", "title", "status", "detail"],
}


def describe_components(spec: APISpec) -> None:
    """Add the schemas of all documents to an OpenAPI description."""
    for name, schema in {
        "Facility": _FACILITY,
        "Filters": _FILTERS,
        "Origin": _ORIGIN,
        "Place": _PLACE,
        "Places": _PLACES,
        "Problem": _PROBLEM,
        "SearchResults": _RESULTS,
    }.items():
        spec.components.schema(name, schema)


def answer_description(schema: str, description: str, *, errors: dict[int, str]) -> Document:
    """Return the OpenAPI ``responses`` of a route."""
    responses: Document = {
        "200": {
            "description": description,
            "content": {"application/json": {"schema": _reference(schema)}},
        }
    }
    for status, text in {**errors, 429: "Too many requests: wait, then go on."}.items():
        responses[str(status)] = {
            "description": text,
            "content": {"application/problem+json": {"schema": _reference("Problem")}},
        }
    return responses
