"""Notes and call attempts of the team: sealed, and never shown to the inquiry's author."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.casework.idempotency import row_id_of
from finder.intake.inquiry import (
    CALL_PURPOSE,
    NO_CONTACT,
    NOTE_PURPOSE,
    TextRefused,
    checked_text,
    mark_contact,
    mark_worked_on,
    open_text,
    payload_of_inquiry,
    record_event,
    sealed_columns,
)
from finder.intake.models import InquiryCall, InquiryNote
from finder.intake.permissions import Permission, StaffActor, locked_inquiry
from finder.security.keys import KeyRing
from finder.translatable import N_


class CallOutcome(enum.StrEnum):
    """How a call attempt ended."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    VOICEMAIL_LEFT = "voicemail-left"
    """only where the person said that a voicemail is safe"""
    WRONG_NUMBER = "wrong-number"


CALL_OUTCOME_LABELS: Mapping[CallOutcome, str] = {
    CallOutcome.REACHED: N_("Reached"),
    CallOutcome.NO_ANSWER: N_("No answer"),
    CallOutcome.VOICEMAIL_LEFT: N_("Voicemail left"),
    CallOutcome.WRONG_NUMBER: N_("Wrong number"),
}


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """One note, unsealed."""

    written_by: str
    created_at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One call attempt, unsealed."""

    called_by: str
    created_at: dt.datetime
    outcome: CallOutcome
    note: str


def add_note(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    inquiry_id: str,
    text: str,
    *,
    idempotency_key: str = "",
    clock: Callable[[], dt.datetime],
) -> bool:
    """Keep a note about an inquiry that staff alone read; the same one with the same key once.

    :returns: whether it was kept now, and not before.
    :raises TextRefused: it is empty or too long.
    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    """
    with write_transaction(session):
        inquiry = locked_inquiry(session, actor, inquiry_id, Permission.WORK_ON_INQUIRY)
        words = checked_text(text, if_empty=N_("Please write something, and save it then."))
        note_id = row_id_of(idempotency_key, "note", actor.id, inquiry_id, words)
        if session.get(InquiryNote, note_id) is not None:
            return False
        now = clock()
        columns = sealed_columns(
            key_ring, words, purpose=NOTE_PURPOSE, inquiry_id=inquiry_id, row_id=note_id
        )
        session.add(InquiryNote(**columns, written_by=actor.id, created_at=now))
        mark_worked_on(inquiry, now)
        record_event(session, "inquiry.note_added", actor=actor.id, inquiry_id=inquiry_id, now=now)
    return True


def record_call_attempt(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    inquiry_id: str,
    outcome: CallOutcome,
    *,
    note: str = "",
    idempotency_key: str = "",
    clock: Callable[[], dt.datetime],
) -> bool:
    """Record a call attempt to the author of an inquiry, and its outcome.

    The same with the same key is kept once.

    :returns: whether it was kept now, and not before.
    :raises TextRefused: the note is too long, or no call or no voicemail was wanted.
    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    :raises KeyMissing: a key is not in the ring.
    :raises SealBroken: the inquiry was changed outside of Finder.
    """
    with write_transaction(session):
        inquiry = locked_inquiry(session, actor, inquiry_id, Permission.WORK_ON_INQUIRY)
        words = checked_text(note)
        wanted = payload_of_inquiry(key_ring, inquiry)
        if wanted.contact_method == NO_CONTACT:
            raise TextRefused(
                N_("This person asked us not to contact them. If they called, write it in a note.")
            )
        if outcome is CallOutcome.VOICEMAIL_LEFT and not wanted.voicemail_ok:
            raise TextRefused(
                N_("This person asked for no voicemail. If one was left, write it in a note.")
            )
        call_id = row_id_of(idempotency_key, "call", actor.id, inquiry_id, outcome.value, words)
        if session.get(InquiryCall, call_id) is not None:
            return False
        now = clock()
        columns = sealed_columns(
            key_ring, words, purpose=CALL_PURPOSE, inquiry_id=inquiry_id, row_id=call_id
        )
        session.add(
            InquiryCall(**columns, called_by=actor.id, created_at=now, outcome=outcome.value)
        )
        inquiry.first_contact_at = inquiry.first_contact_at or now
        mark_contact(inquiry, now)
        record_event(
            session,
            "inquiry.call_recorded",
            actor=actor.id,
            inquiry_id=inquiry_id,
            now=now,
            outcome=outcome.value,
        )
    return True


def open_note(key_ring: KeyRing, row: InquiryNote) -> Note:
    """Return a note, unsealed.

    :raises KeyMissing: its key is not in the ring.
    :raises SealBroken: it was changed, or belongs to another inquiry.
    """
    return Note(row.written_by, row.created_at, open_text(key_ring, row, purpose=NOTE_PURPOSE))


def open_call(key_ring: KeyRing, row: InquiryCall) -> Call:
    """Return a call attempt with its note, unsealed; see ``open_note``."""
    note = open_text(key_ring, row, purpose=CALL_PURPOSE)
    return Call(row.called_by, row.created_at, CallOutcome(row.outcome), note)
