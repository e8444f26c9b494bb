"""Keeps ``search_entry`` in step with ``facility``.

Answers for which facilities a visitor may find (active; samples only where there is nothing else)
and for the shape that search scans. Must not know how a search is asked.
"""

from __future__ import annotations

import math
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.bits import LAYOUT
from finder.facilities.models import Facility, FacilityStatus, SearchEntry, SearchIndexState

INDEX_VERSION = "3"
"""Raise it when the meaning of a column of ``search_entry`` changes."""

_BATCH = 1_000
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
    count = _insert(session, sa.select(*_COLUMNS).where(*_visible(session)))
    session.execute(sa.delete(SearchIndexState))
    session.execute(sa.insert(SearchIndexState).values(id=1, fingerprint=index_fingerprint()))
    return count


def reindex(session: Session, facility_ids: Iterable[int]) -> None:
    """Bring the entries of these facilities up to date inside the caller's transaction."""
    visible = _visible(session)
    ids = iter(facility_ids)
    while batch := list(islice(ids, _BATCH)):
        session.execute(sa.delete(SearchEntry).where(SearchEntry.facility_id.in_(batch)))
        _insert(session, sa.select(*_COLUMNS).where(Facility.id.in_(batch), *visible))


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


def _entries(rows: Iterable[Any], version: int) -> Iterator[dict[str, object]]:
    for row in rows:
        x = y = z = None
        if row.latitude is not None and row.longitude is not None:
            x, y, z = unit_vector(row.latitude, row.longitude)
        yield {
            "facility_id": row.id,
            "latitude": row.latitude if x is not None else None,
            "longitude": row.longitude if x is not None else None,
            "x": x,
            "y": y,
            "z": z,
            "version": version,
            "unplaced_in": row.state if x is None else None,
            "mask": LAYOUT.mask_of(row.service_codes.split()),
            "sort_name": fold_name(f"{row.name} {row.program_name}"),
            "listed_as_of": row.listed_as_of,
        }
