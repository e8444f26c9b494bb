"""Computes the plan of an import: every value that it will write.

Reads the database; never writes. A dry run ends here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.importing.matching import (
    KnownListing,
    NewFacility,
    Resolution,
    StoredListing,
    in_batches,
    known_listings,
    match_listings,
    resolve,
    resolve_again,
    stored_listings,
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

    added: list[tuple[Values, NewFacility]] = field(default_factory=list)
    """new facilities, each with its listings"""
    attached: list[tuple[int, IncomingListing]] = field(default_factory=list)
    """new listings of facilities with these ids"""
    moved: list[Values] = field(default_factory=list)
    """listings that go to another facility"""
    rewritten: list[tuple[KnownListing, IncomingListing]] = field(default_factory=list)
    """listings whose content changes"""
    confirmed: list[Values] = field(default_factory=list)
    """listings of which only dates and lists change"""
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
    complete: bool = False
    plan: Plan = field(default_factory=Plan)
    _affected: dict[int, dict[int | str, OpenListing | None]] = field(default_factory=dict)
    """facility id -> its listings in this import, by id or source and key; None: it leaves"""
    _merged: dict[int, int] = field(default_factory=dict)
    """facility -> the one that its listings turned out to be of"""

    def make(self, listings: FileListings) -> Plan:
        """Return the plan for a file."""
        new: list[IncomingListing] = []
        changed: dict[int, IncomingListing] = {}
        for source, of_source in listings.by_source.items():
            listed, unlisted = match_listings(self.session, source, of_source)
            new += unlisted
            for incoming, listing in listed:
                if self._plan_listed(incoming, listing):
                    changed[listing.id] = incoming
            if self.complete:
                self._plan_closing(source, {listing.id for _, listing in listed})
        self._plan_resolution(resolve(self.session, new, changed), changed)
        self._plan_facilities()
        return self.plan

    def make_again(self, place_keys: Sequence[str]) -> Plan:
        """Return the plan that merges all listings at some places anew."""
        self._plan_resolution(resolve_again(self.session, place_keys), {})
        for listing in stored_listings(self.session, place_keys):
            self._affected.setdefault(listing.facility_id, {})
        self._plan_facilities()
        return self.plan

    def _plan_listed(self, incoming: IncomingListing, listing: KnownListing) -> bool:
        """Plan for a listing that was listed before; tell whether its content changes."""
        summary, as_of = self.summary, self._as_of(incoming)
        # Where the date of the data is not known, the file's time says which was there first; and
        # a closed one is open again in a later file, however old what it says is.
        said_on = summary.as_of if listing.closed_at is not None or as_of is None else as_of
        if listing.as_of is not None and said_on < listing.as_of:
            summary.outdated += not incoming.is_twin
            return False
        is_rewritten = listing.closed_at is not None or listing.digest != incoming.digest
        if listing.closed_at is not None:
            summary.reopened += not incoming.is_twin
        elif is_rewritten:
            summary.changed += 1
        else:
            summary.confirmed += not incoming.is_twin
            values = {
                "as_of": as_of,
                "last_seen": self.today,
                "source_key": incoming.source_key,
                "lists": lists_with(listing, summary.list_name),
            }
            if all(getattr(listing, name) == value for name, value in values.items()):
                return False
            self.plan.confirmed.append({"id": listing.id, **values})
        if is_rewritten:
            self.plan.rewritten.append((listing, incoming))
        self._affect(listing.facility_id, listing.id, incoming)
        return is_rewritten

    def _plan_resolution(
        self, resolution: Resolution, changed: Mapping[int, IncomingListing]
    ) -> None:
        for incoming, facility_id in resolution.attached:
            self.summary.merged += not incoming.is_twin
            self.plan.attached.append((facility_id, incoming))
            # Two sources of one file may list one site.
            self._affect(facility_id, f"{incoming.record.source} {incoming.natural_key}", incoming)
        for listing, facility_id in resolution.moved:
            self.plan.moved.append({"id": listing.id, "facility_id": facility_id})
            self._leave(listing)
            if (open_listing := self._open_stored(listing, changed)) is not None:
                self._affected.setdefault(facility_id, {})[listing.id] = open_listing
        for facility in resolution.new:
            self._plan_new(facility, changed)
        self._merged.update(resolution.merged)

    def _plan_new(self, facility: NewFacility, changed: Mapping[int, IncomingListing]) -> None:
        summary = self.summary
        listings = [self._open_listing(incoming) for incoming in facility.incoming]
        for listing in facility.moved:
            self._leave(listing)
            if (open_listing := self._open_stored(listing, changed)) is not None:
                listings.append(open_listing)
        if not listings:  # closed ones alone: they stay where they are
            return
        sites = sum(not incoming.is_twin for incoming in facility.incoming)
        summary.added += bool(sites)
        summary.merged += max(0, sites - 1)
        values = placed(merged_facility(listings), self.place_address)
        values["is_sample"] = any(each.record.is_sample for each in facility.incoming)
        summary.placed[values["location_precision"]] += 1
        self.plan.added.append((values, facility))
        if summary.added % _BATCH == 0:
            self.progress("facilities placed", summary.added)

    def _leave(self, listing: StoredListing) -> None:
        self._affected.setdefault(listing.facility_id, {})[listing.id] = None

    def _open_stored(
        self, listing: StoredListing, changed: Mapping[int, IncomingListing]
    ) -> OpenListing | None:
        """Return a stored listing, as its source states it now, or None where it is closed."""
        if incoming := changed.get(listing.id):
            return self._open_listing(incoming)
        return _stored_open(listing) if listing.is_open else None

    def _plan_closing(self, source: str, seen: set[int]) -> None:
        """Plan to close what the list does not hold any more.

        A listing that other lists hold, too, only leaves this one.
        """
        name = self.summary.list_name
        for listing in known_listings(
            self.session, Listing.source == source, Listing.closed_at.is_(None)
        ):
            # What was imported before lists had names is of every list of its source.
            if listing.lists and name not in listing.lists:
                continue
            self.summary.list_size += 1
            is_newer = listing.as_of is not None and listing.as_of > self.summary.as_of
            if listing.id in seen or is_newer:
                continue
            if others := [each for each in listing.lists if each != name]:
                self.plan.confirmed.append({"id": listing.id, "lists": others})
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
            if before["id"] in self._merged:
                values |= self._merged_values(before)
            else:
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

    def _merged_values(self, before: Values) -> Values:
        """Return the columns of a facility whose listings are another's now, and report it."""
        into = self._merged[before["id"]]
        self.summary.facilities_merged += 1
        closed_on = before["closed_by_staff_on"]
        known = f"; staff had marked it as closed on {closed_on}" if closed_on else ""
        reason = f"is the same as facility {into}, which shows its listings now{known}"
        self.summary.problems.append(Problem(0, "id", f"facility {before['id']}", reason))
        return {"merged_into": into}

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


def lists_with(listing: KnownListing, name: str) -> list[str]:
    """Return the names of the lists that hold a listing, when this one does."""
    others = [] if listing.closed_at is not None else listing.lists
    return sorted({*others, name})


def _stored_open(listing: StoredListing) -> OpenListing:
    return OpenListing(listing.source, listing.natural_key, listing.as_of, listing.content)


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
