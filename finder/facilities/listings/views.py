"""Facilities as immutable values for pages and the API, read in one query."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.errors import FinderError
from finder.facilities.listings.models import Facility, codes_by_kind
from finder.facilities.listings.samples import real_facilities_exist
from finder.facilities.vocabulary import (
    KINDS,
    SERVICES,
    Answer,
    Kind,
    Service,
    Treats,
    answers_of,
    codes_answering,
    codes_limiting,
    exclusive_to,
    kinds_treated,
)


class FacilityNotFound(FinderError):
    """No facility that people may see has this id."""


class Stated(NamedTuple):
    """Where some answers come from, and the date of what it says; None where it is not known."""

    source: str
    as_of: dt.date | None


@dataclass(frozen=True, eq=False)  # without slots: it keeps what is costly to tell anew
class FacilityView:
    """All that is public about one facility; coordinates in degrees (WGS 84)."""

    id: int
    name: str
    program_name: str
    street: str
    street2: str
    city: str
    state: str
    postal_code: str
    phone: str
    intake_phones: tuple[str, ...]
    website: str
    latitude: float | None
    longitude: float | None
    location_precision: str
    substance_use_codes: str | None
    """service codes of the listings for substance use; None where it is not listed for that"""
    mental_health_codes: str | None
    answers_from: Mapping[str, Mapping[str, Sequence[str | None]]]
    """see ``Facility.answers_from``"""
    unknown_labels: tuple[str, ...]
    source: str
    listed_as_of: dt.date | None
    last_checked: dt.date | None
    status: str
    closed_by_staff_on: dt.date | None
    """when the operator's staff marked it as closed"""
    is_sample: bool

    @property
    def address(self) -> str:
        """Street, city, state and ZIP code, as far as they are known, on one line."""
        state = f"{self.state} {self.postal_code}".strip()
        return ", ".join(filter(None, (self.street, self.street2, self.city, state)))

    @functools.cached_property
    def codes_by_kind(self) -> dict[Kind, list[str]]:
        """The service codes of each kind in which it is listed, sorted; unknown ones too."""
        return codes_by_kind(self)

    @property
    def codes(self) -> list[str]:
        """The service codes of all its listings, sorted; unknown ones too."""
        return sorted(set().union(*self.codes_by_kind.values()))

    @functools.cached_property
    def treats(self) -> tuple[Kind, ...]:
        """The kinds of condition that it says it treats."""
        return kinds_treated(self.codes_by_kind)

    @property
    def main_kind(self) -> Treats:
        """The kind that its page answers for: substance use, unless it is not listed for that."""
        listed = self.codes_by_kind
        return Treats(next(iter(listed)).value) if listed else Treats.ALL

    def answers_to(self, asked: Treats) -> Mapping[str, Mapping[str, Answer]]:
        """Return yes, no or not stated for every filter value, from the codes of a kind.

        All are not stated where it treats no such thing.
        """
        return answers_of(codes_answering(self.codes_by_kind, asked) or ())

    def exclusive_for(self, asked: Treats) -> tuple[str, ...]:
        """Return the only people that it serves, where its listing of a kind says so."""
        return exclusive_to(codes_limiting(self.codes_by_kind, asked))

    def stated_by(self, kind: Kind | Treats, facet: str = "") -> Stated:
        """Return where a kind's answers come from, those to one facet or in general."""
        told = self.answers_from.get(kind.value, {})
        said = told.get(facet) or told.get("")
        if said is None:
            return Stated(self.source, self.listed_as_of)
        source, day = said
        return Stated(str(source), dt.date.fromisoformat(day) if day else None)

    def older_answers(self, asked: Treats) -> dict[str, Stated]:
        """Return where answers come from that are older than the listing, by facet.

        Where several kinds answer a facet, the oldest of them; an unknown date is the oldest.
        """
        found: dict[str, Stated] = {}
        for kind, codes in self.codes_by_kind.items():
            if asked not in (kind.value, Treats.ALL) or kind.value not in self.answers_from:
                continue
            for facet, values in answers_of(codes).items():
                if all(answer == Answer.NOT_STATED for answer in values.values()):
                    continue
                stated = self.stated_by(kind, facet)
                if self._is_older(stated, found.get(facet, self._newest)):
                    found[facet] = stated
        return found

    def is_older(self, stated: Stated) -> bool:
        """Tell whether something was stated before the newest listing, or nobody knows when."""
        return self._is_older(stated, self._newest)

    @property
    def _newest(self) -> Stated:
        return Stated(self.source, self.listed_as_of)

    @staticmethod
    def _is_older(one: Stated, other: Stated) -> bool:
        if other.as_of is None:
            return False
        return one.as_of is None or one.as_of < other.as_of

    @property
    def services(self) -> list[Service]:
        """The services of all its listings that our vocabulary knows, in its order."""
        return services_of(self.codes)

    @property
    def main_codes(self) -> frozenset[str]:
        """The service codes that answer for its main kind."""
        return codes_answering(self.codes_by_kind, self.main_kind) or frozenset()

    @property
    def other_kind(self) -> Kind | None:
        """The kind in which it is listed beside its main one; None where it is not."""
        listed = self.codes_by_kind
        if len(listed) < len(KINDS):
            return None
        return next(kind for kind in KINDS if kind.value != self.main_kind.value)

    @property
    def answers(self) -> Mapping[str, Mapping[str, Answer]]:
        """Yes, no or not stated for every filter value, of its main kind."""
        return self.answers_to(self.main_kind)

    @property
    def exclusive_to(self) -> tuple[str, ...]:
        """The only people that it serves, where its main kind says so."""
        return self.exclusive_for(self.main_kind)


