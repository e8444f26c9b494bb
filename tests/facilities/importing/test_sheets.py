"""Sheets as people keep them, one habit each: what is read, and what is left out, in words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from finder.facilities.importing import ImportRefused, ImportSummary
from finder.facilities.listings.models import Facility
from finder.facilities.sources import detect_format
from tests.facilities.importing.running import facilities, run

HEADER = "name,city,state,postal_code,phone,website,services,listed_as_of\n"
PLAIN = {
    "name": "Bend House",
    "city": "Boston",
    "state": "MA",
    "postal_code": "02139",
    "phone": "(617) 555-0100",
    "website": "https://example.org",
    "services": "SA RES",
    "listed_as_of": "2023-11-02",
}


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """What a cell means is read before any database: that imports agree is test_importing's."""
    return sqlite_database_url


def sheet(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    return path


def one(session: Session, tmp_path: Path, **cells: str) -> tuple[Facility, ImportSummary]:
    """Import one row in which some cells are written otherwise."""
    row = ",".join(f'"{value}"' for value in {**PLAIN, **cells}.values())
    summary = run(session, sheet(tmp_path, f"{HEADER}{row}\n"))
    (facility,) = facilities(session)
    return facility, summary


def reasons(summary: ImportSummary) -> list[str]:
    return [f"{each.field}: {each.value}: {each.reason}" for each in summary.problems]


@pytest.mark.parametrize(
    ("written", "phone", "intake"),
    [
        ("617-555-0100 or 617-555-0101", "(617) 555-0100", ["(617) 555-0101"]),
        ("617-555-0100 / 617-555-0101", "(617) 555-0100", ["(617) 555-0101"]),
        ("(617) 555-0100; (617) 555-0101", "(617) 555-0100", ["(617) 555-0101"]),
        ("Main: 617-555-0100, Intake: 617-555-0101", "(617) 555-0100", ["(617) 555-0101"]),
        ("1-800-555-HELP", "(800) 555-4357", []),
        ("1-800-662-HELP (4357)", "(800) 662-4357", []),
        ("617-555-0100 ext. 4", "(617) 555-0100 ext. 4", []),
        ("617.555.0100", "(617) 555-0100", []),
        ("+1 617 555 0100", "(617) 555-0100", []),
        ("Call 617-555-0100", "(617) 555-0100", []),
    ],
)
def test_a_cell_with_one_number_or_two(
    session: Session, tmp_path: Path, written: str, phone: str, intake: list[str]
) -> None:
    facility, summary = one(session, tmp_path, phone=written)
    assert (facility.phone, facility.intake_phones) == (phone, intake)
    assert summary.left_out == 0


@pytest.mark.parametrize("written", ["call us", "000-000-0000", "12", "ask for HOPE"])
def test_what_is_no_number_is_left_out_and_told(
    session: Session, tmp_path: Path, written: str
) -> None:
    facility, summary = one(session, tmp_path, phone=written)
    assert facility.phone == ""
    assert summary.left_out == 1
    assert reasons(summary)[0].startswith(f"phone: {written}: ")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("02139.0", "02139"),
        ("2139.0", "02139"),
        ("2139", "02139"),
        ("02139-4307", "02139-4307"),
        ("02139j", "02139"),
        ("02139 ", "02139"),
    ],
)
def test_a_zip_code_as_spreadsheets_keep_it(
    session: Session, tmp_path: Path, written: str, code: str
) -> None:
    facility, summary = one(session, tmp_path, postal_code=written)
    assert facility.postal_code == code
    assert summary.left_out == 0
    assert summary.read_as == (not written.strip().replace("-", "").isdigit())


@pytest.mark.parametrize(
    "written", ["Massachusetts", "massachusetts", "ma", "MA ", "Massachusetts."]
)
def test_a_state_in_words(session: Session, tmp_path: Path, written: str) -> None:
    assert one(session, tmp_path, state=written)[0].state == "MA"


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("SA,RES", "RES SA"),
        ("SA|DT", "DT SA"),
        ("SA; RES; BU", "BU RES SA"),
        ("SA/RES", "RES SA"),
        ("sa res", "RES SA"),
        ("SA * RES *", "RES SA"),
        ("Detoxification; Substance use treatment", "DT SA"),
        ("Detoxification, BU, Medicaid", "BU DT MD"),
        ("SA RES <b>", "RES SA"),
        ("SA, equine therapy with horses", "SA"),
        ("SA NEWCODE", "NEWCODE SA"),
    ],
)
def test_services_as_codes_or_in_words(
    session: Session, tmp_path: Path, written: str, codes: str
) -> None:
    facility, _ = one(session, tmp_path, services=written)
    assert " ".join(facility.codes) == codes


def test_words_that_are_no_service_are_kept_as_they_are(session: Session, tmp_path: Path) -> None:
    facility, summary = one(session, tmp_path, services="SA, equine therapy with horses")
    assert facility.unknown_labels == ["equine therapy with horses"]
    assert "services: equine therapy with horses: an unknown label, kept" in reasons(summary)


@pytest.mark.parametrize(
    "written",
    ["2023-11-02", "11/2/2023", "11/02/23", "Nov 2 2023", "Nov. 2, 2023", "November 2nd, 2023",
     "2 November 2023", "45232", "45232.0", "2023-11-02 14:00:00", "2023/11/2", "11-2-2023"],
)  # fmt: skip
def test_dates_as_people_write_them(session: Session, tmp_path: Path, written: str) -> None:
    facility, summary = one(session, tmp_path, listed_as_of=written)
    assert facility.listed_as_of == dt.date(2023, 11, 2)
    assert summary.left_out == 0


