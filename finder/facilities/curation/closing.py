"""Closes and reopens a program on the word of staff, where they know more than its sources.

A closing outlasts imports until a source lists the program with a later date
(``importing.planning``). The caller has checked that ``by`` may do it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.facilities.index import reindex
from finder.facilities.listings import (
    Facility,
    FacilityNotFound,
    FacilityStatus,
    FacilityView,
    facilities_by_id,
    real_facilities_exist,
)
from finder.security import audit
from finder.translatable import N_

MOST_FOUND = 20
_LARGEST_ID = 2**31 - 1


class ClosingRefused(FinderError):
    """The program cannot be closed or reopened."""


def find_facilities(session: Session, text: str) -> tuple[FacilityView, ...]:
    """Return the programs with this number, or with this text in their name; closed ones too.

    At most ``MOST_FOUND`` of them, by name. The demonstration is left out where there is more.
    """
    text = text.strip()
    if not text:
        return ()
    if text.isascii() and text.isdecimal():
        wanted = Facility.id == min(int(text), _LARGEST_ID)
    else:
        wanted = sa.and_(
            Facility.merged_into.is_(None),
            sa.or_(
                Facility.name.icontains(text, autoescape=True),
                Facility.program_name.icontains(text, autoescape=True),
            ),
        )
    query = sa.select(Facility.id).where(wanted).order_by(Facility.name, Facility.id)
    if real_facilities_exist(session):
        query = query.where(Facility.is_sample.is_(False))
    ids = list(session.scalars(query.limit(MOST_FOUND)))
    found = facilities_by_id(session, ids)
    return tuple(found[each] for each in ids if each in found)


def close_facility(
    session: Session, facility_id: int, *, by: str, clock: Callable[[], dt.datetime]
) -> None:
    """Mark a program as closed from today on: no search finds it, and its page says so.

    :raises FacilityNotFound: there is none.
    :raises ClosingRefused: it is closed already.
    """
    now = clock()
    with write_transaction(session):
        facility = _locked(session, facility_id)
        if facility.status == FacilityStatus.CLOSED.value:
            raise ClosingRefused(N_("This program is closed already. Nothing has changed."))
        facility.status = FacilityStatus.CLOSED.value
        facility.closed_by_staff_on = now.date()
        _save(session, facility, "facility.closed", by=by, now=now)


def reopen_facility(
    session: Session, facility_id: int, *, by: str, clock: Callable[[], dt.datetime]
) -> None:
    """Open a program again that staff marked as closed: it shows what its sources say.

    :raises FacilityNotFound: there is none.
    :raises ClosingRefused: it is open, or it was not staff who closed it.
    """
    now = clock()
    with write_transaction(session):
        facility = _locked(session, facility_id)
        if facility.closed_by_staff_on is None:
            raise ClosingRefused(
                N_(
                    "Nobody here marked this program as closed, so nothing has changed. If no"
                    " source lists it any more, it opens again when an import finds it."
                )
            )
        facility.status = FacilityStatus.ACTIVE.value
        facility.closed_by_staff_on = None
        _save(session, facility, "facility.reopened", by=by, now=now)


def _locked(session: Session, facility_id: int) -> Facility:
    found = session.scalars(
        sa.select(Facility)
        .where(Facility.id == min(facility_id, _LARGEST_ID))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise FacilityNotFound(f"There is no facility with the id {facility_id}.")
    return found


def _save(session: Session, facility: Facility, event: str, *, by: str, now: dt.datetime) -> None:
    facility.updated_at = now
    session.flush()
    reindex(session, [facility.id])
    audit.record(session, event, actor=by, subject=str(facility.id), details={}, at=now)
