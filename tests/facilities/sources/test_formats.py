from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from finder.facilities.sources import (
    SOURCES,
    FacilityRecord,
    ImportRefused,
    LeftOut,
    PartialFile,
    ReadItem,
    RefusedRow,
    detect_format,
)
from tests.facilities.sources import files


def read(path: Path) -> list[ReadItem]:
    return list(detect_format(path).read(path))


def records(path: Path) -> list[FacilityRecord]:
    return [item for item in read(path) if isinstance(item, FacilityRecord)]


def left_out(path: Path) -> list[LeftOut]:
    return [item for item in read(path) if isinstance(item, LeftOut)]


def test_content_tells_the_format_whatever_the_file_is_called(tmp_path: Path) -> None:
    written = {
        "directory-xlsx": files.workbook(tmp_path / "1.csv", [files.site()]),
        "directory-csv": files.directory_csv(tmp_path / "2.json", [files.site()]),
        "website-csv": files.website_csv(tmp_path / "3.xlsx", [{"name1": "A"}]),
        "api-json": files.api_json(tmp_path / "4", [files.api_row()]),
        "seed-csv": files.seed_csv(tmp_path / "5.txt", [files.seed()]),
    }

    assert {name: detect_format(path).name for name, path in written.items()} == {
        name: name for name in SOURCES
    }


def test_a_directory_workbook_is_read(tmp_path: Path) -> None:
    path = files.workbook(
        tmp_path / "sa.xlsx",
        [files.site(name2="Day Program", street2="Floor 2", intake1="617-555-0143"), {}],
    )

    (record,) = records(path)

    assert record == FacilityRecord(
        row=2,
        source="samhsa-directory-sa",
        source_key="",
        name="Harbor House",
        program_name="Day Program",
        street="12 Main Street",
        street2="Floor 2",
        city="Boston",
        state="MA",
        postal_code="02139",
        phone="(617) 555-0142",
        intake_phones=("(617) 555-0143",),
        codes=("BU", "DT", "OP", "SA"),
    )
    assert str(SOURCES["directory-xlsx"].as_of(path)) == "2022-05-19"


def test_numbers_in_a_workbook_become_the_text_they_stand_for(tmp_path: Path) -> None:
    row: dict[str, Any] = {**files.site(), "zip": 2139, "phone": 6175550142}

    (record,) = records(files.workbook(tmp_path / "sa.xlsx", [row]))

    assert record.postal_code == "02139"
    assert record.phone == "(617) 555-0142"


def test_a_workbook_without_the_usual_sheet_name_is_searched(tmp_path: Path) -> None:
    assert records(files.workbook(tmp_path / "sa.xlsx", [files.site()], sheet="Sheet 1"))


@pytest.mark.parametrize("modified", [None, "2022-99-99T00:00:00Z"])
def test_a_workbook_need_not_bear_a_date(tmp_path: Path, modified: str | None) -> None:
    path = files.workbook(tmp_path / "sa.xlsx", [files.site()], modified=modified)

    assert SOURCES["directory-xlsx"].as_of(path) is None


def test_the_mental_health_directory_is_told_by_its_codes(tmp_path: Path) -> None:
    rows = [files.site(service_code_info=codes) for codes in ("SA MH * OP", "MH", "SMON")]

    assert {r.source for r in records(files.workbook(tmp_path / "mh.xlsx", rows))} == {
        "samhsa-directory-mh"
    }
    assert {r.source for r in records(files.directory_csv(tmp_path / "mh.csv", rows))} == {
        "samhsa-directory-mh-csv"
    }


def test_a_directory_table_gives_coordinates(tmp_path: Path) -> None:
    row = files.site(latitude="42.36", longitude="-71.05")

    (record,) = records(files.directory_csv(tmp_path / "sa.csv", [row]))

    assert record.source == "samhsa-directory-sa-csv"
    assert (record.latitude, record.longitude) == (42.36, -71.05)


def test_a_directory_keeps_codes_that_nobody_knows_and_leaves_out_what_is_no_code(
    tmp_path: Path,
) -> None:
    path = files.workbook(tmp_path / "sa.xlsx", [files.site(service_code_info="SA QQQ * <b>")])

    assert records(path)[0].codes == ("QQQ", "SA")
    assert left_out(path) == [LeftOut(2, "service_code_info", "<b>", "not a service code")]


def test_the_websites_download_has_a_column_a_code(tmp_path: Path) -> None:
    row = {**files.api_row(type_facility="SU", zip4="4307"), "bu": "1", "dt": "", "op": "1"}
    tidy = {name: value for name, value in row.items() if name in files.WEBSITE_COLUMNS}

    (record,) = records(files.website_csv(tmp_path / "web.csv", [tidy]))

    assert record.source == "findtreatment"
    assert record.codes == ("BU", "OP", "SA")
    assert record.postal_code == "02139-4307"