def services_of(codes: Collection[str]) -> list[Service]:
    """Return the services that our vocabulary knows of some codes, in its order."""
    offered = frozenset(codes)
    return [service for code, service in SERVICES.items() if code in offered]


_COLUMNS = (
    Facility.id,
    Facility.name,
    Facility.program_name,
    Facility.street,
    Facility.street2,
    Facility.city,
    Facility.state,
    Facility.postal_code,
    Facility.phone,
    Facility.intake_phones,
    Facility.website,
    Facility.latitude,
    Facility.longitude,
    Facility.location_precision,
    Facility.substance_use_codes,
    Facility.mental_health_codes,
    Facility.answers_from,
    Facility.unknown_labels,
    Facility.source,
    Facility.listed_as_of,
    Facility.last_checked,
    Facility.status,
    Facility.closed_by_staff_on,
    Facility.is_sample,
    Facility.merged_into,
)
_BY_ID = sa.select(*_COLUMNS).where(Facility.id.in_(sa.bindparam("ids", expanding=True)))


def facilities_by_id(session: Session, ids: Sequence[int]) -> dict[int, FacilityView]:
    """Return the facilities with these ids, closed ones too.

    An id of one that was merged into another leads to that one, which has an id of its own.
    """
    if not ids:
        return {}
    views: dict[int, FacilityView] = {}
    merged: dict[int, int] = {}
    for row in session.execute(_BY_ID, {"ids": list(ids)}):
        if row.merged_into is None:
            views[row.id] = _view(row)
        else:
            merged[row.id] = row.merged_into
    others = facilities_by_id(session, sorted(set(merged.values())))
    return views | {id_: others[into] for id_, into in merged.items()}


def facilities_of_versions(
    session: Session, versions: Mapping[int, int]
) -> dict[int, FacilityView]:
    """Return the facilities with these ids at these versions, cached ones without a query.

    :param versions: ``search_entry.version`` by id.
    """
    missing = [each for each, version in versions.items() if (each, version) not in _CACHE]
    if missing:
        if len(_CACHE) + len(missing) > _CACHE_SIZE:
            _CACHE.clear()
        read = facilities_by_id(session, missing)
        _CACHE.update({(each, versions[each]): view for each, view in read.items()})
    known = {each: _CACHE.get((each, version)) for each, version in versions.items()}
    if None in known.values():  # another thread has just cleared the cache
        return facilities_by_id(session, list(versions))
    return cast(dict[int, FacilityView], known)


_CACHE_SIZE = 2_048
_CACHE: dict[tuple[int, int], FacilityView] = {}
"""Cache by (id, version): public values, the same for every visitor."""


def read_facility(session: Session, facility_id: int) -> FacilityView:
    """Return one facility, closed ones too: their page says so.

    Of one that was merged into another the other is returned, with its own id.

    :raises FacilityNotFound: there is none, or it is a sample and real ones have come.
    """
    # PostgreSQL refuses to compare with a larger number; no id is larger.
    known = facilities_by_id(session, [facility_id]) if facility_id < 2**31 else {}
    facility = known.get(facility_id)
    if facility is None or (facility.is_sample and real_facilities_exist(session)):
        raise FacilityNotFound(f"There is no facility with the id {facility_id}.")
    return facility


def _view(row: Any) -> FacilityView:
    values = row._asdict()
    del values["merged_into"]
    values["intake_phones"] = tuple(row.intake_phones)
    values["unknown_labels"] = tuple(row.unknown_labels)
    return FacilityView(**values)
