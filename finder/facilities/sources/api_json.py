"""FindTreatment.gov's export API (JSON): pages of rows with services as labels in categories."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from finder.facilities.sources.findtreatment import facility_type
from finder.facilities.sources.records import (
    FileHead,
    ImportRefused,
    LeftOut,
    PartialFile,
    ReadAs,
    ReadItem,
    RefusedRow,
    Source,
    excerpt,
)
from finder.facilities.sources.rows import LABEL_CHARACTERS, Services, read_row
from finder.facilities.sources.text_files import (
    Utf8Stream,
    encoding_of,
    encoding_problems,
    open_text,
)
from finder.facilities.sources.values import clean_text
from finder.facilities.vocabulary import code_for_label, split_labels
from finder.translatable import N_

_HEAD_CHARACTERS = 4_096
_RECORD_COUNT = re.compile(r'"recordCount"\s*:\s*"?([0-9]{1,9})\b')
_TYPE_FIELDS = ("type_facility", "typeFacility")


def _recognises(sample: FileHead) -> bool:
    return sample.text.lstrip().startswith(("{", "["))


def _read(path: Path) -> Iterator[ReadItem]:
    encoding = encoding_of(path)
    yield from encoding_problems(encoding)
    import ijson  # here, because a server never reads a file

    number = 0
    with open_text(path, encoding) as text:
        head = text.read(_HEAD_CHARACTERS)
        text.seek(0)
        prefix = "item" if head.lstrip().startswith("[") else "rows.item"
        try:
            for row in _rows(Utf8Stream(text), prefix):
                number += 1
                yield from _read_api_row(number, row)
        except (ijson.JSONError, UnicodeError, ValueError, RecursionError) as error:
            raise ImportRefused(
                f"The JSON cannot be read after row {number} ({excerpt(error)[:80]}): is the file"
                " complete?"
            ) from None
    if (count := _RECORD_COUNT.search(head)) and int(count[1]) > number:
        yield PartialFile(held=number, listed=int(count[1]))


def _rows(file: Utf8Stream, prefix: str) -> Iterator[object]:
    import ijson

    # Several pages may stand in one file: one after the other, or in a list.
    for item in ijson.items(file, prefix, use_float=True, multiple_values=True):
        if isinstance(item, dict) and isinstance(item.get("rows"), list):
            yield from item["rows"]
        else:
            yield item


def _read_api_row(number: int, row: object) -> Iterator[ReadItem]:
    if not isinstance(row, dict):
        yield RefusedRow(number, "row", excerpt(row), "not an object with fields")
        return
    cells = {key: value for key, value in row.items() if not isinstance(value, dict | list)}
    column = next((name for name in _TYPE_FIELDS if row.get(name)), _TYPE_FIELDS[0])
    source, kinds, codes, left_out = facility_type(number, column, cells.get(column))
    labels: set[str] = set()
    services = row.get("services")
    if services is not None and not isinstance(services, list):
        left_out.append(LeftOut(number, "services", excerpt(services), "not a list"))
        services = None
    for group in services or []:
        if not isinstance(group, dict):
            left_out.append(LeftOut(number, "services", excerpt(group), "not an object"))
            continue
        _resolve(number, group, codes, labels, left_out)
    frid = clean_text(cells.get("frid"))
    yield from read_row(
        number,
        cells,
        source=source,
        services=Services(codes, labels, left_out),
        source_key=frid if len(frid) <= LABEL_CHARACTERS else "",
        kinds=kinds,
    )


def _resolve(
    number: int,
    group: Mapping[str, Any],
    codes: set[str],
    labels: set[str],
    left_out: list[LeftOut | ReadAs],
) -> None:
    category = clean_text(group.get("f2"))
    for label in split_labels(clean_text(group.get("f3"))):
        if code := code_for_label(category, label):
            codes.add(code)
        elif len(label) <= LABEL_CHARACTERS:
            labels.add(label)
        else:
            left_out.append(LeftOut(number, "services", excerpt(label), "too long for a label"))


SOURCE = Source(
    name="api-json",
    title=N_("FindTreatment.gov's export API (JSON)"),
    recognises=_recognises,
    read=_read,
)
