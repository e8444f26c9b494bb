"""Formats of facility files: one module a format, one row of ``SOURCES`` each.

A source reads a file into records, and reports rows and values that it leaves out. It knows nothing
of the database, nor of other sources. ``text_files`` has encodings and the dialects of CSV.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from finder.facilities.sources import (
    api_json,
    directory_csv,
    directory_xlsx,
    seed_csv,
    website_csv,
)
from finder.facilities.sources.records import (
    LICENCES,
    ORIGINS,
    FacilityRecord,
    FileHead,
    ImportRefused,
    LeftOut,
    Origin,
    PartialFile,
    ReadAs,
    ReadItem,
    RefusedRow,
    Series,
    Source,
)
from finder.facilities.sources.seed_csv import SAMPLE_SUFFIX
from finder.facilities.sources.text_files import decode_head, header_columns, renamed

__all__ = [
    "LICENCES",
    "ORIGINS",
    "SAMPLE_SUFFIX",
    "SOURCES",
    "FacilityRecord",
    "FileHead",
    "ImportRefused",
    "LeftOut",
    "Origin",
    "PartialFile",
    "ReadAs",
    "ReadItem",
    "RefusedRow",
    "Series",
    "Source",
    "detect_format",
    "read_head",
]

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        directory_xlsx.SOURCE,
        directory_csv.SOURCE,
        website_csv.SOURCE,
        api_json.SOURCE,
        seed_csv.SOURCE,
    )
}
"""Every format that can be imported, in the order in which detection tries them."""

_HEAD_BYTES = 1 << 16
_FEWEST_COLUMNS = 2
_COLUMNS_SHOWN = 40
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def detect_format(path: Path) -> Source:
    """Return the source for a file's format, detected from its content.

    :raises ImportRefused: no such file, nothing in it, or of no format that is known.
    """
    sample = read_head(path)
    for source in SOURCES.values():
        if source.recognises(sample):
            return source
    if sample.head.startswith(_OLD_EXCEL):
        raise ImportRefused(
            f"{path} is an old or locked Excel file: save it as .xlsx without a password."
        )
    raise ImportRefused(
        f"{path} is in none of the formats that can be imported: {', '.join(SOURCES)}."
        f"{_nearest_format(sample)}"
    )


def _nearest_format(sample: FileHead) -> str:
    """Return what columns a CSV file has, and which format it comes nearest to."""
    if len(sample.columns) < _FEWEST_COLUMNS:
        return ""
    tables = [source for source in SOURCES.values() if source.required]
    lacking = {
        source.name: [
            name for name in source.required if name not in renamed(sample.columns, source.aliases)
        ]
        for source in tables
    }
    nearest = min(tables, key=lambda source: len(lacking[source.name]))
    missing = lacking[nearest.name]
    shown = ", ".join(sorted(filter(None, sample.columns))[:_COLUMNS_SHOWN])
    return (
        f" Its columns are: {shown}. The nearest format is {nearest.name}, which needs"
        f" {', '.join(nearest.required)}; missing: {', '.join(missing)}."
    )


def read_head(path: Path) -> FileHead:
    """Read the beginning of a file.

    :raises ImportRefused: no such file, a folder, unreadable, or empty.
    """
    try:
        if path.is_dir():
            raise ImportRefused(f"{path} is a folder; name a file in it.")
        if not path.is_file():
            raise ImportRefused(f"There is no file {path}.")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except (OSError, ValueError) as error:
        raise ImportRefused(f"Cannot read {path}: {error}.") from None
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise ImportRefused(f"{path} is empty.")
    if head.startswith(b"PK"):
        return FileHead(head, "", frozenset(), _archive_members(path))
    text = decode_head(head)
    lines = text.splitlines()
    columns = header_columns(lines[0])[0] if lines else []
    return FileHead(head, text, frozenset(columns), frozenset())


def _archive_members(path: Path) -> frozenset[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise ImportRefused(f"{path} is a damaged archive; download it again.") from None
