"""Fetches who may be in a search's answer: by place and by name, on SQLite and PostgreSQL alike.

Within a circle it reads the blocks of the cells that the circle touches (`blocks`), and else the
shelves of names (`shelves`); of both only those that hold the words asked for. Then the true
circle: the order by distance is that of the squared chord between points of the unit sphere, which
needs no trigonometry. Statements are kept by shape.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVarTuple

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import read_committed
from finder.facilities.index import (
    LAYOUT,
    PLANES,
    PROGRAM,
    Block,
    Entry,
    Lines,
    SearchBlock,
    SearchEntry,
    SearchShelf,
    cells_around,
    fold_name,
    named,
    pack,
    unit_vector,
    unplaced_cell,
)
from finder.facilities.search.candidates import (
    FAR,
    GONE,
    Candidates,
    Key,
    Order,
    Positions,
    chord_of,
)

Ts = TypeVarTuple("Ts")

_MOST_RUNS = 24
"""More runs of cells are read as one; those between are left out by their distance."""
_AT_ONCE = 64
"""Candidates that are counted at a time: there are always as many as a multiple of it."""


def find_candidates(
    session: Session,
    *,
    center: tuple[float, float] | None = None,
    radius_miles: float | None = None,
    name: str = "",
    state: str = "",
    whole_state: bool = False,
) -> Candidates:
    """Return the entries of a place and a name.

    :param center: latitude and longitude in degrees.
    :param radius_miles: None for any distance.
    :param name: words that must all be parts of the name.
    :param state: the USPS code of a state in whose middle the center is: also those of its programs
        whose place is not known.
    :param whole_state: all of that state, whatever the distance, and nothing else.
    """
    words = tuple(fold_name(name).split())
    if name and not words:
        return nobody()
    if whole_state:
        candidates = _read_shelves(session, center, words)
        candidates.everyone = candidates.matching(LAYOUT.state_bits(state))
        return candidates
    if center is None or radius_miles is None:
        return _read_shelves(session, center, words)
    runs = cells_around(*center, radius_miles)
    if len(runs) > _MOST_RUNS:
        runs = [(min(first for first, _ in runs), max(last for _, last in runs))]
    if state:
        runs.append((unplaced_cell(state), unplaced_cell(state)))
    return _read_blocks(session, center, chord_of(radius_miles), runs, words)


def nobody() -> Candidates:
    """Return no candidates at all."""
    return candidates_of_entries(())


def candidates_of_entries(entries: Iterable[Entry]) -> Candidates:
    """Return candidates that are not read from the database, as of unknown place."""
    block = pack(0, entries)
    return _of_blocks([block], None, None, (), lambda: {block.cell: block.names})


# --- within a circle -----------------------------------------------------------------------------


def _read_blocks(
    session: Session,
    center: tuple[float, float],
    furthest: float,
    runs: Sequence[tuple[int, int]],
    words: tuple[str, ...],
) -> Candidates:
    values = _cells(runs) | _parts(words)
    rows = [Block(*row) for row in read_committed(session, _blocks(len(runs), len(words)), values)]

    def names() -> dict[int, str]:
        if words:
            return {block.cell: block.names for block in rows}
        return dict(read_committed(session, _names(len(runs)), values))

    return _of_blocks(rows, center, furthest, words, names)


def _of_blocks(
    blocks: Sequence[Block],
    center: tuple[float, float] | None,
    furthest: float | None,
    words: Sequence[str],
    names_by_cell: Callable[[], Mapping[int, str]],
) -> Candidates:
    """Put blocks in a row; those who are too far away, or not so named, are not among them.

    :param furthest: a squared chord; who has no known place is never too far away.
    """
    sizes = [len(block.programs) // PROGRAM.itemsize for block in blocks]
    fill = -sum(sizes) % _AT_ONCE
    points = b"".join([block.points for block in blocks]) + b"\0" * (24 * fill)
    packed = b"".join([block.programs for block in blocks]) + b"\0" * (PROGRAM.itemsize * fill)
    planes = [np.frombuffer(block.planes, np.uint8).reshape(PLANES, -1) for block in blocks]
    programs = np.frombuffer(packed, PROGRAM)
    ids, chords = programs["id"], _chords(np.frombuffer(points, "<f8").reshape(-1, 3), center)
    names = _Names(blocks, [*sizes, fill], names_by_cell)
    present = ids > 0
    if furthest is not None:
        present &= (chords <= furthest) | (chords == FAR)
    if words:
        lines = Lines("\n".join(names.listed()))
        for word in words:
            present &= lines.holding(word)
    return Candidates(
        np.packbits(present, bitorder="little"),
        [np.concatenate([*planes, np.zeros((PLANES, fill // 8), np.uint8)], axis=1)],
        ids,
        chords,
        versions=_of(programs["version"]),
        order=Order(
            distance=(_of(chords),),
            name=(names.ranks,),
            day=lambda chosen: -programs["day"][chosen],
            alike=(names.ranks, _of(ids)),
        ),
    )


class _Names:
    """The names of blocks in a row, which are read when they are asked for."""

    def __init__(
        self,
        blocks: Sequence[Block],
        sizes: Sequence[int],
        names_by_cell: Callable[[], Mapping[int, str]],
    ) -> None:
        self._blocks = blocks
        self._sizes = sizes
        self._names_by_cell = names_by_cell
        self._listed: list[str] = []

    def listed(self) -> list[str]:
        """Return a name for each entry; those that fill up have an empty one."""
        if not self._listed:
            known = self._names_by_cell()
            for block, count in zip(self._blocks, self._sizes, strict=False):
                # A block may have changed since it was read.
                theirs = known.get(block.cell, "").split("\n")
                self._listed += (theirs + [""] * count)[:count]
            self._listed += [""] * self._sizes[-1]
        return self._listed

    def ranks(self, chosen: Positions) -> npt.NDArray[np.intp]:
        """Return a number for each of some positions, by which they are in order of name."""
        listed = self.listed()
        theirs = [listed[position] for position in chosen.tolist()]
        rank = {name: number for number, name in enumerate(sorted(set(theirs)))}
        return np.array([rank[name] for name in theirs], np.intp)


# --- anywhere ------------------------------------------------------------------------------------


class _Shelf(NamedTuple):
    """What is read of a shelf; empty is what was not asked for."""

    id: int
    first_name: str
    first_id: int
    ids: bytes
    planes: bytes
    words: str
    postings: bytes
    points: bytes


def _read_shelves(
    session: Session, center: tuple[float, float] | None, words: tuple[str, ...]
) -> Candidates:
    statement = _shelves(len(words), placed=center is not None)
    shelves = [_Shelf(*row) for row in read_committed(session, statement, _parts(words))]
    if not shelves:
        return nobody()
    # In order here, because a database may have an order of words of its own.
    shelves.sort(key=lambda shelf: (shelf.first_name, shelf.first_id))
    pieces = [np.frombuffer(shelf.ids, "<i4") for shelf in shelves]
    sets = [np.packbits(piece > 0, bitorder="little") for piece in pieces]
    if words:
        sets = [
            those & named(shelf.words, shelf.postings, words, len(piece))
            for those, shelf, piece in zip(sets, shelves, pieces, strict=True)
        ]
    ids = np.concatenate(pieces)
    rest = _Rest(session, shelves, words)
    chords = np.broadcast_to(FAR, len(ids))
    distance: tuple[Key, ...] = ()
    name: tuple[Key, ...] = ()
    if center is not None:
        points = (np.frombuffer(shelf.points, "<f8").reshape(-1, 3) for shelf in shelves)
        chords = np.concatenate([_chords(each, center) for each in points])
        distance, name = (_of(chords),), (rest.names,)
    return Candidates(
        np.concatenate(sets),
        [np.frombuffer(shelf.planes, np.uint8).reshape(PLANES, -1) for shelf in shelves],
        ids,
        chords,
        versions=lambda chosen: _versions_of(session, ids[chosen].tolist()),
        # They stand in order of name and id.
        order=Order(distance=distance, name=name, day=rest.newest, alike=()),
    )


class _Rest:
    """What else there is on shelves, which is read when it is asked for."""

    def __init__(self, session: Session, shelves: Sequence[_Shelf], words: tuple[str, ...]) -> None:
        self._session = session
        self._shelves = shelves
        self._words = words
        self._known: dict[str, npt.NDArray[np.int32]] = {}

    def newest(self, chosen: Positions) -> npt.NDArray[np.int32]:
        """Return a number for each of some positions, less for a newer listing."""
        if "days" not in self._known:
            packed = zip(self._column("days"), self._shelves, strict=True)
            days = [np.frombuffer(each or bytes(len(shelf.ids)), "<i4") for each, shelf in packed]
            self._known["days"] = np.concatenate(days)
        return -self._known["days"][chosen]

    def names(self, chosen: Positions) -> npt.NDArray[np.int32]:
        """Return a number for each of some positions, the same for the same name."""
        if "names" not in self._known:
            sets, before = [], ""
            columns = self._column("starts"), self._column("last_name")
            for shelf, starts, last_name in zip(self._shelves, *columns, strict=True):
                packed = np.frombuffer(starts or bytes(len(shelf.ids) // 32), np.uint8)
                theirs = np.unpackbits(packed, bitorder="little")
                theirs[0] = shelf.first_name != before
                sets.append(theirs)
                before = last_name
            self._known["names"] = np.cumsum(np.concatenate(sets), dtype=np.int32)
        return self._known["names"][chosen]

    def _column(self, name: str) -> list[Any]:
        """Return a column of the shelves, None for one that has changed since it was read."""
        statement = _more(name, len(self._words))
        known = dict(read_committed(self._session, statement, _parts(self._words)))
        return [known.get(shelf.id) for shelf in self._shelves]


def _versions_of(session: Session, ids: Sequence[int]) -> npt.NDArray[np.int64]:
    values = {f"id{i}": each for i, each in enumerate(ids)}
    known = dict(read_committed(session, _versions(len(ids)), values))
    return np.array([known.get(each, GONE) for each in ids], np.int64)


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


def _of(values: npt.NDArray[Any]) -> Key:
    """Return what gives a column's values at some positions."""
    of: Key = values.__getitem__
    return of


