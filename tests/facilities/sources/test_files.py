from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path

import pytest
import python_calamine

from finder.facilities.sources import (
    SOURCES,
    FacilityRecord,
    ImportRefused,
    LeftOut,
    ReadItem,
    RefusedRow,
    detect_format,
    directory_xlsx,
)
from finder.facilities.sources.directory_xlsx import check_workbook
from tests.facilities.sources import files


def read(path: Path) -> list[ReadItem]:
    return list(detect_format(path).read(path))


def names(items: list[ReadItem]) -> list[str]:
    return [item.name for item in items if isinstance(item, FacilityRecord)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_unicode_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    path = files.directory_csv(
        tmp_path / "sa.csv", [files.site(name1="Casa José — ñ")], encoding=encoding
    )

    assert names(read(path)) == ["Casa José — ñ"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_json_is_read_in_every_unicode_encoding(tmp_path: Path, encoding: str) -> None:
    path = files.api_json(tmp_path / "api.json", [files.api_row(name1="Casa José")])
    text = path.read_text("utf-8").encode().decode("unicode_escape")
    path.write_text(text, encoding=encoding)

    assert names(read(path)) == ["Casa José"]


def test_what_is_not_utf8_is_read_as_windows_1252_and_reported(tmp_path: Path) -> None:
    path = files.directory_csv(
        tmp_path / "sa.csv", [files.site(name1="Casa José – ñ")], encoding="cp1252"
    )

    items = read(path)

    assert names(items) == ["Casa José – ñ"]
    assert isinstance(items[0], LeftOut)
    assert (items[0].row, items[0].field) == (0, "encoding")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_separators_are_found_out(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "seed.csv"
    row = ["Harbor House", "Boston", "MA", "02139", "SA OP"]
    lines = [["name", "city", "state", "postal_code", "services"], row]
    path.write_text("\r\n".join(map(delimiter.join, lines)), encoding="utf-8")

    assert names(read(path)) == ["Harbor House"]


def test_null_bytes_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed()])
    path.write_bytes(path.read_bytes().replace(b"Harbor", b"Har\0bor") + b"\r\n,,,\r\n")

    assert names(read(path)) == ["Harbor House"]


def test_a_row_with_too_many_values_is_refused_and_one_with_too_few_reported(
    tmp_path: Path,
) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed()])
    header = path.read_text("utf-8").splitlines()[0]
    short, long = "Short,,,Boston,MA,02139", "Long," * 14
    path.write_text(f"{header}\n{short}\n{long}\n", encoding="utf-8")

    items = read(path)

    assert names(items) == ["Short"]
    assert isinstance(items[0], LeftOut)
    assert items[0].field == "columns"
    assert isinstance(items[-1], RefusedRow)
    assert items[-1].row == 3


def test_a_row_with_too_many_values_is_refused_in_every_table(tmp_path: Path) -> None:
    for path in (
        files.directory_csv(tmp_path / "sa.csv", [files.site()]),
        files.website_csv(tmp_path / "web.csv", [{"name1": "A", "city": "B", "zip": "02139"}]),
    ):
        with path.open("a", encoding="utf-8") as file:
            file.write("x," * 40 + "\n")
        refused = [item for item in read(path) if isinstance(item, RefusedRow)]
        assert [item.field for item in refused] == ["columns"]


def test_a_quotation_mark_that_is_never_closed_is_refused_not_swallowed(tmp_path: Path) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed()])
    with path.open("a", encoding="utf-8") as file:
        file.write('"Broken,,,Boston,MA,02139\nLost,,,Boston,MA,02139')

    with pytest.raises(ImportRefused, match="quotation mark"):
        read(path)


def test_a_field_beyond_all_measure_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finder.facilities.sources.text_files.FIELD_CHARACTERS", 1_000)
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed(name="n" * 2_000)])

    with pytest.raises(ImportRefused, match="cannot be read as CSV"):
        read(path)


def test_a_named_format_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed()])

    with pytest.raises(ImportRefused, match="has no column name1"):
        list(SOURCES["directory-csv"].read(path))


@pytest.mark.parametrize(
    "content",
    [
        b"just some words\n",
        b"a,b,c\n1,2,3\n",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"<html><body>Not found</body></html>",
        b"\xff\xfe\x00",
    ],
)
def test_an_unknown_format_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(ImportRefused, match="none of the formats"):
        detect_format(path)


@pytest.mark.parametrize("content", [b"", b" \r\n", b"\0" * 100, b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(ImportRefused, match="is empty"):
        detect_format(path)


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="is a folder"):
        detect_format(tmp_path)
    with pytest.raises(ImportRefused, match="There is no file"):
        detect_format(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImportRefused, match="There is no file"):
        detect_format(tmp_path / "pipe")
    with pytest.raises(ImportRefused):
        detect_format(Path("nul\0byte"))


def test_a_file_that_vanishes_or_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed()])

    def denied(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(ImportRefused, match="Permission denied"):
        detect_format(path)


def test_old_excel_files_are_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))

    with pytest.raises(ImportRefused, match=r"save it as \.xlsx"):
        detect_format(path)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")

    with pytest.raises(ImportRefused, match="none of the formats"):
        detect_format(path)


