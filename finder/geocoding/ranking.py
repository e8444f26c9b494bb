"""How sure an understanding is, and how its namesakes and corrections are ranked and named.

Judges what was found; finds nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from finder.geocoding.model import Place, PlaceKind
from finder.geocoding.spelling import NearSpelling
from finder.geocoding.store import NamedPlace, NameGrade, ZipArea

# How sure each way of understanding is.
SURE = 0.98
BY_NAME = 0.95
FROM_ADDRESS = 0.85
PARTLY_READ = 0.6
AFTER_EDITS = {1: 0.7, 2: 0.5}

POPULATION_OF_HAMLET = 1_000
POPULATION_OF_CITY = 50_000
SHORT_NAME = 5
MOST_SUGGESTIONS = 5
# One slip weighs as much as five digits of population: a metropolis two slips away is likelier
# meant than a hamlet one slip away. The first letter is seldom wrong.
_COST_OF_FIRST_LETTER = 0.5
_WORTH_OF_A_DIGIT = 0.2
_MOST_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Reading:
    """One understanding of a text: namesakes best first, or only spellings to offer."""

    namesakes: tuple[NamedPlace, ...] = ()
    certainty: float = BY_NAME
    state_given: bool = False
    kind: PlaceKind | None = None
    suggestions: tuple[str, ...] = ()


class Correction(NamedTuple):
    """A place whose name is a few typing errors away; the lower the cost, the likelier."""

    cost: float
    edits: int
    key: str
    place: NamedPlace


def correction_to(place: NamedPlace, near: NearSpelling, *, written: str) -> Correction:
    """Return how likely ``place``, under the name ``near``, is meant by the key ``written``."""
    digits = min(len(str(place.score)), _MOST_DIGITS)
    cost = near.edits - _WORTH_OF_A_DIGIT * digits
    if near.key[0] != written[0]:
        cost += _COST_OF_FIRST_LETTER
    return Correction(cost, near.edits, near.key, place)


def likeliest_first(corrections: Iterable[Correction]) -> list[Correction]:
    """Return each place once, under its likeliest correction, the larger place first in a tie."""
    ordered = sorted(corrections, key=lambda near: (near.cost, -near.place.score))
    places: dict[int, Correction] = {}
    for correction in ordered:
        places.setdefault(correction.place.place_id, correction)
    return list(places.values())


def is_likely(correction: Correction, *, written: str) -> bool:
    """Tell whether a misspelt key without state may be meant for a place as small as this.

    Where the first letter differs, more than by a swap, only a long name of a city is believed.
    """
    people = correction.place.score
    swapped = written[1::-1] == correction.key[:2]
    if swapped or written[0] == correction.key[0]:
        return people >= POPULATION_OF_HAMLET
    return correction.edits == 1 and len(written) > SHORT_NAME and people >= POPULATION_OF_CITY


def corrected_reading(
    corrections: Sequence[Correction], *, state_given: bool, kind: PlaceKind | None = None
) -> Reading | None:
    """Return the reading that corrections make, likeliest first; None where there are none."""
    if not corrections:
        return None
    places = tuple(near.place for near in corrections)
    certainty = AFTER_EDITS[corrections[0].edits]
    return Reading(places, certainty, state_given, kind, labels_of(places))


def less_sure(reading: Reading) -> Reading:
    """Return a reading that took a liberty with what was written, and offers its choices."""
    labels = labels_of(reading.namesakes)
    return replace(reading, certainty=reading.certainty * AFTER_EDITS[1], suggestions=labels)


def labels_of(places: Sequence[NamedPlace]) -> tuple[str, ...]:
    """Return the first few labels, each once, to offer as "did you mean"."""
    return tuple(dict.fromkeys(place.label for place in places))[:MOST_SUGGESTIONS]


def zip_label(area: ZipArea) -> str:
    """Return the label of a ZIP code: "83702 (Boise, ID)"."""
    return f"{area.code:05d} ({area.city}, {area.state})"


def ranked_places(reading: Reading) -> tuple[Place, ...]:
    """Return the namesakes with the share of certainty that each may claim."""
    everyone = sum(map(_weight, reading.namesakes))
    best = 1.0
    places = []
    for rank, place in enumerate(reading.namesakes):
        share = _weight(place) / everyone
        if rank == 0:
            sure = reading.state_given or place.grade == NameGrade.NICKNAME
            share = 1.0 if sure else (1 + share) / 2
        best = min(best, share)
        places.append(
            Place(
                label=place.label,
                kind=reading.kind or PlaceKind(place.kind),
                state=place.state,
                latitude=place.latitude,
                longitude=place.longitude,
                population=place.population,
                confidence=round(reading.certainty * best, 3),
            )
        )
    return tuple(places)


def _weight(place: NamedPlace) -> int:
    """Return what a namesake weighs; a nickname's score only says that it comes first."""
    return 1 + (place.population if place.grade == NameGrade.NICKNAME else place.score)
