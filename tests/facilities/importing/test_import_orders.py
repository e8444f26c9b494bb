"""Real listings of one state from five files, in six orders: the same programs and answers."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest
import python_calamine
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine, sqlite_url
from finder.facilities.importing.kinds import codes_by_kind
from finder.facilities.importing.resolution import member_of
from finder.facilities.listings.models import CODES_COLUMNS, Facility, Listing
from tests.facilities.importing.running import run
from tests.facilities.sources import files

STATE = "WA"
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
DATES = {"SA": dt.date(2022, 5, 19), "MH": dt.date(2022, 5, 19), "API": dt.date(2026, 2, 3)}
DATES |= {"WEB": dt.date(2025, 7, 1), "OWN": dt.date(2024, 1, 1)}
ORDERS = (
    "SA MH API WEB OWN",
    "MH SA OWN WEB API",
    "API WEB MH SA OWN",
    "OWN API SA MH WEB",
    "WEB MH OWN API SA",
    "API OWN WEB SA MH",
)


@pytest.fixture(scope="module")
def sheets(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The state's rows of each file; some of them once more as the operator's own list."""
    folder = tmp_path_factory.mktemp("sheets")
    found = {"WEB": shared_data / "findtreatment_website_export_sample.csv"}
    found["API"] = shared_data / "findtreatment_api_shaped_washington_2026.json"
    for kind in ("SA", "MH"):
        path = shared_data / f"National_Directory_{kind}_Facilities_2022.xlsx"
        table = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        rows = [dict(zip(map(str, table[0]), row, strict=True)) for row in table[1:]]
        chosen = [row for row in rows if row["state"] == STATE]
        found[kind] = files.workbook(folder / f"{kind}.xlsx", chosen)
    own = [
        files.seed(
            name=row["name1"].upper(),
            street=row["street1"].replace("Street", "St."),
            city=row["city"],
            state=row["state"],
            postal_code=row["zip"],
            phone=row["phone"],
            services="SA OP NMOA",
            listed_as_of="2024-01-01",
        )
        for row in json.loads(found["API"].read_text())["rows"][::3]
        if row["street1"]
    ]
    return found | {"OWN": files.seed_csv(folder / "own.csv", own)}


def imported(url: str, sheets: dict[str, Path], order: str) -> Session:
    session = Session(create_engine(url))
    for name in order.split():
        run(session, sheets[name], as_of=DATES[name], now=NOW)
    return session


def programs(session: Session) -> set[tuple[object, ...]]:
    """What people can read of every program."""
    left_out = {"id", "natural_key", "updated_at", "last_checked", "merged_into"}
    columns = [each for each in Facility.__table__.columns if each.name not in left_out]
    rows = session.execute(sa.select(*columns).where(Facility.status == "active"))
    return {tuple(map(repr, row)) for row in rows}


def old_yeses(session: Session) -> list[str]:
    """Programs with a code that the newest listing of its series and kind does not have."""
    found = []
    for facility in session.scalars(sa.select(Facility).where(Facility.status == "active")):
        said: defaultdict[tuple[str, bool], list[tuple[dt.date, set[str]]]] = defaultdict(list)
        for each in facility.listings:
            for kind, codes in codes_by_kind(each.source, each.content["codes"]).items():  # type: ignore[arg-type]
                assert each.as_of
                said[kind, each.source == "operator"].append((each.as_of, set(codes)))
        for kind, column in CODES_COLUMNS.items():
            newest = set[str]()
            for series in (False, True):
                dated = said[kind, series]
                last = max((day for day, _ in dated), default=None)
                newest |= set().union(*(codes for day, codes in dated if day == last))
            if not set((getattr(facility, column) or "").split()) <= newest:
                found.append(f"{facility.id} {facility.name}: {kind}")
    return found


def pairs(session: Session) -> list[tuple[int, int]]:
    """Facilities that share street, ZIP code and a number, which no survey lists as two."""
    at_place = defaultdict(list)
    for each in session.scalars(sa.select(Listing)):
        member = member_of(each, each.source, each.natural_key, each.content)
        at_place[each.place_key].append(member)
    surveys: defaultdict[int, set[object]] = defaultdict(set)
    for members in at_place.values():
        for member in members:
            surveys[member.listing.facility_id] |= member.surveys
    return [
        (one.listing.facility_id, other.listing.facility_id)
        for members in at_place.values()
        for one, other in combinations(members, 2)
        if one.phones & other.phones
        and one.listing.facility_id != other.listing.facility_id
        and surveys[one.listing.facility_id].isdisjoint(surveys[other.listing.facility_id])
    ]


def test_the_order_of_imports_makes_no_difference(
    sheets: dict[str, Path], sqlite_template: Path, tmp_path: Path
) -> None:
    results = []
    for number, order in enumerate(ORDERS):
        copy = tmp_path / f"{number}.sqlite"
        copy.write_bytes(sqlite_template.read_bytes())
        with imported(sqlite_url(copy), sheets, order) as session:
            assert (order, old_yeses(session), pairs(session)) == (order, [], [])
            results.append(programs(session))
            session.get_bind().engine.dispose()

    assert len(results[0]) > 500
    assert all(result == results[0] for result in results)
