"""Whose answer counts: the newest of a series, and across series the newest that speaks of it."""

from __future__ import annotations

import datetime as dt

import pytest

from finder.facilities.importing.kinds import codes_by_kind, listing_codes
from finder.facilities.importing.service_codes import StatedCodes, merged_codes, subject_of
from finder.facilities.sources import FacilityRecord
from finder.facilities.vocabulary import Kind

SU, MH = Kind.SUBSTANCE_USE, Kind.MENTAL_HEALTH
DIRECTORY, API, OPERATOR = "samhsa-directory-sa", "findtreatment", "operator"


def merged(*listings: tuple[str, int | None, str], kind: Kind = SU) -> str | None:
    """The codes of listings of a source, a year and codes, the newest listing first."""
    said = [
        StatedCodes(
            source, dt.date(year, 1, 1) if year else None, codes_by_kind(source, codes.split()), n
        )
        for n, (source, year, codes) in enumerate(listings)
    ]
    found = merged_codes(said, kind)
    return " ".join(found.codes) if found else None


@pytest.mark.parametrize(
    ("listings", "codes"),
    [
        ([(API, 2026, "RES MALE"), (DIRECTORY, 2022, "DT RES FEM MALE BU")], "MALE RES"),
        ([(DIRECTORY, 2026, "SA OP"), (API, 2025, "SA BU")], "OP SA"),
        # The operator's correction speaks of all settings, genders and medications.
        (
            [
                (OPERATOR, 2026, "SA RES MALE NMOA"),
                (API, 2026, "RES MALE"),
                (DIRECTORY, 2022, "DT RES FEM MALE BU"),
            ],
            "MALE NMOA RES SA",
        ),
        # And of what these are in detail.
        (
            [
                (OPERATOR, 2026, "SA RES NMOA"),
                (DIRECTORY, 2022, "SA RES DT ODTX ORT BU BUM DB UB OTP BWN BERI MHIV"),
            ],
            "MHIV NMOA RES SA",
        ),
        ([(API, 2026, "SA OP BU MD"), (OPERATOR, 2020, "SA NMOA")], "MD NMOA OP SA"),
        # What nobody newer speaks of is kept from another series.
        ([(OPERATOR, 2026, "SA MD"), (API, 2025, "SA OP BU PI")], "BU MD OP SA"),
        ([("licence-list", 2026, "SA RES CARF"), (API, 2025, "SA OP JC")], "CARF OP SA"),
        ([(API, 2026, "SA OP"), (API, 2026, "SA BU")], "BU OP SA"),
        ([(API, None, "SA OP"), (DIRECTORY, None, "SA BU")], "OP SA"),
        ([("samhsa-directory-mh", 2026, "MH CHLD SA")], None),
        ([(DIRECTORY, 2022, "SA ADLT"), ("samhsa-directory-mh", 2026, "MH CHLD SA")], "ADLT SA"),
        ([("a new source", 2026, "SA")], "SA"),
    ],
)
def test_the_codes_that_count(listings: list[tuple[str, int | None, str]], codes: str) -> None:
    assert merged(*listings) == codes


def test_every_answer_knows_who_gave_it_and_when() -> None:
    operator = StatedCodes(OPERATOR, dt.date(2026, 1, 1), {SU: ["NMOA"]}, 0)
    directory = StatedCodes(DIRECTORY, dt.date(2022, 1, 1), {SU: ["FEM", "OP", "MALE"]}, 1)

    found = merged_codes([operator, directory], SU)

    assert found is not None
    assert found.provenance(beside=(OPERATOR, dt.date(2026, 1, 1))) == {
        "gender": [DIRECTORY, "2022-01-01"],
        "setting": [DIRECTORY, "2022-01-01"],
    }
    assert found.provenance(beside=(API, None))[""] == [OPERATOR, "2026-01-01"]


def test_a_subject_is_a_facet_or_a_category_or_a_code_of_no_category() -> None:
    told = [subject_of(code) for code in ("DT", "ODTX", "NMOA", "BERI", "CARF", "QQQ")]
    assert told == ["setting", "setting", "medication", "medication", "LCA", "QQQ"]


def row(source: str, codes: str, *kinds: Kind) -> FacilityRecord:
    return FacilityRecord(2, source, "", "House", codes=tuple(codes.split()), kinds=kinds)


@pytest.mark.parametrize(
    ("rows", "stored", "by_kind"),
    [
        ([row(OPERATOR, "OP SA")], ["OP", "SA"], {SU: ["OP", "SA"]}),
        ([row(OPERATOR, "OP")], ["OP"], {SU: ["OP"]}),
        ([row(OPERATOR, "MH SA")], ["MH", "SA"], {SU: ["MH", "SA"], MH: ["MH", "SA"]}),
        ([row(OPERATOR, "CBT MH")], ["CBT", "MH"], {MH: ["CBT", "MH"]}),
        ([row("samhsa-directory-mh", "MH SA")], ["MH", "SA"], {MH: ["MH", "SA"]}),
        (
            [row(API, "MH SA", SU)],
            {"substance-use": ["MH", "SA"]},
            {SU: ["MH", "SA"]},
        ),
        (
            [row(API, "OP SA", SU), row(API, "CHLD MH", MH), row(API, "BU SA", SU)],
            {"substance-use": ["BU", "OP", "SA"], "mental-health": ["CHLD", "MH"]},
            {SU: ["BU", "OP", "SA"], MH: ["CHLD", "MH"]},
        ),
    ],
)
def test_rows_of_one_kind_are_united_and_kinds_kept_apart(
    rows: list[FacilityRecord], stored: object, by_kind: object
) -> None:
    assert listing_codes(rows) == stored
    assert codes_by_kind(rows[0].source, listing_codes(rows)) == by_kind