@pytest.mark.parametrize("written", ["soon", "2023", "13/45/2023", "Nov 2023", "99999"])
def test_a_date_that_cannot_be_read_is_told(session: Session, tmp_path: Path, written: str) -> None:
    _, summary = one(session, tmp_path, listed_as_of=written)
    assert summary.left_out == 1


@pytest.mark.parametrize(
    ("written", "website"),
    [
        ("example.org", "http://example.org"),
        ("www.müller.example", "http://www.xn--mller-kva.example"),
        ("https://exämple.org/a", "https://xn--exmple-cua.org/a"),
        ("HTTP://EXAMPLE.ORG", "http://example.org"),
    ],
)
def test_web_addresses(session: Session, tmp_path: Path, written: str, website: str) -> None:
    assert one(session, tmp_path, website=written)[0].website == website


def test_columns_under_other_names_empty_rows_and_totals(session: Session, tmp_path: Path) -> None:
    text = (
        "Facility, Street Address ,Town,State, ZIP ,Telephone,Web site,Latitude,Longitude,Codes\n"
        "Bend House,1 Main St,Boston,Massachusetts,02139,617-555-0100,example.org,42.36,-71.1,SA\n"
        ",,,,,,,,,\n"
        "\n"
        "Other House,2 Main St,Boston,MA,02139,,,,,SA OP\n"
        "Total: 2,,,,,,,,,\n"
    )
    summary = run(session, sheet(tmp_path, text))
    assert (summary.rows_read, summary.refused, summary.added) == (3, 1, 2)
    assert "name: Total: 2: row refused: a row of totals, no program" in reasons(summary)
    first, second = facilities(session)
    assert (first.name, first.street, first.phone) == ("Bend House", "1 Main St", "(617) 555-0100")
    assert (first.latitude, first.website) == (42.36, "http://example.org")
    assert second.codes == ["OP", "SA"]


def test_a_file_in_no_known_format_says_what_it_has_and_what_is_missing(tmp_path: Path) -> None:
    path = sheet(tmp_path, "Name,Town,ST,Zip,Notes\nA,B,MA,02139,x\n")
    with pytest.raises(ImportRefused) as refused:
        detect_format(path)
    words = str(refused.value)
    assert "Its columns are: name, notes, st, town, zip." in words
    assert "The nearest format is seed-csv, which needs name, city, state" in words
    assert words.endswith("missing: services.")


def test_a_file_whose_every_row_is_refused_gives_every_reason(
    session: Session, tmp_path: Path
) -> None:
    text = f"{HEADER}A,,,,,,SA,\nB,,,,,,SA,\n,Boston,MA,02139,,,SA,\nTotal 3,,,,,,,\n"
    with pytest.raises(ImportRefused) as refused:
        run(session, sheet(tmp_path, text))
    words = str(refused.value)
    assert "(4 rows refused)" in words
    assert "2 x no place: a ZIP code, a city and its state, or coordinates are needed" in words
    assert "1 x no name (first in row 4" in words
    assert "1 x a row of totals, no program" in words


def test_what_was_read_otherwise_is_counted(session: Session, tmp_path: Path) -> None:
    _, summary = one(
        session,
        tmp_path,
        phone="617-555-0100 or 617-555-0101",
        postal_code="02139.0",
        services="Detoxification; SA",
        listed_as_of="Nov 2 2023",
    )
    assert summary.read_as == 4
    assert "4 values read as they were meant: the report tells which" in summary.lines()
    assert reasons(summary) == [
        "services: Detoxification: read as DT",
        "postal_code: 02139.0: read as 02139",
        "phone: 617-555-0100 or 617-555-0101: read as (617) 555-0100, (617) 555-0101",
        "listed_as_of: Nov 2 2023: read as 2023-11-02",
    ]


@pytest.mark.parametrize("written", ["", "XX", "Massachusets", "??"])
def test_a_state_that_is_missing_or_broken_is_the_zip_codes(
    session: Session, tmp_path: Path, written: str
) -> None:
    facility, summary = one(session, tmp_path, state=written)
    assert facility.state == "MA"
    assert "state: : read as MA, from the ZIP code 02139" in reasons(summary)


@pytest.mark.parametrize(
    ("latitude", "longitude", "precision"),
    [
        ("42.36", "-71.10", "exact"),
        ("42.70", "-71.10", "exact"),
        ("29.43", "-98.52", "zip"),
        ("42.36", "-73.10", "zip"),
        ("", "", "zip"),
    ],
)
def test_coordinates_far_from_their_own_zip_code_are_told_and_not_used(
    session: Session, tmp_path: Path, latitude: str, longitude: str, precision: str
) -> None:
    text = (
        "name,city,state,postal_code,lat,lon,services\n"
        f"Bend House,Cambridge,MA,02139,{latitude},{longitude},SA\n"
    )
    summary = run(session, sheet(tmp_path, text))
    (facility,) = facilities(session)
    assert facility.location_precision == precision
    assert summary.left_out == (precision == "zip" and latitude != "")
    if summary.left_out:
        assert "miles from their own ZIP code 02139: its place was taken" in reasons(summary)[0]


def test_a_town_far_from_the_middle_of_its_zip_code_keeps_its_coordinates(
    session: Session, tmp_path: Path
) -> None:
    text = "name,city,state,postal_code,lat,lon,services\nFar House,Boston,MA,02139,42.0,-71.3,SA\n"
    run(session, sheet(tmp_path, text))
    (facility,) = facilities(session)
    assert facility.location_precision == "exact"
