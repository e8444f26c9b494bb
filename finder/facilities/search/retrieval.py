"""Reads a search's candidates from the index: by place and by name, in one SELECT.

Within a radius it reads the tiles of the cells that the circle touches, else the name segments; of
both only those that contain the words asked for. Then numpy refines: squared chords between unit
vectors against the radius, and words against names. Where a name is asked for, how well it fits
comes before distance and name in every order. Statements are cached by shape.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from finder.db import read_committed
from finder.facilities.index import (
    BITMAPS,
    ENTRY_DTYPE,
    LAYOUT,
    SERVICE_BITMAPS,
    Bitmap,
    Entry,
    Fits,
    NameTerms,
    SoughtName,
    SubstringScan,
    Tile,
    cells_around,
    fits_of_forms,
    match_words,
    pack_tile,
    sought_name,
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
    count_bits,
    squared_chord_of,
)
from finder.facilities.search.offered_words import offered_word
from finder.facilities.search.statements import (
    places_statement,
    run_parameters,
    segment_column_statement,
    segment_statement,
    shape,
    tile_names_statement,
    tile_services_statement,
    tile_statement,
    version_statement,
    word_parameters,
)
from finder.facilities.vocabulary import Treats

_MOST_RUNS = 24
"""More runs of cells are merged into one; cells between are excluded by their distance."""
_PADDED_TO = 64
"""entries: bitmaps are counted in 64-bit words"""
_EXACT = np.int32(1 << 22)
"""more than the proleptic ordinal of any date: weighs an exact place before every date"""
_NO_NAME = sought_name("")


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
    :param name: words, each a word of the name or a part of one: see ``docs/names.md``.
    :param state: USPS code of the state whose middle the center is: its facilities without
        coordinates are included.
    :param whole_state: all of that state, whatever the distance, and nothing else.
    :param treats: whose answers to filters are read; who does not treat it is found, too.

    Where the name is a word for something that programs list, those are found as well
    (``offered_words``): of a service always, of a filter where no name has it.
    """
    sought = sought_name(name)
    if name and not sought.words:
        return empty_candidates()
    read = functools.partial(
        _read, session, center, radius_miles, state, whole_state=whole_state, treats=treats
    )
    found = read(sought)
    offered = offered_word(name) if name else None
    # A filter is there to be chosen, so it takes the place of a name only where nothing has that.
    if offered is None or (offered.service is None and count_bits(found.present)):
        return found
    everything = read(_NO_NAME)
    return everything.united(found, offered.of(everything))


def _read(
    session: Session,
    center: tuple[float, float] | None,
    radius_miles: float | None,
    state: str,
    sought: SoughtName,
    *,
    whole_state: bool,
    treats: Treats,
) -> Candidates:
    if whole_state:
        candidates = _read_segments(session, center, sought, treats)
        candidates.present = candidates.matching(LAYOUT.state_bits(state))
        return candidates
    if center is None or radius_miles is None:
        return _read_segments(session, center, sought, treats)
    runs = cells_around(*center, radius_miles)
    if len(runs) > _MOST_RUNS:
        runs = [(min(first for first, _ in runs), max(last for _, last in runs))]
    if state:
        runs.append((unplaced_cell(state), unplaced_cell(state)))
    return _read_tiles(session, center, squared_chord_of(radius_miles), runs, sought, treats)


def empty_candidates() -> Candidates:
    """Return candidates without any entry."""
    return candidates_of_entries(())


def candidates_of_entries(entries: Iterable[Entry]) -> Candidates:
    """Return entries that are not from the database as candidates, without coordinates."""
    tile = pack_tile(0, entries)
    return _candidates_of_tiles([tile], None, None, _NO_NAME, lambda: {tile.cell: tile.names})


# --- within a radius -----------------------------------------------------------------------------


def _read_tiles(
    session: Session,
    center: tuple[float, float],
    furthest: float,
    runs: Sequence[tuple[int, int]],
    sought: SoughtName,
    treats: Treats,
) -> Candidates:
    values = run_parameters(runs) | word_parameters(sought)
    statement = tile_statement(len(runs), shape(sought), treats)
    rows = [Tile(*row) for row in read_committed(session, statement, values)]

    def names() -> dict[int, str]:
        return dict(read_committed(session, tile_names_statement(len(runs)), values))

    def services() -> Bitmap:
        known = dict(read_committed(session, tile_services_statement(len(runs)), values))
        return _service_bitmaps((known.get(row.cell), len(row.bitmaps)) for row in rows)

    return _candidates_of_tiles(rows, center, furthest, sought, names, services)


def _candidates_of_tiles(
    tiles: Sequence[Tile],
    center: tuple[float, float] | None,
    furthest: float | None,
    sought: SoughtName,
    names_by_cell: Callable[[], Mapping[int, str]],
    services: Callable[[], Bitmap] | None = None,
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
    fits: Callable[[], Sequence[Bitmap]] = tuple
    if sought.words:
        forms = _lines_of_tiles(tiles, [*sizes, padding], {each.cell: each.forms for each in tiles})
        scan = SubstringScan("\n".join(forms))
        with_parts, with_words = match_words(scan, sought.words)
        present &= with_parts
        with_words = with_words & present
        fits = functools.partial(fits_of_forms, forms, scan, with_words, sought)

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
        fits=fits,
        services=services,
    )