def test_the_api_names_services_by_labels(tmp_path: Path) -> None:
    services = [
        {"f1": "Type of Care", "f2": "TC", "f3": "Detoxification; Substance use treatment"},
        {"f1": "New", "f2": "NEW", "f3": "Something new;  "},
    ]
    path = files.api_json(
        tmp_path / "api.json",
        [files.api_row(services=services, latitude="42.36", longitude="-71.05", zip=2139)],
    )

    (record,) = records(path)

    assert record.codes == ("DT", "SA")
    assert record.unknown_labels == ("Something new",)
    assert record.latitude == 42.36
    assert record.postal_code == "02139"


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"typeFacility": "OTP", "services": None}, ("MU", "OTP", "SA")),
        ({"typeFacility": None, "type_facility": "SU"}, ("SA",)),
        ({"typeFacility": "MH"}, ("MH",)),
        ({"typeFacility": ""}, ()),
    ],
)
def test_the_type_of_a_listing_says_something_by_itself(
    tmp_path: Path, fields: dict[str, object], codes: tuple[str, ...]
) -> None:
    (record,) = records(files.api_json(tmp_path / "api.json", [files.api_row(**fields)]))

    assert record.codes == codes


def test_an_unknown_type_is_reported_and_the_row_kept(tmp_path: Path) -> None:
    path = files.api_json(tmp_path / "api.json", [files.api_row(typeFacility="HRSA")])

    assert len(records(path)) == 1
    assert left_out(path) == [LeftOut(1, "typeFacility", "HRSA", "an unknown type of facility")]


def test_an_api_row_of_the_wrong_shape_stops_nothing(tmp_path: Path) -> None:
    path = files.api_json(
        tmp_path / "api.json",
        [
            "not an object",
            files.api_row(services="all of them"),
            files.api_row(services=["one", {"f2": "TC", "f3": "x" * 400}]),
            files.api_row(frid="f" * 64),
            files.api_row(frid="f" * 400, street1={"no": "text"}),
        ],
    )

    items = read(path)

    assert RefusedRow(1, "row", "not an object", "not an object with fields") in items
    assert [item.reason for item in items if isinstance(item, LeftOut)] == [
        "not a list",
        "not an object",
        "too long for a label",
    ]
    assert [record.source_key for record in records(path)] == ["", "", "f" * 64, ""]


def test_several_pages_may_stand_in_one_file(tmp_path: Path) -> None:
    page = {"page": 1, "rows": [files.api_row()]}
    together = {
        "one after the other": json.dumps(page) + "\n" + json.dumps(page),
        "a list of pages": json.dumps([page, page]),
        "a list of rows": json.dumps([files.api_row(), files.api_row()]),
    }
    for name, text in together.items():
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert [record.row for record in records(path)] == [1, 2], name


def test_a_page_that_is_not_all_says_so(tmp_path: Path) -> None:
    path = files.api_json(tmp_path / "api.json", [files.api_row()], totalPages=2, recordCount=31)

    assert PartialFile(held=1, listed=31) in read(path)


@pytest.mark.parametrize("cut", [30, 200, -3])
def test_json_that_breaks_off_is_refused(tmp_path: Path, cut: int) -> None:
    path = files.api_json(tmp_path / "api.json", [files.api_row()] * 3)
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(ImportRefused, match="is the file complete"):
        read(path)


def test_an_operators_rows_are_real_unless_they_say_sample(tmp_path: Path) -> None:
    path = files.seed_csv(
        tmp_path / "seed.csv",
        [files.seed(lat="42.36", lon="-71.05"), files.seed(name="Harbor House (Sample)")],
    )

    real, sample = records(path)

    assert (real.source, real.is_sample, real.latitude) == ("operator", False, 42.36)
    assert str(real.listed_as_of) == "2024-01-15"
    assert (sample.source, sample.is_sample) == ("sample", True)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": " \0 "},
        {"city": "", "postal_code": ""},
        {"state": "Ontario", "postal_code": "K1A 0B1"},
    ],
)
def test_a_row_without_a_name_or_a_place_is_refused(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed(**changes)])

    assert any(isinstance(item, RefusedRow) and item.row == 2 for item in read(path))
    assert not records(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"city": "", "state": ""},
        {"postal_code": ""},
        {"city": "", "state": "", "postal_code": "", "lat": "42.36", "lon": "-71.05"},
    ],
)
def test_one_way_to_tell_the_place_is_enough(tmp_path: Path, changes: dict[str, str]) -> None:
    assert records(files.seed_csv(tmp_path / "seed.csv", [files.seed(**changes)]))


def test_a_wrong_optional_value_is_left_out_and_its_row_kept(tmp_path: Path) -> None:
    path = files.seed_csv(
        tmp_path / "seed.csv",
        [
            files.seed(
                phone="call us",
                website="info@example.org",
                lat="0",
                lon="9",
                services="SA ~~~",
                listed_as_of="soon",
                street="s" * 201,
                program_name="p" * 300,
                name="n" * 1_000,
            )
        ],
    )

    (record,) = records(path)

    assert {item.field for item in left_out(path)} == {
        *("phone", "website", "lat, lon", "services", "listed_as_of", "street", "program_name"),
        "name",
    }
    assert (record.phone, record.website, record.latitude, record.street) == ("", "", None, "")
    assert record.name == "n" * 200
    assert all(len(item.value) <= 201 for item in left_out(path))


def test_more_codes_than_there_can_be_are_cut(tmp_path: Path) -> None:
    codes = " ".join(f"A{number}" for number in range(1_100))
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed(services=codes)])

    assert len(records(path)[0].codes) == 1_000
    assert left_out(path)[0].field == "services"


def test_markup_stays_text(tmp_path: Path) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed(name="<script>alert(1)</script>")])

    assert records(path)[0].name == "<script>alert(1)</script>"
