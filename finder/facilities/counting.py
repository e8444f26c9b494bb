"""Counts the answers of many facilities at once.

A set of candidates is one big integer, so that OR, AND and counting of all facets work on thousands
of candidates at a time. Knows masks and ``FILTERS``; nothing of places, names or databases.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from finder.facilities.bits import LAYOUT
from finder.facilities.filters import FILTERS, Facet


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """How many facilities answer each way to one filter value."""

    yes: int
    no: int
    not_stated: int


class AnswerColumns:
    """The answers of all candidates, as columns of bits.

    A set of candidates is an integer in which the lowest bit of byte *i* stands for candidate
    *i*: Python's own big integers then intersect and count thousands of them at a time.
    """

    def __init__(self, masks: Sequence[bytes]) -> None:
        self.size = len(masks)
        self.everyone = int.from_bytes(b"\x01" * self.size, "little")
        joined = b"".join(masks)
        self._planes = [
            int.from_bytes(joined[i :: LAYOUT.width], "little") for i in range(LAYOUT.width)
        ]

    def having(self, bit: int) -> int:
        """Return the set of candidates whose mask has a bit."""
        return (self._planes[bit >> 3] >> (bit & 7)) & self.everyone

    def any_of(self, facet: Facet, values: Sequence[str]) -> int:
        """Return the set that says yes to at least one of a facet's values; all where none."""
        if not values:
            return self.everyone
        return functools.reduce(
            int.__or__, (self.having(LAYOUT.bit(facet.name, value)) for value in values)
        )

    def as_flags(self, candidates: int) -> bytes:
        """Return a set as one byte a candidate, 0 or 1."""
        return candidates.to_bytes(self.size, "little")


def facet_counts(
    answers: AnswerColumns, matching: Sequence[int]
) -> dict[str, dict[str, FacetCounts]]:
    """Return the counts of every value; ``matching`` holds one set for each of ``FILTERS``."""
    return {
        facet.name: dict(_count(answers, facet, base))
        for facet, base in zip(FILTERS, _all_but_one(matching, answers.everyone), strict=True)
    }


def _all_but_one(sets: Sequence[int], everyone: int) -> list[int]:
    """Return, for each set, the intersection of all the others."""
    before, after = [everyone], [everyone]
    for one in sets[:-1]:
        before.append(before[-1] & one)
    for one in reversed(sets[1:]):
        after.append(after[-1] & one)
    return [a & b for a, b in zip(before, reversed(after), strict=True)]


def _count(answers: AnswerColumns, facet: Facet, base: int) -> Iterator[tuple[str, FacetCounts]]:
    everyone = base.bit_count()
    for each in facet.options:
        yes = (answers.having(LAYOUT.bit(facet.name, each.value)) & base).bit_count()
        no_bit = LAYOUT.no_bit(facet.name, each.value)
        no = 0 if no_bit is None else (answers.having(no_bit) & base).bit_count()
        yield each.value, FacetCounts(yes=yes, no=no, not_stated=everyone - yes - no)
