"""Hand-over of an inquiry to a facility: requested by the team, granted by its author alone.

A yes is a consent to share that names the facility, and replaces the one before: an inquiry belongs
to one facility at a time.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.facilities.listings import FacilityNotFound, FacilityStatus, FacilityView, read_facility
from finder.intake.errors import InquiryNotFound
from finder.intake.inquiry import (
    AUTHOR,
    STATUSES,
    ConsentKind,
    ConsentText,
    hand_over_text,
    mark_contact,
    mark_worked_on,
    payload_of_inquiry,
    record_event,
)
from finder.intake.models import Consent, HandOverRequest, Inquiry
from finder.intake.notifying import NotificationKind, notify
from finder.intake.permissions import Permission, StaffActor, locked_inquiry
from finder.intake.sharing.disclosures import DisclosureKind, as_recipient, record_disclosures
from finder.security.keys import KeyRing
from finder.translatable import N_


class HandOverRefused(FinderError):
    """It cannot be asked for, or not be answered any more."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """What its author was asked, and what they said."""

    id: str
    facility_id: int
    facility_name: str
    requested_by: str
    requested_at: dt.datetime
    answered_at: dt.datetime | None
    accepted: bool | None
    """None: they have not said yet"""

    @property
    def is_pending(self) -> bool:
        """Whether its author has yet to answer."""
        return self.answered_at is None

    @property
    def text(self) -> ConsentText:
        """What they agree to with a yes."""
        return hand_over_text(self.facility_name)


def request_hand_over(
    session: Session,
    actor: StaffActor,
    inquiry_id: str,
    facility_id: int,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Ask the author of an inquiry whether it may be passed on to a facility.

    They read it on their status page; nothing is passed on before they agree.

    :raises HandOverRefused: one is waiting for an answer, nobody can answer, it is closed, or the
        facility is not listed or has it already.
    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    """
    with write_transaction(session):
        inquiry = locked_inquiry(session, actor, inquiry_id, Permission.HAND_OVER)
        if STATUSES[inquiry.status].is_closed:
            raise HandOverRefused(N_("This inquiry is closed."))
        if inquiry.pin_hash is None:
            raise HandOverRefused(
                N_("This person chose no PIN, so they cannot agree on their status page.")
            )
        if inquiry.facility_id == facility_id:
            raise HandOverRefused(N_("This program has the inquiry already."))
        if any(each.is_pending for each in hand_overs_of(session, inquiry_id)):
            raise HandOverRefused(N_("This person has not answered the last question yet."))
        facility = _listed(session, facility_id)
        now = clock()
        session.add(
            HandOverRequest(
                id=secrets.token_hex(16),
                inquiry_id=inquiry_id,
                facility_id=facility.id,
                facility_name=facility.name,
                requested_by=actor.id,
                requested_at=now,
            )
        )
        mark_worked_on(inquiry, now)
        record_event(
            session,
            "inquiry.hand_over_requested",
            actor=actor.id,
            inquiry_id=inquiry_id,
            now=now,
            facility=facility.id,
        )


def answer_hand_over(
    session: Session,
    key_ring: KeyRing,
    inquiry_id: str,
    request_id: str,
    *,
    accepted: bool,
    clock: Callable[[], dt.datetime],
) -> None:
    """Keep what the author of an inquiry says; with a yes the inquiry is the facility's.

    A consent to share with another facility ends with a yes, and whoever of the staff looked after
    the inquiry does not any more. A yes is entered in the ledger of disclosures.

    :raises HandOverRefused: it was answered before, or the facility is not listed any more.
    :raises InquiryNotFound: the inquiry was erased.
    :raises KeyMissing: a key is not in the ring.
    """
    with write_transaction(session):
        inquiry = session.get(Inquiry, inquiry_id, with_for_update=True)
        if inquiry is None:
            raise InquiryNotFound(N_("This inquiry is not stored any more: it was deleted."))
        asked = session.get(HandOverRequest, request_id, populate_existing=True)
        if asked is None or asked.inquiry_id != inquiry_id or asked.answered_at is not None:
            raise HandOverRefused(N_("This was answered before, or is not asked any more."))
        now = clock()
        if accepted:
            # What was agreed to is the name that was read: it must be the same program still.
            facility = _listed(session, asked.facility_id)
            if facility.name != asked.facility_name or STATUSES[inquiry.status].is_closed:
                raise HandOverRefused(N_("This was answered before, or is not asked any more."))
            _share_with(inquiry, hand_over_text(asked.facility_name), now)
            inquiry.facility_id = asked.facility_id
            inquiry.assigned_to = None
            inquiry.staff_read_at = None
            record_disclosures(
                session,
                key_ring,
                [(inquiry_id, payload_of_inquiry(key_ring, inquiry).reference_code)],
                kind=DisclosureKind.HAND_OVER,
                actor=AUTHOR,
                recipient=as_recipient(asked.facility_name),
                reason="its author said yes",
                at=now,
            )
        asked.answered_at = now
        asked.accepted = accepted
        notify(session, NotificationKind.MESSAGE, now=now)
        mark_contact(inquiry, now)
        record_event(
            session,
            "inquiry.hand_over_answered",
            actor=AUTHOR,
            inquiry_id=inquiry_id,
            now=now,
            facility=asked.facility_id,
            accepted=accepted,
        )


def hand_overs_of(session: Session, inquiry_id: str) -> tuple[HandOver, ...]:
    """Return what the author of an inquiry was asked, oldest first."""
    rows = session.scalars(
        sa.select(HandOverRequest)
        .where(HandOverRequest.inquiry_id == inquiry_id)
        .order_by(HandOverRequest.requested_at, HandOverRequest.id)
    )
    return tuple(
        HandOver(
            row.id,
            row.facility_id,
            row.facility_name,
            row.requested_by,
            row.requested_at,
            row.answered_at,
            row.accepted,
        )
        for row in rows
    )


def _listed(session: Session, facility_id: int) -> FacilityView:
    unlisted = HandOverRefused(N_("This program is not listed, or not any more."))
    try:
        facility = read_facility(session, facility_id)
    except FacilityNotFound:
        raise unlisted from None
    if facility.status == FacilityStatus.CLOSED:
        raise unlisted
    return facility


def _share_with(inquiry: Inquiry, text: ConsentText, now: dt.datetime) -> None:
    for consent in inquiry.consents:
        if consent.kind == ConsentKind.SHARE and consent.withdrawn_at is None:
            consent.withdrawn_at = now
    inquiry.consents.append(
        Consent(
            kind=text.kind.value,
            text_version=text.version,
            text_sha256=text.sha256,
            facility_name=text.facility_name,
            given_at=now,
            expires_at=inquiry.erase_after,
        )
    )
