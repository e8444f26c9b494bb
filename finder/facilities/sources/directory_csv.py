"""The national directory as CSV, with a latitude and longitude a row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from finder.facilities.sources.directory import (
    REQUIRED_COLUMNS,
    SERVICES_COLUMN,
    DirectoryKind,
    directory_row,
)
from finder.facilities.sources.records import (
    DIRECTORY_MH_CSV,
    DIRECTORY_SA_CSV,
    FileHead,
    ReadItem,
    Source,
)
from finder.facilities.sources.text_files import csv_rows, read_csv
from finder.translatable import N_


def _recognises(sample: FileHead) -> bool:
    return sample.columns.issuperset(REQUIRED_COLUMNS)


def _read(path: Path) -> Iterator[ReadItem]:
    kind = DirectoryKind()
    for row in csv_rows(path, REQUIRED_COLUMNS):
        if isinstance(row, tuple):
            kind.count(row[1].get(SERVICES_COLUMN))
    origin = DIRECTORY_MH_CSV if kind.is_mental_health else DIRECTORY_SA_CSV
    yield from read_csv(path, REQUIRED_COLUMNS, partial(directory_row, source=origin.name))


SOURCE = Source(
    name="directory-csv",
    title=N_("National directory with coordinates (CSV)"),
    recognises=_recognises,
    read=_read,
    required=REQUIRED_COLUMNS,
)
