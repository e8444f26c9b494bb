from __future__ import annotations

import csv
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities import importing as importing_room
from finder.facilities.curation.closing import close_facility
from finder.facilities.importing import ImportRefused, load_samples, write_report
from finder.facilities.listings.models import Facility, ImportRun, Listing
from finder.facilities.sources import SOURCES
from tests.facilities.importing.running import (
    NOW,
    facilities,
    only_facility,
    place_address,
    run,
    searchable,
)
from tests.facilities.sources import files

LATER = NOW + dt.timedelta(days=30)
OTHER_PHONE = {"phone": "617-555-0199"}


def sa_file(tmp_path: Path, *sites: dict[str, str], year: int = 2022) -> Path:
    number = len(list(tmp_path.glob("*.xlsx")))
    return files.workbook(tmp_path / f"{number}.xlsx", sites, modified=f"{year}-05-19T00:00:00Z")


def mh_file(tmp_path: Path, *sites: dict[str, str], year: int = 2022) -> Path:
    mental_health = [{**each, "service_code_info": "MH * CBT"} for each in sites]
    return sa_file(tmp_path, *mental_health, year=year)


def api_file(tmp_path: Path, *rows: Any, **page: Any) -> Path:
    return files.api_json(tmp_path / f"{len(list(tmp_path.iterdir()))}.json", rows, **page)


def test_a_first_import_adds_places_and_indexes(session: Session, tmp_path: Path) -> None:
    path = sa_file(tmp_path, files.site(), files.site(name1="Other House", zip="02108"))

    summary = run(session, path)

    harbor, other = facilities(session)
    assert (summary.added, summary.rows_read, summary.placed) == (2, 2, {"zip": 1, "city": 1})
    assert (harbor.name, harbor.phone, harbor.codes) == (
        "Harbor House",
        "(617) 555-0142",
        ["BU", "DT", "OP", "SA"],
    )
    assert (harbor.location_precision, other.location_precision) == ("zip", "city")
    assert harbor.listed_as_of == dt.date(2022, 5, 19)
    assert harbor.last_checked is None, "an import checks nothing"
    assert harbor.source == "samhsa-directory-sa"
    assert harbor.updated_at == NOW
    assert searchable(session) == {harbor.id, other.id}


def test_the_same_file_twice_changes_nothing(session: Session, tmp_path: Path) -> None:
    path = sa_file(tmp_path, files.site(), files.site(name2="Day Program"))
    run(session, path)

    again = run(session, path)

    assert again.confirmed == 2
    assert (again.added, again.changed, again.closed, again.merged) == (0, 0, 0, 0)
    later = run(session, path, now=LATER)
    assert (later.confirmed, later.changed) == (2, 0)
    for facility in facilities(session):
        assert facility.updated_at == NOW


def test_spelling_in_case_and_spaces_makes_no_second_facility(
    session: Session, tmp_path: Path
) -> None:
    run(session, sa_file(tmp_path, files.site(name1="Casa José")))

    summary = run(session, mh_file(tmp_path, files.site(name1="CASA  JOSÉ", zip="02139-4307")))

    assert (summary.added, summary.merged) == (0, 1)
    assert only_facility(session).codes == ["BU", "CBT", "DT", "MH", "OP", "SA"]


def test_twins_in_one_file_become_one_and_their_differences_are_reported(
    session: Session, tmp_path: Path
) -> None:
    rows = [
        files.api_row(phone="617-555-0143", latitude="42.3", longitude="-71.1", typeFacility="MH"),
        files.api_row(street2="Floor 2"),
    ]

    summary = run(session, api_file(tmp_path, *rows))

    facility = only_facility(session)
    assert (summary.rows_read, summary.duplicates, summary.added) == (2, 1, 1)
    assert facility.codes == ["MH", "SA"]
    assert (facility.phone, facility.street2) == ("(617) 555-0142", "Floor 2")
    assert (facility.latitude, facility.longitude) == (42.3, -71.1)
    (problem,) = summary.problems
    assert (problem.row, problem.field, problem.value) == (1, "phone", "(617) 555-0143")
    assert "twin of row 2" in problem.reason
    assert run(session, api_file(tmp_path, *reversed(rows))).confirmed == 1


def test_twins_without_a_word_on_the_place_stay_unplaced(session: Session, tmp_path: Path) -> None:
    row = files.api_row(zip="99999", intake1="617-555-0143")

    run(session, api_file(tmp_path, row, {**row, "intake1": "617-555-0144"}))

    assert only_facility(session).location_precision == "city"


