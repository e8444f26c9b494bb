"""Counts the answers of many facilities at once.

A set of candidates is an array of bits, so that OR, AND and counting of all facets work on
thousands of candidates at a time. Knows masks and ``FILTERS``; nothing of places or databases.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from finder.facilities.index import LAYOUT, Bits
from finder.facilities.search.audience import Reason, barriers
from finder.facilities.search.candidates import Candidates, size
from finder.facilities.search.request import SearchRequest
from finder.facilities.vocabulary import FILTERS


class FacetCounts(NamedTuple):
    """How many facilities answer each way to one filter value."""

    yes: int
    no: int
    not_stated: int


class FacetTallies(Mapping[str, Mapping[str, FacetCounts]]):
    """How many answer each way to every value of every facet; made out as it is asked for."""

    def __init__(self, tallies: Mapping[str, Sequence[int]]) -> None:
        """Keep tallies by facet: how many have each bit of a mask, and last how many there are."""
        self._tallies = tallies

    def yes(self, facet: str) -> list[int]:
        """Return how many say yes to each value of a facet, in the registry's order."""
        tally = self._tallies[facet]
        return [tally[yes_bit] for _, yes_bit, _ in _BITS[facet]]

    def __getitem__(self, facet: str) -> dict[str, FacetCounts]:
        return _counts(facet, self._tallies[facet])

    def __iter__(self) -> Iterator[str]:
        return iter(self._tallies)

    def __len__(self) -> int:
        return len(self._tallies)


class Selection:
    """Which of the candidates fit a search: facet by facet, and in all."""

    def __init__(self, candidates: Candidates, request: SearchRequest) -> None:
        self.candidates = candidates
        self._request = request
        self.met = self._met(unsaid=request.unsaid)
        """for each facet that is asked for, by its name, the set that fits it"""
        self._barriers = [
            (reason, candidates.having(bit)) for reason, bit in barriers(request.person)
        ]
        self.able = candidates.everyone
        """the set that can take the person searched for, so far as is known"""
        for _, those in self._barriers:
            self.able = self.able & ~those
        self.fitting = _intersection(self.able, self.met.values())

    def facet_counts(self) -> FacetTallies:
        """Return the counts of every value, with every other facet applied but not its own."""
        # Facets that nothing is asked of share one set.
        unasked = self.candidates.tally(self.fitting)
        tallies = dict.fromkeys((facet.name for facet in FILTERS), unasked)
        for name in self.met:
            tallies[name] = self.candidates.tally(self.all_but(name))
        return FacetTallies(tallies)

    def all_but(self, facet: str) -> Bits:
        """Return the set that fits all that is asked but perhaps one facet."""
        others = (those for name, those in self.met.items() if name != facet)
        return _intersection(self.able, others)

    def left_out(self) -> dict[Reason, int]:
        """Return how many fit all else and cannot take the person, each under its first reason."""
        counts = dict.fromkeys(Reason, 0)
        if not self._barriers:
            return counts
        rest = _intersection(self.candidates.everyone, self.met.values())
        for reason, those in self._barriers:
            counts[reason] = size(rest & those)
            rest = rest & ~those
        return counts

    def said_yes(self) -> int:
        """Return how many fit and say yes to all that is asked."""
        if not self._request.unsaid:
            return size(self.fitting)
        return size(_intersection(self.able, self._met(unsaid=False).values()))

    def _met(self, *, unsaid: bool) -> dict[str, Bits]:
        return {
            name: functools.reduce(
                np.bitwise_or, (self._fitting(name, value, unsaid) for value in values)
            )
            for name, values in self._request.chosen.items()
            if values
        }

    def _fitting(self, facet: str, value: str, unsaid: bool) -> Bits:
        """Return the set that says yes; with ``unsaid``, all that do not say no."""
        if not unsaid:
            return self.candidates.having(LAYOUT.bit(facet, value))
        no = LAYOUT.no_bit(facet, value)
        everyone = self.candidates.everyone
        return everyone if no is None else everyone & ~self.candidates.having(no)


def _intersection(those: Bits, others: Iterable[Bits]) -> Bits:
    return functools.reduce(np.bitwise_and, others, those)


_BITS: dict[str, list[tuple[str, int, int | None]]] = {
    facet.name: [
        (each.value, LAYOUT.bit(facet.name, each.value), LAYOUT.no_bit(facet.name, each.value))
        for each in facet.options
    ]
    for facet in FILTERS
}


def _counts(facet: str, tally: Sequence[int]) -> dict[str, FacetCounts]:
    everyone = tally[-1]
    counts = {}
    for value, yes_bit, no_bit in _BITS[facet]:
        yes = tally[yes_bit]
        no = 0 if no_bit is None else tally[no_bit]
        counts[value] = FacetCounts(yes, no, everyone - yes - no)
    return counts
