"""What the author of an inquiry does with it, once ``opening`` has found it.

They read it, add to it, change how they can be reached, take consent back, or delete it. Every
function is one transaction, and leaves an event in the audit log that holds no word of it.

Whoever has no PIN, or no screen, tells the team their code and has it done: the last three take
``by``, the staff who do it on their word. It leaves the same, and an event more that says so.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.errors import InquiryNotFound, InvalidInquiry
from finder.intake.inquiry import (
    AUTHOR,
    LONGEST,
    STATUSES,
    Author,
    ConsentKind,
    GivenConsent,
    InquirySubmission,
    Message,
    MessageRefused,
    Payload,
    Status,
    check_submission,
    consents_of,
    count_as_contact,
    open_message,
    open_messages,
    open_payload,
    record,
    reseal_inquiry,
    seal_message,
    without_controls,
)
from finder.intake.keeping import empty_wal, erase_found
from finder.intake.models import Inquiry, InquiryMessage
from finder.intake.notifying import Kind, notify
from finder.intake.permissions import Permission, StaffActor, locked_inquiry
from finder.intake.sharing import (
    DisclosureKind,
    GivenDisclosure,
    HandOver,
    as_recipient,
    disclosures_of,
    hand_overs_of,
    shared_with,
)
from finder.security.keys import KeyRing, Sealed
from finder.translatable import N_

MOST_MESSAGES = 100
"""Messages that the author of an inquiry may add to it."""


@dataclass(frozen=True, slots=True)
class SeenBy:
    """Somebody besides the team who has it, as the ledger of disclosures tells."""

    name: str
    last_at: dt.datetime
    was_given: bool
    """it was passed on, or written out for them; else their staff opened it here"""
    may_still: bool
    """whether its author's consent names them now"""


@dataclass(frozen=True, slots=True, repr=False)
class OwnInquiry:
    """An inquiry, unsealed for its author."""

    id: str
    status: Status
    created_at: dt.datetime
    erase_after: dt.datetime
    payload: Payload
    consents: tuple[GivenConsent, ...]
    messages: tuple[Message, ...]
    """oldest first"""
    hand_over: HandOver | None
    """what the team asks, as long as it has no answer"""
    seen_by: tuple[SeenBy, ...]
    """who has it besides the team, in the order in which they last got it"""


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
_SEEN = (
    DisclosureKind.FACILITY_READ,
    DisclosureKind.PASSED_ON,
    DisclosureKind.EXPORT_TO_OTHERS,
    DisclosureKind.EXPORT_BY_LAW,
)
"""how it comes to others than the team; a yes to a hand-over alone shows it to nobody yet"""
_CONTACT = tuple(each.name for each in dataclasses.fields(Contact))


def read_own_inquiry(session: Session, key_ring: KeyRing, inquiry_id: str) -> OwnInquiry:
    """Return an inquiry for its author.

    :raises InquiryNotFound: it was erased.
    :raises KeyMissing: a key is not in the ring.
    :raises SealBroken: it was changed outside of Finder.
    """
    inquiry = _found(session.get(Inquiry, inquiry_id))
    rows = session.scalars(
        sa.select(InquiryMessage)
        .where(InquiryMessage.inquiry_id == inquiry_id)
        .order_by(InquiryMessage.created_at, InquiryMessage.id)
    )
    payload = _payload(key_ring, inquiry)
    consents = consents_of(inquiry)
    return OwnInquiry(
        id=inquiry.id,
        status=STATUSES[inquiry.status],
        created_at=inquiry.created_at,
        erase_after=inquiry.erase_after,
        payload=payload,
        consents=consents,
        messages=open_messages(key_ring, rows),
        hand_over=next(
            (each for each in hand_overs_of(session, inquiry_id) if each.is_pending), None
        ),
        seen_by=_seen_by(
            disclosures_of(session, key_ring, payload.reference_code), shared_with(consents)
        ),
    )


