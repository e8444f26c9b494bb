"""Finds names that are one or two typing errors away, by deleting letters on both sides.

Wolf Garbe's SymSpell idea: two words within one edit share a form that lacks one letter, so a table
of such forms answers by plain look-up. Forms are kept as 32-bit sums; a chance match of two sums is
harmless, for every candidate is measured. Knows words, not places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

LONGEST_WORD = 40
SHORTEST_CORRECTED = 4
SHORTEST_TWO_EDITS = 7


@dataclass(frozen=True, slots=True)
class NearSpelling:
    """A stored key that lies within a few typing errors of what was written."""

    key: str
    edits: int


def deletion_sums(word: str, *, edits: int) -> set[int]:
    """Return the sums of ``word`` itself and of all its forms lacking up to ``edits`` letters."""
    forms = {word}
    newest = forms
    for _ in range(edits):
        newest = {form for longer in newest for form in _lacking_one(longer)}
        forms = forms | newest
    return {crc32(form.encode()) for form in forms}


def edits_allowed(word: str) -> int:
    """Return how many typing errors are forgiven in ``word``; short words allow few readings."""
    if not SHORTEST_CORRECTED <= len(word) <= LONGEST_WORD:
        return 0
    return 2 if len(word) >= SHORTEST_TWO_EDITS else 1


def edit_distance(first: str, second: str) -> int:
    """Return the optimal string alignment distance: letters added, lost, changed or swapped."""
    before: list[int] = []
    previous = list(range(len(second) + 1))
    for row, letter in enumerate(first, 1):
        current = [row]
        for column, other in enumerate(second, 1):
            cost = min(
                previous[column] + 1,
                current[column - 1] + 1,
                previous[column - 1] + (letter != other),
            )
            if row > 1 and column > 1 and letter == second[column - 2] and other == first[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]


def _lacking_one(word: str) -> Iterator[str]:
    for position in range(len(word)):
        yield word[:position] + word[position + 1 :]
