"""An operator's own facilities as CSV, and the demonstration that Finder comes with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from finder.facilities.sources.records import OPERATOR, SAMPLE, FileHead, ReadItem, Source
from finder.facilities.sources.rows import Columns, read_row, services_in
from finder.facilities.sources.text_files import read_csv, renamed
from finder.facilities.sources.values import clean_text
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
_ALIASES = {
    "facility": "name",
    "facilityname": "name",
    "facility_name": "name",
    "organization": "name",
    "agency": "name",
    "program": "program_name",
    "programname": "program_name",
    "address": "street",
    "address1": "street",
    "street1": "street",
    "streetaddress": "street",
    "address2": "street2",
    "suite": "street2",
    "town": "city",
    "st": "state",
    "zip": "postal_code",
    "zipcode": "postal_code",
    "zip_code": "postal_code",
    "postalcode": "postal_code",
    "postcode": "postal_code",
    "telephone": "phone",
    "phonenumber": "phone",
    "phone_number": "phone",
    "tel": "phone",
    "intake": "intake_phone",
    "url": "website",
    "web": "website",
    "homepage": "website",
    "latitude": "lat",
    "longitude": "lon",
    "lng": "lon",
    "long": "lon",
    "servicecodes": "services",
    "service_codes": "services",
    "codes": "services",
    "servicesoffered": "services",
    "date": "listed_as_of",
    "asof": "listed_as_of",
    "as_of": "listed_as_of",
    "updated": "listed_as_of",
    "lastupdated": "listed_as_of",
    "last_updated": "listed_as_of",
}
"""what people call the columns, without spaces and capitals -> their names"""


def _recognises(sample: FileHead) -> bool:
    return renamed(sample.columns, _ALIASES).issuperset(_REQUIRED)


def _read(path: Path) -> Iterator[ReadItem]:
    return read_csv(path, _REQUIRED, _read_cells, aliases=_ALIASES)


def _read_cells(row: int, cells: Mapping[str, str]) -> Iterator[ReadItem]:
    is_sample = clean_text(cells.get("name")).casefold().endswith(SAMPLE_SUFFIX)
    return read_row(
        row,
        cells,
        source=(SAMPLE if is_sample else OPERATOR).name,
        services=services_in(row, "services", cells),
        columns=_COLUMNS,
        is_sample=is_sample,
    )


SOURCE = Source(
    name="seed-csv",
    title=N_("An operator's own facilities, or the demonstration (CSV)"),
    recognises=_recognises,
    read=_read,
    required=_REQUIRED,
    aliases=_ALIASES,
)
