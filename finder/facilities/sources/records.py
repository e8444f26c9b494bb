"""What a source hands over: records, refused rows and values left out.

Knows nothing of files' layouts (each source's module does) nor of the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from finder.errors import FinderError
from finder.translatable import N_

SHOWN_VALUE_CHARACTERS = 200


class ImportRefused(FinderError):
    """A file cannot be imported at all; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who says so: the name of a source as the database keeps it."""

    name: str
    title: str
    is_sample: bool = False


OPERATOR = Origin("operator", N_("This site's operator"))
FINDTREATMENT = Origin("findtreatment", N_("SAMHSA FindTreatment.gov"))
DIRECTORY_SA = Origin("samhsa-directory-sa", N_("SAMHSA National Directory, substance use"))
DIRECTORY_SA_CSV = Origin(
    "samhsa-directory-sa-csv", N_("SAMHSA National Directory, substance use, with coordinates")
)
DIRECTORY_MH = Origin("samhsa-directory-mh", N_("SAMHSA National Directory, mental health"))
DIRECTORY_MH_CSV = Origin(
    "samhsa-directory-mh-csv", N_("SAMHSA National Directory, mental health, with coordinates")
)
SAMPLE = Origin("sample", N_("Demonstration data"), is_sample=True)

ORIGINS: dict[str, Origin] = {
    origin.name: origin
    for origin in (
        OPERATOR,
        FINDTREATMENT,
        DIRECTORY_SA,
        DIRECTORY_SA_CSV,
        DIRECTORY_MH,
        DIRECTORY_MH_CSV,
        SAMPLE,
    )
}
"""In order of priority: of listings equally new, the earlier one is believed."""


@dataclass(frozen=True, slots=True)
class FacilityRecord:
    """One row of a source, its values in Finder's own shape; "" and None mean not stated."""

    row: int
    """counted as the file's reader would: a spreadsheet's first row of data is 2"""
    source: str
    """a name in ``ORIGINS``"""
    source_key: str
    """the source's own id, or "" where it has none"""
    name: str
    program_name: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    """two letters"""
    postal_code: str = ""
    """``12345`` or ``12345-6789``"""
    phone: str = ""
    """``(301) 334-7670``, with `` ext. 12`` where there is one"""
    intake_phones: tuple[str, ...] = ()
    website: str = ""
    """an http or https URL"""
    latitude: float | None = None
    longitude: float | None = None
    codes: tuple[str, ...] = ()
    """service codes, sorted, each once; unknown ones too"""
    unknown_labels: tuple[str, ...] = ()
    listed_as_of: dt.date | None = None
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not imported, and why."""

    row: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A value that is not imported although its row is, and why."""

    row: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Partial:
    """The file itself says that it holds a part of what its source lists."""

    held: int
    listed: int


ReadItem = FacilityRecord | RefusedRow | LeftOut | Partial


@dataclass(frozen=True, slots=True)
class Sample:
    """What can be seen of a file without reading it: enough to tell its format."""

    head: bytes
    text: str
    """the beginning, decoded; "" for a binary file"""
    columns: frozenset[str]
    """the names in the first line, where it is one of separated values"""
    members: frozenset[str]
    """the names inside, where the file is a ZIP archive"""


@dataclass(frozen=True, slots=True)
class Source:
    """A format that can be imported: the registry's row."""

    name: str
    title: str
    recognises: Callable[[Sample], bool]
    read: Callable[[Path], Iterator[ReadItem]]
    """yields records and problems in the file's order; raises ``ImportRefused``"""
    as_of: Callable[[Path], dt.date | None]
    """the date that the file itself bears, where it bears one"""


def no_date(_path: Path) -> None:
    """Say that files of a format bear no date of their own."""


def shown(value: object) -> str:
    """Return a value for a report: short, and on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN_VALUE_CHARACTERS else text[:SHOWN_VALUE_CHARACTERS] + "…"
