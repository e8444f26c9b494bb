"""What a program's codes say: yes, no or not stated, and whom it takes alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from finder.facilities.vocabulary.answers import (
    EXCLUSIVE_GROUPS,
    Answer,
    answer_of,
    answers_of,
    exclusive_to,
)
from finder.facilities.vocabulary.filters import FILTERS, option

OPIOID_MEDICATION = {"BU", "MU", "NU"}


@pytest.fixture(scope="module")
def national_directory(shared_data: Path) -> list[frozenset[str]]:
    """The codes of every site in the substance use directory of 2022."""
    workbook = CalamineWorkbook.from_path(
        shared_data / "National_Directory_SA_Facilities_2022.xlsx"
    )
    header, *rows = workbook.get_sheet_by_name("Facilities List").to_python()
    column = header.index("service_code_info")
    return [frozenset(str(row[column]).split()) - {"*"} for row in rows]


@pytest.mark.parametrize(
    ("codes", "value", "answer"),
    [
        ({"BU"}, "any", Answer.YES),
        ({"NU"}, "buprenorphine", Answer.NOT_STATED),
        ({"NMOA"}, "any", Answer.NO),
        ({"NOOP"}, "methadone", Answer.NO),
        ({"NMOA", "BU"}, "buprenorphine", Answer.YES),
        ({"NMOA", "BU"}, "methadone", Answer.NO),
        ({"NMAUT"}, "alcohol", Answer.NO),
        ({"NAUT"}, "alcohol", Answer.NO),
        ({"NAUT"}, "any", Answer.NOT_STATED),
        ({"PMAT", "NMAUT"}, "alcohol", Answer.YES),
        ({"MOA"}, "accepts", Answer.YES),
        ({"MOA"}, "any", Answer.NOT_STATED),
        ({"NMOA"}, "accepts", Answer.NOT_STATED),
        ({"NMOA"}, "none", Answer.YES),
        ({"MU"}, "none", Answer.NO),
        (set(), "none", Answer.NOT_STATED),
    ],
)
def test_medication(codes: set[str], value: str, answer: Answer) -> None:
    assert answer_of(option("medication", value), codes) is answer


def test_a_program_can_be_residential_and_outpatient() -> None:
    answers = answers_of(["RES", "OP"])["setting"]

    assert answers["inpatient"] is answers["residential"] is answers["outpatient"] is Answer.YES
    assert answers["hospital"] is Answer.NOT_STATED


def test_a_program_for_one_gender_says_no_to_the_other() -> None:
    assert answers_of(["FEM"])["gender"] == {"female": Answer.YES, "male": Answer.NO}
    assert answers_of(["FEM", "MALE"])["gender"] == {"female": Answer.YES, "male": Answer.YES}


def test_every_value_of_every_facet_is_answered() -> None:
    answers = answers_of([])

    assert {name: list(values) for name, values in answers.items()} == {
        each.name: [row.value for row in each.options] for each in FILTERS
    }
    assert {answer for values in answers.values() for answer in values.values()} == {"not-stated"}


@pytest.mark.parametrize(
    ("codes", "groups"),
    [
        ("", ()),
        ("FEM MALE", ()),
        ("FEM", ("women",)),
        ("MALE", ("men",)),
        ("DU", ()),
        ("MALE DUO", ("men", "dui-clients")),
        ("AUDO", ("alcohol-use-disorder",)),
        ("FEM OUDO MU", ("women", "opioid-use-disorder")),
        ("CHLD AD", ("adolescents",)),
        ("CHLD SED FEM MALE", ("adolescents",)),
        ("CHLD RTCC", ("adolescents",)),
        ("CHLD AD ADLT", ()),
        ("ADLT", ("adults",)),
        ("FEM YAD SNR", ("women", "adults")),
        ("ADLT RTCC", ()),
        ("CHLD AD YAD", ()),
        ("CHLD AD SNR", ()),
    ],
)
def test_whom_a_program_takes_alone(codes: str, groups: tuple[str, ...]) -> None:
    assert exclusive_to(codes.split()) == groups


@pytest.mark.parametrize("adults", ["WN", "MN", "PW", "TAY", "SE", "VET", "MC", "MU", "DU"])
def test_a_program_for_adults_is_not_for_adolescents_alone(adults: str) -> None:
    assert exclusive_to({"CHLD", "AD", adults}) == ()


@pytest.mark.parametrize("codes", [{"CHLD"}, {"AD"}, {"SED"}])
def test_one_sign_of_young_people_does_not_shut_adults_out(codes: set[str]) -> None:
    assert exclusive_to(codes) == ()


def test_exclusive_groups_of_the_national_directory(
    national_directory: list[frozenset[str]],
) -> None:
    counted = Counter(group for codes in national_directory for group in exclusive_to(codes))

    assert [counted[group] for group in EXCLUSIVE_GROUPS] == [632, 702, 211, 6885, 54, 80, 1111]


def test_medication_in_the_national_directory(national_directory: list[frozenset[str]]) -> None:
    counted = Counter(
        (value, str(answer))
        for codes in national_directory
        for value, answer in answers_of(codes)["medication"].items()
    )
    accepts_alone = [
        codes for codes in national_directory if "MOA" in codes and not codes & OPIOID_MEDICATION
    ]

    assert len(national_directory) == 12_176
    assert len(accepts_alone) == 3_388
    assert counted["any", "yes"] == 7_193
    assert counted["any", "no"] == 1_523
    assert counted["none", "yes"] == 654
