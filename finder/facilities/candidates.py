"""Fetches who may be in a search's answer: by place and by name, on SQLite and PostgreSQL alike.

By place alone it reads the blocks of the cells that the circle touches; by name, the entries. Then
the true circle: the order by distance is that of the squared chord between points of the unit
sphere, which needs no trigonometry. Statements are kept by shape. Knows nothing of what the
candidates answer to filters but that it is bits.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVarTuple

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import read_committed
from finder.facilities.blocks import (
    PLANES,
    PROGRAM,
    Bits,
    Block,
    Entry,
    cells_around,
    pack,
    unplaced_cell,
)
from finder.facilities.indexing import fold_name, unit_vector
from finder.facilities.models import SearchBlock, SearchEntry
from finder.geocoding.distance import EARTH_RADIUS_MILES

Ts = TypeVarTuple("Ts")

FAR = 9.0
"""the squared chord of a facility whose place is not known; that of the antipodes is 4"""
_ROUNDING = 1 + 1e-12
"""A facility at the very edge of the circle is not lost to the last bit."""
_MOST_RUNS = 24
"""More runs of cells are read as one; those between are left out by their distance."""
_AT_ONCE = 64
"""Candidates that are counted at a time: there are always as many as a multiple of it."""


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


class Candidates:
    """The entries of a place and a name, whatever they answer to filters, as arrays side by side.

    A set of them is an array of bits (`blocks.Bits`); ``everyone`` is the set of all.
    """

    def __init__(
        self,
        points: npt.NDArray[np.float64],
        programs: npt.NDArray[Any],
        planes: Bits,
        *,
        center: tuple[float, float] | None,
        furthest: float | None,
        names: Callable[[], Sequence[str]],
    ) -> None:
        """Keep those that lie within a squared chord of a center, and those of unknown place.

        :param names: returns the name of each entry, in their order; asked for where it is needed.
        """
        self.planes = planes
        self.chords = _chords(points, center)
        present = programs["id"] > 0
        if furthest is not None:
            present &= (self.chords <= furthest) | (self.chords == FAR)
        self.everyone: Bits = np.packbits(present, bitorder="little")
        self._programs = programs
        self._names = names

    def having(self, bit: int) -> Bits:
        """Return the set of those whose mask has a bit."""
        those: Bits = self.planes[bit] & self.everyone
        return those

    def within(self, chord: float) -> Bits:
        """Return the set of those within a squared chord of the center."""
        return self.everyone & np.packbits(self.chords <= chord, bitorder="little")

    def nearest(self, those: Bits, last: int, first: int = 0) -> list[int]:
        """Return the positions of some of a set, from the nearest on: those before ``last``."""
        chosen = positions(those)
        chords = self.chords[chosen]
        if len(chosen) > last > 0:
            # Who is further than the last that is asked for need not be put in order.
            near = chords <= np.partition(chords, last - 1)[last - 1]
            chosen, chords = chosen[near], chords[near]
        order = np.argsort(chords, kind="stable")
        return self._by_name_where_alike(chosen[order].tolist(), chords[order].tolist())[first:last]

    def _by_name_where_alike(self, ordered: list[int], chords: list[float]) -> list[int]:
        if len(set(chords)) == len(chords):
            return ordered
        names, ids = self._names(), self._programs["id"]
        keys = {i: (chord, names[i], ids[i]) for i, chord in zip(ordered, chords, strict=True)}
        return sorted(ordered, key=keys.__getitem__)

    def by_name(self, those: Bits, last: int, first: int = 0) -> list[int]:
        """Return the positions of some of a set, in order of name, then of distance."""
        names, chords, ids = self._names(), self.chords, self._programs["id"]
        chosen = positions(those).tolist()
        return sorted(chosen, key=lambda i: (names[i], chords[i], ids[i]))[first:last]

    def newest(self, those: Bits, last: int, first: int = 0) -> list[int]:
        """Return the positions of some of a set, the newest listings first, then the nearest."""
        names, chords = self._names(), self.chords
        ids, days = self._programs["id"], self._programs["day"]
        chosen = positions(those).tolist()
        return sorted(chosen, key=lambda i: (-days[i], chords[i], names[i], ids[i]))[first:last]

    def at(self, chosen: Sequence[int]) -> list[Candidate]:
        """Return those at some positions."""
        if not chosen:
            return []
        where = np.array(chosen)
        bits = (self.planes[:, where >> 3] >> (where & 7).astype(np.uint8)) & 1
        masks = np.packbits(bits, axis=0, bitorder="little").T
        programs = self._programs[where]
        return [
            Candidate(id_, version, chord, int.from_bytes(mask.tobytes(), "little"))
            for id_, version, chord, mask in zip(
                programs["id"].tolist(),
                programs["version"].tolist(),
                self.chords[where].tolist(),
                masks,
                strict=True,
            )
        ]

    def ids(self, chosen: Sequence[int]) -> list[int]:
        """Return the facilities' ids at some positions."""
        ids: list[int] = self._programs["id"][chosen].tolist()
        return ids


def positions(those: Bits) -> npt.NDArray[np.intp]:
    """Return where the entries of a set stand."""
    return np.flatnonzero(np.unpackbits(those, bitorder="little"))


def size(those: Bits) -> int:
    """Return how many are in a set."""
    return int(np.bitwise_count(those.view(np.uint64)).sum())


