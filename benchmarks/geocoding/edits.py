"""Accuracy on names of real towns with random typing errors."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass

from finder.geocoding import Gazetteer
from finder.geocoding.gazetteer import read_rows
from finder.geocoding.spelling import key_of_text

LEAST_POPULATION = 5_000
PLACES = 1_000


@dataclass(frozen=True, slots=True)
class EditScore:
    """Shares that were right: first with the state given, within five without."""

    with_state_first: float
    without_state_within_five: float


def measure_edits(gazetteer: Gazetteer, *, edits: int, seed: int) -> EditScore:
    """Put ``edits`` random typing errors in each of 1,000 towns' names and ask for them."""
    rng = random.Random(seed)
    towns = [
        (name, state)
        for name, state, _, _, population, _ in read_rows("places.tsv")
        if int(population) > LEAST_POPULATION
    ]
    first = within_five = 0
    for name, state in rng.sample(towns, PLACES):
        written = name
        for _ in range(edits):
            written = mistyped(written, rng)
        there = gazetteer.find_places(f"{written}, {state}", limit=1).places
        first += bool(there) and there[0].state == state and _names(there[0].label, name)
        found = gazetteer.find_places(written, limit=5).places
        within_five += any(_names(place.label, name) for place in found)
    return EditScore(first / PLACES, within_five / PLACES)


def mistyped(text: str, rng: random.Random) -> str:
    """Return ``text`` with one character lost, added, changed or swapped with its neighbour."""
    while True:
        at = rng.randrange(len(text))
        before, letter, after = text[:at], text[at], text[at + 1 :]
        other = rng.choice(string.ascii_lowercase)
        changed = rng.choice(
            [
                before + after,
                before + other + letter + after,
                before + other + after,
                before + after[:1] + letter + after[1:],
            ]
        )
        if changed.strip() and changed != text:
            return changed


def _names(label: str, name: str) -> bool:
    return key_of_text(label.rpartition(", ")[0]) == key_of_text(name)
