"""Keeps ``search_entry``, ``search_block`` and ``search_shelf`` in step with ``facility``.

Answers for which facilities a visitor may find (active; samples only where there is nothing else)
and for the shape that search scans. Must not know how a search is asked.
"""

from __future__ import annotations

import math
import re
import secrets
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.index.bitmap_index import LAYOUT
from finder.facilities.index.models import SearchBlock, SearchEntry, SearchIndexState, SearchShelf
from finder.facilities.index.name_index import ENTRIES, pack_shelf
from finder.facilities.index.spatial_index import cell_of, pack
from finder.facilities.listings import Facility, FacilityStatus, real_facilities_exist

INDEX_VERSION = "5"
"""Raise it when the meaning of a column of one of them changes."""

_BATCH = 1_000
_BLOCKS = 100
"""written at once; a large one has a megabyte"""
_SHELVES = 10
"""written at once; each has half a megabyte"""
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def fold_name(text: str) -> str:
    """Return a name without case, accents and punctuation, words parted by single spaces."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub(" ", plain.lower().replace("'", "")).strip()


def unit_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Return the point on the unit sphere at a latitude and longitude in degrees."""
    phi, theta = math.radians(latitude), math.radians(longitude)
    point = math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)
    # PostgreSQL refuses to square a difference so small that nothing is left of it. What is
    # rounded away is less than the thickness of a hair.
    return round(point[0], 15), round(point[1], 15), round(point[2], 15)


def index_fingerprint() -> str:
    """Return what the index depends on: it must be made again when this changes."""
    return f"{INDEX_VERSION}:{LAYOUT.fingerprint}"


def index_is_current(session: Session) -> bool:
    """Tell whether the search index was made with the filters of this version."""
    stored = session.scalar(sa.select(SearchIndexState.fingerprint))
    return stored == index_fingerprint()


def rebuild_index(session: Session) -> int:
    """Make the whole index again in one transaction; return the number of entries."""
    with write_transaction(session):
        return reindex_all(session)


def reindex_all(session: Session) -> int:
    """Make the whole index again inside the caller's transaction; return its size."""
    session.execute(sa.delete(SearchEntry))
    session.execute(sa.delete(SearchBlock))
    session.execute(sa.delete(SearchShelf))
    count = _insert(session, sa.select(*_COLUMNS).where(*_visible(session)))
    _insert_blocks(session, sa.select(SearchEntry.__table__))
    _insert_shelves(session)
    session.execute(sa.delete(SearchIndexState))
    session.execute(sa.insert(SearchIndexState).values(id=1, fingerprint=index_fingerprint()))
    return count


def reindex(session: Session, facility_ids: Iterable[int]) -> None:
    """Bring the entries of these facilities up to date inside the caller's transaction."""
    # A block holds many facilities: two transactions that make the same one must take turns.
    session.execute(sa.select(SearchIndexState).with_for_update())
    visible = _visible(session)
    cells: set[int] = set()
    names: set[_Name] = set()
    for batch in _batches(facility_ids):
        theirs = SearchEntry.facility_id.in_(batch)
        entries = sa.select(SearchEntry.cell, *_NAME).where(theirs)
        before = session.execute(entries).all()
        session.execute(sa.delete(SearchEntry).where(theirs))
        _insert(session, sa.select(*_COLUMNS).where(Facility.id.in_(batch), *visible))
        for cell, name, facility_id in [*before, *session.execute(entries)]:
            cells.add(cell)
            names.add((name, facility_id))
    for batch in _batches(sorted(cells)):
        session.execute(sa.delete(SearchBlock).where(SearchBlock.cell.in_(batch)))
        in_cells = sa.select(SearchEntry.__table__).where(SearchEntry.cell.in_(batch))
        _insert_blocks(session, in_cells)
    _shelve_again(session, names)


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(numbers)
    while batch := list(islice(rest, _BATCH)):
        yield batch


_Name = tuple[str, int]
"""a name without case and the like, and the facility's id"""
_NAME = (SearchEntry.sort_name, SearchEntry.facility_id)
_COLUMNS = (
    Facility.id,
    Facility.name,
    Facility.program_name,
    Facility.latitude,
    Facility.longitude,
    Facility.state,
    Facility.service_codes,
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


def _insert_blocks(session: Session, entries: sa.Select[Any]) -> None:
    ordered = entries.order_by(SearchEntry.cell).execution_options(yield_per=_BATCH)
    blocks = (
        pack(cell, theirs)._asdict()
        for cell, theirs in groupby(session.execute(ordered), key=attrgetter("cell"))
    )
    while some := list(islice(blocks, _BLOCKS)):
        session.execute(sa.insert(SearchBlock), some)


def _shelve_again(session: Session, names: Iterable[_Name]) -> None:
    """Make those shelves again on which these names stand, or stood."""
    columns = sa.select(SearchShelf.first_name, SearchShelf.first_id, SearchShelf.id)
    shelves = sorted((name, id_, number) for name, id_, number in session.execute(columns))
    names_of_shelves = [(name, id_) for name, id_, _ in shelves]
    # The first shelf has whatever comes before it, too; where there is none, all are made.
    starts: list[_Name | None] = [None, *names_of_shelves[1:], None]
    changed = {max(0, bisect_right(names_of_shelves, name) - 1) for name in names}
    # Neighbours are made together, so that what is left of them is parted evenly.
    for _, run in groupby(enumerate(sorted(changed)), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        ids = [shelf[2] for shelf in shelves[numbers[0] : numbers[-1] + 1]]
        session.execute(sa.delete(SearchShelf).where(SearchShelf.id.in_(ids)))
        _insert_shelves(session, starts[numbers[0]], starts[numbers[-1] + 1])


def _insert_shelves(session: Session, first: _Name | None = None, end: _Name | None = None) -> None:
    """Put the entries from one name up to another on shelves, as evenly as may be."""
    name = sa.tuple_(*_NAME)
    between = [name >= first] if first else []
    between += [name < end] if end else []
    count = session.scalar(sa.select(sa.func.count()).select_from(SearchEntry).where(*between))
    entries = sa.select(SearchEntry.__table__).where(*between).order_by(*_NAME)
    rest = iter(session.execute(entries.execution_options(yield_per=_BATCH)))
    size = math.ceil((count or 1) / max(1, round((count or 0) / ENTRIES)))
    shelves = (
        pack_shelf(theirs)._asdict() for theirs in iter(lambda: list(islice(rest, size)), [])
    )
    while some := list(islice(shelves, _SHELVES)):
        session.execute(sa.insert(SearchShelf), some)


def _entries(rows: Iterable[Any], version: int) -> Iterator[dict[str, object]]:
    for row in rows:
        x = y = z = None
        if row.latitude is not None and row.longitude is not None:
            x, y, z = unit_vector(row.latitude, row.longitude)
        yield {
            "facility_id": row.id,
            "cell": cell_of(row.latitude, row.longitude, row.state),
            "x": x,
            "y": y,
            "z": z,
            "version": version,
            "mask": LAYOUT.mask_of(row.service_codes.split(), state=row.state),
            "sort_name": fold_name(f"{row.name} {row.program_name}"),
            "listed_as_of": row.listed_as_of,
        }
