"""Finds the stored listing or facility of each incoming listing.

First the same source's stored listing with its key; else the facility that ``resolution`` tells,
from all listings at the same place. Reads; never writes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import Model
from finder.facilities.importing.natural_keys import has_street
from finder.facilities.importing.reading import IncomingListing
from finder.facilities.importing.resolution import Member, facilities_of, member_of
from finder.facilities.listings import Facility, Listing

_BATCH = 500
T = TypeVar("T")


def in_batches(values: Iterable[T], size: int = _BATCH) -> Iterator[list[T]]:
    """Yield the values in lists of at most ``size``."""
    remaining = iter(values)
    while batch := list(islice(remaining, size)):
        yield batch


@dataclass(frozen=True, slots=True)
class KnownListing:
    """A listing as the database holds it, without its content."""

    id: int
    facility_id: int
    source_key: str
    natural_key: str
    digest: str
    lists: Sequence[str]
    as_of: dt.date | None
    last_seen: dt.date | None
    closed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class StoredListing:
    """A listing at a place, as the database holds it."""

    id: int
    facility_id: int
    source: str
    natural_key: str
    place_key: str
    as_of: dt.date | None
    content: dict[str, Any]
    is_open: bool


@dataclass(slots=True)
class NewFacility:
    """A facility to be added: listings that are new, and stored ones that leave another."""

    incoming: list[IncomingListing] = field(default_factory=list)
    moved: list[StoredListing] = field(default_factory=list)


@dataclass(slots=True)
class Resolution:
    """What the listings at some places say of facilities, where the database holds otherwise."""

    attached: list[tuple[IncomingListing, int]] = field(default_factory=list)
    """new listings of facilities with these ids"""
    new: list[NewFacility] = field(default_factory=list)
    moved: list[tuple[StoredListing, int]] = field(default_factory=list)
    """stored listings that belong to another facility, with its id"""
    merged: dict[int, int] = field(default_factory=dict)
    """facility without a listing at its place any more -> the one that has them"""


def known_listings(session: Session, *conditions: sa.ColumnElement[bool]) -> Iterator[KnownListing]:
    """Yield the listings that meet the conditions."""
    query = sa.select(
        Listing.id,
        Listing.facility_id,
        Listing.source_key,
        Listing.natural_key,
        Listing.digest,
        Listing.lists,
        Listing.as_of,
        Listing.last_seen,
        Listing.closed_at,
    ).where(*conditions)
    for row in session.execute(query):
        yield KnownListing(*row)


def match_listings(
    session: Session, source: str, listings: Sequence[IncomingListing]
) -> tuple[list[tuple[IncomingListing, KnownListing]], list[IncomingListing]]:
    """Return the incoming listings that their source has listed before, and the others."""
    by_key: dict[str, KnownListing] = {}
    for batch in in_batches(incoming.source_key for incoming in listings):
        found = known_listings(session, Listing.source == source, Listing.source_key.in_(batch))
        by_key.update((listing.source_key, listing) for listing in found)
    listed: list[tuple[IncomingListing, KnownListing]] = []
    rest = []
    used = set()
    for incoming in listings:
        if listing := by_key.get(incoming.source_key):
            used.add(listing.id)
            listed.append((incoming, listing))
        else:
            rest.append(incoming)
    # The sites stay the same when a source begins or ceases to give ids of its own.
    by_natural_key: dict[str, KnownListing] = {}
    for keys in in_batches(incoming.place_key for incoming in rest):
        for listing in known_listings(
            session, Listing.source == source, Listing.place_key.in_(keys)
        ):
            if listing.id not in used:
                by_natural_key.setdefault(listing.natural_key, listing)
    unlisted = []
    for incoming in rest:
        if listing := by_natural_key.get(incoming.natural_key):
            listed.append((incoming, listing))
        else:
            unlisted.append(incoming)
    return listed, unlisted


def resolve(
    session: Session,
    new: Sequence[IncomingListing],
    changed: Mapping[int, IncomingListing],
) -> Resolution:
    """Return to which facilities listings belong.

    :param new: listings that their source has not listed before.
    :param changed: stored listings' ids -> what their source says now.
    """
    resolution = Resolution()
    at_place: defaultdict[str, list[IncomingListing]] = defaultdict(list)
    for incoming in new:
        at_place[incoming.place_key].append(incoming)
    places = dict.fromkeys([*at_place, *(each.place_key for each in changed.values())])
    for keys in in_batches(places):
        stored: defaultdict[str, list[Member]] = defaultdict(list)
        for listing in stored_listings(session, keys, changed):
            now = changed.get(listing.id)
            place = listing.place_key if now is None else now.place_key
            stored[place].append(_member(listing, now))
        for key in keys:
            members = stored[key]
            members += [_incoming_member(each) for each in at_place[key]]
            _resolve_place(session, facilities_of(members, by_phone=has_street(key)), resolution)
    return resolution


def resolve_again(session: Session, place_keys: Sequence[str]) -> Resolution:
    """Return to which facilities the stored listings at some places belong."""
    resolution = Resolution()
    stored: defaultdict[str, list[Member]] = defaultdict(list)
    for listing in stored_listings(session, place_keys):
        stored[listing.place_key].append(_member(listing, None))
    for key, members in stored.items():
        _resolve_place(session, facilities_of(members, by_phone=has_street(key)), resolution)
    return resolution


def stored_listings(
    session: Session, place_keys: Sequence[str], ids: Iterable[int] = ()
) -> Iterator[StoredListing]:
    """Yield the listings at some places, closed ones too, and those with some ids, by id."""
    columns = (
        Listing.id,
        Listing.facility_id,
        Listing.source,
        Listing.natural_key,
        Listing.place_key,
        Listing.as_of,
        Listing.content,
        Listing.closed_at.is_(None),
    )
    seen: set[int] = set()
    for condition in (
        Listing.place_key.in_(place_keys),
        *(Listing.id.in_(batch) for batch in in_batches(ids)),
    ):
        for row in session.execute(sa.select(*columns).where(condition).order_by(Listing.id)):
            if row.id not in seen:
                seen.add(row.id)
                yield StoredListing(*row)


def _member(listing: StoredListing, incoming: IncomingListing | None) -> Member:
    if incoming is None:
        return member_of(listing, listing.source, listing.natural_key, listing.content)
    return member_of(listing, listing.source, incoming.natural_key, incoming.content)


def _incoming_member(incoming: IncomingListing) -> Member:
    return member_of(incoming, incoming.record.source, incoming.natural_key, incoming.content)


def _resolve_place(
    session: Session, groups: Sequence[Sequence[Member]], resolution: Resolution
) -> None:
    """Give each group of listings at one place a facility: one of its own, or a new one."""
    held = [
        Counter(
            member.listing.facility_id
            for member in group
            if isinstance(member.listing, StoredListing)
        )
        for group in groups
    ]
    chosen = _chosen(session, held)
    for number, group in enumerate(groups):
        facility_id = chosen.get(number)
        facility = NewFacility()
        for member in group:
            listing = member.listing
            if isinstance(listing, IncomingListing):
                if facility_id is None:
                    facility.incoming.append(listing)
                else:
                    resolution.attached.append((listing, facility_id))
            elif facility_id is None:
                facility.moved.append(listing)
            elif listing.facility_id != facility_id:
                resolution.moved.append((listing, facility_id))
        if facility_id is None:
            resolution.new.append(facility)
        else:
            resolution.merged.update(
                (other, facility_id) for other in held[number] if other not in chosen.values()
            )


def _chosen(session: Session, held: Sequence[Counter[int]]) -> dict[int, int]:
    """Return the facility of each group that keeps one, by the group's number.

    A facility stays with the group that has the most of its listings. A group with several keeps
    the one that staff or inquiries refer to, then the one with the most listings, then the oldest.
    """
    contested = {id_ for each in held if len(each) > 1 for id_ in each}
    referred = _referred_to(session, contested) if contested else frozenset()
    chosen: dict[int, int] = {}
    for _, _, id_, number in sorted(
        (id_ not in referred, -times, id_, number)
        for number, each in enumerate(held)
        for id_, times in each.items()
    ):
        if number not in chosen and id_ not in chosen.values():
            chosen[number] = id_
    return chosen


def _referred_to(session: Session, ids: set[int]) -> frozenset[int]:
    """Return the facilities that rows of other parts of the database refer to."""
    facility_id = Facility.__table__.c.id
    columns = [
        key.parent
        for table in Model.metadata.tables.values()
        if table.name not in _DERIVED
        for key in table.foreign_keys
        if key.column is facility_id
    ]
    return frozenset(
        id_
        for column in columns
        for id_ in session.scalars(sa.select(column).where(column.in_(sorted(ids))).distinct())
    )


_DERIVED = frozenset({"facility", "listing", "search_entry"})
"""tables whose rows follow a facility wherever it goes"""
