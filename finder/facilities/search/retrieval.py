"""Reads a search's candidates from the index: by place and by name, in one SELECT.

Within a radius it reads the tiles of the cells that the circle touches, else the name segments; of
both only those that contain the words asked for. Then numpy refines: squared chords between unit
vectors against the radius, and words against names. Statements are cached by shape.
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
    BITMAP_COLUMNS,
    BITMAPS,
    ENTRY_DTYPE,
    LAYOUT,
    Bitmap,
    Entry,
    NameSegment,
    SearchEntry,
    SearchTile,
    SubstringScan,
    Tile,
    cells_around,
    fold_name,
    match_names,
    pack_tile,
    unit_vector,
    unplaced_cell,
)
from finder.facilities.search.candidates import (
    REMOVED,
    UNPLACED_CHORD,
    Candidates,
    Positions,
    SortKey,
    SortKeys,
    bits_at,
    squared_chord_of,
)
from finder.facilities.vocabulary import Treats

Ts = TypeVarTuple("Ts")

_MOST_RUNS = 24
"""More runs of cells are merged into one; cells between are excluded by their distance."""
_PADDED_TO = 64
"""entries: bitmaps are counted in 64-bit words"""
_EXACT = np.int32(1 << 22)
"""more than the proleptic ordinal of any date: weighs an exact place before every date"""


def find_candidates(
    session: Session,
    *,
    center: tuple[float, float] | None = None,
    radius_miles: float | None = None,
    name: str = "",
    state: str = "",
    whole_state: bool = False,
    treats: Treats = Treats.SUBSTANCE_USE,
) -> Candidates:
    """Return the entries that match a place and a name.

    :param center: latitude and longitude in degrees.
    :param radius_miles: statute miles, None for any distance.
    :param name: words, each a substring of the name.
    :param state: USPS code of the state whose middle the center is: its facilities without
        coordinates are included.
    :param whole_state: all of that state, whatever the distance, and nothing else.
    :param treats: whose answers to filters are read; who does not treat it is found, too.
    """
    words = tuple(fold_name(name).split())
    if name and not words:
        return empty_candidates()
    if whole_state:
        candidates = _read_segments(session, center, words, treats)
        candidates.present = candidates.matching(LAYOUT.state_bits(state))
        return candidates
    if center is None or radius_miles is None:
        return _read_segments(session, center, words, treats)
    runs = cells_around(*center, radius_miles)
    if len(runs) > _MOST_RUNS:
        runs = [(min(first for first, _ in runs), max(last for _, last in runs))]
    if state:
        runs.append((unplaced_cell(state), unplaced_cell(state)))
    furthest = squared_chord_of(radius_miles)
    return _read_tiles(session, center, furthest, runs, words, treats)


def empty_candidates() -> Candidates:
    """Return candidates without any entry."""
    return candidates_of_entries(())


def candidates_of_entries(entries: Iterable[Entry]) -> Candidates:
    """Return entries that are not from the database as candidates, without coordinates."""
    tile = pack_tile(0, entries)
    return _candidates_of_tiles([tile], None, None, (), lambda: {tile.cell: tile.names})


# --- within a radius -----------------------------------------------------------------------------


def _read_tiles(
    session: Session,
    center: tuple[float, float],
    furthest: float,
    runs: Sequence[tuple[int, int]],
    words: tuple[str, ...],
    treats: Treats,
) -> Candidates:
    values = _run_parameters(runs) | _word_parameters(words)
    statement = _tile_statement(len(runs), len(words), treats)
    rows = [Tile(*row) for row in read_committed(session, statement, values)]

    def names() -> dict[int, str]:
        if words:
            return {tile.cell: tile.names for tile in rows}
        return dict(read_committed(session, _tile_names_statement(len(runs)), values))

    return _candidates_of_tiles(rows, center, furthest, words, names)


def _candidates_of_tiles(
    tiles: Sequence[Tile],
    center: tuple[float, float] | None,
    furthest: float | None,
    words: Sequence[str],
    names_by_cell: Callable[[], Mapping[int, str]],
) -> Candidates:
    """Concatenate tiles; entries that are too far away or of other names are not present.

    :param furthest: a squared chord, which entries without coordinates never exceed.
    :param names_by_cell: reads the tiles' names; called only where an order needs them.
    """
    sizes = [len(tile.entries) // ENTRY_DTYPE.itemsize for tile in tiles]
    padding = -sum(sizes) % _PADDED_TO
    points = b"".join([tile.points for tile in tiles]) + b"\0" * (24 * padding)
    packed = b"".join([tile.entries for tile in tiles]) + b"\0" * (ENTRY_DTYPE.itemsize * padding)
    of_tiles = [np.frombuffer(tile.bitmaps, np.uint8).reshape(BITMAPS, -1) for tile in tiles]
    bitmaps = [np.concatenate([*of_tiles, np.zeros((BITMAPS, padding // 8), np.uint8)], axis=1)]
    entries = np.frombuffer(packed, ENTRY_DTYPE)
    ids, chords = entries["id"], _chords(np.frombuffer(points, "<f8").reshape(-1, 3), center)
    names = _TileNames(tiles, [*sizes, padding], names_by_cell)
    present = ids > 0
    if furthest is not None:
        present &= (chords <= furthest) | (chords == UNPLACED_CHORD)
    if words:
        scan = SubstringScan("\n".join(names.all()))
        for word in words:
            present &= scan.lines_containing(word)

    def days_descending(chosen: Positions) -> npt.NDArray[np.int32]:
        negated: npt.NDArray[np.int32] = -entries["day"][chosen]
        return negated

    return Candidates(
        np.packbits(present, bitorder="little"),
        bitmaps,
        ids,
        chords,
        versions=_values_at(entries["version"]),
        order=SortKeys(
            distance=(_values_at(chords),),
            name=(names.ranks,),
            day=days_descending,
            standing=(_standing(bitmaps, days_descending),),
            tie_breakers=(names.ranks, _values_at(ids)),
        ),
    )


class _TileNames:
    """The names of concatenated tiles, read when they are first needed."""

    def __init__(
        self,
        tiles: Sequence[Tile],
        sizes: Sequence[int],
        names_by_cell: Callable[[], Mapping[int, str]],
    ) -> None:
        self._tiles = tiles
        self._sizes = sizes
        self._names_by_cell = names_by_cell
        self._names: list[str] = []

    def all(self) -> list[str]:
        """Return the name of each entry, "" for padding."""
        if not self._names:
            known = self._names_by_cell()
            for tile, count in zip(self._tiles, self._sizes, strict=False):
                # A tile may have changed since it was read.
                names = known.get(tile.cell, "").split("\n")
                self._names += (names + [""] * count)[:count]
            self._names += [""] * self._sizes[-1]
        return self._names

    def ranks(self, chosen: Positions) -> npt.NDArray[np.intp]:
        """Return the dense rank of the name of each of some positions."""
        names = self.all()
        asked = [names[position] for position in chosen.tolist()]
        rank = {name: number for number, name in enumerate(sorted(set(asked)))}
        return np.array([rank[name] for name in asked], np.intp)


# --- anywhere ------------------------------------------------------------------------------------


class _SegmentRow(NamedTuple):
    """The columns of a segment that a search reads; empty where it does not need one."""

    id: int
    first_name: str
    first_id: int
    ids: bytes
    bitmaps: bytes
    terms: str
    postings: bytes
    points: bytes
    days: bytes


def _read_segments(
    session: Session,
    center: tuple[float, float] | None,
    words: tuple[str, ...],
    treats: Treats,
) -> Candidates:
    statement = _segment_statement(len(words), treats, placed=center is not None)
    segments = [
        _SegmentRow(*row) for row in read_committed(session, statement, _word_parameters(words))
    ]
    if not segments:
        return empty_candidates()
    # Sorted here, because a database may collate text otherwise.
    segments.sort(key=lambda segment: (segment.first_name, segment.first_id))
    pieces = [np.frombuffer(segment.ids, "<i4") for segment in segments]
    present = [np.packbits(piece > 0, bitorder="little") for piece in pieces]
    if words:
        present = [
            subset & match_names(segment.terms, segment.postings, words, len(piece))
            for subset, segment, piece in zip(present, segments, pieces, strict=True)
        ]
    ids = np.concatenate(pieces)
    columns = _SegmentColumns(session, segments, words)
    chords = np.broadcast_to(UNPLACED_CHORD, len(ids))
    bitmaps = [
        np.frombuffer(segment.bitmaps, np.uint8).reshape(BITMAPS, -1) for segment in segments
    ]
    distance: tuple[SortKey, ...] = ()
    name: tuple[SortKey, ...] = ()
    standing: tuple[SortKey, ...] = ()
    if center is not None:
        points = (np.frombuffer(segment.points, "<f8").reshape(-1, 3) for segment in segments)
        chords = np.concatenate([_chords(each, center) for each in points])
        distance, name = (_values_at(chords),), (columns.name_numbers,)
        standing = (_standing(bitmaps, columns.days_descending),)
    return Candidates(
        np.concatenate(present),
        bitmaps,
        ids,
        chords,
        versions=lambda chosen: _versions_of(session, ids[chosen].tolist()),
        # Positions are in order of name and id already.
        order=SortKeys(
            distance=distance,
            name=name,
            day=columns.days_descending,
            standing=standing,
            tie_breakers=(),
        ),
    )


class _SegmentColumns:
    """Further columns of the segments, read when they are first needed."""

    def __init__(
        self, session: Session, segments: Sequence[_SegmentRow], words: tuple[str, ...]
    ) -> None:
        self._session = session
        self._segments = segments
        self._words = words
        self._known: dict[str, npt.NDArray[np.int32]] = {}

    def days_descending(self, chosen: Positions) -> npt.NDArray[np.int32]:
        """Return the negated day of each of some positions: newer listings sort first."""
        if "days" not in self._known:
            are_read = bool(self._segments[0].days)
            known = [each.days for each in self._segments] if are_read else self._column("days")
            packed = zip(known, self._segments, strict=True)
            days = [
                np.frombuffer(each or bytes(len(segment.ids)), "<i4") for each, segment in packed
            ]
            self._known["days"] = np.concatenate(days)
        return -self._known["days"][chosen]

    def name_numbers(self, chosen: Positions) -> npt.NDArray[np.int32]:
        """Return the number of the name of each of some positions, ascending in order of name."""
        if "names" not in self._known:
            pieces, before = [], ""
            columns = self._column("name_starts"), self._column("last_name")
            for segment, name_starts, last_name in zip(self._segments, *columns, strict=True):
                packed = np.frombuffer(name_starts or bytes(len(segment.ids) // 32), np.uint8)
                starts = np.unpackbits(packed, bitorder="little")
                starts[0] = segment.first_name != before
                pieces.append(starts)
                before = last_name
            self._known["names"] = np.cumsum(np.concatenate(pieces), dtype=np.int32)
        return self._known["names"][chosen]

    def _column(self, name: str) -> list[Any]:
        """Return a column of the segments, None for a segment that was replaced meanwhile."""
        statement = _segment_column_statement(name, len(self._words))
        known = dict(read_committed(self._session, statement, _word_parameters(self._words)))
        return [known.get(segment.id) for segment in self._segments]


def _versions_of(session: Session, ids: Sequence[int]) -> npt.NDArray[np.int64]:
    values = {f"id{i}": each for i, each in enumerate(ids)}
    known = dict(read_committed(session, _version_statement(len(ids)), values))
    return np.array([known.get(each, REMOVED) for each in ids], np.int64)


def _chords(
    points: npt.NDArray[np.float64], center: tuple[float, float] | None
) -> npt.NDArray[np.float64]:
    """Return the squared chords from a center, `UNPLACED_CHORD` without one; shape (n,)."""
    if center is None:
        return np.full(len(points), UNPLACED_CHORD)
    x, y, z = (points - unit_vector(*center)).T
    chords: npt.NDArray[np.float64] = x * x + y * y + z * z
    chords[np.isnan(chords)] = UNPLACED_CHORD
    return chords


def _standing(bitmaps: Sequence[Bitmap], days_descending: SortKey) -> SortKey:
    """Return a sort key, int32: the exact places first, then the newer listings."""

    def standing(chosen: Positions) -> npt.NDArray[np.int32]:
        exact = bits_at(bitmaps, LAYOUT.exact_bit, chosen)
        ranks: npt.NDArray[np.int32] = days_descending(chosen) - _EXACT * exact
        return ranks

    return standing


def _values_at(values: npt.NDArray[Any]) -> SortKey:
    """Return a sort key that reads a column."""
    key: SortKey = values.__getitem__
    return key


# --- statements ----------------------------------------------------------------------------------
# Building a statement costs more than running it, so each shape is built once.


def _run_parameters(runs: Sequence[tuple[int, int]]) -> dict[str, object]:
    firsts = {f"first{i}": first for i, (first, _) in enumerate(runs)}
    return {**firsts, **{f"last{i}": last for i, (_, last) in enumerate(runs)}}


def _word_parameters(words: Sequence[str]) -> dict[str, object]:
    return {f"word{i}": f"%{word}%" for i, word in enumerate(words)}


@functools.lru_cache(maxsize=256)
def _tile_statement(runs: int, words: int, treats: Treats) -> sa.Select[Any]:
    tile = SearchTile.__table__.c
    names = tile.names if words else sa.literal_column("''")
    columns = sa.select(tile.cell, tile.points, tile.entries, tile[BITMAP_COLUMNS[treats]], names)
    return _where_containing(_where_in_runs(columns, tile.cell, runs), tile.names, words)


@functools.cache
def _tile_names_statement(runs: int) -> sa.Select[int, str]:
    return _where_in_runs(sa.select(SearchTile.cell, SearchTile.names), SearchTile.cell, runs)


@functools.lru_cache(maxsize=256)
def _segment_statement(words: int, treats: Treats, *, placed: bool) -> sa.Select[Any]:
    segment = NameSegment.__table__.c
    nothing: sa.ColumnClause[Any] = sa.literal_column("''")
    columns = sa.select(
        *(segment.id, segment.first_name, segment.first_id, segment.ids),
        segment[BITMAP_COLUMNS[treats]],
        *((segment.terms, segment.postings) if words else (nothing, nothing)),
        # Of programs that are equally far the newer comes first.
        *((segment.points, segment.days) if placed else (nothing, nothing)),
    )
    return _where_containing(columns, segment.terms, words)


@functools.lru_cache(maxsize=256)
def _segment_column_statement(column: str, words: int) -> sa.Select[Any]:
    segment = NameSegment.__table__.c
    return _where_containing(sa.select(segment.id, segment[column]), segment.terms, words)


@functools.lru_cache(maxsize=256)
def _version_statement(count: int) -> sa.Select[int, int]:
    ids: list[sa.BindParameter[int]] = [sa.bindparam(f"id{i}") for i in range(count)]
    columns = sa.select(SearchEntry.facility_id, SearchEntry.version)
    return columns.where(SearchEntry.facility_id.in_(ids))


def _where_in_runs(statement: sa.Select[*Ts], cell: Any, runs: int) -> sa.Select[*Ts]:
    between = (
        cell.between(sa.bindparam(f"first{i}"), sa.bindparam(f"last{i}")) for i in range(runs)
    )
    return statement.where(sa.or_(*between))


def _where_containing(statement: sa.Select[*Ts], text: Any, words: int) -> sa.Select[*Ts]:
    return statement.where(*(text.like(sa.bindparam(f"word{i}")) for i in range(words)))
