from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy.orm import Session

from finder.facilities.listings.stats import FacilityStats, SourceStats, facility_stats
from tests.facilities.importing.running import NOW, run
from tests.facilities.sources import files


def test_an_empty_database_has_nothing_to_count(session: Session) -> None:
    assert facility_stats(session) == FacilityStats(
        active=0,
        closed=0,
        samples=0,
        states=0,
        by_precision={},
        by_source=(),
        oldest=None,
        newest=None,
        last_import=None,
    )


def test_facilities_are_counted_by_source_place_and_date(session: Session, tmp_path: Path) -> None:
    rows = [files.seed(), files.seed(name="B", city="Salem", postal_code="01970", state="")]
    run(session, files.seed_csv(tmp_path / "1.csv", [*rows, files.seed(name="C (sample)")]))
    closed = [files.seed(name="B", postal_code="01970", listed_as_of="2024-03-01")]
    run(session, files.seed_csv(tmp_path / "2.csv", closed), complete=True, yes=True)

    stats = facility_stats(session)

    assert (stats.active, stats.closed, stats.samples, stats.states) == (2, 1, 1, 1)
    assert stats.by_precision == {"zip": 1, "city": 1}
    march, january = dt.date(2024, 3, 1), dt.date(2024, 1, 15)
    assert stats.by_source == (
        SourceStats("operator", 1, march, march),
        SourceStats("sample", 1, january, january),
    )
    assert (stats.oldest, stats.newest, stats.last_import) == (january, march, NOW)
