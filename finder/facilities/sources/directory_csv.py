"""The national directory as separated values, with a latitude and longitude a row."""

from __future__ import annotations

from collections.abc import Iterator
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
    ReadItem,
    Sample,
    Source,
    no_date,
)
from finder.facilities.sources.text_files import (
    csv_rows,
    encoding_of,
    encoding_problems,
    open_text,
)
from finder.translatable import N_


def _recognises(sample: Sample) -> bool:
    return sample.columns.issuperset(REQUIRED_COLUMNS)


def _read(path: Path) -> Iterator[ReadItem]:
    encoding = encoding_of(path)
    yield from encoding_problems(encoding)
    kind = DirectoryKind()
    with open_text(path, encoding) as file:
        for row in csv_rows(file, REQUIRED_COLUMNS):
            if isinstance(row, tuple):
                kind.count(row[1].get(SERVICES_COLUMN))
    origin = DIRECTORY_MH_CSV if kind.is_mental_health else DIRECTORY_SA_CSV
    with open_text(path, encoding) as file:
        for row in csv_rows(file, REQUIRED_COLUMNS):
            if isinstance(row, tuple):
                yield from directory_row(*row, origin.name)
            else:
                yield row


SOURCE = Source(
    name="directory-csv",
    title=N_("National directory with coordinates (CSV)"),
    recognises=_recognises,
    read=_read,
    as_of=no_date,
)
