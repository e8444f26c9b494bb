"""Counts the answers of many facilities at once.

A set of candidates is one big integer, so that OR, AND and counting of all facets work on thousands
of candidates at a time. Knows masks and ``FILTERS``; nothing of places, names or databases.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

from finder.facilities.audience import Reason, barriers
from finder.facilities.bits import LAYOUT
from finder.facilities.filters import FILTERS, Facet
from finder.facilities.search_request import SearchRequest


class FacetCounts(NamedTuple):
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

    def any_of(self, facet: Facet, values: Sequence[str], *, unsaid: bool = False) -> int:
        """Return the set that says yes to at least one of a facet's values; all where none.

        With ``unsaid``, also those that leave at least one of them open.
        """
        if not values:
            return self.everyone
        return functools.reduce(
            int.__or__, (self._fitting(facet.name, value, unsaid) for value in values)
        )

    def _fitting(self, facet: str, value: str, unsaid: bool) -> int:
        if not unsaid:
            return self.having(LAYOUT.bit(facet, value))
        no = LAYOUT.no_bit(facet, value)
        return self.everyone if no is None else self.everyone ^ self.having(no)

    def counter(self, candidates: int) -> Callable[[int], int]:
        """Return what counts those of a set whose mask has a bit."""
        planes, shifted = self._planes, [candidates << place for place in range(8)]
        return lambda bit: (planes[bit >> 3] & shifted[bit & 7]).bit_count()

    def as_flags(self, candidates: int) -> bytes:
        """Return a set as one byte a candidate, 0 or 1."""
        return candidates.to_bytes(self.size, "little")


class Selection:
    """Which of the candidates fit a search: facet by facet, and in all."""

    def __init__(self, masks: Sequence[bytes], request: SearchRequest) -> None:
        self.answers = AnswerColumns(masks)
        self._request = request
        self.met = self._met(unsaid=request.unsaid)
        """for each of ``FILTERS``, the set that fits it"""
        self._barriers = [
            (reason, self.answers.having(bit)) for reason, bit in barriers(request.person)
        ]
        kept_out = functools.reduce(int.__or__, (those for _, those in self._barriers), 0)
        self.able = self.answers.everyone ^ kept_out
        """the set that can take the person searched for, so far as is known"""
        self.fitting = functools.reduce(int.__and__, self.met, self.able)

    def flags(self, candidates: int) -> bytes:
        """Return a set as one byte a candidate, 0 or 1."""
        return self.answers.as_flags(candidates)

    def facet_counts(self) -> dict[str, dict[str, FacetCounts]]:
        """Return the counts of every value, with every other facet applied but not its own."""
        # Facets that nothing is asked of share one set.
        counter = functools.cache(self.answers.counter)
        return {
            facet.name: _counts(_BITS[facet.name], base.bit_count(), counter(base))
            for facet, base in zip(FILTERS, self.all_but_one(), strict=True)
        }

    def all_but_one(self) -> list[int]:
        """Return, for each of ``FILTERS``, the set that fits all that is asked but perhaps it."""
        return _all_but_one(self.met, self.able)

    def left_out(self) -> dict[Reason, int]:
        """Return how many fit all else and cannot take the person, each under its first reason."""
        counts = dict.fromkeys(Reason, 0)
        rest = functools.reduce(int.__and__, self.met, self.answers.everyone)
        for reason, those in self._barriers:
            counts[reason] = (rest & those).bit_count()
            rest &= ~those
        return counts

    def said_yes(self) -> int:
        """Return how many fit and say yes to all that is asked."""
        if not self._request.unsaid:
            return self.fitting.bit_count()
        return functools.reduce(int.__and__, self._met(unsaid=False), self.able).bit_count()

    def _met(self, *, unsaid: bool) -> list[int]:
        chosen = self._request.chosen
        return [
            self.answers.any_of(facet, chosen.get(facet.name, ()), unsaid=unsaid)
            for facet in FILTERS
        ]


def _all_but_one(sets: Sequence[int], everyone: int) -> list[int]:
    """Return, for each set, the intersection of all the others."""
    before, after = [everyone], [everyone]
    for one in sets[:-1]:
        before.append(before[-1] & one)
    for one in reversed(sets[1:]):
        after.append(after[-1] & one)
    return [a & b for a, b in zip(before, reversed(after), strict=True)]


_BITS = {
    facet.name: [
        (each.value, LAYOUT.bit(facet.name, each.value), LAYOUT.no_bit(facet.name, each.value))
        for each in facet.options
    ]
    for facet in FILTERS
}


def _counts(
    bits: Sequence[tuple[str, int, int | None]], everyone: int, having: Callable[[int], int]
) -> dict[str, FacetCounts]:
    counts = {}
    for value, yes_bit, no_bit in bits:
        yes = having(yes_bit)
        no = 0 if no_bit is None else having(no_bit)
        counts[value] = FacetCounts(yes, no, everyone - yes - no)
    return counts
