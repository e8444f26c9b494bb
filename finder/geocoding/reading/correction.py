"""Spelling correction of place names, by edit distance and by sound.

Ranks by edit cost against the population of the place. Knows names, not their context in a text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from finder.geocoding.gazetteer import GazetteerStore, NamedPlace, NameGrade
from finder.geocoding.model import Doubt, PlaceKind
from finder.geocoding.reading.ranking import (
    AFTER_EDITS,
    LONG_NAME,
    POPULATION_HEARD_OF,
    POPULATION_OF_CITY,
    POPULATION_OF_HAMLET,
    POPULATION_OF_TOWN,
    SHORT_NAME,
    VERY_LONG_NAME,
    Reading,
    labels_of,
)
from finder.geocoding.reading.vocabulary import ALWAYS_FOREIGN
from finder.geocoding.spelling import SHORTEST_CORRECTED, NearSpelling, Tokens, key_of, slip_cost

# One slip weighs as much as a factor of this power of ten in people: a metropolis two slips away is
# likelier meant than a hamlet one slip away. The first letter is seldom wrong.
_COST_OF_FIRST_LETTER = 0.2
_WORTH_OF_TEN_TIMES = 0.35
_LEAST_WEIGHT = 100
# Each further town of the same name comes after the first towns of other names.
_COST_OF_A_NAMESAKE = 0.35
_MOST_NAMES = 12
# "aaaa" is no name.
_FEWEST_LETTERS = 3
# What is written as it is called needs a much better reason to be read otherwise.
_BENEFIT_OF_THE_DOUBT = 0.5


class Correction(NamedTuple):
    """A place whose name is a few edits away; the lower the cost, the likelier."""

    cost: float
    edits: float
    key: str
    place: NamedPlace


def corrections(store: GazetteerStore, tokens: Tokens, *, state: str = "") -> list[Correction]:
    """Return the places whose misspelt name ``tokens`` may be, likeliest first, each once."""
    written = key_of(tokens)
    if len(set(written)) < _FEWEST_LETTERS:
        return []
    plain = "".join(tokens)
    spellings = store.spelled_like(written, state=state)
    if plain != written:
        spellings += store.spelled_like(plain, state=state)
    near: dict[str, NearSpelling] = {}
    for spelling in sorted(spellings, key=lambda spelling: spelling.edits):
        near.setdefault(spelling.key, spelling)
    by_ear = {spelling.key: spelling for spelling in store.sounding_like(written, state=state)}
    near = by_ear | near
    near.pop(written, None)
    if not near:
        return []
    # In one state a name weighs what its places there do.
    namesakes = store.named_each(list(near), state=state) if state else {}
    weights = {
        spelling.key: max(place.weight for place in namesakes[spelling.key])
        if state
        else spelling.weight
        for spelling in near.values()
    }
    slips = [
        (cost - _worth(weights[key]), key, cost, spelling.edits)
        for key, spelling in near.items()
        if state or key not in ALWAYS_FOREIGN
        for cost in [_slips(spelling, by_ear.get(key), written)]
    ]
    slips.sort()
    likely = slips[:_MOST_NAMES]
    namesakes = namesakes or store.named_each([key for _, key, *_ in likely])
    found = []
    for _, key, cost, edits in likely:
        is_code = len(key) <= SHORT_NAME
        for rank, place in enumerate(namesakes[key]):
            if not (is_code and place.grade == NameGrade.NICKNAME):
                total = cost - _worth(place.weight) + rank * _COST_OF_A_NAMESAKE
                found.append(Correction(total, edits, key, place))
    return likeliest_first(found)


def likeliest_first(found: Iterable[Correction]) -> list[Correction]:
    """Return each place once, under its likeliest correction, the larger place first in a tie."""
    ordered = sorted(found, key=lambda near: (near.cost, -near.place.weight))
    places: dict[int, Correction] = {}
    for correction in ordered:
        places.setdefault(correction.place.place_id, correction)
    return list(places.values())


def corrected_reading(
    found: Sequence[Correction], *, state_given: bool, kind: PlaceKind | None = None
) -> Reading | None:
    """Return the reading that corrections make, likeliest first; None where there are none."""
    if not found:
        return None
    places = tuple(near.place for near in found)
    edits = math.ceil(found[0].edits)
    if edits > 1 and not state_given and places[0].weight < POPULATION_OF_CITY:
        # Any name is two slips from some town: "UCLA" from Oakley, "Hazelden" from Hazel Dell.
        edits = max(AFTER_EDITS)
    certainty = AFTER_EDITS[edits]
    labels = labels_of(places)
    return Reading(places, certainty, state_given, kind, labels, doubt=Doubt.CORRECTED)


def is_sure(found: Sequence[Correction], *, written: str, edits: int) -> bool:
    """Tell whether a whole text is so nearly a town's name that its words need no other reading.

    At most ``edits`` slips are forgiven, fewer in a short name.
    """
    if not found or len(written) < LONG_NAME:
        return False
    forgiven = edits if len(written) >= VERY_LONG_NAME else 1
    return found[0].edits <= forgiven and found[0].place.weight >= POPULATION_OF_TOWN


def is_likely(correction: Correction, *, written: str) -> bool:
    """Tell whether a misspelt key without state may be meant for a place as small as this.

    Short names have many neighbours: there the first letter must be right, or the place known.
    """
    people = correction.place.weight
    first_is_right = written[0] == correction.key[0] or written[1::-1] == correction.key[:2]
    if _is_by_ear(correction.edits):
        return people >= POPULATION_HEARD_OF
    if len(written) < SHORTEST_CORRECTED:
        lost_one = correction.edits == 1 and len(correction.key) > len(written)
        return lost_one and first_is_right and people >= POPULATION_OF_TOWN
    if correction.edits == 1:
        return people >= (POPULATION_OF_HAMLET if first_is_right else POPULATION_OF_TOWN)
    if len(written) <= SHORTEST_CORRECTED:
        return first_is_right and people >= POPULATION_OF_TOWN
    return people >= POPULATION_OF_TOWN


def rather_than_hamlet(found: Sequence[Correction], hamlet: NamedPlace) -> bool:
    """Tell whether a well-known name one slip away is likelier meant than a hamlet's own."""
    return bool(found) and found[0].cost < -_worth(hamlet.weight) - _BENEFIT_OF_THE_DOUBT


def _slips(near: NearSpelling, by_ear: NearSpelling | None, written: str) -> float:
    """Return the cost of the edits, by letters or by sound, whichever is less."""
    costs = [by_ear.edits] if by_ear else []
    if near is not by_ear:
        costs.append(slip_cost(written, near.spelling))
    return min(costs) + (_COST_OF_FIRST_LETTER if near.spelling[0] != written[0] else 0)


def _is_by_ear(edits: float) -> bool:
    return edits != int(edits)


def _worth(weight: int) -> float:
    return _WORTH_OF_TEN_TIMES * math.log10(max(weight, _LEAST_WEIGHT))
