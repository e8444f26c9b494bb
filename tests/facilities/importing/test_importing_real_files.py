"""The national files of 2022 and FindTreatment's samples, as they were published.

The directories come in in one order on SQLite, and in the other on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine
from finder.facilities.importing import ImportSummary
from finder.facilities.listings.models import Facility, FacilityStatus, Listing
from tests.facilities.importing.running import run, searchable

SUBSTANCE_USE = "National_Directory_SA_Facilities_2022.xlsx"
MENTAL_HEALTH = "National_Directory_MH_Facilities_2022.xlsx"
FINDTREATMENT = (
    "findtreatment_api_sample.json",
    "findtreatment_api_shaped_california.json",
    "findtreatment_website_export_sample.csv",
)
PROGRAMS = 18_606
"""of both directories, in either order"""
WITH_COORDINATES = "directory_2022_with_coordinates.csv"


@pytest.fixture
def on_sqlite(sqlite_database_url: str) -> Iterator[Session]:
    engine = create_engine(sqlite_database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def on_postgresql(postgresql_database_url: str) -> Iterator[Session]:
    engine = create_engine(postgresql_database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


def active(session: Session) -> int:
    query = sa.select(sa.func.count()).where(Facility.status == FacilityStatus.ACTIVE.value)
    return session.scalar(query.select_from(Facility)) or 0


def nothing_changed(summary: ImportSummary) -> bool:
    return not (
        summary.added or summary.changed or summary.merged or summary.closed or summary.reopened
    )


def test_the_national_directories_come_in_whole(on_sqlite: Session, shared_data: Path) -> None:
    session = on_sqlite
    first = run(session, shared_data / SUBSTANCE_USE)

    assert (first.rows_read, first.duplicates, first.refused) == (12_176, 11, 0)
    assert first.added == active(session) == 12_165
    assert not first.unknown_codes

    mental_health = run(session, shared_data / MENTAL_HEALTH)

    assert (mental_health.rows_read, mental_health.duplicates, mental_health.refused) == (
        9_037,
        5,
        0,
    )
    assert mental_health.merged + mental_health.added == 9_032
    assert mental_health.merged == 2_591
    assert mental_health.closed == 0
    assert active(session) == len(searchable(session)) == PROGRAMS
    again = run(session, shared_data / SUBSTANCE_USE)
    assert again.confirmed == 12_165
    assert nothing_changed(again)


def test_the_order_of_the_directories_makes_no_difference(
    on_postgresql: Session, shared_data: Path
) -> None:
    session = on_postgresql
    first = run(session, shared_data / MENTAL_HEALTH)

    assert (first.rows_read, first.duplicates, first.refused) == (9_037, 5, 0)
    assert first.added == active(session) == 9_032

    substance_use = run(session, shared_data / SUBSTANCE_USE)

    assert (substance_use.rows_read, substance_use.duplicates, substance_use.refused) == (
        12_176,
        11,
        0,
    )
    assert substance_use.merged + substance_use.added == 12_165
    assert substance_use.added - substance_use.facilities_merged == PROGRAMS - 9_032
    assert substance_use.closed == 0
    assert not substance_use.unknown_codes
    assert active(session) == len(searchable(session)) == PROGRAMS
    again = run(session, shared_data / MENTAL_HEALTH)
    assert again.confirmed == 9_032
    assert nothing_changed(again)


def test_every_file_can_come_on_top_of_the_others(on_sqlite: Session, shared_data: Path) -> None:
    session = on_sqlite
    run(session, shared_data / SUBSTANCE_USE)

    for name, rows, duplicates in zip(FINDTREATMENT, (2, 478, 40), (0, 11, 9), strict=True):
        summary = run(session, shared_data / name)
        assert (summary.rows_read, summary.duplicates, summary.refused) == (rows, duplicates, 0), (
            name
        )
        assert nothing_changed(run(session, shared_data / name)), name
    located = run(session, shared_data / WITH_COORDINATES)

    assert (located.rows_read, located.duplicates) == (10_899, 9)
    assert (located.merged, located.added) == (10_890, 0)
    assert nothing_changed(run(session, shared_data / WITH_COORDINATES))
    assert active(session) > 12_165
    query = sa.select(sa.func.count(sa.distinct(Listing.facility_id))).where(
        Listing.source == "samhsa-directory-sa-csv"
    )
    assert session.scalar(query) == 10_890
