"""What staff do with one inquiry: open it, assign it, change its status, write to its author.

Every function checks the actor's permission and scope, is one transaction, and writes an audit
event; that of opening is written before anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.intake.casework.idempotency import row_id_of
from finder.intake.casework.notes import Call, Note, open_call, open_note
from finder.intake.inquiry import (
    OUTCOMES,
    STATUSES,
    Author,
    ConsentKind,
    GivenConsent,
    Message,
    Outcome,
    Payload,
    Status,
    TextRefused,
    checked_text,
    consents_of,
    duplicate_ids,
    erase_after,
    last_contact,
    mark_contact,
    mark_worked_on,
    open_messages,
    payload_of_inquiry,
    record_event,
    seal_message,
    set_erase_after,
)
from finder.intake.models import Inquiry, InquiryCall, InquiryMessage, InquiryNote
from finder.intake.permissions import Permission, StaffActor, locked_inquiry, require
from finder.intake.sharing import (
    DisclosureKind,
    HandOver,
    as_recipient,
    hand_overs_of,
    record_disclosures,
    shared_with,
)
from finder.security.keys import KeyRing
from finder.security.models import AuditEvent
from finder.translatable import N_


class TransitionRefused(FinderError):
    """The status may not follow the present one, or the outcome does not exist."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event of the audit log about an inquiry."""

    at: dt.datetime
    event: str
    actor: str
    details: dict[str, int | bool | str]


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One inquiry with all that belongs to it, unsealed for staff; lists are oldest first."""

    id: str
    status: Status
    next_statuses: tuple[Status, ...]
    """those that this actor may bring it to"""
    created_at: dt.datetime
    updated_at: dt.datetime
    erase_after: dt.datetime
    closed_at: dt.datetime | None
    facility_id: int | None
    assigned_to: str | None
    outcome: Outcome | None
    payload: Payload
    has_pin: bool
    """whether its author can read messages on their status page at all"""
    consents: tuple[GivenConsent, ...]
    messages: tuple[Message, ...]
    notes: tuple[Note, ...]
    calls: tuple[Call, ...]
    hand_overs: tuple[HandOver, ...]
    history: tuple[HistoryEntry, ...]
    duplicate_ids: tuple[str, ...]
    """other inquiries that give the same phone number or address"""

    @property
    def share_consent(self) -> GivenConsent | None:
        """The consent to share that was given last, taken back or not; None: there never was."""
        shared = [each for each in self.consents if each.kind is ConsentKind.SHARE]
        return shared[-1] if shared else None


def open_case(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    inquiry_id: str,
    *,
    clock: Callable[[], dt.datetime],
) -> Case:
    """Return an inquiry with all that belongs to it, unsealed; writes an audit event.

    Where a facility's staff open it, it is entered in the ledger of disclosures.

    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    :raises KeyMissing: a key is not in the ring.
    :raises SealBroken: something of it was changed outside of Finder.
    """
    with write_transaction(session):
        inquiry = locked_inquiry(session, actor, inquiry_id, Permission.OPEN_INQUIRY)
        case = _case(session, key_ring, actor, inquiry)
        now = clock()
        inquiry.staff_read_at = now
        record_event(
            session, "inquiry.opened_by_staff", actor=actor.id, inquiry_id=inquiry_id, now=now
        )
        if actor.facility_ids is not None:
            record_disclosures(
                session,
                key_ring,
                [(inquiry_id, case.payload.reference_code)],
                kind=DisclosureKind.FACILITY_READ,
                actor=actor.id,
                recipient=as_recipient(_shared_with(case)),
                reason="opened by the program's staff",
                at=now,
            )
    return case


def assign(
    session: Session,
    actor: StaffActor,
    inquiry_id: str,
    account_id: str,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Assign an inquiry to an account; whoever works on inquiries may assign one to themselves.

    Whether the account exists and works for the inquiry's facility is for the caller to know.

    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    """
    to_oneself = account_id == actor.id
    needed = Permission.WORK_ON_INQUIRY if to_oneself else Permission.ASSIGN
    with write_transaction(session):
        inquiry = locked_inquiry(session, actor, inquiry_id, needed)
        if to_oneself and inquiry.assigned_to not in (None, actor.id):
            require(actor, Permission.ASSIGN)  # it is another's: only who gives it out takes it
        if inquiry.assigned_to == account_id:
            return
        now = clock()
        inquiry.assigned_to = account_id
        mark_worked_on(inquiry, now)
        record_event(
            session,
            "inquiry.assigned",
            actor=actor.id,
            inquiry_id=inquiry_id,
            now=now,
            to=account_id,
        )


def unassign(
    session: Session, actor: StaffActor, inquiry_id: str, *, clock: Callable[[], dt.datetime]
) -> None:
    """End an inquiry's assignment; one's own needs no permission to assign.

    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    """
    with write_transaction(session):
        inquiry = locked_inquiry(session, actor, inquiry_id, Permission.WORK_ON_INQUIRY)
        if inquiry.assigned_to is None:
            return
        if inquiry.assigned_to != actor.id:
            require(actor, Permission.ASSIGN)
        now = clock()
        inquiry.assigned_to = None
        mark_worked_on(inquiry, now)
        record_event(session, "inquiry.unassigned", actor=actor.id, inquiry_id=inquiry_id, now=now)


