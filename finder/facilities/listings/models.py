"""The tables of facilities, of what each source says of them, and of imports.

``facility`` is what people see: one row a site, merged from its listings. ``listing`` is its
provenance: what one source says of it, kept so that the merge can be repeated when a source
changes. ``importing`` writes both; the search index is derived from ``facility``.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from finder.db import Model
from finder.facilities.vocabulary import Kind


class FacilityStatus(enum.StrEnum):
    """Whether the sources still list a facility, and staff have not marked it as closed."""

    ACTIVE = "active"
    CLOSED = "closed"


class LocationPrecision(enum.StrEnum):
    """How a facility's coordinates are known."""

    EXACT = "exact"
    """given by the source"""
    ZIP = "zip"
    """the middle of its ZIP code's area"""
    CITY = "city"
    """the middle of its city"""
    COUNTY = "county"
    """the middle of its county"""
    UNKNOWN = "unknown"
    """no coordinates: found by name, state and ZIP, never by distance"""


class Facility(Model):
    """One site as people see it."""

    __tablename__ = "facility"
    # Without AUTOINCREMENT SQLite would give a deleted facility's address to another one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    natural_key: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    program_name: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    street2: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    intake_phones: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    website: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    location_precision: Mapped[str] = mapped_column(default=LocationPrecision.UNKNOWN.value)
    substance_use_codes: Mapped[str | None]
    """service codes of its substance use listings, separated by single spaces and sorted, unknown
    ones too; None where no source lists it as such"""
    mental_health_codes: Mapped[str | None]
    """the same of its mental health listings"""
    answers_from: Mapped[dict[str, dict[str, list[str | None]]]] = mapped_column(
        sa.JSON, default=dict
    )
    """kind -> facet ("" for all others) -> source and ISO date of the answers, where they are not
    ``source`` and ``listed_as_of``"""
    unknown_labels: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    """service labels of a source that map to no known code"""
    source: Mapped[str]
    """the source of the newest listing, a name in ``sources.SOURCES``"""
    listed_as_of: Mapped[dt.date | None]
    last_checked: Mapped[dt.date | None]
    status: Mapped[str] = mapped_column(default=FacilityStatus.ACTIVE.value)
    closed_by_staff_on: Mapped[dt.date | None]
    """when staff marked it as closed; it holds until a source lists it with a later date"""
    is_sample: Mapped[bool] = mapped_column(default=False)
    merged_into: Mapped[int | None] = mapped_column(sa.ForeignKey("facility.id"))
    """the facility that its listings turned out to be of; this one's address leads there"""
    updated_at: Mapped[dt.datetime]

    listings: Mapped[list[Listing]] = relationship(back_populates="facility")

    @property
    def codes(self) -> list[str]:
        """The service codes of both kinds, sorted."""
        return sorted(
            {*(self.substance_use_codes or "").split(), *(self.mental_health_codes or "").split()}
        )


CODES_COLUMNS: Mapping[Kind, str] = {
    Kind.SUBSTANCE_USE: "substance_use_codes",
    Kind.MENTAL_HEALTH: "mental_health_codes",
}
"""the column of ``Facility`` that holds the service codes of a kind"""


def codes_by_kind(row: object) -> dict[Kind, list[str]]:
    """Return the service codes of each kind in which a facility is listed, sorted.

    :param row: a value with the columns of `CODES_COLUMNS`.
    """
    columns = {kind: getattr(row, column) for kind, column in CODES_COLUMNS.items()}
    return {kind: codes.split() for kind, codes in columns.items() if codes is not None}


class Listing(Model):
    """What one source says of a facility, and since when: the provenance of its values."""

    __tablename__ = "listing"
    __table_args__ = (sa.UniqueConstraint("source", "source_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(sa.ForeignKey("facility.id"), index=True)
    source: Mapped[str]
    source_key: Mapped[str]
    """the source's own id where it has one, else the natural key"""
    natural_key: Mapped[str] = mapped_column(default="")
    """name, street, ZIP code and program name, without case: see ``importing.natural_keys``"""
    place_key: Mapped[str] = mapped_column(default="", index=True)
    """street in one spelling and ZIP code: see ``importing.natural_keys``"""
    lists: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    """the names of the lists that hold it; it is closed when the last of them does not any more"""
    content: Mapped[dict[str, object]] = mapped_column(sa.JSON)
    """the values as read, by the field names of ``FacilityRecord``"""
    digest: Mapped[str]
    """SHA-256 of the content: equal digests mean that nothing changed"""
    as_of: Mapped[dt.date | None]
    """the date of the source's newest data on it, or of the data that no longer hold it"""
    first_seen: Mapped[dt.datetime]
    last_seen: Mapped[dt.date | None]
    """the day on which an import last found it in its source"""
    closed_at: Mapped[dt.datetime | None]

    facility: Mapped[Facility] = relationship(back_populates="listings")


class ImportRun(Model):
    """One finished import: its file and its figures."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    file_name: Mapped[str]
    file_sha256: Mapped[str] = mapped_column(index=True)
    as_of: Mapped[dt.date | None]
    finished_at: Mapped[dt.datetime]
    counts: Mapped[dict[str, int]] = mapped_column(sa.JSON)
