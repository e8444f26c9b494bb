"""What the author of an inquiry changes: messages, how they are reached, the consent to share.

Every function is one transaction, and leaves an audit event that holds no word of it. ``by`` names
the staff who act on the author's word: see ``acting``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.author.acting import locked_own, record_act
from finder.intake.errors import InvalidInquiry
from finder.intake.inquiry import (
    AUTHOR,
    Author,
    ConsentKind,
    InquirySubmission,
    Payload,
    TextRefused,
    check_submission,
    checked_text,
    mark_contact,
    open_message,
    payload_of_inquiry,
    record_event,
    reseal_inquiry,
    seal_message,
)
from finder.intake.models import InquiryMessage
from finder.intake.notifying import NotificationKind, notify
from finder.intake.permissions import StaffActor
from finder.security.keys import KeyRing
from finder.translatable import N_

MOST_MESSAGES = 100
"""Messages that the author of an inquiry may add to it."""


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How its author can be reached; the field names of ``InquirySubmission``."""

    contact_method: str
    phone: str
    email: str
    voicemail_ok: bool
    best_times: str


_NO_WAY_BACK = N_(
    "They have no PIN, so they cannot come back themselves. Choose a way to reach them."
)
_CONTACT = tuple(each.name for each in dataclasses.fields(Contact))


def add_message(
    session: Session,
    key_ring: KeyRing,
    inquiry_id: str,
    text: str,
    *,
    token: str,
    clock: Callable[[], dt.datetime],
) -> None:
    """Add a message of the author's; idempotent by the form's token.

    :raises TextRefused: it is empty or too long, or there are too many.
    :raises InquiryNotFound: the inquiry was erased.
    """
    words = checked_text(text, if_empty=N_("Please write something, and send it then."))
    message_id = hashlib.sha256(f"{inquiry_id}/{token}".encode()).hexdigest()[:32]
    with write_transaction(session):
        inquiry = locked_own(session, inquiry_id)
        sent_before = session.get(InquiryMessage, message_id)
        if sent_before is not None:
            if open_message(key_ring, sent_before) == words:
                return
            message_id = secrets.token_hex(16)
        if _messages_of(session, inquiry_id) >= MOST_MESSAGES:
            raise TextRefused(
                N_(
                    "There is no more room for messages here. Please send us another inquiry, and"
                    " give this code in it."
                )
            )
        now = clock()
        session.add(
            seal_message(
                key_ring,
                words,
                message_id=message_id,
                inquiry_id=inquiry_id,
                author=Author.PERSON,
                created_at=now,
            )
        )
        notify(session, NotificationKind.MESSAGE, now=now)
        mark_contact(inquiry, now)
        record_event(
            session,
            "inquiry.message_added",
            actor=AUTHOR,
            inquiry_id=inquiry_id,
            now=now,
            by_staff=False,
        )


def change_contact(
    session: Session,
    key_ring: KeyRing,
    inquiry_id: str,
    contact: Contact,
    *,
    clock: Callable[[], dt.datetime],
    by: StaffActor | None = None,
) -> None:
    """Replace how the author can be reached; the former contact is not kept.

    :param by: who of the staff does it on their word; None: they do it themselves.
    :raises InvalidInquiry: fields are missing or wrong.
    :raises InquiryNotFound: the inquiry was erased.
    :raises NotAllowed: the staff may not.
    :raises NoSuchInquiry: there is none that the staff may know of.
    """
    with write_transaction(session):
        inquiry = locked_own(session, inquiry_id, by)
        payload = payload_of_inquiry(key_ring, inquiry)
        given = _as_submission(payload, contact, has_pin=inquiry.pin_hash is not None).cleaned()
        if errors := check_submission(given):
            if errors.pop("pin", None):
                errors["contact_method"] = _NO_WAY_BACK
            raise InvalidInquiry(errors)
        changed = {name: getattr(given, name) for name in _CONTACT}
        if _contact_of(payload) == Contact(**changed):
            return
        reseal_inquiry(key_ring, inquiry, dataclasses.replace(payload, **changed))
        now = clock()
        if by is None:
            notify(session, NotificationKind.CHANGE, now=now)
        mark_contact(inquiry, now)
        record_act(session, "inquiry.contact_changed", inquiry_id, now, by)


def withdraw_share(
    session: Session,
    inquiry_id: str,
    *,
    clock: Callable[[], dt.datetime],
    by: StaffActor | None = None,
) -> None:
    """Withdraw the consent to share; that it was given stays on record.

    Whoever looked after the inquiry does not any more: they may be the facility's, who no longer
    see it. It is unread again for the operator's team.

    :param by: who of the staff does it on its author's word; None: they do it themselves.
    :raises InquiryNotFound: the inquiry was erased.
    :raises NotAllowed: the staff may not.
    :raises NoSuchInquiry: there is none that the staff may know of.
    """
    with write_transaction(session):
        inquiry = locked_own(session, inquiry_id, by)
        now = clock()
        given = [
            each
            for each in inquiry.consents
            if each.kind == ConsentKind.SHARE and each.withdrawn_at is None
        ]
        if not given:
            return
        for consent in given:
            consent.withdrawn_at = now
        inquiry.facility_id = None
        inquiry.assigned_to = None
        inquiry.staff_read_at = None
        if by is None:
            notify(session, NotificationKind.CHANGE, now=now)
        mark_contact(inquiry, now)
        record_act(session, "inquiry.consent_withdrawn", inquiry_id, now, by, share=True)


def _messages_of(session: Session, inquiry_id: str) -> int:
    counted = sa.select(sa.func.count()).where(
        InquiryMessage.inquiry_id == inquiry_id, InquiryMessage.author == Author.PERSON
    )
    return session.scalar(counted) or 0


def _contact_of(payload: Payload) -> Contact:
    return Contact(
        **{each.name: getattr(payload, each.name) for each in dataclasses.fields(Contact)}
    )


def _as_submission(payload: Payload, contact: Contact, *, has_pin: bool) -> InquirySubmission:
    """Return a submission with the new contact, for ``check_submission``."""
    return InquirySubmission(
        contact_name=payload.contact_name,
        contact_method=contact.contact_method,
        phone=contact.phone,
        email=contact.email,
        voicemail_ok=contact.voicemail_ok,
        best_times=contact.best_times,
        for_whom=payload.for_whom,
        looking_for=payload.looking_for,
        message=payload.message,
        consent_collect=True,
        consent_share=payload.consent_share,
        pin="0000" if has_pin else "",
        facility_id=payload.about_facility_id,
        submission_token=payload.reference_code,  # any will do: it is checked, and never sent
    )
