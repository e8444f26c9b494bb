"""Builds the search index, and updates what a change of facilities touches.

Decides which facilities a visitor may find: active ones; samples only while there are no others.
An update rewrites the tiles of the cells, and the name segments, in which a changed facility was
or is. Must not know how a search is asked.
"""

from __future__ import annotations

import math
import secrets
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.index.bitmap_index import LAYOUT, SERVICE_LAYOUT
from finder.facilities.index.models import (
    MASK_COLUMNS,
    NameSegment,
    SearchEntry,
    SearchIndexState,
    SearchTile,
)
from finder.facilities.index.name_forms import fold_name, match_form
from finder.facilities.index.name_index import SEGMENT_ENTRIES, pack_segment
from finder.facilities.index.spatial_index import cell_of, pack_tile
from finder.facilities.listings import (
    Facility,
    FacilityStatus,
    LocationPrecision,
    codes_by_kind,
    real_facilities_exist,
)

INDEX_VERSION = "8"
"""Raise it when the meaning of a column of the index changes."""

_BATCH = 1_000
_TILES_A_BATCH = 100
"""a large tile has a megabyte"""
_SEGMENTS_A_BATCH = 10
"""each segment has about half a megabyte"""


def unit_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Return the point on the unit sphere at a latitude and longitude in degrees."""
    phi, theta = math.radians(latitude), math.radians(longitude)
    point = math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)
    # PostgreSQL raises an underflow error where it squares a smaller difference; 1e-15 of the
    # Earth's radius is 6 nanometers.
    return round(point[0], 15), round(point[1], 15), round(point[2], 15)


def index_fingerprint() -> str:
    """Return what the index depends on: it must be rebuilt when this changes."""
    return f"{INDEX_VERSION}:{LAYOUT.fingerprint}:{SERVICE_LAYOUT.fingerprint}"


def index_is_current(session: Session) -> bool:
    """Tell whether the search index was built with the filters of this version."""
    stored = session.scalar(sa.select(SearchIndexState.fingerprint))
    return stored == index_fingerprint()


def rebuild_index(session: Session) -> int:
    """Rebuild the whole index in one transaction; return the number of entries."""
    with write_transaction(session):
        return reindex_all(session)


def reindex_all(session: Session) -> int:
    """Rebuild the whole index inside the caller's transaction; return the number of entries."""
    session.execute(sa.delete(SearchEntry))
    session.execute(sa.delete(SearchTile))
    session.execute(sa.delete(NameSegment))
    count = _insert(session, sa.select(*_COLUMNS).where(*_visible(session)))
    _insert_tiles(session, sa.select(SearchEntry.__table__))
    _insert_segments(session)
    session.execute(sa.delete(SearchIndexState))
    session.execute(sa.insert(SearchIndexState).values(id=1, fingerprint=index_fingerprint()))
    return count


def reindex(session: Session, facility_ids: Iterable[int]) -> None:
    """Update the index for these facilities inside the caller's transaction."""
    # A tile holds many facilities: transactions that rewrite the same one must take turns.
    session.execute(sa.select(SearchIndexState).with_for_update())
    visible = _visible(session)
    cells: set[int] = set()
    names: set[_Name] = set()
    for batch in _batches(facility_ids):
        in_batch = SearchEntry.facility_id.in_(batch)
        entries = sa.select(SearchEntry.cell, *_NAME).where(in_batch)
        before = session.execute(entries).all()
        session.execute(sa.delete(SearchEntry).where(in_batch))
        _insert(session, sa.select(*_COLUMNS).where(Facility.id.in_(batch), *visible))
        for cell, name, facility_id in [*before, *session.execute(entries)]:
            cells.add(cell)
            names.add((name, facility_id))
    for batch in _batches(sorted(cells)):
        session.execute(sa.delete(SearchTile).where(SearchTile.cell.in_(batch)))
        in_cells = sa.select(SearchEntry.__table__).where(SearchEntry.cell.in_(batch))
        _insert_tiles(session, in_cells)
    _rebuild_segments(session, names)


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(numbers)
    while batch := list(islice(rest, _BATCH)):
        yield batch


