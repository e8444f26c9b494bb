"""A complete file closes within its own list alone, and never much of it unasked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.importing import ImportRefused
from finder.facilities.listings.models import Listing
from tests.facilities.importing.running import facilities, only_facility, run
from tests.facilities.sources import files

HOUSES = [f"House {number}" for number in range(20)]


def sheet(tmp_path: Path, *names: str, date: str = "2024-01-15", **values: str) -> Path:
    rows = [
        files.seed(name=name, phone=f"617-555-01{HOUSES.index(name):02}", listed_as_of=date)
        | values
        for name in names
    ]
    return files.seed_csv(tmp_path / f"{len(list(tmp_path.iterdir()))}.csv", rows)


def active(session: Session) -> set[str]:
    return {each.name for each in facilities(session) if each.status == "active"}


def test_a_complete_list_closes_nothing_of_another(session: Session, tmp_path: Path) -> None:
    run(session, sheet(tmp_path, *HOUSES), list_name="state")
    county = sheet(tmp_path, *HOUSES[:3])
    run(session, county, list_name="county", complete=True)
    assert active(session) == set(HOUSES)

    # The first is of the county's list alone now, the third of the state's.
    run(session, sheet(tmp_path, *HOUSES[1:]), list_name="state", complete=True)
    run(session, sheet(tmp_path, *HOUSES[:2]), list_name="county", complete=True, yes=True)
    assert active(session) == set(HOUSES)
    summary = run(session, sheet(tmp_path, HOUSES[1]), list_name="county", complete=True, yes=True)

    assert (summary.closed, summary.list_size) == (1, 2)
    assert active(session) == set(HOUSES[1:])


def test_closing_more_than_a_tenth_has_to_be_asked_for(session: Session, tmp_path: Path) -> None:
    run(session, sheet(tmp_path, *HOUSES))
    assert run(session, sheet(tmp_path, *HOUSES[2:]), complete=True).closed == 2

    with pytest.raises(ImportRefused, match="2 of the 18 listings of the list “seed-csv MA”"):
        run(session, sheet(tmp_path, *HOUSES[4:]), complete=True)
    assert active(session) == set(HOUSES[2:])
    assert run(session, sheet(tmp_path, *HOUSES[4:]), complete=True, yes=True).closed == 2


def test_a_closed_listing_that_comes_back_is_of_the_list_that_has_it(
    session: Session, tmp_path: Path
) -> None:
    run(session, sheet(tmp_path, *HOUSES[:2]), list_name="a")
    run(session, sheet(tmp_path, HOUSES[0]), list_name="a", complete=True, yes=True)
    run(session, sheet(tmp_path, HOUSES[1]), list_name="b")

    held = session.scalars(sa.select(Listing.lists).order_by(Listing.id)).all()
    assert list(held) == [["a"], ["b"]]


def test_a_file_of_one_kind_says_nothing_of_the_other(session: Session, tmp_path: Path) -> None:
    rows = [
        files.api_row(services=[{"f2": "SET", "f3": "Outpatient"}]),
        files.api_row(typeFacility="MH"),
        files.api_row(name1="Minds", typeFacility="MH", phone="617-555-0177"),
    ]
    run(session, files.workbook(tmp_path / "directory.xlsx", [files.site()]))
    both = files.api_json(tmp_path / "both.json", rows)
    run(session, both, as_of=dt.date(2023, 5, 1))
    assert facilities(session)[0].codes == ["MH", "OP", "SA"]
    minds = files.api_json(tmp_path / "mh.json", rows[1:])
    summary = run(session, minds, as_of=dt.date(2024, 5, 1), complete=True)
    assert (summary.confirmed, summary.closed) == (2, 0)

    drugs = files.api_json(tmp_path / "sa.json", rows[:1])
    assert run(session, drugs, as_of=dt.date(2024, 5, 2), complete=True).closed == 0

    house, other = facilities(session)
    assert (house.substance_use_codes, house.mental_health_codes) == ("OP SA", "MH")
    assert (other.substance_use_codes, other.mental_health_codes) == (None, "MH")
    assert active(session) == {"Harbor House", "Minds"}


def test_a_list_is_named_by_its_format_and_states(session: Session, tmp_path: Path) -> None:
    one = run(session, sheet(tmp_path, HOUSES[0]))
    states = ["MA", "NH", "VT", "ME", "RI", "CT"]
    rows = [files.seed(name=f"House {state}", state=state) for state in states]
    many = run(session, files.seed_csv(tmp_path / "many.csv", rows))

    assert (one.list_name, many.list_name) == ("seed-csv MA", "seed-csv many states")


def test_a_list_of_licences_speaks_of_licences_alone(session: Session, tmp_path: Path) -> None:
    own = sheet(tmp_path, HOUSES[0], services="SA OP FEM", date="2023-01-01")
    run(session, own, list_name="own")
    path = sheet(tmp_path, HOUSES[0], services="SA RES MALE CARF STAG")

    assert run(session, path, licences=True).merged == 1

    facility = only_facility(session)
    assert facility.codes == ["CARF", "FEM", "OP", "SA", "STAG"]
    assert facility.listed_as_of == dt.date(2024, 1, 15)
    assert facility.answers_from == {
        "substance-use": {facet: ["operator", "2023-01-01"] for facet in ("gender", "setting")}
    }
    with pytest.raises(ImportRefused, match="--licences is for"):
        run(session, files.workbook(tmp_path / "x.xlsx", [files.site()]), licences=True)
