"""Filters candidates by bitmap operations, and tallies the facets.

Within a facet the values' bitmaps are joined by OR (by AND for a facet of ``match_all``), across
facets by AND; the counts of a facet that is joined by OR leave its own filter out. Knows
``FILTERS`` and `LAYOUT`; nothing of places or databases.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from finder.facilities.index import LAYOUT, Bitmap
from finder.facilities.search.audience import Reason, exclusions, required
from finder.facilities.search.candidates import Candidates, count_bits
from finder.facilities.search.request import SearchRequest
from finder.facilities.vocabulary import FILTERS


class FacetCounts(NamedTuple):
    """How many facilities answer each way to one filter value."""

    yes: int
    no: int
    not_stated: int


class FacetTallies(Mapping[str, Mapping[str, FacetCounts]]):
    """Counts of every value of every facet, computed from tallies when they are asked for."""

    def __init__(self, tallies: Mapping[str, Sequence[int]]) -> None:
        """Keep a tally of each facet, as `Candidates.tally` returns it."""
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
    """The candidates that match a search's filters, facet by facet and in all."""

    def __init__(self, candidates: Candidates, request: SearchRequest) -> None:
        self.candidates = candidates
        self._request = request
        self.by_facet = self._by_facet(unsaid=request.unsaid)
        """facet asked for -> those that match it"""
        self._exclusions = [
            (reason, candidates.with_bit(bit)) for reason, bit in exclusions(request.person)
        ]
        self._required = required(request.kind)
        needed = [candidates.with_bit(self._required[1])] if self._required else ()
        self._of_kind = _intersection(candidates.present, needed)
        """those that treat what is asked for"""
        self._taking = _intersection(candidates.present, (~each for _, each in self._exclusions))
        """those whose listing does not exclude the person searched for"""
        self.eligible = self._of_kind & self._taking
        """those that both hold for"""
        self.matching = _intersection(self.eligible, self.by_facet.values())

    def facet_counts(self) -> FacetTallies:
        """Return the counts of every value, with all other facets applied but not its own.

        Of a facet whose values must all hold, its own values are applied, too.
        """
        # Facets without a filter share one tally.
        unasked = self.candidates.tally(self.matching)
        tallies = dict.fromkeys((facet.name for facet in FILTERS), unasked)
        for name in self.by_facet:
            if name in self._request.match_all:
                continue
            tallies[name] = self.candidates.tally(self.matching_without(name))
        return FacetTallies(tallies)

    def matching_without(self, facet: str) -> Bitmap:
        """Return those that match all facets but one."""
        others = (subset for name, subset in self.by_facet.items() if name != facet)
        return _intersection(self.eligible, others)

    def left_out(self) -> dict[Reason, int]:
        """Return how many match all else but are left out, each under its first reason.

        That is, how many treat what is asked for but exclude the person, and how many do not say
        that they treat it.
        """
        counts = dict.fromkeys(Reason, 0)
        if self._required:
            fitting = _intersection(self._taking, self.by_facet.values())
            counts[self._required[0]] = count_bits(fitting) - count_bits(self.matching)
        if not self._exclusions:
            return counts
        rest = _intersection(self._of_kind, self.by_facet.values())
        for reason, subset in self._exclusions:
            counts[reason] = count_bits(rest & subset)
            rest = rest & ~subset
        return counts

    @functools.cached_property
    def confirmed(self) -> Bitmap:
        """Those that match and say yes to all that is asked."""
        if not self._request.unsaid:
            return self.matching
        return _intersection(self.eligible, self._by_facet(unsaid=False).values())

    def _by_facet(self, *, unsaid: bool) -> dict[str, Bitmap]:
        return {
            name: functools.reduce(
                np.bitwise_and if name in self._request.match_all else np.bitwise_or,
                (self._matching(name, value, unsaid) for value in values),
            )
            for name, values in self._request.chosen.items()
            if values
        }

    def _matching(self, facet: str, value: str, unsaid: bool) -> Bitmap:
        """Return those that say yes to a value; with ``unsaid``, those that do not say no."""
        if not unsaid:
            return self.candidates.with_bit(LAYOUT.bit(facet, value))
        no = LAYOUT.no_bit(facet, value)
        present = self.candidates.present
        return present if no is None else present & ~self.candidates.with_bit(no)


def _intersection(first: Bitmap, others: Iterable[Bitmap]) -> Bitmap:
    return functools.reduce(np.bitwise_and, others, first)


_BITS: dict[str, list[tuple[str, int, int | None]]] = {
    facet.name: [
        (each.value, LAYOUT.bit(facet.name, each.value), LAYOUT.no_bit(facet.name, each.value))
        for each in facet.options
    ]
    for facet in FILTERS
}


def _counts(facet: str, tally: Sequence[int]) -> dict[str, FacetCounts]:
    present = tally[-1]
    counts = {}
    for value, yes_bit, no_bit in _BITS[facet]:
        yes = tally[yes_bit]
        no = 0 if no_bit is None else tally[no_bit]
        counts[value] = FacetCounts(yes, no, present - yes - no)
    return counts
