"""The demonstration that Finder comes with: nobody in it exists; every filter finds something."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from finder.facilities.sources import SOURCES, FacilityRecord, detect_format
from finder.facilities.vocabulary.answers import Answer, answers_of
from finder.facilities.vocabulary.filters import FILTERS
from finder.facilities.vocabulary.labels import SERVICES
from finder.geocoding.distance import miles_between

Row = dict[str, str]

make_seed: Any = import_module("tools.make_seed")

STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ "
    "NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI"
)
OPIOID_MEDICATION = {"BU", "MU", "NU"}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The programs of the file as it is shipped."""
    with make_seed.SEED_FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def codes(rows: list[Row]) -> list[set[str]]:
    """What each program offers."""
    return [set(row["services"].split()) for row in rows]


@pytest.fixture(scope="module")
def substance_use(codes: list[set[str]]) -> list[set[str]]:
    """What each substance use program offers."""
    return [each for each in codes if "MH" not in each]


@pytest.fixture(scope="module")
def answers(codes: list[set[str]]) -> list[dict[str, dict[str, Answer]]]:
    """What each program answers to every filter."""
    return [answers_of(each) for each in codes]


def percent(part: int, whole: int) -> float:
    return 100 * part / whole


# --- the file ------------------------------------------------------------------------------------


def test_the_file_is_what_the_tool_makes() -> None:
    assert make_seed.SEED_FILE.read_bytes() == make_seed.seed_csv()


@pytest.mark.slow
def test_another_run_makes_the_same_bytes_in_whatever_order_sets_lie() -> None:
    subprocess.run(
        [sys.executable, "-m", "tools.make_seed", "--check"],
        cwd=make_seed.ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        check=True,
        timeout=60,
    )


def test_the_check_finds_a_changed_or_missing_file_and_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "seed_facilities.csv"
    monkeypatch.setattr(make_seed, "SEED_FILE", path)
    monkeypatch.setattr(make_seed, "seed_csv", lambda: b"name\nmade\n")
    assert make_seed.main(["--check"]) == 1
    assert not path.exists()
    path.write_bytes(b"changed")
    assert make_seed.main(["--check"]) == 1
    assert path.read_bytes() == b"changed"
    assert "python -m tools.make_seed" in capsys.readouterr().err
    assert make_seed.main([]) == 0
    assert path.read_bytes() == b"name\nmade\n"
    assert make_seed.main(["--check"]) == 0


def test_the_file_has_the_agreed_columns_and_size(rows: list[Row]) -> None:
    assert list(rows[0]) == [
        *("name", "program_name", "street", "city", "state", "postal_code", "phone", "website"),
        *("lat", "lon", "services", "listed_as_of"),
    ]
    assert len(rows) == 1500
    assert make_seed.SEED_FILE.stat().st_size < 600_000


def test_the_importer_takes_every_row_whole() -> None:
    path = make_seed.SEED_FILE
    assert detect_format(path) is SOURCES["seed-csv"]
    records = [item for item in SOURCES["seed-csv"].read(path) if isinstance(item, FacilityRecord)]
    assert len(records) == len(list(SOURCES["seed-csv"].read(path))) == 1500
    assert all(record.is_sample for record in records)
    assert all(record.phone and record.listed_as_of for record in records)


# --- nobody in it exists -------------------------------------------------------------------------


def test_every_name_says_that_it_is_a_sample(rows: list[Row]) -> None:
    assert all(row["name"].endswith(" (sample)") for row in rows)


def test_every_telephone_number_is_kept_for_fiction(rows: list[Row]) -> None:
    assert all(re.fullmatch(r"\([2-9]\d\d\) 555-01\d\d", row["phone"]) for row in rows)
    assert len({row["phone"] for row in rows}) == len(rows)


def test_no_address_and_no_website_exists(rows: list[Row]) -> None:
    assert all(re.fullmatch(r"\d{3,4} (\w+ )?Sample Street", row["street"]) for row in rows)
    websites = {row["website"] for row in rows}
    assert "" in websites
    assert all(re.fullmatch(r"(https://example\.org/[a-z-]+)?", website) for website in websites)


def test_no_invented_name_is_a_real_one(rows: list[Row], shared_data: Path) -> None:
    real: set[str] = set()
    read = 0
    for file, source in (
        ("National_Directory_SA_Facilities_2022.xlsx", "directory-xlsx"),
        ("National_Directory_MH_Facilities_2022.xlsx", "directory-xlsx"),
        ("findtreatment_website_export_sample.csv", "website-csv"),
        ("findtreatment_api_sample.json", "api-json"),
    ):
        for item in SOURCES[source].read(shared_data / file):
            if isinstance(item, FacilityRecord):
                read += 1
                real |= {item.name.casefold(), item.program_name.casefold()}
    assert read > 20_000
    invented = {row["name"].removesuffix(" (sample)").casefold() for row in rows}
    assert not invented & real
    first_words = {" ".join(name.split()[:2]) for name in invented}
    assert not [name for name in real if " ".join(name.split()[:2]) in first_words]


# --- where ---------------------------------------------------------------------------------------


def test_every_state_and_territory_has_programs_and_populous_ones_more(rows: list[Row]) -> None:
    count = Counter(row["state"] for row in rows)
    assert set(count) == set(STATES.split())
    assert min(count.values()) >= 3
    assert {"CA", "TX", "NY"} <= {state for state, _ in count.most_common(5)}
    assert count["CA"] > 10 * count["WY"]


