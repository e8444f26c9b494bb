"""Builds a record from one row's cells, for all formats.

Decides which rows are refused and which values are left out. ``values`` parses single values; each
format's module supplies the cells.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from finder.facilities.sources.records import (
    FacilityRecord,
    LeftOut,
    ReadAs,
    ReadItem,
    RefusedRow,
    excerpt,
)
from finder.facilities.sources.values import (
    BadValue,
    calendar_date,
    clean_text,
    coordinates,
    phone_numbers,
    postal_code,
    service_codes,
    state_code,
    website_url,
)
from finder.facilities.vocabulary import Kind

NAME_CHARACTERS = 200
TEXT_CHARACTERS = 200
WEBSITE_CHARACTERS = 500
LABEL_CHARACTERS = 300
CODES_PER_ROW = 1_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}")
_LETTERS = re.compile(r"\d[\s.-]*[A-Z]{3}")
_DIGITS = re.compile(r"[\d\s-]*")
_TOTALS = re.compile(r"(grand |sub)?totals?\b.*|(count|sum)\b[:\s\d]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each field in a format; by default SAMHSA's names."""

    name: str = "name1"
    program_name: str = "name2"
    street: str = "street1"
    street2: str = "street2"
    city: str = "city"
    state: str = "state"
    postal_code: str = "zip"
    plus_four: str = "zip4"
    phone: str = "phone"
    intake_phones: tuple[str, ...] = ("intake1", "intake2", "intake1a", "intake2a", "hotline1")
    website: str = "website"
    latitude: str = "latitude"
    longitude: str = "longitude"
    listed_as_of: str = "listed_as_of"


SAMHSA_COLUMNS = Columns()


@dataclass(frozen=True, slots=True)
class Services:
    """What a row says of its services."""

    codes: Collection[str] = ()
    unknown_labels: Collection[str] = ()
    noted: Collection[LeftOut | ReadAs] = ()
    """values left out, and values read as something else than they are written"""


def services_in(row: int, column: str, cells: Mapping[str, object]) -> Services:
    """Return the service codes in a column, and the words in it that cannot be codes."""
    found = service_codes(clean_text(cells.get(column)))
    noted: list[LeftOut | ReadAs] = [
        LeftOut(row, column, excerpt(word), "not a service code")
        for word in sorted(set(found.invalid))
    ]
    noted += [ReadAs(row, column, excerpt(word), code) for word, code in found.by_label.items()]
    return Services(found.codes, unknown_labels=found.unknown_labels, noted=noted)