def _service_bitmaps(stored: Iterable[tuple[bytes | None, int]]) -> Bitmap:
    """Return the bitmaps of services of consecutive tiles or segments, padded.

    :param stored: of each its bitmaps of services, and the bytes of its bitmaps of filters.
    """
    pieces = []
    for packed, size in stored:
        shape = SERVICE_BITMAPS, size // BITMAPS
        # One that was replaced since by one of another size says nothing.
        is_whole = packed is not None and len(packed) == shape[0] * shape[1]
        text = packed if packed is not None and is_whole else bytes(shape[0] * shape[1])
        pieces.append(np.frombuffer(text, np.uint8).reshape(shape))
    count = sum(piece.shape[1] for piece in pieces)
    padding = np.zeros((SERVICE_BITMAPS, -count % (_PADDED_TO // 8)), np.uint8)
    return np.concatenate([*pieces, padding], axis=1)


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
            self._names = _lines_of_tiles(self._tiles, self._sizes, self._names_by_cell())
        return self._names

    def ranks(self, chosen: Positions) -> npt.NDArray[np.intp]:
        """Return the dense rank of the name of each of some positions."""
        names = self.all()
        asked = [names[position] for position in chosen.tolist()]
        rank = {name: number for number, name in enumerate(sorted(set(asked)))}
        return np.array([rank[name] for name in asked], np.intp)


def _lines_of_tiles(
    tiles: Sequence[Tile], sizes: Sequence[int], text_by_cell: Mapping[int, str]
) -> list[str]:
    """Return the line of each entry, "" for padding.

    :param sizes: of the tiles with their padding, and last of the padding behind them.
    """
    lines: list[str] = []
    for tile, count in zip(tiles, sizes, strict=False):
        # A tile may have changed since it was read.
        of_tile = text_by_cell.get(tile.cell, "").split("\n")
        lines += (of_tile + [""] * count)[:count]
    return lines + [""] * sizes[-1]


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
    session: Session, center: tuple[float, float] | None, sought: SoughtName, treats: Treats
) -> Candidates:
    statement = segment_statement(shape(sought), treats, placed=center is not None)
    segments = [
        _SegmentRow(*row) for row in read_committed(session, statement, word_parameters(sought))
    ]
    if not segments:
        return empty_candidates()
    # Sorted here, because a database may collate text otherwise.
    segments.sort(key=lambda segment: (segment.first_name, segment.first_id))
    pieces = [np.frombuffer(segment.ids, "<i4") for segment in segments]
    present = [np.packbits(piece > 0, bitorder="little") for piece in pieces]
    fits: Callable[[], Sequence[Bitmap]] = tuple
    if sought.words:
        matches = [_match_segment(each, sought) for each in segments]
        present = [each.parts for each in matches]
        fits = functools.partial(_fits_of_segments, session, segments, matches, sought)
    ids = np.concatenate(pieces)
    columns = _SegmentColumns(session, segments, sought)
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
        fits=fits,
        services=columns.services,
    )


class _SegmentMatch(NamedTuple):
    """The entries of a segment whose names match."""

    terms: NameTerms
    parts: Bitmap
    words: Bitmap
    """those that have all words, whole"""


def _match_segment(segment: _SegmentRow, sought: SoughtName) -> _SegmentMatch:
    terms = NameTerms(segment.terms, segment.postings, len(segment.ids) // 4)
    parts, words = terms.matching(sought.words)
    return _SegmentMatch(
        terms, np.packbits(parts, bitorder="little"), np.packbits(words, bitorder="little")
    )


def _fits_of_segments(
    session: Session,
    segments: Sequence[_SegmentRow],
    matches: Sequence[_SegmentMatch],
    sought: SoughtName,
) -> Fits:
    """Return how well names fit; reads two columns of the segments where any may begin so."""
    wanted = [
        segment.id
        for segment, match in zip(segments, matches, strict=True)
        if match.terms.may_begin(sought)
    ]
    rows: Sequence[Any] = ()
    if wanted:
        values = {f"id{i}": each for i, each in enumerate(wanted)}
        rows = read_committed(session, places_statement(len(wanted)), values)
    # A segment may have been replaced since it was read.
    columns = {id_: (places, lengths) for id_, places, lengths in rows}
    beginning = [
        match.terms.beginning(sought, *columns[segment.id])
        if segment.id in columns
        else (np.zeros_like(match.words),) * 2
        for segment, match in zip(segments, matches, strict=True)
    ]
    exact, begins = (np.concatenate(each) for each in zip(*beginning, strict=True))
    return Fits(exact, begins, np.concatenate([match.words for match in matches]))


class _SegmentColumns:
    """Further columns of the segments, read when they are first needed."""

    def __init__(
        self, session: Session, segments: Sequence[_SegmentRow], sought: SoughtName
    ) -> None:
        self._session = session
        self._segments = segments
        self._sought = sought
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

    def services(self) -> Bitmap:
        """Return a bitmap for each service that is found by a word."""
        sizes = [len(segment.bitmaps) for segment in self._segments]
        return _service_bitmaps(zip(self._column("services"), sizes, strict=True))

    def _column(self, name: str) -> list[Any]:
        """Return a column of the segments, None for a segment that was replaced meanwhile."""
        statement = segment_column_statement(name, shape(self._sought))
        known = dict(read_committed(self._session, statement, word_parameters(self._sought)))
        return [known.get(segment.id) for segment in self._segments]


def _versions_of(session: Session, ids: Sequence[int]) -> npt.NDArray[np.int64]:
    values = {f"id{i}": each for i, each in enumerate(ids)}
    known = dict(read_committed(session, version_statement(len(ids)), values))
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
