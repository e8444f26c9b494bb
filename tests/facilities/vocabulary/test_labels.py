"""What service codes and labels mean."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from finder.facilities.vocabulary.labels import (
    CATEGORIES,
    SERVICES,
    code_for_label,
    split_labels,
)
from finder.translatable import N_

# Labels in SAMHSA's own sample that no code of today stands for.
LABELS_WITHOUT_A_CODE = {
    "Private (for-profit/non-profit) organization",
    "Access to Recovery (ATR) voucher",
    "Services for the hearing-impaired",
}


def test_marking_a_text_for_translation_leaves_it_as_it_is() -> None:
    assert N_("Medicaid") == "Medicaid"


def test_every_service_belongs_to_a_category_that_exists() -> None:
    assert {service.category for service in SERVICES.values()} == set(CATEGORIES)


def test_every_code_stands_once_with_its_own_service() -> None:
    assert len(SERVICES) == 323
    assert all(code == service.code for code, service in SERVICES.items())


def test_services_follow_the_order_of_their_categories() -> None:
    order = list(CATEGORIES)
    positions = [order.index(service.category) for service in SERVICES.values()]

    assert positions == sorted(positions)


@pytest.mark.parametrize(
    ("code", "category", "official_label", "label", "asked_of"),
    [
        ("BU", "OM", "Buprenorphine used in Treatment", "Prescribes buprenorphine", {"sa"}),
        (
            "DBT",
            "TAP",
            "Dialectical behavior therapy",
            "Dialectical behavior therapy (DBT)",
            {"mh"},
        ),
        ("MD", "PAY", "Medicaid", "Medicaid", {"sa", "mh"}),
        ("CT", "SET", "Computerized treatment", "Treatment by computer (older code)", set()),
        ("X-YOGA", "X", "", "Yoga", set()),
    ],
)
def test_a_service_says_what_it_is_officially_and_in_plain_words(
    code: str, category: str, official_label: str, label: str, asked_of: set[str]
) -> None:
    service = SERVICES[code]

    assert service.category == category
    assert service.official_label == official_label
    assert service.label == label
    assert service.asked_of == asked_of


def test_only_ours_and_two_older_codes_have_no_official_label() -> None:
    without = {code for code, service in SERVICES.items() if not service.official_label}

    assert without == {"X-MBRP", "X-YOGA", "X-MEDITATION", "UBN", "MSNH"}


def test_no_two_services_of_a_category_share_a_label() -> None:
    shown = Counter((service.category, service.label) for service in SERVICES.values())

    assert [pair for pair, times in shown.items() if times > 1] == []


def test_every_official_label_leads_back_to_its_code() -> None:
    for service in SERVICES.values():
        if service.official_label:
            assert code_for_label(service.category, service.official_label) == service.code


@pytest.mark.parametrize(
    ("category", "label", "code"),
    [
        ("PHR", "ACAMPROSATE\u00a0 (Campral)", "ACM"),
        ("PHR", "Acamprosate (Campral®)", "ACM"),
        ("SET", r"Residential\/24-hour  residential", "RES"),
        ("SET", "Residential / 24-hour residential", "RES"),
        ("PAY", "State financed health insurance plan other than Medicaid", "SI"),
        ("AS", "Child care for client’s children", "CCC"),
        ("TC", "Substance treatment services", "SA"),
        ("SG", "Persons with co-occurring mental and substance use disorders", "CO"),
    ],
)
def test_spelling_and_age_of_a_label_make_no_difference(
    category: str, label: str, code: str
) -> None:
    assert code_for_label(category, label) == code


@pytest.mark.parametrize(
    ("category", "label", "code"),
    [
        ("SG", "Young adults", "TAY"),
        ("AGE", "Young adults", "YAD"),
        ("SET", "Partial hospitalization/day treatment", "PHDT"),
        ("FT", "Partial hospitalization/day treatment", "PH"),
        ("HOSP", "Psychiatric hospital", "PSYH"),
        ("FT", "Psychiatric hospital", "PSY"),
        ("OMSC", "In-network prescribing entity", "INPE"),
        ("SMAT", "In-network prescribing entity", "AUINPE"),
        ("smat ", "Other contracted prescribing entity", "AURPE"),
        ("SMAT", "No formal relationship with prescribing entity", "AUPC"),
    ],
)
def test_a_label_of_two_codes_is_told_apart_by_its_category(
    category: str, label: str, code: str
) -> None:
    assert code_for_label(category, label) == code


@pytest.mark.parametrize("category", ["GN", "SN"])
def test_gender_is_known_under_both_names_of_its_category(category: str) -> None:
    assert code_for_label(category, "Female") == "FEM"


@pytest.mark.parametrize("category", ["SET", "", "NEW"])
def test_a_label_of_one_code_is_resolved_in_any_category(category: str) -> None:
    assert code_for_label(category, "Residential treatment center (RTC) for adults") == "RTCA"


@pytest.mark.parametrize(
    ("category", "label"),
    [("", "Young adults"), ("SET", "Psychiatric hospital"), ("PAY", "Barter"), ("X", "")],
)
def test_what_is_not_beyond_doubt_stays_unknown(category: str, label: str) -> None:
    assert code_for_label(category, label) is None


def test_labels_are_split_at_semicolons_and_not_at_commas() -> None:
    joined = "HIV or AIDS education, counseling, or support;  Hepatitis\u00a0 vaccine ; ;"

    assert split_labels(joined) == [
        "HIV or AIDS education, counseling, or support",
        "Hepatitis vaccine",
    ]


@pytest.mark.parametrize("joined", [None, "", " ; "])
def test_no_labels_split_into_none(joined: str | None) -> None:
    assert split_labels(joined) == []


def test_the_published_key_is_held_code_by_code(shared_data: Path) -> None:
    with (shared_data / "samhsa_service_codes.tsv").open(encoding="utf-8") as file:
        published = list(csv.DictReader(file, delimiter="\t"))
    asked = {"SU": {"sa"}, "MH": {"mh"}, "MH+SU": {"sa", "mh"}, "": set()}

    assert len(published) == 320
    for row in published:
        service = SERVICES[row["service_code"]]
        assert service.asked_of == asked[row["in_directory"]]
        if row["category_code"] != "?":
            assert service.category == row["category_code"]
            assert service.official_label == row["service_name"].strip()
            assert CATEGORIES[service.category].official_name == row["category_name"]


@pytest.mark.parametrize(
    "name", ["findtreatment_api_sample.json", "findtreatment_api_shaped_california.json"]
)
def test_labels_in_real_answers_are_known(shared_data: Path, name: str) -> None:
    answer = json.loads((shared_data / name).read_text(encoding="utf-8"))
    unknown = {
        label
        for row in answer["rows"]
        for group in row["services"]
        for label in split_labels(group["f3"])
        if code_for_label(group["f2"], label) is None
    }

    assert unknown <= LABELS_WITHOUT_A_CODE