def add_message(
    session: Session,
    key_ring: KeyRing,
    inquiry_id: str,
    text: str,
    *,
    token: str,
    clock: Callable[[], dt.datetime],
) -> None:
    """Add a message of the author's; the same one with the same form's token is kept once.

    :raises MessageRefused: it is empty or too long, or there are too many.
    :raises InquiryNotFound: the inquiry was erased.
    """
    words = without_controls(text, keep="\n\t").strip()
    if not words:
        raise MessageRefused(N_("Please write something, and send it then."))
    if len(words) > LONGEST["message"]:
        raise MessageRefused(N_("This is too long. Please shorten it."))
    message_id = hashlib.sha256(f"{inquiry_id}/{token}".encode()).hexdigest()[:32]
    with write_transaction(session):
        inquiry = _locked(session, inquiry_id)
        sent_before = session.get(InquiryMessage, message_id)
        if sent_before is not None:
            if open_message(key_ring, sent_before) == words:
                return
            message_id = secrets.token_hex(16)
        if _messages_of(session, inquiry_id) >= MOST_MESSAGES:
            raise MessageRefused(
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
        notify(session, Kind.MESSAGE, now=now)
        count_as_contact(inquiry, now)
        _record(session, "inquiry.message_added", inquiry_id, now, by_staff=False)


def change_contact(
    session: Session,
    key_ring: KeyRing,
    inquiry_id: str,
    contact: Contact,
    *,
    clock: Callable[[], dt.datetime],
    by: StaffActor | None = None,
) -> None:
    """Change how its author can be reached; what was there before is not kept.

    :param by: who of the staff does it on their word; None: they do it themselves.
    :raises InvalidInquiry: fields are missing or wrong.
    :raises InquiryNotFound: the inquiry was erased.
    :raises NotAllowed: the staff may not.
    :raises NoSuchInquiry: there is none that the staff may know of.
    """
    with write_transaction(session):
        inquiry = _locked(session, inquiry_id, by)
        payload = _payload(key_ring, inquiry)
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
            notify(session, Kind.CHANGE, now=now)
        count_as_contact(inquiry, now)
        _record_act(session, "inquiry.contact_changed", inquiry_id, now, by)


def withdraw_share(
    session: Session,
    inquiry_id: str,
    *,
    clock: Callable[[], dt.datetime],
    by: StaffActor | None = None,
) -> None:
    """Take back the consent to pass an inquiry on; that it was given stays on record.

    Whoever looked after the inquiry does not any more: they may be the facility's, who no longer
    see it. It is unread again for the operator's team.

    :param by: who of the staff does it on its author's word; None: they do it themselves.
    :raises InquiryNotFound: the inquiry was erased.
    :raises NotAllowed: the staff may not.
    :raises NoSuchInquiry: there is none that the staff may know of.
    """
    with write_transaction(session):
        inquiry = _locked(session, inquiry_id, by)
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
            notify(session, Kind.CHANGE, now=now)
        count_as_contact(inquiry, now)
        _record_act(session, "inquiry.consent_withdrawn", inquiry_id, now, by, share=True)


def delete_own_inquiry(
    session: Session,
    inquiry_id: str,
    *,
    consent_withdrawn: bool,
    clock: Callable[[], dt.datetime],
    by: StaffActor | None = None,
) -> None:
    """Erase an inquiry and all that belongs to it, at once.

    :param consent_withdrawn: because its author took back that it is kept at all.
    :param by: who of the staff does it on its author's word; None: they do it themselves.
    :raises InquiryNotFound: it was erased before.
    :raises NotAllowed: the staff may not.
    :raises NoSuchInquiry: there is none that the staff may know of.
    """
    with write_transaction(session):
        _locked(session, inquiry_id, by)
        session.expunge_all()
        now = clock()
        if consent_withdrawn:
            _record_act(session, "inquiry.consent_withdrawn", inquiry_id, now, by, share=False)
        elif by is not None:
            _record_on_their_word(session, "inquiry.erased", inquiry_id, now, by)
        erase_found(session, [inquiry_id], actor=by.id if by else AUTHOR, expired=False, now=now)
    empty_wal(session)


def _seen_by(given: Sequence[GivenDisclosure], shared: str | None) -> tuple[SeenBy, ...]:
    present = None if shared is None else as_recipient(shared)
    last = {
        (each.recipient, each.kind is not DisclosureKind.FACILITY_READ): each.at
        for each in given
        if each.kind in _SEEN
    }
    seen = [
        SeenBy(name, at, was_given, may_still=name == present)
        for (name, was_given), at in last.items()
    ]
    return tuple(sorted(seen, key=lambda each: each.last_at))


def _found(inquiry: Inquiry | None) -> Inquiry:
    if inquiry is None:
        raise InquiryNotFound(N_("This inquiry is not stored any more: it was deleted."))
    return inquiry


def _locked(session: Session, inquiry_id: str, by: StaffActor | None = None) -> Inquiry:
    if by is not None:
        return locked_inquiry(session, by, inquiry_id, Permission.WORK_ON_INQUIRY)
    return _found(session.get(Inquiry, inquiry_id, with_for_update=True))


def _messages_of(session: Session, inquiry_id: str) -> int:
    counted = sa.select(sa.func.count()).where(
        InquiryMessage.inquiry_id == inquiry_id, InquiryMessage.author == Author.PERSON
    )
    return session.scalar(counted) or 0


def _payload(key_ring: KeyRing, inquiry: Inquiry) -> Payload:
    return open_payload(key_ring, Sealed(inquiry.key_id, inquiry.sealed), inquiry_id=inquiry.id)


def _contact_of(payload: Payload) -> Contact:
    return Contact(
        **{each.name: getattr(payload, each.name) for each in dataclasses.fields(Contact)}
    )


def _as_submission(payload: Payload, contact: Contact, *, has_pin: bool) -> InquirySubmission:
    """Return an inquiry with its new contact as if it were sent now, so that it can be checked."""
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


def _record_act(
    session: Session,
    event: str,
    inquiry_id: str,
    now: dt.datetime,
    by: StaffActor | None,
    **details: bool,
) -> None:
    """Record what its author did, or had done by the staff."""
    if by is None:
        _record(session, event, inquiry_id, now, **details)
        return
    _record_on_their_word(session, event, inquiry_id, now, by)
    record(session, event, actor=by.id, inquiry_id=inquiry_id, now=now, **details)


def _record_on_their_word(
    session: Session, event: str, inquiry_id: str, now: dt.datetime, by: StaffActor
) -> None:
    what = event.partition(".")[2].replace("_", "-")
    record(
        session,
        "inquiry.done_on_their_word",
        actor=by.id,
        inquiry_id=inquiry_id,
        now=now,
        what=what,
    )


def _record(
    session: Session, event: str, inquiry_id: str, now: dt.datetime, **details: bool
) -> None:
    record(session, event, actor=AUTHOR, inquiry_id=inquiry_id, now=now, **details)