def test_programs_at_one_address_stay_apart(session: Session, tmp_path: Path) -> None:
    path = sa_file(
        tmp_path, files.site(), files.site(name2="Day Program"), files.site(name2="Detox")
    )

    assert run(session, path).added == 3
    assert run(session, mh_file(tmp_path, files.site(name2="Detox"))).merged == 1
    assert len(facilities(session)) == 3
    grown = run(session, sa_file(tmp_path, files.site(), files.site(name2="Evening")))
    assert (grown.confirmed, grown.added) == (1, 1)


@pytest.mark.parametrize(("first", "second"), [("", "Day Program"), ("Day Program", "")])
def test_a_missing_program_name_is_no_other_facility(
    session: Session, tmp_path: Path, first: str, second: str
) -> None:
    run(session, sa_file(tmp_path, files.site(name2=first)))

    summary = run(session, mh_file(tmp_path, files.site(name2=second)))

    assert (summary.merged, summary.added) == (1, 0)
    assert only_facility(session).program_name == "Day Program"


def test_a_missing_program_name_is_not_guessed(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site(name2="Day Program"), files.site(name2="Detox")))

    assert run(session, mh_file(tmp_path, files.site(**OTHER_PHONE))).added == 1


def test_one_facility_is_not_claimed_twice(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site()))
    rows = (files.site(name2=name, **OTHER_PHONE) for name in "AB")

    summary = run(session, mh_file(tmp_path, *rows))

    assert (summary.added, summary.merged) == (2, 0)


def test_two_different_program_names_are_two_facilities(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site(name2="A")))

    assert run(session, mh_file(tmp_path, files.site(name2="B", **OTHER_PHONE))).added == 1


def test_programs_that_a_source_parts_stay_apart(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site(name2="A")))
    run(session, mh_file(tmp_path, files.site()))
    [united] = facilities(session)

    summary = run(session, mh_file(tmp_path, files.site(), files.site(name2="A")))

    assert (summary.confirmed, summary.merged + summary.added) == (1, 1)
    assert {each.program_name for each in facilities(session)} == {"A", ""}
    assert united.id in {each.id for each in facilities(session)}


def test_unknown_streets_are_not_the_same_street(session: Session, tmp_path: Path) -> None:
    row = files.api_row(street1=None, latitude="42.36", longitude="-71.05")

    summary = run(session, api_file(tmp_path, row, row, {**row, "latitude": "42.37"}))

    assert (summary.added, summary.duplicates) == (2, 1)


def test_a_sources_own_id_outlives_a_change_of_name(session: Session, tmp_path: Path) -> None:
    frid = "a" * 64
    run(session, api_file(tmp_path, files.api_row()))
    assert run(session, api_file(tmp_path, files.api_row(frid=frid))).confirmed == 1

    summary = run(session, api_file(tmp_path, files.api_row(frid=frid, name1="Bay House")))

    assert (summary.changed, summary.added) == (1, 0)
    assert only_facility(session).name == "Bay House"


def test_an_id_on_several_sites_identifies_none(session: Session, tmp_path: Path) -> None:
    path = api_file(
        tmp_path,
        files.api_row(frid="a" * 64),
        files.api_row(frid="a" * 64, street1="1 Side Street"),
        files.api_row(frid="b" * 64, street1="2 Side Street"),
        files.api_row(frid="c" * 64, street1="2 Side Street"),
    )

    assert run(session, path).added == 3
    assert run(session, path).confirmed == 3


def test_a_newer_file_changes_what_it_says_otherwise(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site()))

    summary = run(
        session,
        sa_file(tmp_path, files.site(phone="617-555-0149", zip="02108"), year=2023),
        now=LATER,
    )
    assert (summary.changed, summary.added) == (0, 1), "another ZIP code is another site"
    summary = run(session, sa_file(tmp_path, files.site(phone="617-555-0149"), year=2023))

    facility = facilities(session)[0]
    assert (summary.changed, facility.phone) == (1, "(617) 555-0149")
    assert facility.listed_as_of == dt.date(2023, 5, 19)


def test_an_older_file_does_not_overwrite_newer_values(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site(phone="617-555-0149"), year=2023))

    summary = run(session, sa_file(tmp_path, files.site(), year=2021), now=LATER)

    facility = only_facility(session)
    assert summary.outdated == 1
    assert (facility.phone, facility.listed_as_of) == ("(617) 555-0149", dt.date(2023, 5, 19))
    assert any("passed over" in line for line in summary.lines())


