"""Finds the facility that each claim speaks of, in the database as it is.

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
from finder.facilities.importing.reading import Claim
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
    """Every claim of one source, in one of three lists."""

    listed: list[tuple[Claim, KnownListing]] = field(default_factory=list)
    """the source listed it before"""
    attached: list[tuple[Claim, int]] = field(default_factory=list)
    """another source lists the facility with this id"""
    new: list[Claim] = field(default_factory=list)


@dataclass(slots=True)
class _Candidate:
    """A facility at the site of a claim."""

    id: int
    has_program: bool
    is_taken: bool
    """the source that is being imported lists it already"""
    natural_keys: set[str] = field(default_factory=set)


def match_claims(session: Session, source: str, claims: Sequence[Claim]) -> Matches:
    """Tell for each claim which listing or facility it speaks of, if any.

    A claim is its source's earlier listing by key; else the facility that another source lists
    under the same natural key; else the one at the same site where exactly one of the two lacks
    a program name, provided that there is one such facility and one such claim.
    """
    matches = Matches()
    unlisted = _match_listings(session, source, claims, matches)
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


def _match_listings(
    session: Session, source: str, claims: Sequence[Claim], matches: Matches
) -> list[Claim]:
    by_key: dict[str, KnownListing] = {}
    for batch in in_batches(claim.source_key for claim in claims):
        found = known_listings(session, Listing.source == source, Listing.source_key.in_(batch))
        by_key.update((listing.source_key, listing) for listing in found)
    rest = []
    used = set()
    for claim in claims:
        if listing := by_key.get(claim.source_key):
            used.add(listing.id)
            matches.listed.append((claim, listing))
        else:
            rest.append(claim)
    # A source that begins or ceases to give ids of its own still speaks of the same sites.
    by_natural_key: dict[str, KnownListing] = {}
    for keys in in_batches(claim.site_key for claim in rest):
        for listing in known_listings(
            session, Listing.source == source, Listing.site_key.in_(keys)
        ):
            if listing.id not in used:
                by_natural_key.setdefault(listing.natural_key, listing)
    unlisted = []
    for claim in rest:
        if listing := by_natural_key.get(claim.natural_key):
            matches.listed.append((claim, listing))
        else:
            unlisted.append(claim)
    return unlisted


def _match_facilities(session: Session, source: str, claims: list[Claim], matches: Matches) -> None:
    candidates = _candidates(session, source, claims)
    exact: set[str] = set()
    claimed: set[int] = set()
    # Where two claims could have the same facility, the one that names its program goes first.
    for claim in sorted(claims, key=lambda each: lacks_program(each.natural_key)):
        same = (
            each.id
            for each in candidates.get(claim.site_key, {}).values()
            if claim.natural_key in each.natural_keys
            and not each.is_taken
            and each.id not in claimed
        )
        if (facility_id := min(same, default=None)) is not None:
            claimed.add(facility_id)
            exact.add(claim.natural_key)
            matches.attached.append((claim, facility_id))
    rest = [claim for claim in claims if claim.natural_key not in exact]
    wishes: dict[str, int] = {}
    for claim in rest:
        possible = [
            each.id
            for each in candidates.get(claim.site_key, {}).values()
            if not each.is_taken
            and each.id not in claimed
            and each.has_program is lacks_program(claim.natural_key)
        ]
        if len(possible) == 1:
            wishes[claim.natural_key] = possible[0]
    wished = Counter(wishes.values())
    for claim in rest:
        facility_id = wishes.get(claim.natural_key)
        if facility_id is not None and wished[facility_id] == 1:
            matches.attached.append((claim, facility_id))
        else:
            matches.new.append(claim)


def _candidates(
    session: Session, source: str, claims: Sequence[Claim]
) -> dict[str, dict[int, _Candidate]]:
    found: defaultdict[str, dict[int, _Candidate]] = defaultdict(dict)
    is_sample = ORIGINS[source].is_sample
    for keys in in_batches(dict.fromkeys(claim.site_key for claim in claims)):
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
