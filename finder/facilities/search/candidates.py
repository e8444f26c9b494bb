"""A search's candidates as columns of numpy arrays: bitmaps over them, tallies and top-k orders.

Knows neither where they were read nor which bit of a mask means what.
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

from finder.facilities.index import Bitmap
from finder.geocoding.distance import EARTH_RADIUS_MILES

UNPLACED_CHORD = 9.0
"""squared chord of a facility without coordinates; that of antipodes is 4"""
REMOVED = -1
"""version of an entry that was removed while it was being read"""
_ROUNDING = 1 + 1e-12
"""keeps a facility at the very edge of the circle in spite of rounding"""

Positions = npt.NDArray[np.intp]
SortKey = Callable[[Positions], npt.NDArray[Any]]
"""returns the values to sort some positions by, ascending"""


def miles_of(squared_chord: float) -> float:
    """Return the great-circle distance of a squared chord of the unit sphere."""
    return 2 * EARTH_RADIUS_MILES * math.asin(min(1.0, math.sqrt(squared_chord) / 2))


def squared_chord_of(miles: float) -> float:
    """Return the squared chord of a great-circle distance, rounded up."""
    return (2 * math.sin(min(math.pi, miles / EARTH_RADIUS_MILES) / 2)) ** 2 * _ROUNDING


class Candidate(NamedTuple):
    """One of the candidates; the bits of ``mask`` are those of `LAYOUT`."""

    facility_id: int
    version: int
    chord: float
    mask: int
    offers: bool
    """whether it lists what was typed as a name; see `Candidates.offering`"""


class SortKeys(NamedTuple):
    """What candidates are sorted by, the primary key first; last of all by position."""

    distance: tuple[SortKey, ...]
    name: tuple[SortKey, ...]
    day: SortKey
    standing: tuple[SortKey, ...]
    """among equals in distance: the exact places first, then the newer listings"""
    tie_breakers: tuple[SortKey, ...]
    """the last keys of every order"""


class Merit(NamedTuple):
    """What a search's wishes and preferences add to an order; see ``ranking``."""

    before: tuple[SortKey, ...] = ()
    """before the distance"""
    among_equals: tuple[SortKey, ...] = ()
    """at equal distance, before `SortKeys.standing`"""


NO_MERIT = Merit()