def test_an_older_file_of_another_source_adds_what_is_not_stated(
    session: Session, tmp_path: Path
) -> None:
    run(session, sa_file(tmp_path, files.site(phone=""), year=2023))

    run(session, mh_file(tmp_path, files.site(), year=2021))

    facility = only_facility(session)
    assert facility.phone == "(617) 555-0142"
    assert facility.source == "samhsa-directory-sa"


def test_only_a_complete_file_closes_and_only_its_own_listings(
    session: Session, tmp_path: Path
) -> None:
    gone, shared = files.site(name1="Gone"), files.site(name1="Shared")
    run(session, sa_file(tmp_path, files.site(), gone, shared))
    run(session, mh_file(tmp_path, shared, files.site(name1="Elsewhere")))
    assert run(session, sa_file(tmp_path, files.site(), year=2023)).closed == 0

    summary = run(session, sa_file(tmp_path, files.site(), year=2023), complete=True, yes=True)

    by_name = {facility.name: facility for facility in facilities(session)}
    assert (summary.closed, summary.facilities_closed) == (2, 1)
    assert any("in no source any more" in line for line in summary.lines())
    assert {name for name, facility in by_name.items() if facility.status == "closed"} == {"Gone"}
    assert by_name["Shared"].codes == ["CBT", "MH"]
    assert by_name["Gone"].id not in searchable(session)
    again = run(session, sa_file(tmp_path, files.site(), year=2023), complete=True, yes=True)
    assert again.closed == 0


def test_a_closed_facility_that_reappears_is_the_same_again(
    session: Session, tmp_path: Path
) -> None:
    run(session, sa_file(tmp_path, files.site(), files.site(name1="Gone")))
    ids = [facility.id for facility in facilities(session)]
    run(session, sa_file(tmp_path, files.site(), year=2023), complete=True, yes=True)

    stale = run(session, sa_file(tmp_path, files.site(name1="Gone")))
    assert stale.outdated == 1, "an older file cannot bring it back"
    summary = run(session, sa_file(tmp_path, files.site(name1="Gone"), year=2024))

    assert (summary.reopened, summary.added) == (1, 0)
    assert [facility.id for facility in facilities(session)] == ids
    assert searchable(session) == set(ids)


def test_another_source_reopens_a_closed_facility(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site(), files.site(name1="Gone")))
    run(session, sa_file(tmp_path, files.site(), year=2023), complete=True, yes=True)

    summary = run(session, mh_file(tmp_path, files.site(name1="Gone")))

    assert summary.merged == 1
    assert {facility.status for facility in facilities(session)} == {"active"}


def test_an_older_complete_file_closes_nothing_newer(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site(), files.site(name1="New"), year=2023))

    assert run(session, sa_file(tmp_path, files.site()), complete=True).closed == 0


def test_one_page_of_several_is_never_complete(session: Session, tmp_path: Path) -> None:
    path = api_file(tmp_path, files.api_row(), recordCount=31, totalPages=2)
    assert any(problem.value == "1 of 31" for problem in run(session, path).problems)

    with pytest.raises(ImportRefused, match="one page of several"):
        run(session, path, complete=True)


def test_the_date_given_goes_before_the_files_own(session: Session, tmp_path: Path) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed()])

    run(session, path)
    assert only_facility(session).listed_as_of == dt.date(2024, 1, 15)
    run(session, path, as_of=dt.date(2024, 5, 1))
    assert only_facility(session).listed_as_of == dt.date(2024, 5, 1)


def test_a_file_without_a_date_keeps_the_one_it_was_first_imported_with(
    session: Session, tmp_path: Path
) -> None:
    path = api_file(tmp_path, files.api_row())
    os.utime(path, (0, dt.datetime(2024, 3, 1, tzinfo=dt.UTC).timestamp()))
    guessed = run(session, path)
    assert (guessed.as_of, guessed.known_date) == (dt.date(2024, 3, 1), None)
    assert any("Import it again with --as-of" in line for line in guessed.lines())
    assert any(line.endswith("findtreatment, date not known") for line in guessed.lines())
    assert only_facility(session).listed_as_of is None
    assert run(session, path).confirmed == 1, "the date of the first time was not known either"
    assert only_facility(session).listed_as_of is None

    os.utime(path, (0, dt.datetime(2024, 4, 1, tzinfo=dt.UTC).timestamp()))
    assert run(session, path, as_of=dt.date(2024, 3, 2)).as_of == dt.date(2024, 3, 2)
    again = run(session, path)
    assert again.as_of == again.known_date == dt.date(2024, 3, 2)
    assert only_facility(session).listed_as_of == dt.date(2024, 3, 2)
    assert not any("--as-of" in line for line in again.lines())


