"""FindTreatment.gov's website download as CSV: one column a service code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from finder.facilities.sources.findtreatment import facility_type
from finder.facilities.sources.records import FileHead, ReadItem, Source
from finder.facilities.sources.rows import Services, read_row
from finder.facilities.sources.text_files import read_csv
from finder.facilities.sources.values import SERVICE_CODE, clean_text
from finder.translatable import N_

_REQUIRED = ("name1", "city", "state", "zip", "type_facility")
_NOT_CODES = frozenset(
    (
        *("name1", "name2", "street1", "street2", "city", "state", "zip", "zip4", "county"),
        *("phone", "intake_prompt", "intake1", "intake2", "intake1a", "intake2a", "hotline1"),
        *("website", "latitude", "longitude", "type_facility", "miles", "frid", "_irow"),
    )
)
_YES = frozenset({"1", "1.0", "y", "yes", "x", "true"})


def _recognises(sample: FileHead) -> bool:
    return sample.columns.issuperset(_REQUIRED) and len(sample.columns - _NOT_CODES) > 1


def _read(path: Path) -> Iterator[ReadItem]:
    return read_csv(path, _REQUIRED, _read_cells)


def _read_cells(row: int, cells: Mapping[str, str]) -> Iterator[ReadItem]:
    source, kinds, codes, left_out = facility_type(row, "type_facility", cells.get("type_facility"))
    codes.update(
        column.upper()
        for column, value in cells.items()
        if value.strip().casefold() in _YES
        and column not in _NOT_CODES
        and SERVICE_CODE.fullmatch(column.upper())
    )
    return read_row(
        row,
        cells,
        source=source,
        services=Services(codes, noted=left_out),
        source_key=clean_text(cells.get("frid")),
        kinds=kinds,
    )


SOURCE = Source(
    name="website-csv",
    title=N_("FindTreatment.gov's download (CSV)"),
    recognises=_recognises,
    read=_read,
    required=_REQUIRED,
)
