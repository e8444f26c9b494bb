"""What reading a source yields: records, refused rows and values left out; and who the sources are.

Knows neither the formats of files (each has a module) nor the database.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from finder.errors import FinderError
from finder.facilities.vocabulary import Kind
from finder.translatable import N_

EXCERPT_CHARACTERS = 200


class ImportRefused(FinderError):
    """A file cannot be imported at all; nothing was changed."""


class Series(enum.StrEnum):
    """Sources that speak for the same survey: the newest listing of a site replaces the others."""

    OPERATOR = "operator"
    """its word goes before all others, whatever the date"""
    SAMHSA = "samhsa"
    """the yearly survey: both directories, the website's download, the API"""
    LICENCES = "licences"
    """lists of licences: they speak of licences alone"""
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Origin:
    """The provenance of a listing: a source, by the name that the database keeps."""

    name: str
    title: str
    series: Series
    kinds: tuple[Kind, ...] = ()
    """what all of its listings are about; empty where each row tells"""
    is_sample: bool = False


_SA = (Kind.SUBSTANCE_USE,)
_MH = (Kind.MENTAL_HEALTH,)
OPERATOR = Origin("operator", N_("This site's operator"), Series.OPERATOR)
FINDTREATMENT = Origin("findtreatment", N_("SAMHSA FindTreatment.gov"), Series.SAMHSA)
# Apart, because a file may hold one kind alone: it says nothing of the other.
FINDTREATMENT_MH = Origin(
    "findtreatment-mh", N_("SAMHSA FindTreatment.gov, mental health"), Series.SAMHSA, _MH
)
DIRECTORY_SA = Origin(
    "samhsa-directory-sa", N_("SAMHSA National Directory, substance use"), Series.SAMHSA, _SA
)
DIRECTORY_SA_CSV = Origin(
    "samhsa-directory-sa-csv",
    N_("SAMHSA National Directory, substance use, with coordinates"),
    Series.SAMHSA,
    _SA,
)
DIRECTORY_MH = Origin(
    "samhsa-directory-mh", N_("SAMHSA National Directory, mental health"), Series.SAMHSA, _MH
)
DIRECTORY_MH_CSV = Origin(
    "samhsa-directory-mh-csv",
    N_("SAMHSA National Directory, mental health, with coordinates"),
    Series.SAMHSA,
    _MH,
)
LICENCES = Origin("licence-list", N_("A list of licences"), Series.LICENCES)
SAMPLE = Origin("sample", N_("Demonstration data"), Series.SAMPLE, is_sample=True)

ORIGINS: dict[str, Origin] = {
    origin.name: origin
    for origin in (
        OPERATOR,
        FINDTREATMENT,
        FINDTREATMENT_MH,
        DIRECTORY_SA,
        DIRECTORY_SA_CSV,
        DIRECTORY_MH,
        DIRECTORY_MH_CSV,
        LICENCES,
        SAMPLE,
    )
}
"""In order of priority: of listings equally new, that of the earlier source wins."""


@dataclass(frozen=True, slots=True)
class FacilityRecord:
    """One row of a source in normal form; "" and None mean not stated."""

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
    kinds: tuple[Kind, ...] = ()
    """what the row is about, where its source does not tell it for all rows"""
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
class ReadAs:
    """A value that was written in another form than asked for, and what it was read as."""

    row: int
    field: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class PartialFile:
    """The file says that it holds only a part of what its source lists: rows held, rows listed."""

    held: int
    listed: int


ReadItem = FacilityRecord | RefusedRow | LeftOut | ReadAs | PartialFile


@dataclass(frozen=True, slots=True)
class FileHead:
    """The beginning of a file, for detecting its format."""

    head: bytes
    text: str
    """the beginning, decoded; "" for a binary file"""
    columns: frozenset[str]
    """the column names in the first line, if it is CSV"""
    members: frozenset[str]
    """the members' names, if it is a ZIP archive"""


def _no_date(_path: Path) -> None:
    """Return None: files of this format state no date."""


@dataclass(frozen=True, slots=True)
class Source:
    """A format that can be imported: one row of the registry."""

    name: str
    title: str
    recognises: Callable[[FileHead], bool]
    read: Callable[[Path], Iterator[ReadItem]]
    """yields records and problems in the file's order; raises ``ImportRefused``"""
    as_of: Callable[[Path], dt.date | None] = _no_date
    """returns the date that the file itself states, if any"""
    required: tuple[str, ...] = ()
    """the columns that a CSV file of this format must have"""
    aliases: Mapping[str, str] = field(default_factory=dict, hash=False)
    """what these may be called, too"""


def excerpt(value: object) -> str:
    """Return a value on one line, truncated for a report."""
    text = " ".join(str(value).split())
    return text if len(text) <= EXCERPT_CHARACTERS else text[:EXCERPT_CHARACTERS] + "…"
