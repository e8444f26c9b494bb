"""The national directory as SAMHSA publishes it: a workbook with the sheet "Facilities List"."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from finder.facilities.sources.directory import (
    REQUIRED_COLUMNS,
    SERVICES_COLUMN,
    DirectoryKind,
    directory_row,
)
from finder.facilities.sources.records import (
    DIRECTORY_MH,
    DIRECTORY_SA,
    FileHead,
    ImportRefused,
    ReadItem,
    Source,
)
from finder.facilities.sources.values import calendar_date
from finder.translatable import N_

SHEET = "Facilities List"
UNPACKED_BYTES = 300 * 2**20
"""far above any real directory: the one of 2022 is 12 MB"""
UNPACKED_RATIO = 100
RATIO_COUNTS_FROM_BYTES = 20 * 2**20
MEMBERS = 1_000
SHEET_CELLS = 5_000_000

_CHUNK = 1 << 18
_ROW_OR_CELL = re.compile(
    rb"<(?:[\w.-]+:)?(row|c)"
    rb"""(?:\s(?:[^<>]*?\s)?r\s*=\s*["']\$?([A-Za-z]{0,3})\$?([0-9]{1,10})["'])?(?=[\s/>])"""
)
_TAG_BYTES = 1 << 20
_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>\s*(\d{4}-\d{2}-\d{2})")
_BROKEN = "The workbook is damaged and cannot be read; download it again."


def _recognises(sample: FileHead) -> bool:
    return "xl/workbook.xml" in sample.members


def _read(path: Path) -> Iterator[ReadItem]:
    check_workbook(path)
    rows = _sheet_rows(path)
    header, rows[0] = [str(name).strip().casefold() for name in rows[0]], []
    services = header.index(SERVICES_COLUMN)
    kind = DirectoryKind()
    for row in rows[1:]:
        kind.count(row[services])
    origin = DIRECTORY_MH if kind.is_mental_health else DIRECTORY_SA
    for number, row in enumerate(rows, start=1):
        if number > 1 and any(value not in ("", None) for value in row):
            yield from directory_row(number, dict(zip(header, row, strict=False)), origin.name)


def _sheet_rows(path: Path) -> list[Sequence[object]]:
    import python_calamine  # here, because a server never reads a workbook

    try:
        with python_calamine.CalamineWorkbook.from_path(path) as workbook:
            names = workbook.sheet_names
            wanted = [name for name in names if name.strip().casefold() == SHEET.casefold()]
            for name in wanted or names:
                rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                if rows and {str(cell).strip().casefold() for cell in rows[0]}.issuperset(
                    REQUIRED_COLUMNS
                ):
                    return list(rows)
    except (python_calamine.CalamineError, OSError, ValueError):
        raise ImportRefused(_BROKEN) from None
    except BaseException as error:
        # A panic of the reader, which is written in Rust, is a BaseException.
        if type(error).__name__ != "PanicException":
            raise
        raise ImportRefused(_BROKEN) from None
    raise ImportRefused(
        f'The workbook has no sheet "{SHEET}" with the columns {", ".join(REQUIRED_COLUMNS)}.'
    )


def check_workbook(path: Path) -> None:
    """Refuse a zip bomb: a workbook that would fill the memory when it is unpacked.

    Unpacks every member chunk by chunk: the sizes that an archive states need not be true.

    :raises ImportRefused: too large, damaged, or locked with a password.
    """
    packed = path.stat().st_size
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS:
                raise ImportRefused("The workbook has too many parts to be a directory.")
            for member in members:
                if member.flag_bits & 1:
                    raise ImportRefused(
                        "The workbook is locked with a password; save it without one."
                    )
                extent = _SheetExtent()  # any part may be called a sheet
                with archive.open(member) as file:
                    while chunk := file.read(_CHUNK):
                        total += len(chunk)
                        _check_size(total, packed)
                        extent.see(chunk)
    except ImportRefused:
        raise
    except Exception:
        # Each compression method raises errors of its own for a broken archive.
        raise ImportRefused(_BROKEN) from None


def _check_size(total: int, packed: int) -> None:
    too_dense = total > RATIO_COUNTS_FROM_BYTES and total > packed * UNPACKED_RATIO
    if total > UNPACKED_BYTES or too_dense:
        raise ImportRefused(
            f"The workbook unpacks to more than {total // 2**20} MB, far more than a directory"
            " holds; it was not opened."
        )


class _SheetExtent:
    """Tracks the used range of a sheet as its XML streams by, and refuses one that is too large.

    A reader allocates the whole range, so one cell in the last corner would fill the memory. Rows
    and cells without a reference follow the one before.
    """

    def __init__(self) -> None:
        self._tail = b""
        self._columns = self._rows = 1
        self._unnamed_rows = self._unnamed_cells = self._most_unnamed_cells = 0

    def see(self, chunk: bytes) -> None:
        """Scan the next chunk of a member.

        :raises ImportRefused: the sheet reaches too far.
        """
        text = self._tail + chunk
        cut = text.rfind(b"<") if b"<" in text else len(text)
        self._tail = text[cut:]  # may be the first part of a tag
        if len(self._tail) > _TAG_BYTES:
            raise ImportRefused(_BROKEN)
        for tag, letters, digits in _ROW_OR_CELL.findall(text, 0, cut):
            if digits:
                self._rows = max(self._rows, int(digits))
                self._columns = max(self._columns, _column_number(letters))
            elif tag == b"c":
                self._unnamed_cells += 1
                self._most_unnamed_cells = max(self._most_unnamed_cells, self._unnamed_cells)
            else:
                self._unnamed_rows += 1
            if tag == b"row":
                self._unnamed_cells = 0
        rows = self._rows + self._unnamed_rows
        columns = self._columns + self._most_unnamed_cells
        if rows * columns > SHEET_CELLS:
            raise ImportRefused(
                f"A sheet reaches to row {rows} and column {columns}: delete the empty rows and"
                " columns behind the last facility."
            )


@lru_cache(maxsize=1024)
def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _as_of(path: Path) -> dt.date | None:
    try:
        with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as file:
            match = _MODIFIED.search(file.read(1 << 16))
        return calendar_date(match[1].decode()) if match else None
    except Exception:
        # Without a date; a damaged file is refused when it is read.
        return None


SOURCE = Source(
    name="directory-xlsx",
    title=N_("National directory, as SAMHSA publishes it (XLSX)"),
    recognises=_recognises,
    read=_read,
    as_of=_as_of,
)