def test_a_date_that_is_not_known_counts_as_old(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site(phone="617-555-0100")))
    dated = only_facility(session)
    api = api_file(tmp_path, files.api_row(phone="617-555-0199"))
    run(session, api)
    facility = only_facility(session)
    assert (facility.phone, facility.source) == (dated.phone, "samhsa-directory-sa")
    assert facility.listed_as_of == dated.listed_as_of
    run(session, api, as_of=NOW.date())
    assert only_facility(session).phone == "(617) 555-0199"
    assert only_facility(session).listed_as_of == NOW.date()


def test_what_is_said_of_the_whole_file_is_no_value_left_out(
    session: Session, tmp_path: Path
) -> None:
    path = files.directory_csv(
        tmp_path / "sa.csv", [files.site(name1="Casa José")], encoding="cp1252"
    )

    summary = run(session, path)

    assert summary.left_out == 0
    assert [problem.field for problem in summary.problems] == ["encoding"]
    assert only_facility(session).name == "Casa José"


def test_no_date_lies_in_the_future(session: Session, tmp_path: Path) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed(listed_as_of="2031-01-01")])
    os.utime(path, (0, dt.datetime(2030, 1, 1, tzinfo=dt.UTC).timestamp()))

    summary = run(session, path)

    assert summary.left_out == 1
    assert only_facility(session).listed_as_of is None
    with pytest.raises(ImportRefused, match="in the future"):
        run(session, path, as_of=dt.date(2031, 1, 1))


def test_a_dry_run_tells_the_same_and_writes_nothing(session: Session, tmp_path: Path) -> None:
    run(session, sa_file(tmp_path, files.site(), files.site(name1="Gone")))
    path = sa_file(tmp_path, files.site(phone=""), files.site(name1="New"), year=2023)
    before = table_contents(session)

    dry = run(session, path, complete=True, dry_run=True)

    assert table_contents(session) == before
    assert any("more than a tenth" in line for line in dry.lines())
    wet = run(session, path, complete=True, yes=True)
    assert dry.counts() == wet.counts()
    assert wet.counts()["closed"] == 1
    assert dry.lines()[:-1] == wet.lines()


def table_contents(session: Session) -> list[Any]:
    session.rollback()
    tables = (Facility, Listing, ImportRun)
    return [session.execute(sa.select(each.__table__).order_by(each.id)).all() for each in tables]


def test_unknown_codes_and_labels_are_kept_counted_and_reported(
    session: Session, tmp_path: Path
) -> None:
    codes = " ".join(f"Q{number}Q" for number in range(12))
    summary = run(session, sa_file(tmp_path, files.site(service_code_info=f"SA {codes}")))

    assert summary.unknown_codes["Q1Q"] == 1
    assert "Q1Q" in only_facility(session).codes
    assert any("and 2 more" in line for line in summary.lines())
    labels = [{"f2": "TC", "f3": "Something new"}]
    newer = api_file(tmp_path, files.api_row(services=labels))
    summary = run(session, newer, as_of=dt.date(2024, 5, 1))
    assert summary.unknown_labels == {"Something new": 1}
    assert only_facility(session).unknown_labels == ["Something new"]


def test_a_refused_row_stops_nothing_and_stands_in_the_report(
    session: Session, tmp_path: Path
) -> None:
    path = files.seed_csv(
        tmp_path / "seed.csv",
        [files.seed(name=""), files.seed(phone="=HYPERLINK(1)"), files.seed(name="", street="x")],
    )

    summary = run(session, path)
    report = write_report(summary, tmp_path / "data", NOW)

    assert (summary.rows_read, summary.refused, summary.added, summary.left_out) == (3, 2, 1, 1)
    assert "1 values left out" in summary.lines()
    assert report == tmp_path / "data/import-reports/20240601T120000Z-operator.csv"
    with report.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["row", "field", "value", "reason"],
            ["2", "name", "", "row refused: no name"],
            ["3", "phone", "'=HYPERLINK(1)", "not a telephone number that can be dialled"],
            ["4", "name", "", "row refused: no name"],
        ]
    assert write_report(summary, tmp_path / "data", NOW) != report
    summary.dry_run = True
    assert write_report(summary, tmp_path / "data", NOW).stem.endswith("-dry-run")


def test_a_file_without_any_facility_is_refused(session: Session, tmp_path: Path) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [])
    with pytest.raises(ImportRefused, match="holds no facility"):
        run(session, path)

    path = files.seed_csv(tmp_path / "seed.csv", [files.seed(name="")])
    with pytest.raises(ImportRefused, match="1 rows refused"):
        run(session, path)


