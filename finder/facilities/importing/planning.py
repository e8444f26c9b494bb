"""Works out what an import would change, down to the values to be written.

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
    match_claims,
)
from finder.facilities.importing.merging import PlaceAddress, Voice, merged_facility, placed
from finder.facilities.importing.reading import Claim, FileClaims, Progress
from finder.facilities.importing.summary import ImportSummary, Problem
from finder.facilities.listings import Facility, FacilityStatus, Listing

_NOT_CONTENT = frozenset({"listed_as_of", "last_checked"})
"""columns of a facility that may move while what it shows stays as it was"""
_BATCH = 500

Values = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """Everything that one import writes; dicts hold columns, with ``id`` where a row exists."""

    added: list[tuple[Values, Claim]] = field(default_factory=list)
    """new facilities, each with its first listing"""
    attached: list[tuple[int, Claim]] = field(default_factory=list)
    """new listings of facilities with these ids"""
    rewritten: list[tuple[int, Claim]] = field(default_factory=list)
    """listings with these ids that say something new"""
    confirmed: list[Values] = field(default_factory=list)
    """listings whose dates alone move"""
    closed: list[Values] = field(default_factory=list)
    """listings to be closed"""
    facilities: list[Values] = field(default_factory=list)
    """facilities whose columns change"""


@dataclass(slots=True)
class Planner:
    """Makes one import's plan; ``summary`` gets its figures."""

    session: Session
    summary: ImportSummary
    today: dt.date
    place_address: PlaceAddress
    progress: Progress
    complete: bool
    plan: Plan = field(default_factory=Plan)
    _voices: dict[int, dict[int | str, Voice | None]] = field(default_factory=dict)
    """affected facilities; the voices of this import by listing, None for those to be closed"""

    def make(self, claims: FileClaims) -> Plan:
        """Return the plan for a file's claims."""
        for source, of_source in claims.by_source.items():
            self._plan_source(source, of_source)
        self._plan_facilities()
        return self.plan

    def _plan_source(self, source: str, claims: list[Claim]) -> None:
        summary = self.summary
        matches = match_claims(self.session, source, claims)
        for claim, listing in matches.listed:
            self._plan_listed(claim, listing)
        for claim, facility_id in matches.attached:
            summary.merged += 1
            self.plan.attached.append((facility_id, claim))
            self._hear(facility_id, claim.natural_key, claim)
        for claim in matches.new:
            self._plan_new(claim)
        if self.complete:
            seen = {listing.id for _, listing in matches.listed}
            self._plan_closing(source, seen)

    def _plan_listed(self, claim: Claim, listing: KnownListing) -> None:
        summary, as_of = self.summary, self._as_of(claim)
        if listing.as_of is not None and as_of < listing.as_of:
            summary.outdated += 1
            return
        if listing.closed_at is not None:
            summary.reopened += 1
            self.plan.rewritten.append((listing.id, claim))
        elif listing.digest != claim.digest:
            summary.changed += 1
            self.plan.rewritten.append((listing.id, claim))
        else:
            summary.confirmed += 1
            dates = {"as_of": as_of, "last_seen": self.today, "source_key": claim.source_key}
            if all(getattr(listing, name) == value for name, value in dates.items()):
                return
            self.plan.confirmed.append({"id": listing.id, **dates})
        self._hear(listing.facility_id, listing.id, claim)

    def _plan_new(self, claim: Claim) -> None:
        summary = self.summary
        summary.added += 1
        values = placed(merged_facility([self._voice(claim)]), self.place_address)
        values["is_sample"] = claim.record.is_sample
        summary.placed[values["location_precision"]] += 1
        self.plan.added.append((values, claim))
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
            # The source's newest word is that it is gone: an older file cannot bring it back.
            self.plan.closed.append({"id": listing.id, "as_of": self.summary.as_of})
            self._voices.setdefault(listing.facility_id, {})[listing.id] = None

    def _as_of(self, claim: Claim) -> dt.date:
        return claim.as_of or self.summary.as_of

    def _voice(self, claim: Claim) -> Voice:
        return Voice(
            source=claim.record.source,
            natural_key=claim.natural_key,
            as_of=self._as_of(claim),
            last_seen=self.today,
            content=claim.content,
        )

    def _hear(self, facility_id: int, listing: int | str, claim: Claim) -> None:
        self._voices.setdefault(facility_id, {})[listing] = self._voice(claim)

    def _plan_facilities(self) -> None:
        for number, ids in enumerate(in_batches(self._voices)):
            stored = _stored_voices(self.session, ids)
            for before in _stored_facilities(self.session, ids):
                voices = stored.get(before["id"], {}) | self._voices[before["id"]]
                self._plan_facility(before, filter(None, voices.values()))
            self.progress("facilities compared", number * _BATCH + len(ids))

    def _plan_facility(self, before: Values, voices: Iterable[Voice]) -> None:
        open_voices = list(voices)
        if open_voices:
            values = merged_facility(open_voices)
            values = placed(values, self.place_address, before=before)
            values |= self._openness(before, values["listed_as_of"])
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

    def _openness(self, before: Values, listed_as_of: dt.date | None) -> Values:
        """Return what a listed facility's closing by staff comes to, and report it."""
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


def _stored_voices(session: Session, ids: list[int]) -> dict[int, dict[int | str, Voice | None]]:
    rows = session.execute(
        sa.select(
            Listing.facility_id,
            Listing.id,
            Listing.source,
            Listing.natural_key,
            Listing.as_of,
            Listing.last_seen,
            Listing.content,
        ).where(Listing.facility_id.in_(ids), Listing.closed_at.is_(None))
    )
    voices: dict[int, dict[int | str, Voice | None]] = {}
    for facility_id, listing_id, source, natural_key, as_of, last_seen, content in rows:
        voice = Voice(source, natural_key, as_of, last_seen, content)
        voices.setdefault(facility_id, {})[listing_id] = voice
    return voices


def _stored_facilities(session: Session, ids: list[int]) -> Iterator[Values]:
    columns = [column for column in Facility.__table__.columns if column.name != "updated_at"]
    query = sa.select(*columns).where(Facility.id.in_(ids)).order_by(Facility.id)
    for row in session.execute(query).mappings():
        yield dict(row)
