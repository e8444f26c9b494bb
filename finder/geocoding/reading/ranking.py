"""Ranks namesakes and corrections: confidence, order and distinct labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from finder.geocoding.distance import miles_between
from finder.geocoding.gazetteer import NamedPlace, NameGrade, ZipArea, ZipRegion
from finder.geocoding.model import Doubt, Place, PlaceKind, unmistakable
from finder.geocoding.spelling import Tokens

# How sure each way of understanding is.
SURE = 0.98
BY_NAME = 0.95
FROM_ADDRESS = 0.85
PARTLY_READ = 0.6
AROUND_HERE = 0.4
AFTER_EDITS = {1: 0.7, 2: 0.5, 3: 0.4}

POPULATION_OF_HAMLET = 1_000
POPULATION_OF_TOWN = 5_000
POPULATION_HEARD_OF = 20_000
POPULATION_OF_CITY = 50_000
SHORT_NAME = 5
LONG_NAME = 7
VERY_LONG_NAME = 10
MILES_AT_HAND = 20.0
MOST_SUGGESTIONS = 5

_KINDS = {str(kind): kind for kind in PlaceKind}

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


class Reading(NamedTuple):
    """One interpretation of a text: namesakes best first, or only spellings to offer."""

    namesakes: tuple[NamedPlace, ...] = ()
    certainty: float = BY_NAME
    state_given: bool = False
    kind: PlaceKind | None = None
    suggestions: tuple[str, ...] = ()
    abroad: bool = False
    doubt: Doubt | None = None
    unused: Tokens = ()
    """the tokens that this interpretation makes nothing of"""


def less_sure(reading: Reading) -> Reading:
    """Return a reading with less confidence, which offers its alternatives."""
    labels = labels_of(reading.namesakes)
    return reading._replace(certainty=reading.certainty * AFTER_EDITS[1], suggestions=labels)


def labels_of(places: Sequence[NamedPlace]) -> tuple[str, ...]:
    """Return the first few labels, each once, to offer as "did you mean"."""
    labels = (unmistakable(place.label, place.kind) for place in places)
    return tuple(dict.fromkeys(labels))[:MOST_SUGGESTIONS]


def zip_label(area: ZipArea) -> str:
    """Return the label of a ZIP code: "83702 (Boise, ID)"."""
    return f"{area.code:05d} ({area.city}, {area.state})"


def region_label(region: ZipRegion) -> str:
    """Return the label of a three-digit area: "837xx (ZIP codes around Boise, ID)"."""
    return f"{region.prefix:03d}xx (ZIP codes around {region.city}, {region.state})"


def ranked_places(
    reading: Reading, *, limit: int, near: Point | None, county_of: Callable[[int], str]
) -> tuple[Place, ...]:
    """Return the first ``limit`` namesakes with the share of certainty that each may claim.

    With the point ``near``, those that are near it come before larger ones that are far. Where two
    have one label, ``county_of`` tells the later one's county; what it cannot tell apart is left
    out.
    """
    weighed = [(_weight(place, near), place) for place in reading.namesakes]
    if near:
        weighed.sort(key=lambda pair: pair[0], reverse=True)
    everyone = sum([weight for weight, _ in weighed])
    best = 1.0
    places: list[Place] = []
    labels: set[str] = set()
    for rank, (weight, place) in enumerate(weighed[:limit]):
        share = weight / everyone
        if rank == 0:
            sure = reading.state_given or place.grade == NameGrade.NICKNAME
            share = 1.0 if sure else (1 + share) / 2
        best = min(best, share)
        kind = reading.kind or _KINDS[place.kind]
        point = place.latitude, place.longitude
        sureness = round(reading.certainty * best, 3)
        label = place.label
        if label in labels:
            label = distinct_label(place, labels, county_of)
        if label:
            labels.add(label)
            places.append(Place(label, kind, place.state, *point, place.population, sureness))
    return tuple(places)


def nearest_first(namesakes: Sequence[NamedPlace], near: Point) -> tuple[NamedPlace, ...]:
    """Return namesakes by size against their distance from a point, the likeliest first."""
    return tuple(sorted(namesakes, key=lambda place: -_weight(place, near)))


def distinct_label(place: NamedPlace, taken: set[str], county_of: Callable[[int], str]) -> str:
    """Return a label that is not yet ``taken``, and take it; "" where there is none."""
    label = place.label
    if label in taken and (county := county_of(place.place_id)):
        label = f"{place.name}, {county}, {place.state}"
    if label in taken:
        return ""
    taken.add(label)
    return label


def _weight(place: NamedPlace, near: Point | None) -> float:
    """Return what a namesake weighs, with ``near`` the less the farther away it is."""
    weight = 1 + (place.population if place.grade == NameGrade.NICKNAME else place.score)
    if near is None:
        return weight
    miles = miles_between(*near, place.latitude, place.longitude)
    return weight / (1 + miles / MILES_AT_HAND) ** 3
