"""Small files of each format, made as their publishers make them."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zlib import crc32

DIRECTORY_COLUMNS = (
    *("name1", "name2", "street1", "street2", "city", "state", "zip", "phone"),
    *("intake1", "intake2", "intake1a", "intake2a", "service_code_info"),
)
WEBSITE_COLUMNS = (
    *("name1", "name2", "street1", "street2", "city", "state", "zip", "zip4", "county", "phone"),
    *("intake_prompt", "intake1", "intake2", "website", "latitude", "longitude", "type_facility"),
    *("mh", "sa", "dt", "bu", "op"),
)
SEED_COLUMNS = (
    *("name", "program_name", "street", "city", "state", "postal_code", "phone", "website"),
    *("lat", "lon", "services", "listed_as_of"),
)
SITE = {
    "name1": "Harbor House",
    "name2": "",
    "street1": "12 Main Street",
    "city": "Boston",
    "state": "MA",
    "zip": "02139",
    "phone": "617-555-0142",
    "service_code_info": "SA DT * OP * BU",
}
_WORKBOOK = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def site(**changes: str) -> dict[str, str]:
    """A row of the directory; another house has another telephone number."""
    if house := changes.get("name1"):
        changes = {"phone": f"617-555-01{crc32(house.encode()) % 100:02}", **changes}
    return {**SITE, **changes}


def workbook(
    path: Path,
    rows: Sequence[Mapping[str, object]],
    *,
    columns: Sequence[str] = DIRECTORY_COLUMNS,
    sheet: str = "Facilities List",
    modified: str | None = "2022-05-19T19:28:42Z",
    extra: Mapping[str, bytes] | None = None,
) -> Path:
    """Write a workbook with one sheet; numbers stay numbers."""
    table: list[Sequence[object]] = [
        list(columns),
        *([row.get(name, "") for name in columns] for row in rows),
    ]
    members = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
            f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_WORKBOOK}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
            f' Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": _sheet(table),
    }
    if modified:
        members["docProps/core.xml"] = (
            '<c:p xmlns:dcterms="d" xmlns:c="c">'
            f"<dcterms:modified>{modified}</dcterms:modified></c:p>"
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path


def rewrite(path: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one member of a workbook."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[member] = change(members[member])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def directory_csv(
    path: Path, rows: Iterable[Mapping[str, object]], *, encoding: str = "utf-8"
) -> Path:
    """Write the directory with coordinates."""
    columns = (*DIRECTORY_COLUMNS, "latitude", "longitude")
    return _csv(path, columns, rows, encoding)


def website_csv(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """Write the website's download, its header padded with spaces."""
    columns = (f"    {WEBSITE_COLUMNS[0]}", *WEBSITE_COLUMNS[1:-1], f"{WEBSITE_COLUMNS[-1]} ")
    tidy = ({f"    {k}" if k == "name1" else k: v for k, v in row.items()} for row in rows)
    padded = ({f"{k} " if k == "op" else k: v for k, v in row.items()} for row in tidy)
    return _csv(path, columns, padded, "utf-8")


def api_json(path: Path, rows: Iterable[object], **page: Any) -> Path:
    """Write one page of the API's answer."""
    answer = {"page": 1, "totalPages": 1, **page, "rows": list(rows)}
    path.write_text(json.dumps(answer), encoding="utf-8")
    return path


def api_row(**changes: Any) -> dict[str, Any]:
    """A row of the API's answer."""
    row: dict[str, Any] = {**SITE, "_irow": 1, "typeFacility": "SA", "services": []}
    del row["service_code_info"]
    return row | changes


def seed_csv(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """Write an operator's own facilities."""
    return _csv(path, SEED_COLUMNS, rows, "utf-8")


def seed(**changes: str) -> dict[str, str]:
    """A row of an operator's own facilities."""
    row = {
        "name": "Harbor House",
        "street": "12 Main Street",
        "city": "Boston",
        "state": "MA",
        "postal_code": "02139",
        "phone": "617-555-0142",
        "services": "SA OP",
        "listed_as_of": "2024-01-15",
    }
    return row | changes


def _csv(
    path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]], encoding: str
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _sheet(table: Sequence[Sequence[object]]) -> str:
    lines = []
    for number, row in enumerate(table, start=1):
        cells = "".join(
            _cell(f"{_letters(column)}{number}", value)
            for column, value in enumerate(row)
            if value != ""
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{_WORKBOOK}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(place: str, value: object) -> str:
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _letters(column: int) -> str:
    return chr(ord("A") + column)