class Candidates:
    """The entries that match a search's place and name, before any filter, as columns.

    A subset is a `Bitmap` over positions; ``present`` holds all candidates. Other positions are
    padding, too far away, or of other names.
    """

    def __init__(
        self,
        present: Bitmap,
        bitmaps: Sequence[Bitmap],
        ids: npt.NDArray[Any],
        chords: npt.NDArray[np.float64],
        *,
        versions: Callable[[Any], npt.NDArray[np.int64]],
        order: SortKeys,
        fits: Callable[[], Sequence[Bitmap]] = tuple,
        services: Callable[[], Bitmap] | None = None,
    ) -> None:
        """Keep columns of n positions, n a multiple of 64.

        :param bitmaps: consecutive pieces, uint8[BITMAPS, m / 8] each, m a multiple of 64.
        :param chords: squared chords from the center; see `UNPLACED_CHORD`.
        :param versions: returns those of some positions; see `REMOVED`.
        :param fits: returns subsets that come first in an order by distance or name, the best
            before; called once at most.
        :param services: reads a bitmap for each service that is found by a word.
        """
        self.present = present
        self.chords = chords
        self._bitmaps = bitmaps
        self._starts = [0, *accumulate(piece.shape[1] for piece in bitmaps)]
        """offsets of the pieces, in bytes of a bitmap"""
        self._ids = ids
        self._versions = versions
        self._order = order
        self.fits = functools.cache(fits)
        self._services = services
        self.offering: Bitmap | None = None
        """those that list what was typed as a name, where it is a word for something listed"""
        self.named: Bitmap | None = None
        """those whose names have it, where others are present as well"""

    def with_bit(self, bit: int) -> Bitmap:
        """Return the candidates whose mask has a bit set."""
        subset: Bitmap = self._row(bit) & self.present
        return subset

    def with_service(self, number: int) -> Bitmap:
        """Return the candidates that list a service, by its place in ``SERVICE_WORDS``."""
        if self._services is None:
            return np.zeros_like(self.present)
        subset: Bitmap = self._services()[number] & self.present
        return subset

    def united(self, named: Candidates, offering: Bitmap) -> Candidates:
        """Return these with only those present that are in ``named``, or else offer something.

        Those that are in ``named`` come first, in its order of fits.
        """

        def here(candidates: Bitmap) -> Bitmap:
            ids = named.ids(positions(candidates & named.present).tolist())
            return np.packbits(np.isin(self._ids, ids), bitorder="little") & self.present

        self.named, self.offering = here(named.present), offering
        classes = functools.cache(lambda: (*map(here, named.fits()), here(named.present)))
        self.fits = classes
        self.present = self.named | offering
        return self

    def _row(self, bit: int) -> Bitmap:
        return _row(self._bitmaps, bit)

    def bits_at(self, bit: int, chosen: Positions) -> npt.NDArray[np.uint8]:
        """Return one bit of the masks at some positions, 0 or 1 each; shape of ``chosen``."""
        return bits_at(self._bitmaps, bit, chosen)

    def matching(self, pattern: Mapping[int, bool]) -> Bitmap:
        """Return the candidates whose masks agree with a pattern: position of a bit -> is set."""
        subset = self.present
        for bit, is_set in pattern.items():
            subset = subset & (self._row(bit) if is_set else ~self._row(bit))
        return subset

    def within(self, chord: float) -> Bitmap:
        """Return the candidates within a squared chord of the center."""
        return self.present & np.packbits(self.chords <= chord, bitorder="little")

    def tally(self, subset: Bitmap) -> list[int]:
        """Return how many of a subset have each bit set, and last the size of the subset.

        A popcount of subset AND bitmap for each bit: O(n / 64) words a bit.
        """
        # Piece by piece, because a piece fits in the processor's cache.
        counts = functools.reduce(
            np.add,
            [
                np.bitwise_count(piece.view(np.uint64) & subset[start:end].view(np.uint64)).sum(
                    axis=1, dtype=np.int64
                )
                for piece, start, end in zip(
                    self._bitmaps, self._starts, self._starts[1:], strict=False
                )
            ],
        )
        return [*counts.tolist(), count_bits(subset)]

    def nearest(
        self, subset: Bitmap, last: int, first: int = 0, *, merit: Merit = NO_MERIT
    ) -> list[int]:
        """Return the positions of a subset by distance: ranks ``first`` to before ``last``.

        Where a name was asked for, by how well it fits before.
        """
        keys = (*merit.before, *self._by_distance(merit))
        return self._ranked_by_fit(subset, keys, last, first)

    def by_name(
        self, subset: Bitmap, last: int, first: int = 0, *, merit: Merit = NO_MERIT
    ) -> list[int]:
        """Return the positions of a subset by name, then by distance; fit and ranks as before."""
        keys = (*self._order.name, *self._by_distance(merit))
        return self._ranked_by_fit(subset, keys, last, first)

    def newest(
        self, subset: Bitmap, last: int, first: int = 0, *, merit: Merit = NO_MERIT
    ) -> list[int]:
        """Return the positions of a subset, newest listings first, then by distance."""
        return _ranked(subset, (self._order.day, *self._by_distance(merit)), last, first)

    def _by_distance(self, merit: Merit) -> tuple[SortKey, ...]:
        order = self._order
        # Without a place, equals are in order of their names alone.
        among_equals = merit.among_equals if order.distance else ()
        return (*order.distance, *among_equals, *order.standing, *order.tie_breakers)

    def _ranked_by_fit(
        self, subset: Bitmap, keys: Sequence[SortKey], last: int, first: int
    ) -> list[int]:
        found: list[int] = []
        for fitting in self.fits():
            part, subset = subset & fitting, subset & ~fitting
            if size := count_bits(part):
                if first < size and last > 0:
                    found += _ranked(part, keys, min(last, size), first)
                first, last = max(0, first - size), max(0, last - size)
        return found + _ranked(subset, keys, last, first) if last else found

    def at(self, chosen: Sequence[int]) -> list[Candidate]:
        """Return the candidates at some positions, without those that were removed meanwhile."""
        if not chosen:
            return []
        return [
            Candidate(id_, version, chord, mask, offers)
            for id_, version, chord, mask, offers in zip(
                self.ids(chosen),
                self._versions(chosen).tolist(),
                self.chords[chosen].tolist(),
                self._masks(chosen),
                self._offers(chosen),
                strict=True,
            )
            if version != REMOVED
        ]

    def _offers(self, chosen: Sequence[int]) -> list[bool]:
        if self.offering is None:
            return [False] * len(chosen)
        return [bool(self.offering[each >> 3] >> (each & 7) & 1) for each in chosen]

    def _masks(self, chosen: Sequence[int]) -> list[int]:
        places = np.array(chosen)
        first, *others = self._bitmaps
        if others:
            columns = np.stack([self._column(each >> 3) for each in chosen], axis=1)
        else:
            columns = first[:, places >> 3]
        bits = (columns >> (places & 7).astype(np.uint8)) & 1
        masks = np.packbits(bits, axis=0, bitorder="little").T
        return [int.from_bytes(mask.tobytes(), "little") for mask in masks]

    def _column(self, at: int) -> Bitmap:
        piece = bisect_right(self._starts, at) - 1
        return self._bitmaps[piece][:, at - self._starts[piece]]

    def ids(self, chosen: Sequence[int]) -> list[int]:
        """Return the facilities' ids at some positions."""
        ids: list[int] = self._ids[chosen].tolist()
        return ids