@pytest.mark.slow
def test_every_program_lies_at_its_zip_code(rows: list[Row]) -> None:
    middles = {each.code: each for each in make_seed.read_zips()}
    placed = [row for row in rows if row["lat"]]
    for row in rows:
        middle = middles[row["postal_code"]]
        assert (row["city"], row["state"]) == (middle.city, middle.state)
        assert bool(row["lat"]) == bool(row["lon"])
        if row["lat"]:
            there = float(row["lat"]), float(row["lon"])
            assert miles_between(*there, middle.latitude, middle.longitude) < 1.6
    assert 10 <= len(rows) - len(placed) <= 100
    assert len({(row["lat"], row["lon"]) for row in placed}) > 0.9 * len(placed)


def test_some_addresses_hold_several_programs_of_one_name(rows: list[Row]) -> None:
    at: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        at[row["street"], row["postal_code"]].append(row)
    shared = [together for together in at.values() if len(together) > 1]
    assert {2, 3} == {len(together) for together in shared}
    assert len(shared) >= 20
    for together in shared:
        assert len({(row["name"], row["lat"], row["website"]) for row in together}) == 1
        assert len({row["program_name"] for row in together}) == len(together)


def test_dates_lie_in_the_year_before_the_file_s(rows: list[Row]) -> None:
    dates = [dt.date.fromisoformat(row["listed_as_of"]) for row in rows]
    assert max(dates) == dt.date(2026, 1, 15)
    assert min(dates) > dt.date(2025, 1, 15)


# --- what ----------------------------------------------------------------------------------------


def test_every_code_is_a_word_of_the_vocabulary_and_stands_once(rows: list[Row]) -> None:
    for row in rows:
        each = row["services"].split()
        assert len(each) == len(set(each))
        assert set(each) <= set(SERVICES)


@pytest.mark.parametrize(
    ("facet", "value"),
    [(facet.name, option.value) for facet in FILTERS for option in facet.options],
)
def test_every_filter_finds_at_least_five_programs(
    facet: str, value: str, answers: list[dict[str, dict[str, Answer]]]
) -> None:
    assert sum(each[facet][value] is Answer.YES for each in answers) >= 5


@pytest.mark.parametrize(
    ("code", "share"),
    [
        *(("OP", 82), ("RES", 24), ("HI", 5), ("CBT", 85), ("TELE", 72), ("TWFA", 48)),
        *(("SHG", 48), ("CMI", 41), ("NMOA", 5), ("NOOP", 8), ("SS", 38), ("NP", 2)),
    ],
)
def test_shares_are_those_of_the_national_directory(
    code: str, share: float, substance_use: list[set[str]]
) -> None:
    holders = sum(code in each for each in substance_use)
    assert percent(holders, len(substance_use)) == pytest.approx(share, abs=1.5)


def test_medication_provided_and_accepted_are_as_common_as_in_the_directory(
    substance_use: list[set[str]],
) -> None:
    provides = [each for each in substance_use if each & OPIOID_MEDICATION]
    accepts = [each for each in substance_use if "MOA" in each and not each & OPIOID_MEDICATION]
    assert percent(len(provides), len(substance_use)) == pytest.approx(59, abs=1.5)
    assert percent(len(accepts), len(substance_use)) == pytest.approx(28, abs=1.5)


def test_programs_for_one_gender_are_as_common_as_in_the_directory(
    substance_use: list[set[str]],
) -> None:
    women = [each for each in substance_use if {"FEM", "MALE"} & each == {"FEM"}]
    men = [each for each in substance_use if {"FEM", "MALE"} & each == {"MALE"}]
    assert percent(len(women), len(substance_use)) == pytest.approx(5, abs=1)
    assert percent(len(men), len(substance_use)) == pytest.approx(6, abs=1)
    assert not [each for each in women if "MN" in each]
    assert not [each for each in men if {"WN", "PW"} & each]


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("MU", {"OTP"}),
        ("RS", {"RES"}),
        ("RL", {"RES"}),
        ("RD", {"DT"}),
        ("ORT", {"OP"}),
        ("OIT", {"OP"}),
        ("HID", {"HI"}),
        ("BUM", {"BU"}),
        ("ODTX", {"DT"}),
        ("N40", {"NX"}),
    ],
)
def test_a_code_comes_with_what_it_rests_on(
    code: str, needed: set[str], codes: list[set[str]]
) -> None:
    holders = [each for each in codes if code in each]
    assert holders
    assert all(needed <= each for each in holders)


@pytest.mark.parametrize(
    "codes_together",
    [{"NP", "MD"}, {"NP", "SF"}, {"PMAT", "NAUT"}, {"PMAT", "NMAUT"}, {"NOOP", "BU"}],
)
def test_no_program_contradicts_itself(codes_together: set[str], codes: list[set[str]]) -> None:
    assert not [each for each in codes if codes_together <= each]


def test_mental_health_programs_answer_what_only_they_are_asked(codes: list[set[str]]) -> None:
    mental_health = [each for each in codes if "MH" in each]
    assert len(mental_health) == 200
    for code in ("DBT", "CFT", "IPT", "GT"):
        holders = [each for each in codes if code in each]
        assert len(holders) > 100
        assert all("MH" in each for each in holders)
