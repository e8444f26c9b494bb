"""Keeps ``search_entry`` and ``search_block`` in step with ``facility``.

Answers for which facilities a visitor may find (active; samples only where there is nothing else)
and for the shape that search scans. Must not know how a search is asked.
"""

from __future__ import annotations

import math
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.bits import LAYOUT
from finder.facilities.blocks import cell_of, pack
from finder.facilities.models import (
    Facility,
    FacilityStatus,
    SearchBlock,
    SearchEntry,
    SearchIndexState,
)

INDEX_VERSION = "4"
"""Raise it when the meaning of a column of ``search_entry`` or ``search_block`` changes."""

_BATCH = 1_000
_BLOCKS = 100
"""written at once; a large one has a megabyte"""
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
    count = _insert(session, sa.select(*_COLUMNS).where(*_visible(session)))
    _insert_blocks(session, sa.select(SearchEntry.__table__))
    session.execute(sa.delete(SearchIndexState))
    session.execute(sa.insert(SearchIndexState).values(id=1, fingerprint=index_fingerprint()))
    return count


def reindex(session: Session, facility_ids: Iterable[int]) -> None:
    """Bring the entries of these facilities up to date inside the caller's transaction."""
    # A block holds many facilities: two transactions that make the same one must take turns.
    session.execute(sa.select(SearchIndexState).with_for_update())
    visible = _visible(session)
    cells: set[int] = set()
    for batch in _batches(facility_ids):
        theirs = SearchEntry.facility_id.in_(batch)
        cells.update(session.scalars(sa.select(SearchEntry.cell).where(theirs)))
        session.execute(sa.delete(SearchEntry).where(theirs))
        _insert(session, sa.select(*_COLUMNS).where(Facility.id.in_(batch), *visible))
        cells.update(session.scalars(sa.select(SearchEntry.cell).where(theirs)))
    for batch in _batches(sorted(cells)):
        session.execute(sa.delete(SearchBlock).where(SearchBlock.cell.in_(batch)))
        entries = sa.select(SearchEntry.__table__).where(SearchEntry.cell.in_(batch))
        _insert_blocks(session, entries)


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(numbers)
    while batch := list(islice(rest, _BATCH)):
        yield batch


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


def real_facilities_exist(session: Session) -> bool:
    """Tell whether anything but demonstration data was ever imported."""
    return bool(session.scalar(sa.select(sa.exists().where(Facility.is_sample.is_(False)))))


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
            "mask": LAYOUT.mask_of(row.service_codes.split()),
            "sort_name": fold_name(f"{row.name} {row.program_name}"),
            "listed_as_of": row.listed_as_of,
        }
