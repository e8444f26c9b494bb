"""Figures about the facilities in the database, for the operator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.listings.models import Facility, FacilityStatus, ImportRun, Listing


@dataclass(frozen=True, slots=True)
class SourceStats:
    """The number and dates of one source's open listings."""

    source: str
    listings: int
    oldest: dt.date | None
    newest: dt.date | None


@dataclass(frozen=True, slots=True)
class FacilityStats:
    """Numbers of facilities by status, provenance and precision of coordinates."""

    active: int
    closed: int
    samples: int
    """of the active ones: invented for demonstration"""
    states: int
    by_precision: dict[str, int]
    by_source: tuple[SourceStats, ...]
    oldest: dt.date | None
    """the oldest ``listed_as_of`` of an active facility"""
    newest: dt.date | None
    last_import: dt.datetime | None


def facility_stats(session: Session) -> FacilityStats:
    """Count what the database holds."""
    is_active = Facility.status == FacilityStatus.ACTIVE.value
    active, samples, states, oldest, newest = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.case((Facility.is_sample.is_(True), 1))),
            sa.func.count(sa.distinct(sa.func.nullif(Facility.state, ""))),
            sa.func.min(Facility.listed_as_of),
            sa.func.max(Facility.listed_as_of),
        ).where(is_active)
    ).one()
    closed = sa.select(sa.func.count(Facility.id)).where(~is_active, Facility.merged_into.is_(None))
    by_precision = session.execute(
        sa.select(Facility.location_precision, sa.func.count())
        .where(is_active)
        .group_by(Facility.location_precision)
        .order_by(sa.func.count().desc(), Facility.location_precision)
    )
    by_source = session.execute(
        sa.select(
            Listing.source,
            sa.func.count(),
            sa.func.min(Listing.as_of),
            sa.func.max(Listing.as_of),
        )
        .where(Listing.closed_at.is_(None))
        .group_by(Listing.source)
        .order_by(Listing.source)
    )
    return FacilityStats(
        active=active,
        closed=session.scalar(closed) or 0,
        samples=samples,
        states=states,
        by_precision={row[0]: row[1] for row in by_precision},
        by_source=tuple(SourceStats(*row) for row in by_source),
        oldest=oldest,
        newest=newest,
        last_import=session.scalar(sa.select(sa.func.max(ImportRun.finished_at))),
    )