# --- statements ----------------------------------------------------------------------------------
# Building one costs more than running it, so each shape is built once.


def _cells(runs: Sequence[tuple[int, int]]) -> dict[str, object]:
    firsts = {f"first{i}": first for i, (first, _) in enumerate(runs)}
    return {**firsts, **{f"last{i}": last for i, (_, last) in enumerate(runs)}}


def _parts(words: Sequence[str]) -> dict[str, object]:
    return {f"word{i}": f"%{word}%" for i, word in enumerate(words)}


@functools.lru_cache(maxsize=256)
def _blocks(runs: int, words: int) -> sa.Select[Any]:
    block = SearchBlock.__table__.c
    names = block.names if words else sa.literal_column("''")
    columns = sa.select(block.cell, block.points, block.programs, block.planes, names)
    return _holding(_in_runs(columns, block.cell, runs), block.names, words)


@functools.cache
def _names(runs: int) -> sa.Select[int, str]:
    return _in_runs(sa.select(SearchBlock.cell, SearchBlock.names), SearchBlock.cell, runs)


@functools.lru_cache(maxsize=256)
def _shelves(words: int, *, placed: bool) -> sa.Select[Any]:
    shelf = SearchShelf.__table__.c
    nothing: sa.ColumnClause[Any] = sa.literal_column("''")
    columns = sa.select(
        *(shelf.id, shelf.first_name, shelf.first_id, shelf.ids, shelf.planes),
        *((shelf.words, shelf.postings) if words else (nothing, nothing)),
        shelf.points if placed else nothing,
    )
    return _holding(columns, shelf.words, words)


@functools.lru_cache(maxsize=256)
def _more(column: str, words: int) -> sa.Select[Any]:
    shelf = SearchShelf.__table__.c
    return _holding(sa.select(shelf.id, shelf[column]), shelf.words, words)


@functools.lru_cache(maxsize=256)
def _versions(programs: int) -> sa.Select[int, int]:
    ids: list[sa.BindParameter[int]] = [sa.bindparam(f"id{i}") for i in range(programs)]
    columns = sa.select(SearchEntry.facility_id, SearchEntry.version)
    return columns.where(SearchEntry.facility_id.in_(ids))


def _in_runs(statement: sa.Select[*Ts], cell: Any, runs: int) -> sa.Select[*Ts]:
    between = (
        cell.between(sa.bindparam(f"first{i}"), sa.bindparam(f"last{i}")) for i in range(runs)
    )
    return statement.where(sa.or_(*between))


def _holding(statement: sa.Select[*Ts], text: Any, words: int) -> sa.Select[*Ts]:
    return statement.where(*(text.like(sa.bindparam(f"word{i}")) for i in range(words)))
