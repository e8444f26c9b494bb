"""Computes the plan of an import: every value that it will write.

Reads the database; never writes. A dry run ends here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.importing.matching import (
    KnownListing,
    in_batches,
    known_listings,
    match_listings,
)
from finder.facilities.importing.merging import OpenListing, PlaceAddress, merged_facility, placed
from finder.facilities.importing.reading import FileListings, IncomingListing, Progress
from finder.facilities.importing.summary import ImportSummary, Problem
from finder.facilities.listings import Facility, FacilityStatus, Listing

_NOT_CONTENT = frozenset({"listed_as_of", "last_checked"})
"""columns of a facility that may change without a change of content"""
_BATCH = 500

Values = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """Everything that one import writes; dicts hold columns, with ``id`` where a row exists."""

    added: list[tuple[Values, IncomingListing]] = field(default_factory=list)
    """new facilities, each with its first listing"""
    attached: list[tuple[int, IncomingListing]] = field(default_factory=list)
    """new listings of facilities with these ids"""
    rewritten: list[tuple[int, IncomingListing]] = field(default_factory=list)
    """listings with these ids whose content changes"""
    confirmed: list[Values] = field(default_factory=list)
    """listings of which only dates change"""
    closed: list[Values] = field(default_factory=list)
    """listings to be closed"""
    facilities: list[Values] = field(default_factory=list)
    """facilities whose columns change"""


@dataclass(slots=True)
class Planner:
    """Builds one import's plan; ``summary`` gets its figures."""

    session: Session
    summary: ImportSummary
    today: dt.date
    place_address: PlaceAddress
    progress: Progress
    complete: bool
    plan: Plan = field(default_factory=Plan)
    _affected: dict[int, dict[int | str, OpenListing | None]] = field(default_factory=dict)
    """facility id -> its listings in this import by id or natural key, None for one to be closed"""

    def make(self, listings: FileListings) -> Plan:
        """Return the plan for a file."""
        for source, of_source in listings.by_source.items():
            self._plan_source(source, of_source)
        self._plan_facilities()
        return self.plan

    def _plan_source(self, source: str, listings: list[IncomingListing]) -> None:
        summary = self.summary
        matches = match_listings(self.session, source, listings)
        for incoming, listing in matches.listed:
            self._plan_listed(incoming, listing)
        for incoming, facility_id in matches.attached:
            summary.merged += 1
            self.plan.attached.append((facility_id, incoming))
            self._affect(facility_id, incoming.natural_key, incoming)
        for incoming in matches.new:
            self._plan_new(incoming)
        if self.complete:
            seen = {listing.id for _, listing in matches.listed}
            self._plan_closing(source, seen)

    def _plan_listed(self, incoming: IncomingListing, listing: KnownListing) -> None:
        summary, as_of = self.summary, self._as_of(incoming)
        # Where the date of the data is not known, the file's time says which was there first.
        if listing.as_of is not None and (as_of or summary.as_of) < listing.as_of:
            summary.outdated += 1
            return
        if listing.closed_at is not None:
            summary.reopened += 1
            self.plan.rewritten.append((listing.id, incoming))
        elif listing.digest != incoming.digest:
            summary.changed += 1
            self.plan.rewritten.append((listing.id, incoming))
        else:
            summary.confirmed += 1
            dates = {"as_of": as_of, "last_seen": self.today, "source_key": incoming.source_key}
            if all(getattr(listing, name) == value for name, value in dates.items()):
                return
            self.plan.confirmed.append({"id": listing.id, **dates})
        self._affect(listing.facility_id, listing.id, incoming)

    def _plan_new(self, incoming: IncomingListing) -> None:
        summary = self.summary
        summary.added += 1
        values = placed(merged_facility([self._open_listing(incoming)]), self.place_address)
        values["is_sample"] = incoming.record.is_sample
        summary.placed[values["location_precision"]] += 1
        self.plan.added.append((values, incoming))
        if summary.added % _BATCH == 0:
            self.progress("facilities placed", summary.added)

    def _plan_closing(self, source: str, seen: set[int]) -> None:
        for listing in known_listings(
            self.session, Listing.source == source, Listing.closed_at.is_(None)
        ):
            is_newer = listing.as_of is not None and listing.as_of > self.summary.as_of
            if listing.id in seen or is_newer:
                continue
            self.summary.closed += 1
            # Dated, so that an older file does not open it again.
            self.plan.closed.append({"id": listing.id, "as_of": self.summary.as_of})
            self._affected.setdefault(listing.facility_id, {})[listing.id] = None

    def _as_of(self, incoming: IncomingListing) -> dt.date | None:
        return incoming.as_of or self.summary.known_date

    def _open_listing(self, incoming: IncomingListing) -> OpenListing:
        return OpenListing(
            source=incoming.record.source,
            natural_key=incoming.natural_key,
            as_of=self._as_of(incoming),
            content=incoming.content,
        )

    def _affect(self, facility_id: int, listing: int | str, incoming: IncomingListing) -> None:
        self._affected.setdefault(facility_id, {})[listing] = self._open_listing(incoming)

    def _plan_facilities(self) -> None:
        for number, ids in enumerate(in_batches(self._affected)):
            stored = _stored_listings(self.session, ids)
            for before in _stored_facilities(self.session, ids):
                listings = stored.get(before["id"], {}) | self._affected[before["id"]]
                self._plan_facility(before, filter(None, listings.values()))
            self.progress("facilities compared", number * _BATCH + len(ids))

    def _plan_facility(self, before: Values, listings: Iterable[OpenListing]) -> None:
        open_listings = list(listings)
        if open_listings:
            values = merged_facility(open_listings)
            values = placed(values, self.place_address, before=before)
            values |= self._status_values(before, values["listed_as_of"])
        else:
            values = {"status": FacilityStatus.CLOSED.value, "closed_by_staff_on": None}
            self.summary.facilities_closed += before["status"] != values["status"]
        changed = {name: value for name, value in values.items() if before[name] != value}
        if changed:
            self.plan.facilities.append(
                {
                    "id": before["id"],
                    **changed,
                    "content_changed": bool(changed.keys() - _NOT_CONTENT),
                }
            )

    def _status_values(self, before: Values, listed_as_of: dt.date | None) -> Values:
        """Return the status columns of a listed facility, and report a closing by staff."""
        closed_on: dt.date | None = before["closed_by_staff_on"]
        if closed_on is None:
            return {"status": FacilityStatus.ACTIVE.value}
        number = f"facility {before['id']}"
        if listed_as_of is not None and listed_as_of > closed_on:
            self.summary.staff_closings_ended += 1
            reason = f"open again: staff marked it as closed on {closed_on}, this is newer"
            self.summary.problems.append(Problem(0, "status", number, reason))
            return {"status": FacilityStatus.ACTIVE.value, "closed_by_staff_on": None}
        self.summary.staff_closings_kept += 1
        reason = f"stays closed: staff marked it so on {closed_on}, this is not newer"
        self.summary.problems.append(Problem(0, "status", number, reason))
        return {}


def _stored_listings(
    session: Session, ids: list[int]
) -> dict[int, dict[int | str, OpenListing | None]]:
    rows = session.execute(
        sa.select(
            Listing.facility_id,
            Listing.id,
            Listing.source,
            Listing.natural_key,
            Listing.as_of,
            Listing.content,
        ).where(Listing.facility_id.in_(ids), Listing.closed_at.is_(None))
    )
    listings: dict[int, dict[int | str, OpenListing | None]] = {}
    for facility_id, listing_id, source, natural_key, as_of, content in rows:
        listing = OpenListing(source, natural_key, as_of, content)
        listings.setdefault(facility_id, {})[listing_id] = listing
    return listings


def _stored_facilities(session: Session, ids: list[int]) -> Iterator[Values]:
    columns = [column for column in Facility.__table__.columns if column.name != "updated_at"]
    query = sa.select(*columns).where(Facility.id.in_(ids)).order_by(Facility.id)
    for row in session.execute(query).mappings():
        yield dict(row)
