"""Entity resolution: finds the stored listing or facility of each incoming listing.

Reads; never writes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.importing.natural_keys import lacks_program
from finder.facilities.importing.reading import IncomingListing
from finder.facilities.listings import Facility, Listing
from finder.facilities.sources import ORIGINS

_BATCH = 500
T = TypeVar("T")


def in_batches(values: Iterable[T], size: int = _BATCH) -> Iterator[list[T]]:
    """Yield the values in lists of at most ``size``."""
    remaining = iter(values)
    while batch := list(islice(remaining, size)):
        yield batch


@dataclass(frozen=True, slots=True)
class KnownListing:
    """A listing as the database holds it."""

    id: int
    facility_id: int
    source_key: str
    natural_key: str
    digest: str
    as_of: dt.date | None
    last_seen: dt.date | None
    closed_at: dt.datetime | None


@dataclass(slots=True)
class Matches:
    """The incoming listings of one source, each in one of three lists."""

    listed: list[tuple[IncomingListing, KnownListing]] = field(default_factory=list)
    """the source has listed it before"""
    attached: list[tuple[IncomingListing, int]] = field(default_factory=list)
    """new in this source; another source lists the facility with this id"""
    new: list[IncomingListing] = field(default_factory=list)


@dataclass(slots=True)
class _Candidate:
    """A facility at the site of an incoming listing."""

    id: int
    has_program: bool
    is_taken: bool
    """the source that is being imported has a listing of it already"""
    natural_keys: set[str] = field(default_factory=set)


def match_listings(session: Session, source: str, listings: Sequence[IncomingListing]) -> Matches:
    """Match each incoming listing to a stored listing or a facility, if there is one.

    First to the same source's stored listing with its key; else to the facility that another source
    lists under the same natural key; else to the one at the same site where exactly one of the two
    lacks a program name, provided that there is one such facility and one such incoming listing.
    """
    matches = Matches()
    unlisted = _match_known_listings(session, source, listings, matches)
    if unlisted:
        _match_facilities(session, source, unlisted, matches)
    return matches


def known_listings(session: Session, *conditions: sa.ColumnElement[bool]) -> Iterator[KnownListing]:
    """Yield the listings that meet the conditions."""
    query = sa.select(
        Listing.id,
        Listing.facility_id,
        Listing.source_key,
        Listing.natural_key,
        Listing.digest,
        Listing.as_of,
        Listing.last_seen,
        Listing.closed_at,
    ).where(*conditions)
    for row in session.execute(query):
        yield KnownListing(*row)


def _match_known_listings(
    session: Session, source: str, listings: Sequence[IncomingListing], matches: Matches
) -> list[IncomingListing]:
    by_key: dict[str, KnownListing] = {}
    for batch in in_batches(incoming.source_key for incoming in listings):
        found = known_listings(session, Listing.source == source, Listing.source_key.in_(batch))
        by_key.update((listing.source_key, listing) for listing in found)
    rest = []
    used = set()
    for incoming in listings:
        if listing := by_key.get(incoming.source_key):
            used.add(listing.id)
            matches.listed.append((incoming, listing))
        else:
            rest.append(incoming)
    # The sites stay the same when a source begins or ceases to give ids of its own.
    by_natural_key: dict[str, KnownListing] = {}
    for keys in in_batches(incoming.site_key for incoming in rest):
        for listing in known_listings(
            session, Listing.source == source, Listing.site_key.in_(keys)
        ):
            if listing.id not in used:
                by_natural_key.setdefault(listing.natural_key, listing)
    unlisted = []
    for incoming in rest:
        if listing := by_natural_key.get(incoming.natural_key):
            matches.listed.append((incoming, listing))
        else:
            unlisted.append(incoming)
    return unlisted


def _match_facilities(
    session: Session, source: str, listings: list[IncomingListing], matches: Matches
) -> None:
    candidates = _candidates(session, source, listings)
    exact: set[str] = set()
    taken_ids: set[int] = set()
    # Where two could match the same facility, the one that names its program goes first.
    for incoming in sorted(listings, key=lambda each: lacks_program(each.natural_key)):
        same = (
            each.id
            for each in candidates.get(incoming.site_key, {}).values()
            if incoming.natural_key in each.natural_keys
            and not each.is_taken
            and each.id not in taken_ids
        )
        if (facility_id := min(same, default=None)) is not None:
            taken_ids.add(facility_id)
            exact.add(incoming.natural_key)
            matches.attached.append((incoming, facility_id))
    rest = [incoming for incoming in listings if incoming.natural_key not in exact]
    choices: dict[str, int] = {}
    for incoming in rest:
        possible = [
            each.id
            for each in candidates.get(incoming.site_key, {}).values()
            if not each.is_taken
            and each.id not in taken_ids
            and each.has_program is lacks_program(incoming.natural_key)
        ]
        if len(possible) == 1:
            choices[incoming.natural_key] = possible[0]
    times_chosen = Counter(choices.values())
    for incoming in rest:
        facility_id = choices.get(incoming.natural_key)
        if facility_id is not None and times_chosen[facility_id] == 1:
            matches.attached.append((incoming, facility_id))
        else:
            matches.new.append(incoming)


def _candidates(
    session: Session, source: str, listings: Sequence[IncomingListing]
) -> dict[str, dict[int, _Candidate]]:
    found: defaultdict[str, dict[int, _Candidate]] = defaultdict(dict)
    is_sample = ORIGINS[source].is_sample
    for keys in in_batches(dict.fromkeys(incoming.site_key for incoming in listings)):
        rows = session.execute(
            sa.select(
                Listing.site_key,
                Listing.natural_key,
                Listing.source,
                Listing.facility_id,
                Facility.program_name,
            )
            .join(Facility, Facility.id == Listing.facility_id)
            .where(Listing.site_key.in_(keys), Facility.is_sample.is_(is_sample))
        )
        for site_key, natural_key, listed_by, facility_id, program_name in rows:
            candidate = found[site_key].setdefault(
                facility_id, _Candidate(facility_id, bool(program_name), is_taken=False)
            )
            candidate.natural_keys.add(natural_key)
            candidate.is_taken |= listed_by == source
    return found