def test_a_format_is_named_or_found_out(session: Session, tmp_path: Path) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed()])

    assert run(session, path, format="seed-csv").format == "seed-csv"
    with pytest.raises(ImportRefused, match="not in the format api-json"):
        run(session, path, format="api-json")
    with pytest.raises(ImportRefused, match="no format hsds-9"):
        run(session, path, format="hsds-9")


def test_a_file_that_cannot_be_read_twice_is_refused(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed()])
    monkeypatch.setattr(importing_room, "detect_format", lambda _path: SOURCES["seed-csv"])
    path.unlink()

    with pytest.raises(ImportRefused, match="No such file"):
        run(session, path)


def test_a_failure_half_way_leaves_nothing_behind(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr("finder.facilities.importing.writing.reindex_all", fail)
    with pytest.raises(RuntimeError):
        run(session, sa_file(tmp_path, files.site()))

    assert not facilities(session)


def test_an_import_that_was_overtaken_compares_again(
    session: Session, engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sa_file(tmp_path, files.site())
    other_path = sa_file(tmp_path, files.site(), files.site(name1="Other"))
    overtaken: list[bool] = []

    def overtake_once(original: Session) -> Any:
        if not overtaken:
            overtaken.append(True)
            with Session(engine) as other:
                run(other, other_path)
        return write_transaction(original)

    monkeypatch.setattr(importing_room, "write_transaction", overtake_once)
    summary = run(session, path)

    assert (summary.added, summary.confirmed) == (0, 1)
    assert len(facilities(session)) == 2


def test_samples_leave_the_search_with_the_first_real_import(
    session: Session, tmp_path: Path
) -> None:
    samples = files.seed_csv(tmp_path / "seed.csv", [files.seed(name="Harbor House (sample)")])
    options: dict[str, Any] = {"place_address": place_address, "clock": lambda: NOW}
    assert load_samples(session, samples, **options) == 1
    assert load_samples(session, samples, **options) == 0
    assert len(searchable(session)) == 1

    run(session, sa_file(tmp_path, files.site(name1="Harbor House (sample)")))

    sample, real = facilities(session)
    assert (sample.is_sample, real.is_sample) == (True, False)
    assert searchable(session) == {real.id}
    assert load_samples(session, samples, **options) == 0


def test_a_file_of_samples_and_real_facilities_is_taken_apart(
    session: Session, tmp_path: Path
) -> None:
    rows = [files.seed(), files.seed(name="Demo (sample)")]

    summary = run(session, files.seed_csv(tmp_path / "seed.csv", rows))

    assert summary.sources == ("operator", "sample")
    real, sample = facilities(session)
    assert searchable(session) == {real.id}
    assert sample.is_sample


def test_every_import_is_on_record(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.json"
    path.write_text(json.dumps([files.api_row()]), encoding="utf-8")

    run(session, path)

    recorded = session.scalars(sa.select(ImportRun)).one()
    assert recorded.source == "findtreatment"
    assert recorded.file_name == "caf\ufffd.json"
    assert recorded.counts["added"] == 1
    assert recorded.finished_at == NOW


def test_progress_is_told(session: Session, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    rows = [files.site(name1=f"House {number}") for number in range(501)]

    run(session, sa_file(tmp_path, *rows), progress=lambda *step: told.append(step))

    assert ("rows read", 500) in told
    assert ("facilities placed", 500) in told
    assert told[-1] == ("facilities written", 501)


def test_what_staff_closed_stays_closed_until_a_source_is_newer(
    session: Session, tmp_path: Path
) -> None:
    run(session, sa_file(tmp_path, files.site(), year=2023))
    [facility] = facilities(session)
    on = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
    close_facility(session, facility.id, by="admin", clock=lambda: on)
    assert searchable(session) == set()

    kept = run(session, sa_file(tmp_path, files.site(phone="617-555-0199"), year=2024))

    assert (kept.changed, kept.staff_closings_kept) == (1, 1)
    assert any("stay closed" in line for line in kept.lines())
    assert f"facility {facility.id}" in [each.value for each in kept.problems]
    assert searchable(session) == set()

    newer = run(session, sa_file(tmp_path, files.site(), year=2025))

    assert newer.staff_closings_ended == 1
    assert any("are open again" in line for line in newer.lines())
    session.expire_all()
    [facility] = facilities(session)
    assert (facility.status, facility.closed_by_staff_on) == ("active", None)
    assert searchable(session) == {facility.id}