def test_a_cut_off_workbook_is_refused(tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "sa.xlsx", [files.site()] * 20)
    path.write_bytes(path.read_bytes()[:-200])

    with pytest.raises(ImportRefused, match="damaged"):
        detect_format(path)


def test_a_workbook_with_a_broken_part_is_refused(tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "sa.xlsx", [files.site()] * 20)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    content[sheet.header_offset + 80 : sheet.header_offset + 120] = bytes(40)
    path.write_bytes(content)

    with pytest.raises(ImportRefused, match="damaged"):
        read(path)


def test_a_workbook_without_the_directorys_columns_is_refused(tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "sa.xlsx", [{"name1": "A"}], columns=("name1", "city"))

    with pytest.raises(ImportRefused, match="no sheet"):
        read(path)


def test_a_workbook_that_is_no_spreadsheet_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sa.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")

    with pytest.raises(ImportRefused, match="damaged"):
        read(path)


def test_a_reader_that_panics_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    class Reader:
        @staticmethod
        def from_path(_path: Path) -> None:
            raise PanicException

    path = files.workbook(tmp_path / "sa.xlsx", [files.site()])
    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Reader)
    with pytest.raises(ImportRefused, match="damaged"):
        read(path)

    def interrupted(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Reader, "from_path", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read(path)


def test_a_zip_bomb_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = {"xl/media/zeros.bin": bytes(30 * 2**20)}
    path = files.workbook(tmp_path / "bomb.xlsx", [files.site()], extra=bomb)
    assert path.stat().st_size < 2**20

    with pytest.raises(ImportRefused, match="unpacks to more than"):
        read(path)

    noise = {"xl/media/noise.bin": os.urandom(2**20)}
    path = files.workbook(tmp_path / "large.xlsx", [files.site()], extra=noise)
    monkeypatch.setattr(directory_xlsx, "UNPACKED_BYTES", 2**19)
    with pytest.raises(ImportRefused, match="unpacks to more than"):
        read(path)


def test_a_member_that_lies_about_its_size_is_a_damaged_workbook(tmp_path: Path) -> None:
    bomb = {"xl/media/zeros.bin": bytes(2**20)}
    path = files.workbook(tmp_path / "bomb.xlsx", [files.site()], extra=bomb)
    content = path.read_bytes()
    assert content.count((2**20).to_bytes(4, "little")) >= 2
    path.write_bytes(content.replace((2**20).to_bytes(4, "little"), (10).to_bytes(4, "little")))

    with pytest.raises(ImportRefused, match="damaged"):
        check_workbook(path)


def test_a_workbook_of_countless_parts_or_behind_a_password_is_refused(tmp_path: Path) -> None:
    parts = {f"xl/media/{number}": b"" for number in range(1_001)}
    path = files.workbook(tmp_path / "parts.xlsx", [files.site()], extra=parts)
    with pytest.raises(ImportRefused, match="too many parts"):
        check_workbook(path)

    path = files.workbook(tmp_path / "locked.xlsx", [files.site()])
    content = io.BytesIO(path.read_bytes()).getbuffer()
    position = bytes(content).find(b"PK\x01\x02")
    content[position + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match="password"):
        check_workbook(path)


@pytest.mark.parametrize(
    ("rows", "reach"),
    [
        (b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "row 1048576 and column 16384"),
        (b"<row/>" * 400_000 + b"<row><c><v>1</v></c></row>", "column 13"),
        (b"<row/>" * 2_000 + b"<row>" + b"<c/>" * 9_000 + b"</row>", "row 2003"),
    ],
)
def test_a_sheet_that_reaches_to_the_end_of_the_world_is_refused(
    tmp_path: Path, rows: bytes, reach: str
) -> None:
    path = files.rewrite(
        files.workbook(tmp_path / "far.xlsx", [files.site()]),
        "xl/worksheets/sheet1.xml",
        lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>"),
    )

    with pytest.raises(ImportRefused, match=reach):
        read(path)


def test_rows_and_cells_need_no_references(tmp_path: Path) -> None:
    path = files.rewrite(
        files.workbook(tmp_path / "sa.xlsx", [dict.fromkeys(files.DIRECTORY_COLUMNS, "MA")]),
        "xl/worksheets/sheet1.xml",
        lambda sheet: re.sub(rb' r="[A-Z]*[0-9]+"', b"", sheet),
    )

    assert names(read(path)) == ["MA"]


def test_a_tag_without_end_is_refused(tmp_path: Path) -> None:
    tag = b"<" + os.urandom(2**21).replace(b"<", b"")
    path = files.workbook(tmp_path / "sa.xlsx", [files.site()], extra={"xl/endless.xml": tag})

    with pytest.raises(ImportRefused, match="damaged"):
        read(path)


def test_a_damaged_archive_bears_no_date(tmp_path: Path) -> None:
    path = tmp_path / "sa.xlsx"
    path.write_bytes(b"PK\x03\x04")

    assert SOURCES["directory-xlsx"].as_of(path) is None
