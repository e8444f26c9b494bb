"""Geocodes again the facilities whose sources give no coordinates, after the gazetteer changed.

One transaction a batch, in order of id; idempotent, so an interrupted run is started again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.importing import PlaceAddress
from finder.facilities.index import reindex
from finder.facilities.listings import Facility, FacilityStatus, LocationPrecision

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An open facility without coordinates; staff can look its address up."""

    id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The numbers of facilities that a run geocoded, and of those whose coordinates changed."""

    seen: int
    moved: int


def place_again(
    session: Session,
    *,
    place_address: PlaceAddress,
    clock: Callable[[], dt.datetime],
    progress: Callable[[str, int], None],
) -> Placed:
    """Geocode every facility whose coordinates do not come from a source."""
    seen = moved = last = 0
    while rows := _next(session, last):
        now = clock()
        changes = [
            {"id": row.id, "updated_at": now, **place}
            for row in rows
            if (place := _place(row, place_address)) is not None
        ]
        if changes:
            with write_transaction(session):
                session.execute(sa.update(Facility), changes)
                reindex(session, [change["id"] for change in changes])
        seen, moved, last = seen + len(rows), moved + len(changes), rows[-1].id
        progress("facilities placed", seen)
    return Placed(seen, moved)


def unplaced(session: Session) -> list[Unplaced]:
    """Return the open facilities without coordinates."""
    rows = session.execute(
        _FACILITIES.where(
            Facility.latitude.is_(None), Facility.status == FacilityStatus.ACTIVE.value
        ).order_by(Facility.state, Facility.city, Facility.id)
    )
    return [Unplaced(row.id, row.name, _address(row)) for row in rows]


_FACILITIES = sa.select(
    Facility.id,
    Facility.name,
    Facility.street,
    Facility.city,
    Facility.state,
    Facility.postal_code,
    Facility.latitude,
    Facility.longitude,
    Facility.location_precision,
)


def _address(row: Any) -> str:
    parts = (row.street, row.city, f"{row.state} {row.postal_code}".strip())
    return ", ".join(filter(None, parts))


def _next(session: Session, after: int) -> Sequence[Any]:
    rows = session.execute(
        _FACILITIES.where(
            Facility.id > after, Facility.location_precision != LocationPrecision.EXACT.value
        )
        .order_by(Facility.id)
        .limit(_BATCH)
    ).all()
    session.rollback()
    return rows


def _place(row: Any, place_address: PlaceAddress) -> dict[str, object] | None:
    """Return the columns of a facility's new coordinates, None where they do not change."""
    place = place_address(
        street=row.street, city=row.city, state=row.state, postal_code=row.postal_code
    )
    if place is None:
        # Coordinates that an earlier gazetteer gave are kept.
        return None
    here = (row.latitude, row.longitude, row.location_precision)
    there = (place.latitude, place.longitude, str(place.precision))
    if here == there:
        return None
    return dict(zip(("latitude", "longitude", "location_precision"), there, strict=True))