def bits_at(pieces: Sequence[Bitmap], bit: int, chosen: Positions) -> npt.NDArray[np.uint8]:
    """Return one bit of the masks at some positions, 0 or 1 each; shape of ``chosen``.

    :param pieces: consecutive bitmaps, uint8[BITMAPS, m / 8] each, as in `Candidates`.
    """
    octets = _row(pieces, bit)[chosen >> 3]
    bits: npt.NDArray[np.uint8] = octets >> (chosen & 7).astype(np.uint8) & np.uint8(1)
    return bits


def _row(pieces: Sequence[Bitmap], bit: int) -> Bitmap:
    first, *others = pieces
    return np.concatenate([piece[bit] for piece in pieces]) if others else first[bit]


def positions(subset: Bitmap) -> Positions:
    """Return the positions that a bitmap holds, ascending."""
    return np.flatnonzero(np.unpackbits(subset, bitorder="little"))


def count_bits(subset: Bitmap) -> int:
    """Return the population count of a bitmap."""
    return int(np.bitwise_count(subset.view(np.uint64)).sum())


def _ranked(subset: Bitmap, keys: Sequence[SortKey], last: int, first: int) -> list[int]:
    """Return the positions of a subset in order of some keys: ranks ``first`` to before ``last``.

    Partial selection: positions behind ``last`` are cut off by partitioning, and never sorted.
    O(n + last log last).
    """
    if not keys:
        return _as_list(positions(_prefix(subset, last))[first:last])
    chosen, certain, missing = positions(subset), list[Positions](), last
    for key in keys:
        if len(chosen) <= missing:
            break
        values = key(chosen)
        edge = np.partition(values, missing - 1)[missing - 1]
        within = values <= edge
        if np.count_nonzero(within) == missing:  # no tie at the last rank
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
        # A key may have to be read: the next one is needed only where these leave ties.
        if not functools.reduce(
            np.logical_and, (_equal_to_next(each[order]) for each in columns)
        ).any():
            break
    return _as_list(chosen[order][first:last])


def _as_list(chosen: Positions) -> list[int]:
    positions: list[int] = chosen.tolist()
    return positions


def _prefix(subset: Bitmap, count: int) -> Bitmap:
    """Return the shortest prefix, in bytes, that holds so many positions, if there are."""
    ends = np.cumsum(np.bitwise_count(subset), dtype=np.int64)
    return subset[: int(np.searchsorted(ends, count)) + 1]


def _equal_to_next(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    equal: npt.NDArray[np.bool_] = values[1:] == values[:-1]
    return equal
