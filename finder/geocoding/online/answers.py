"""Converts the answers of online geocoders into places of the United States, and drops the rest.

Raw answers differ between geocoders, so each fact is looked up under all of its known field names.
Knows nothing of requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from geopy.location import Location

from finder.geocoding.geocoder import Gazetteer
from finder.geocoding.model import Place, PlaceKind
from finder.geocoding.online.providers import ProviderRow

LONGEST_LABEL = 160
_CONFIDENCE = 0.9
_UNITED_STATES = frozenset(
    """
    us usa united\u00a0states united\u00a0states\u00a0of\u00a0america pr pri puerto\u00a0rico vi vir
    gu gum guam as asm mp mnp
    """.replace("\u00a0", "_").split()
)
"""The country that answers name for a place in the United States or its territories."""

_COUNTRY_KEYS = ("countrycode", "countrya", "countrycodeiso3", "country")
_STATE_KEYS = ("iso31662lvl4", "statecode", "regiona", "regionabbr", "state", "region")
_KIND_KEYS = ("addresstype", "layer", "resulttype", "addrtype", "type")
_KINDS = {
    "city": PlaceKind.CITY,
    "town": PlaceKind.CITY,
    "village": PlaceKind.CITY,
    "hamlet": PlaceKind.CITY,
    "locality": PlaceKind.CITY,
    "localadmin": PlaceKind.CITY,
    "municipality": PlaceKind.CITY,
    "county": PlaceKind.COUNTY,
    "state": PlaceKind.STATE,
    "region": PlaceKind.STATE,
    "postcode": PlaceKind.ZIP,
    "postalcode": PlaceKind.ZIP,
    "postal": PlaceKind.ZIP,
    "postal_code": PlaceKind.ZIP,
    "administrative_area_level_1": PlaceKind.STATE,
    "administrative_area_level_2": PlaceKind.COUNTY,
}


def places_from(
    locations: Iterable[Location], row: ProviderRow, gazetteer: Gazetteer
) -> tuple[Place, ...]:
    """Return the places in an answer, its order kept; those outside the United States are left out.

    A place counts as inside where a town of the gazetteer lies within 100 miles and the answer
    names no other country. Raises TypeError, ValueError and the like for a misshapen answer.
    """
    places = (_place(location, row, gazetteer) for location in locations)
    return tuple(place for place in places if place is not None)


def _place(location: Location, row: ProviderRow, gazetteer: Gazetteer) -> Place | None:
    facts = _facts(location.raw)
    countries = [facts[key] for key in _COUNTRY_KEYS if key in facts]
    if countries and countries[0].replace(" ", "_") not in _UNITED_STATES:
        return None
    town = gazetteer.nearest(location.latitude, location.longitude)
    if town is None:
        return None
    kinds = [_KINDS[facts[key]] for key in _KIND_KEYS if facts.get(key) in _KINDS]
    return Place(
        label=_label(str(location.address)),
        kind=kinds[0] if kinds else PlaceKind.ADDRESS,
        state=_state(facts, gazetteer) or town.state,
        latitude=round(float(location.latitude), 6),
        longitude=round(float(location.longitude), 6),
        population=0,
        confidence=_confidence(location.raw, row),
    )


def _facts(raw: object) -> dict[str, str]:
    """Return the texts in a raw answer by their keys in plain letters, the outermost first."""
    facts: dict[str, str] = {}
    # GeoJSON says "Feature" and "Point" first.
    properties = raw.get("properties") if isinstance(raw, Mapping) else None
    for key, value in (*_texts(properties), *_texts(raw)):
        facts.setdefault("".join(filter(str.isalnum, key.casefold())), value.strip().casefold())
    return facts


def _texts(raw: object) -> Iterator[tuple[str, str]]:
    if isinstance(raw, Mapping):
        # Google's way: {"types": ["country", "political"], "short_name": "US"}
        kind = next(iter(raw.get("types") or ()), None)
        if isinstance(kind, str):
            yield (
                _GOOGLE.get(kind, "") if "short_name" in raw else "type",
                str(raw.get("short_name", kind)),
            )
        yield from ((str(key), value) for key, value in raw.items() if isinstance(value, str))
        for value in raw.values():
            yield from _texts(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from _texts(value)


_GOOGLE = {"country": "country_code", "administrative_area_level_1": "state_code"}


def _state(facts: Mapping[str, str], gazetteer: Gazetteer) -> str:
    """Return the USPS code of the state that an answer names; "" where it names none."""
    for key in _STATE_KEYS:
        name = facts.get(key, "").removeprefix("us-")
        if len(name) == 2:
            return name.upper()
        found = gazetteer.find_places(name).places if name else ()
        states = [place.state for place in found if place.kind == PlaceKind.STATE]
        if states:
            return states[0]
    return ""


def _confidence(raw: Any, row: ProviderRow) -> float:
    if not row.confidence:
        return _CONFIDENCE
    for key in row.confidence:
        raw = raw[key]
    return round(min(1.0, max(0.0, float(raw) / row.confidence_scale)), 3)


def _label(address: str) -> str:
    """Return an address as people write it: "150, N Capitol Blvd, Boise" loses a comma."""
    parts = list(dict.fromkeys(part.strip() for part in address.split(",")))
    parts = [part for part in parts if part and part.casefold().replace(" ", "_") not in _COUNTRY]
    return ", ".join(_with_house_number(parts))[:LONGEST_LABEL].rstrip(" ,")


_COUNTRY = frozenset(["united_states", "united_states_of_america", "usa"])


def _with_house_number(parts: Sequence[str]) -> list[str]:
    if len(parts) > 1 and parts[0][:1].isdigit() and " " not in parts[0]:
        return [f"{parts[0]} {parts[1]}", *parts[2:]]
    return list(parts)