def change_status(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    inquiry_id: str,
    to: str,
    *,
    message: str = "",
    clock: Callable[[], dt.datetime],
) -> None:
    """Move an inquiry to another status, with an optional message to its author.

    A closed one may be opened again; ``erase_after`` is computed anew.

    :param to: a code in ``STATUSES`` that may follow the present one.
    :raises TransitionRefused: it may not follow; somebody may have been faster.
    :raises TextRefused: the message is too long, or they cannot read it.
    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    """
    with write_transaction(session):
        wanted = STATUSES.get(to)
        needed = wanted.needs if wanted else Permission.WORK_ON_INQUIRY
        inquiry = locked_inquiry(session, actor, inquiry_id, needed)
        before = STATUSES[inquiry.status]
        if wanted is None or to not in before.followed_by:
            raise TransitionRefused(
                N_("The inquiry cannot come to this status now. Please look at it again.")
            )
        now = clock()
        inquiry.status = to
        inquiry.closed_at = now if wanted.is_closed else None
        mark_worked_on(inquiry, now)
        if words := checked_text(message):
            _write_to_author(session, key_ring, actor, inquiry, words, now, row_id_of(""))
        spoken_at = last_contact(session, inquiry)
        set_erase_after(inquiry, erase_after(spoken_at, closed_at=inquiry.closed_at))
        record_event(
            session,
            "inquiry.status_changed",
            actor=actor.id,
            inquiry_id=inquiry_id,
            now=now,
            before=before.code,
            after=to,
        )


def send_message(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    inquiry_id: str,
    text: str,
    *,
    idempotency_key: str = "",
    clock: Callable[[], dt.datetime],
) -> bool:
    """Write to the author of an inquiry; they read it on their status page.

    The same text with the same key is sent once.

    :returns: whether it was sent now, and not before.
    :raises TextRefused: it is empty or too long, or they cannot read it.
    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    """
    with write_transaction(session):
        inquiry = locked_inquiry(session, actor, inquiry_id, Permission.WORK_ON_INQUIRY)
        words = checked_text(text, if_empty=N_("Please write something, and send it then."))
        message_id = row_id_of(idempotency_key, "message", actor.id, inquiry_id, words)
        if session.get(InquiryMessage, message_id) is not None:
            return False
        now = clock()
        mark_contact(inquiry, now)
        _write_to_author(session, key_ring, actor, inquiry, words, now, message_id)
    return True


def set_outcome(
    session: Session,
    actor: StaffActor,
    inquiry_id: str,
    outcome: str,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Set the outcome of an inquiry.

    :param outcome: a code in ``OUTCOMES``.
    :raises TransitionRefused: there is no such outcome.
    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    """
    with write_transaction(session):
        inquiry = locked_inquiry(session, actor, inquiry_id, Permission.WORK_ON_INQUIRY)
        if outcome not in OUTCOMES:
            raise TransitionRefused(N_("Choose what came of it."))
        if inquiry.outcome == outcome:
            return
        now = clock()
        inquiry.outcome = outcome
        mark_worked_on(inquiry, now)
        record_event(
            session,
            "inquiry.outcome_set",
            actor=actor.id,
            inquiry_id=inquiry_id,
            now=now,
            outcome=outcome,
        )


def _shared_with(case: Case) -> str:
    """Return the facility's name as the consent to share gives it."""
    return shared_with(case.consents) or f"facility {case.facility_id}"


def _case(session: Session, key_ring: KeyRing, actor: StaffActor, inquiry: Inquiry) -> Case:
    status = STATUSES[inquiry.status]
    followers = [STATUSES[code] for code in status.followed_by]
    return Case(
        id=inquiry.id,
        status=status,
        next_statuses=tuple(each for each in followers if each.needs in actor.permissions),
        created_at=inquiry.created_at,
        updated_at=inquiry.updated_at,
        erase_after=inquiry.erase_after,
        closed_at=inquiry.closed_at,
        facility_id=inquiry.facility_id,
        assigned_to=inquiry.assigned_to,
        outcome=OUTCOMES[inquiry.outcome] if inquiry.outcome else None,
        payload=payload_of_inquiry(key_ring, inquiry),
        has_pin=inquiry.pin_hash is not None,
        consents=consents_of(inquiry),
        messages=open_messages(key_ring, _belonging(session, InquiryMessage, inquiry)),
        notes=tuple(open_note(key_ring, row) for row in _belonging(session, InquiryNote, inquiry)),
        calls=tuple(open_call(key_ring, row) for row in _belonging(session, InquiryCall, inquiry)),
        hand_overs=hand_overs_of(session, inquiry.id),
        history=tuple(
            HistoryEntry(row.at, row.event, row.actor, row.details)
            for row in session.scalars(
                sa.select(AuditEvent)
                .where(AuditEvent.subject == inquiry.id)
                .order_by(AuditEvent.seq)
            )
        ),
        duplicate_ids=duplicate_ids(session, actor, inquiry.id),
    )


def _belonging(session: Session, model: Any, inquiry: Inquiry) -> sa.ScalarResult[Any]:
    return session.scalars(
        sa.select(model).where(model.inquiry_id == inquiry.id).order_by(model.created_at, model.id)
    )


def _write_to_author(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    inquiry: Inquiry,
    text: str,
    now: dt.datetime,
    message_id: str,
) -> None:
    if inquiry.pin_hash is None:
        raise TextRefused(
            N_("This person has no PIN, so they cannot read messages here. Nothing was sent.")
        )
    session.add(
        seal_message(
            key_ring,
            text,
            message_id=message_id,
            inquiry_id=inquiry.id,
            author=Author.STAFF,
            created_at=now,
        )
    )
    inquiry.first_contact_at = inquiry.first_contact_at or now
    record_event(
        session,
        "inquiry.message_added",
        actor=actor.id,
        inquiry_id=inquiry.id,
        now=now,
        by_staff=True,
    )
