"""Imports as tests run them: a fixed clock, a gazetteer of one ZIP code and one city."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.importing import ImportSummary, import_facilities
from finder.facilities.index.models import SearchEntry
from finder.facilities.listings.models import Facility

NOW = dt.datetime(2024, 6, 1, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Spot:
    latitude: float
    longitude: float
    precision: str
    state: str = ""


def place_address(*, street: str, city: str, state: str, postal_code: str) -> Spot | None:
    if postal_code[:5] == "02139":
        return Spot(42.364, -71.104, "zip", "MA")
    if (city, state) == ("Boston", "MA"):
        return Spot(42.36, -71.06, "city")
    return None


def run(session: Session, path: Path, *, now: dt.datetime = NOW, **options: Any) -> ImportSummary:
    return import_facilities(
        session, path, place_address=place_address, clock=lambda: now, **options
    )


def facilities(session: Session) -> Sequence[Facility]:
    """Every facility as the database holds it, by id."""
    session.rollback()
    session.expire_all()
    return session.scalars(sa.select(Facility).order_by(Facility.id)).all()


def only_facility(session: Session) -> Facility:
    (facility,) = facilities(session)
    return facility


def searchable(session: Session) -> set[int]:
    """The facilities that a visitor may find."""
    session.rollback()
    return set(session.scalars(sa.select(SearchEntry.facility_id)))
