"""Facilities that turn out to be one: their ids, what refers to them, and merging anew."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.importing import ImportSummary, merge_again
from finder.facilities.index.writing import rebuild_index
from finder.facilities.listings.models import Facility, Listing
from finder.facilities.listings.views import facilities_by_id, read_facility
from finder.intake.models import DetailReport
from tests.facilities.importing.running import NOW, facilities, place_address, run, searchable
from tests.facilities.sources import files

SHORT = "Oak Comprehensive Trt Ctr"
LONG = "Oak Comprehensive Treatment Center"


def directory(tmp_path: Path, *rows: dict[str, str]) -> Path:
    return files.workbook(tmp_path / f"{len(list(tmp_path.iterdir()))}.xlsx", rows)


def api(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    return files.api_json(tmp_path / f"{len(list(tmp_path.iterdir()))}.json", rows)


def same(**changes: str) -> dict[str, str]:
    return {"street1": "12 Main St., Suite 2", "phone": "617-555-0142", **changes}


def test_two_spellings_of_one_clinic_are_one_program(session: Session, tmp_path: Path) -> None:
    run(session, directory(tmp_path, files.site(name1=SHORT, phone="617-555-0142")))

    newer = api(tmp_path, files.api_row(name1=LONG, **same()))
    summary = run(session, newer, as_of=dt.date(2024, 5, 1))

    assert (summary.merged, summary.added) == (1, 0)
    [facility] = facilities(session)
    assert (facility.name, facility.codes) == (LONG, ["SA"])
    assert searchable(session) == {facility.id}


def two(session: Session, tmp_path: Path) -> list[int]:
    """Import two programs of different kinds at one address; return their ids."""
    elm = {**files.site(name1="Elm"), "service_code_info": "MH CBT"}
    run(session, directory(tmp_path, files.site(name1="Oak")))
    run(session, directory(tmp_path, elm))
    return [each.id for each in facilities(session)]


def bridge(session: Session, tmp_path: Path) -> ImportSummary:
    """Import a listing that shares a number with either of the two."""
    oak, elm = (files.site(name1=name)["phone"] for name in ("Oak", "Elm"))
    row = files.api_row(name1="Ash", phone=oak, intake1=elm)
    return run(session, api(tmp_path, row), as_of=dt.date(2024, 5, 1))


def test_an_old_address_leads_to_the_program_that_has_its_listings(
    session: Session, tmp_path: Path
) -> None:
    [first, second] = two(session, tmp_path)

    bridge(session, tmp_path)

    assert searchable(session) == {first}
    assert read_facility(session, second).id == first
    both = facilities_by_id(session, [first, second])
    assert {id_: view.name for id_, view in both.items()} == {first: "Ash", second: "Ash"}
    assert both[first].codes_by_kind.keys() == {"substance-use", "mental-health"}
    assert set(session.scalars(sa.select(Listing.facility_id))) == {first}


def test_a_program_that_something_refers_to_keeps_its_address(
    session: Session, tmp_path: Path
) -> None:
    [_, second] = two(session, tmp_path)
    report = {"id": "a", "facility_id": second, "created_at": NOW, "reasons": "phone"}
    session.add(DetailReport(**report, key_id="k", sealed=b""))
    session.commit()

    summary = bridge(session, tmp_path)

    assert summary.facilities_merged == 1
    assert searchable(session) == {second}
    assert any("is the same as facility" in problem.reason for problem in summary.problems)


def test_merging_anew_leads_to_the_same(session: Session, tmp_path: Path) -> None:
    two(session, tmp_path)
    bridge(session, tmp_path)
    columns = [each for each in Facility.__table__.columns if each.name not in ("updated_at",)]
    query = sa.select(*columns).order_by(Facility.id)
    before = session.execute(query).all()
    # As a database of an earlier version has them: every listing its own facility, no place keys.
    session.execute(sa.update(Listing).values(place_key=""))
    session.execute(sa.update(Facility).values(substance_use_codes=None, answers_from={}))
    session.execute(sa.update(Facility).values(merged_into=None))
    session.commit()

    merge_again(session, place_address=place_address, now=NOW)
    rebuild_index(session)

    after = session.execute(query).all()
    assert [row for row in after if row.status == "active"] == [
        row for row in before if row.status == "active"
    ]