def _chords(
    points: npt.NDArray[np.float64], center: tuple[float, float] | None
) -> npt.NDArray[np.float64]:
    """Return the squared chords from a center; of all where there is none, as of unknown place."""
    if center is None:
        return np.full(len(points), FAR)
    x, y, z = (points - unit_vector(*center)).T
    chords: npt.NDArray[np.float64] = x * x + y * y + z * z
    chords[np.isnan(chords)] = FAR
    return chords


def find_candidates(
    session: Session,
    *,
    center: tuple[float, float] | None = None,
    radius_miles: float | None = None,
    name: str = "",
    state: str = "",
) -> Candidates:
    """Return the entries of a place and a name.

    :param center: latitude and longitude in degrees.
    :param radius_miles: None for any distance.
    :param name: words that must all be parts of the name.
    :param state: the USPS code of a state, all of which is meant: also those of its programs whose
        place is not known.
    """
    words = tuple(fold_name(name).split())
    if name and not words:
        return nobody()
    runs: list[tuple[int, int]] = []
    furthest = None
    if center is not None and radius_miles is not None:
        runs, furthest = cells_around(*center, radius_miles), chord_of(radius_miles)
        if len(runs) > _MOST_RUNS:
            runs = [(min(first for first, _ in runs), max(last for _, last in runs))]
        if state:
            runs.append((unplaced_cell(state), unplaced_cell(state)))
    read = _read_entries if words else _read_blocks
    return read(session, center, furthest, runs, words)


def nobody() -> Candidates:
    """Return no candidates at all."""
    return candidates_of_entries(())


def candidates_of_entries(
    entries: Iterable[Entry],
    center: tuple[float, float] | None = None,
    furthest: float | None = None,
) -> Candidates:
    """Return candidates that are not read from blocks."""
    block = pack(0, entries)
    return _of_blocks([block], center, furthest, lambda: {block.cell: block.names})


def _read_blocks(
    session: Session,
    center: tuple[float, float] | None,
    furthest: float | None,
    runs: Sequence[tuple[int, int]],
    _words: tuple[str, ...],
) -> Candidates:
    values = _values(runs)
    rows = [Block(*row) for row in read_committed(session, _blocks(len(runs)), values)]

    def names() -> dict[int, str]:
        return dict(read_committed(session, _names(len(runs)), values))

    return _of_blocks(rows, center, furthest, names)


def _read_entries(
    session: Session,
    center: tuple[float, float] | None,
    furthest: float | None,
    runs: Sequence[tuple[int, int]],
    words: tuple[str, ...],
) -> Candidates:
    values = _values(runs) | {f"word{i}": f"%{word}%" for i, word in enumerate(words)}
    entries = session.execute(_entries(len(runs), len(words)), values).all()
    return candidates_of_entries(entries, center, furthest)


def _of_blocks(
    blocks: Sequence[Block],
    center: tuple[float, float] | None,
    furthest: float | None,
    names_by_cell: Callable[[], Mapping[int, str]],
) -> Candidates:
    """Put blocks in a row."""
    sizes = [len(block.programs) // PROGRAM.itemsize for block in blocks]
    fill = -sum(sizes) % _AT_ONCE
    points = b"".join([block.points for block in blocks]) + b"\0" * (24 * fill)
    programs = b"".join([block.programs for block in blocks]) + b"\0" * (PROGRAM.itemsize * fill)
    planes = [np.frombuffer(block.planes, np.uint8).reshape(PLANES, -1) for block in blocks]

    def names() -> list[str]:
        listed: list[str] = []
        known = names_by_cell()
        for block, count in zip(blocks, sizes, strict=True):
            # Those that fill up have none; and a block may have changed since it was read.
            theirs = known.get(block.cell, "").split("\n")
            listed += (theirs + [""] * count)[:count]
        return listed

    return Candidates(
        np.frombuffer(points, "<f8").reshape(-1, 3),
        np.frombuffer(programs, PROGRAM),
        np.concatenate([*planes, np.zeros((PLANES, fill // 8), np.uint8)], axis=1),
        center=center,
        furthest=furthest,
        names=names,
    )


def _values(runs: Sequence[tuple[int, int]]) -> dict[str, object]:
    firsts = {f"first{i}": first for i, (first, _) in enumerate(runs)}
    return {**firsts, **{f"last{i}": last for i, (_, last) in enumerate(runs)}}


# Building a statement costs more than running it, so each shape is built once.


@functools.cache
def _blocks(runs: int) -> sa.Select[Any]:
    block = SearchBlock.__table__.c
    columns = sa.select(block.cell, block.points, block.programs, block.planes)
    return _in_runs(columns, block.cell, runs)


@functools.cache
def _names(runs: int) -> sa.Select[int, str]:
    return _in_runs(sa.select(SearchBlock.cell, SearchBlock.names), SearchBlock.cell, runs)


@functools.lru_cache(maxsize=256)
def _entries(runs: int, words: int) -> sa.Select[Any]:
    entry = SearchEntry.__table__.c
    statement = _in_runs(sa.select(*entry), entry.cell, runs)
    return statement.where(*(entry.sort_name.like(sa.bindparam(f"word{i}")) for i in range(words)))


def _in_runs(statement: sa.Select[*Ts], cell: Any, runs: int) -> sa.Select[*Ts]:
    if not runs:
        return statement
    between = (
        cell.between(sa.bindparam(f"first{i}"), sa.bindparam(f"last{i}")) for i in range(runs)
    )
    return statement.where(sa.or_(*between))