_Name = tuple[str, int]
"""``sort_name`` and facility id"""
_NAME = (SearchEntry.sort_name, SearchEntry.facility_id)
_COLUMNS = (
    Facility.id,
    Facility.name,
    Facility.program_name,
    Facility.latitude,
    Facility.longitude,
    Facility.location_precision,
    Facility.state,
    Facility.substance_use_codes,
    Facility.mental_health_codes,
    Facility.listed_as_of,
)


def _visible(session: Session) -> list[sa.ColumnElement[bool]]:
    conditions = [Facility.status == FacilityStatus.ACTIVE.value]
    if real_facilities_exist(session):
        conditions.append(Facility.is_sample.is_(False))
    return conditions


def _insert(session: Session, query: sa.Select[*tuple[Any, ...]]) -> int:
    count = 0
    version = secrets.randbits(62)
    # A server-side cursor: two million facilities must not stand in memory at once.
    for rows in session.execute(query.execution_options(yield_per=_BATCH)).partitions():
        entries = list(_entries(rows, version))
        session.execute(sa.insert(SearchEntry), entries)
        count += len(entries)
    return count


def _insert_tiles(session: Session, entries: sa.Select[Any]) -> None:
    ordered = entries.order_by(SearchEntry.cell).execution_options(yield_per=_BATCH)
    tiles = (
        pack_tile(cell, in_cell)._asdict()
        for cell, in_cell in groupby(session.execute(ordered), key=attrgetter("cell"))
    )
    while batch := list(islice(tiles, _TILES_A_BATCH)):
        session.execute(sa.insert(SearchTile), batch)


def _rebuild_segments(session: Session, names: Iterable[_Name]) -> None:
    """Rebuild the segments in whose ranges these names lie."""
    columns = sa.select(NameSegment.first_name, NameSegment.first_id, NameSegment.id)
    segments = sorted((name, id_, number) for name, id_, number in session.execute(columns))
    first_names = [(name, id_) for name, id_, _ in segments]
    # The first segment's range begins before all names; without any segment, all are built.
    bounds: list[_Name | None] = [None, *first_names[1:], None]
    changed = {max(0, bisect_right(first_names, name) - 1) for name in names}
    # Neighbours are rebuilt together, so that their entries are divided evenly.
    for _, run in groupby(enumerate(sorted(changed)), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        ids = [segment[2] for segment in segments[numbers[0] : numbers[-1] + 1]]
        session.execute(sa.delete(NameSegment).where(NameSegment.id.in_(ids)))
        _insert_segments(session, bounds[numbers[0]], bounds[numbers[-1] + 1])


def _insert_segments(
    session: Session, first: _Name | None = None, end: _Name | None = None
) -> None:
    """Insert the segments of the entries from one name to before another, of about equal size."""
    name = sa.tuple_(*_NAME)
    between = [name >= first] if first else []
    between += [name < end] if end else []
    count = session.scalar(sa.select(sa.func.count()).select_from(SearchEntry).where(*between))
    entries = sa.select(SearchEntry.__table__).where(*between).order_by(*_NAME)
    rest = iter(session.execute(entries.execution_options(yield_per=_BATCH)))
    size = math.ceil((count or 1) / max(1, round((count or 0) / SEGMENT_ENTRIES)))
    segments = (
        pack_segment(packed)._asdict() for packed in iter(lambda: list(islice(rest, size)), [])
    )
    while batch := list(islice(segments, _SEGMENTS_A_BATCH)):
        session.execute(sa.insert(NameSegment), batch)


def _entries(rows: Iterable[Any], version: int) -> Iterator[dict[str, object]]:
    for row in rows:
        x = y = z = None
        if row.latitude is not None and row.longitude is not None:
            x, y, z = unit_vector(row.latitude, row.longitude)
        codes = codes_by_kind(row)
        is_exact = row.location_precision == LocationPrecision.EXACT
        masks = LAYOUT.masks_of(codes, state=row.state, is_exact=is_exact)
        yield {
            "facility_id": row.id,
            "cell": cell_of(row.latitude, row.longitude, row.state),
            "x": x,
            "y": y,
            "z": z,
            "version": version,
            **{MASK_COLUMNS[asked]: mask for asked, mask in masks.items()},
            "sort_name": fold_name(f"{row.name} {row.program_name}"),
            "listed_as_of": row.listed_as_of,
            "match_form": match_form(row.name, row.program_name),
            "services": SERVICE_LAYOUT.mask_of(set().union(*codes.values())),
        }
