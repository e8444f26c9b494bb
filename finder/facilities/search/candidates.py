"""Those who may be in a search's answer, as arrays side by side: sets of them, and their order.

Knows neither where they were read nor what they answer to filters but that it is bits.
"""

from __future__ import annotations

import functools
import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from finder.facilities.index import Bits
from finder.geocoding.distance import EARTH_RADIUS_MILES

FAR = 9.0
"""the squared chord of a facility whose place is not known; that of the antipodes is 4"""
GONE = -1
"""in place of the version of an entry that was taken out while it was read"""
_ROUNDING = 1 + 1e-12
"""A facility at the very edge of the circle is not lost to the last bit."""

Positions = npt.NDArray[np.intp]
Key = Callable[[Positions], npt.NDArray[Any]]
"""returns a number for each of some positions, by which they are put in order"""


def miles_of(squared_chord: float) -> float:
    """Return the great-circle distance that a squared chord of the unit sphere stands for."""
    return 2 * EARTH_RADIUS_MILES * math.asin(min(1.0, math.sqrt(squared_chord) / 2))


def chord_of(miles: float) -> float:
    """Return the squared chord of a distance, with what rounding may take away."""
    return (2 * math.sin(min(math.pi, miles / EARTH_RADIUS_MILES) / 2)) ** 2 * _ROUNDING


class Candidate(NamedTuple):
    """One of the candidates; ``mask`` is a number whose bits `bits.LAYOUT` explains."""

    facility_id: int
    version: int
    chord: float
    mask: int


class Order(NamedTuple):
    """What candidates are put in order by, each the first key first; in the end, by position."""

    distance: tuple[Key, ...]
    name: tuple[Key, ...]
    day: Key
    alike: tuple[Key, ...]
    """tells those apart that are alike in all else"""


class Candidates:
    """The entries of a place and a name, whatever they answer to filters, as arrays side by side.

    A set of them is an array of bits (`blocks.Bits`); ``everyone`` is the set of all.
    """

    def __init__(
        self,
        everyone: Bits,
        planes: Sequence[Bits],
        ids: npt.NDArray[Any],
        chords: npt.NDArray[np.float64],
        *,
        versions: Callable[[Any], npt.NDArray[np.int64]],
        order: Order,
    ) -> None:
        """Keep what was read; the arrays have an entry, or a bit, for each position.

        :param planes: one piece after the other, each a multiple of 64 entries long.
        :param versions: returns those of some positions; see `GONE`.
        """
        self.everyone = everyone
        self.chords = chords
        self._planes = planes
        self._starts = [0, *accumulate(piece.shape[1] for piece in planes)]
        """of the pieces, in bytes of a set"""
        self._ids = ids
        self._versions = versions
        self._order = order

    def having(self, bit: int) -> Bits:
        """Return the set of those whose mask has a bit."""
        those: Bits = self._row(bit) & self.everyone
        return those

    def _row(self, bit: int) -> Bits:
        first, *others = self._planes
        return np.concatenate([piece[bit] for piece in self._planes]) if others else first[bit]

    def matching(self, pattern: Mapping[int, bool]) -> Bits:
        """Return the set of those whose mask has some bits, and lacks others."""
        those = self.everyone
        for bit, has in pattern.items():
            those = those & (self._row(bit) if has else ~self._row(bit))
        return those

    def within(self, chord: float) -> Bits:
        """Return the set of those within a squared chord of the center."""
        return self.everyone & np.packbits(self.chords <= chord, bitorder="little")

    def tally(self, those: Bits) -> list[int]:
        """Return how many of a set have each bit of their mask, and last how many they are."""
        # Piece by piece, because a piece stays in the processor's cache.
        counts = functools.reduce(
            np.add,
            [
                np.bitwise_count(piece.view(np.uint64) & those[start:end].view(np.uint64)).sum(
                    axis=1, dtype=np.int64
                )
                for piece, start, end in zip(
                    self._planes, self._starts, self._starts[1:], strict=False
                )
            ],
        )
        return [*counts.tolist(), size(those)]

    def nearest(self, those: Bits, last: int, first: int = 0) -> list[int]:
        """Return the positions of some of a set, from the nearest on: those before ``last``."""
        keys = (*self._order.distance, *self._order.alike)
        return _in_order(those, keys, last, first)

    def by_name(self, those: Bits, last: int, first: int = 0) -> list[int]:
        """Return the positions of some of a set, in order of name, then of distance."""
        keys = (*self._order.name, *self._order.distance, *self._order.alike)
        return _in_order(those, keys, last, first)

    def newest(self, those: Bits, last: int, first: int = 0) -> list[int]:
        """Return the positions of some of a set, the newest listings first, then the nearest."""
        keys = (self._order.day, *self._order.distance, *self._order.alike)
        return _in_order(those, keys, last, first)

    def at(self, chosen: Sequence[int]) -> list[Candidate]:
        """Return those at some positions, without any that were taken out meanwhile."""
        if not chosen:
            return []
        return [
            Candidate(id_, version, chord, mask)
            for id_, version, chord, mask in zip(
                self.ids(chosen),
                self._versions(chosen).tolist(),
                self.chords[chosen].tolist(),
                self._masks(chosen),
                strict=True,
            )
            if version != GONE
        ]

    def _masks(self, chosen: Sequence[int]) -> list[int]:
        places = np.array(chosen)
        first, *others = self._planes
        if others:
            columns = np.stack([self._column(each >> 3) for each in chosen], axis=1)
        else:
            columns = first[:, places >> 3]
        bits = (columns >> (places & 7).astype(np.uint8)) & 1
        masks = np.packbits(bits, axis=0, bitorder="little").T
        return [int.from_bytes(mask.tobytes(), "little") for mask in masks]

    def _column(self, at: int) -> Bits:
        piece = bisect_right(self._starts, at) - 1
        return self._planes[piece][:, at - self._starts[piece]]

    def ids(self, chosen: Sequence[int]) -> list[int]:
        """Return the facilities' ids at some positions."""
        ids: list[int] = self._ids[chosen].tolist()
        return ids


