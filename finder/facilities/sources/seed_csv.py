"""Facilities that an operator keeps in a table, and the demonstration that Finder comes with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from finder.facilities.sources.records import (
    OPERATOR,
    SAMPLE,
    LeftOut,
    ReadItem,
    Sample,
    Source,
    no_date,
    shown,
)
from finder.facilities.sources.rows import Columns, Services, read_row
from finder.facilities.sources.text_files import (
    csv_rows,
    encoding_of,
    encoding_problems,
    open_text,
)
from finder.facilities.sources.values import clean_text, service_codes
from finder.translatable import N_

SAMPLE_SUFFIX = "(sample)"
_COLUMNS = Columns(
    name="name",
    program_name="program_name",
    street="street",
    postal_code="postal_code",
    latitude="lat",
    longitude="lon",
    intake_phones=("intake_phone",),
)
_REQUIRED = ("name", "city", "state", "postal_code", "services")


def _recognises(sample: Sample) -> bool:
    return sample.columns.issuperset(_REQUIRED)


def _read(path: Path) -> Iterator[ReadItem]:
    encoding = encoding_of(path)
    yield from encoding_problems(encoding)
    with open_text(path, encoding) as file:
        for row in csv_rows(file, _REQUIRED):
            if not isinstance(row, tuple):
                yield row
                continue
            number, cells = row
            codes, odd = service_codes(clean_text(cells.get("services")))
            left_out = [LeftOut(number, "services", shown(o), "not a service code") for o in odd]
            is_sample = clean_text(cells.get("name")).casefold().endswith(SAMPLE_SUFFIX)
            yield from read_row(
                number,
                cells,
                source=(SAMPLE if is_sample else OPERATOR).name,
                services=Services(codes, left_out=left_out),
                columns=_COLUMNS,
                is_sample=is_sample,
            )


SOURCE = Source(
    name="seed-csv",
    title=N_("An operator's own facilities, or the demonstration (CSV)"),
    recognises=_recognises,
    read=_read,
    as_of=no_date,
)