@dataclass(slots=True)
class _Cells:
    row: int
    cells: Mapping[str, object]
    problems: list[LeftOut | ReadAs] = field(default_factory=list)

    def leave_out(self, column: str, value: object, reason: str) -> None:
        self.problems.append(LeftOut(self.row, column, excerpt(value), reason))

    def read_as(self, column: str, value: object, meaning: str) -> None:
        self.problems.append(ReadAs(self.row, column, excerpt(value), meaning))

    def text(self, column: str, limit: int = TEXT_CHARACTERS) -> str:
        text = clean_text(self.cells.get(column))
        if len(text) <= limit:
            return text
        self.leave_out(column, text, f"longer than {limit} characters")
        return ""

    def truncated_text(self, column: str, limit: int) -> str:
        text = clean_text(self.cells.get(column))
        if len(text) <= limit:
            return text
        self.leave_out(column, text, f"cut at {limit} characters")
        return text[:limit].rstrip()

    def parsed(self, column: str, parse: Callable[[str], str], limit: int = TEXT_CHARACTERS) -> str:
        text = self.text(column, limit)
        if not text:
            return ""
        try:
            return parse(text)
        except BadValue as reason:
            self.leave_out(column, text, str(reason))
            return ""

    def phones(self, column: str, state: str) -> list[str]:
        text = self.text(column)
        try:
            numbers = phone_numbers(text, state)
        except BadValue as reason:
            self.leave_out(column, text, str(reason))
            return []
        if len(numbers) > 1 or (numbers and _LETTERS.search(text)):
            self.read_as(column, text, ", ".join(numbers))
        return numbers

    def all_phones(self, columns: Columns, state: str) -> tuple[str, tuple[str, ...]]:
        """Return the main number, and the others of the row, as intake lines."""
        first, *others = self.phones(columns.phone, state) or [""]
        intake = dict.fromkeys(others)
        for column in columns.intake_phones:
            intake.update(dict.fromkeys(self.phones(column, state)))
        intake.pop(first, None)
        return first, tuple(intake)

    def zip_code(self, columns: Columns) -> str:
        plus_four = clean_text(self.cells.get(columns.plus_four))
        code = self.parsed(columns.postal_code, lambda text: postal_code(text, plus_four))
        written = clean_text(self.cells.get(columns.postal_code))
        if code and not _DIGITS.fullmatch(written):
            self.read_as(columns.postal_code, written, code)
        return code

    def date(self, column: str) -> dt.date | None:
        written = clean_text(self.cells.get(column))
        try:
            date = calendar_date(written)
        except BadValue as reason:
            self.leave_out(column, self.cells.get(column), str(reason))
            return None
        if date and not _DATE.match(written):
            self.read_as(column, written, date.isoformat())
        return date

    def point(self, columns: Columns) -> tuple[float, float] | tuple[None, None]:
        latitude = self.cells.get(columns.latitude)
        longitude = self.cells.get(columns.longitude)
        if isinstance(latitude, str):
            latitude = clean_text(latitude)
        if isinstance(longitude, str):
            longitude = clean_text(longitude)
        try:
            return coordinates(latitude, longitude) or (None, None)
        except BadValue as reason:
            column = f"{columns.latitude}, {columns.longitude}"
            self.leave_out(column, f"{latitude}, {longitude}", str(reason))
            return None, None


def read_row(
    row: int,
    cells: Mapping[str, object],
    *,
    source: str,
    services: Services,
    columns: Columns = SAMHSA_COLUMNS,
    source_key: str = "",
    kinds: tuple[Kind, ...] = (),
    is_sample: bool = False,
) -> Iterator[ReadItem]:
    """Yield the values left out of a row, then its record or the reason to refuse it.

    A row is refused when it has no name, or nothing that says where it is: neither a ZIP code,
    nor a city with its state, nor coordinates.
    """
    reader = _Cells(row, cells)
    reader.problems.extend(services.noted)
    name = reader.truncated_text(columns.name, NAME_CHARACTERS)
    if not name:
        program = clean_text(cells.get(columns.program_name))
        yield RefusedRow(row, columns.name, excerpt(program), "no name")
        return
    state = reader.parsed(columns.state, state_code)
    city = reader.text(columns.city)
    zip_code = reader.zip_code(columns)
    latitude, longitude = reader.point(columns)
    if _TOTALS.fullmatch(name) and not (zip_code or city):
        yield RefusedRow(row, columns.name, excerpt(name), "a row of totals, no program")
        return
    if not zip_code and latitude is None and not (city and state):
        yield from reader.problems
        yield RefusedRow(
            row,
            columns.postal_code,
            excerpt(f"{name}, {city}"),
            "no place: a ZIP code, a city and its state, or coordinates are needed",
        )
        return
    phone, intake_phones = reader.all_phones(columns, state)
    codes = sorted(services.codes)
    if len(codes) > CODES_PER_ROW:
        reader.leave_out("services", len(codes), f"more than {CODES_PER_ROW} service codes")
        codes = codes[:CODES_PER_ROW]
    record = FacilityRecord(
        row=row,
        source=source,
        source_key=source_key,
        name=name,
        program_name=reader.truncated_text(columns.program_name, NAME_CHARACTERS),
        street=reader.text(columns.street),
        street2=reader.text(columns.street2),
        city=city,
        state=state,
        postal_code=zip_code,
        phone=phone,
        intake_phones=intake_phones,
        website=reader.parsed(columns.website, website_url, WEBSITE_CHARACTERS),
        latitude=latitude,
        longitude=longitude,
        codes=tuple(codes),
        unknown_labels=tuple(sorted(services.unknown_labels)),
        listed_as_of=reader.date(columns.listed_as_of),
        kinds=kinds,
        is_sample=is_sample,
    )
    yield from reader.problems
    yield record