def positions(those: Bits) -> Positions:
    """Return where the entries of a set stand."""
    return np.flatnonzero(np.unpackbits(those, bitorder="little"))


def size(those: Bits) -> int:
    """Return how many are in a set."""
    return int(np.bitwise_count(those.view(np.uint64)).sum())


def _in_order(those: Bits, keys: Sequence[Key], last: int, first: int) -> list[int]:
    """Return the positions of some of a set, in order of some keys: those before ``last``.

    Who is behind the last that is asked for need not be put in order.
    """
    if not keys:
        return _listed(positions(_beginning(those, last))[first:last])
    chosen, certain, missing = positions(those), list[Positions](), last
    for key in keys:
        if len(chosen) <= missing:
            break
        values = key(chosen)
        edge = np.partition(values, missing - 1)[missing - 1]
        within = values <= edge
        if np.count_nonzero(within) == missing:  # nobody shares the last place
            chosen = chosen[within]
            break
        before = chosen[values < edge]
        chosen, missing = chosen[values == edge], missing - len(before)
        certain.append(before)
    if certain:
        chosen = np.sort(np.concatenate([*certain, chosen[:missing]]))
    columns: list[npt.NDArray[Any]] = []
    for key in keys:
        columns.insert(0, key(chosen))
        order = np.lexsort(columns)
        # A key costs something: it is only asked where those before leave some alike.
        if not functools.reduce(np.logical_and, (_repeats(each[order]) for each in columns)).any():
            break
    return _listed(chosen[order][first:last])


def _listed(chosen: Positions) -> list[int]:
    listed: list[int] = chosen.tolist()
    return listed


def _beginning(those: Bits, most: int) -> Bits:
    """Return a set's first bytes, which hold as many as asked for, if there are."""
    ends = np.cumsum(np.bitwise_count(those), dtype=np.int64)
    return those[: int(np.searchsorted(ends, most)) + 1]


def _repeats(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    repeats: npt.NDArray[np.bool_] = values[1:] == values[:-1]
    return repeats
