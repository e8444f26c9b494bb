"""Reading inquiries: counting them without a key, and unsealing them with an audited reason."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.disclosures import DisclosureKind, record_disclosures
from finder.intake.messages import Message, open_messages
from finder.intake.models import Inquiry, InquiryMessage
from finder.intake.payload import Payload, open_payload
from finder.intake.permissions import Permission, StaffActor, in_scope, require
from finder.intake.workflow import STATUSES
from finder.security import audit
from finder.security.keys import KeyRing, Sealed


@dataclass(frozen=True, slots=True, repr=False)
class ReadInquiry:
    """One inquiry, unsealed."""

    id: str
    status: str
    created_at: dt.datetime
    erase_after: dt.datetime
    facility_id: int | None
    """the facility that it may be passed on to"""
    payload: Payload
    messages: tuple[Message, ...]
    """what was written later, oldest first"""


@dataclass(frozen=True, slots=True)
class NamelessInquiry:
    """What may be told of an inquiry to whoever must not know whose it is."""

    status: str
    outcome: str | None
    month: dt.date
    """in which it came, as its first day"""
    days_to_first_contact: int | None
    days_to_closing: int | None


def inquiry_counts(session: Session) -> dict[str, int]:
    """Return how many inquiries there are by status, statuses without one included."""
    counted = sa.select(Inquiry.status, sa.func.count()).group_by(Inquiry.status)
    return dict.fromkeys(STATUSES, 0) | {row[0]: row[1] for row in session.execute(counted)}


def export_inquiries(
    session: Session,
    key_ring: KeyRing,
    *,
    actor: str,
    reason: str,
    clock: Callable[[], dt.datetime],
    recipient: str | None = None,
) -> list[ReadInquiry]:
    """Unseal every inquiry, oldest first; the export and each read are on record before it returns.

    Each is entered in the ledger of disclosures, too.

    :param recipient: to whom it goes, where that is not the actor.

    All or nothing: where one of them cannot be read, none is shown.

    :raises KeyMissing: a key is not in the ring.
    :raises SealBroken: an inquiry was changed outside of Finder.
    :raises UnknownAuditEvent: the reason is empty, too long or more than one line.
    :raises DisclosureRefused: so is the recipient.
    """
    return _exported(
        session,
        key_ring,
        sa.true(),
        actor=actor,
        reason=reason,
        recipient=recipient,
        clock=clock,
    )


def _exported(
    session: Session,
    key_ring: KeyRing,
    counted: sa.ColumnElement[bool],
    *,
    actor: str,
    reason: str,
    recipient: str | None,
    clock: Callable[[], dt.datetime],
) -> list[ReadInquiry]:
    with write_transaction(session):
        rows = session.execute(
            sa.select(
                Inquiry.id,
                Inquiry.status,
                Inquiry.created_at,
                Inquiry.erase_after,
                Inquiry.facility_id,
                Inquiry.key_id,
                Inquiry.sealed,
            )
            .where(counted)
            .order_by(Inquiry.created_at, Inquiry.id)
        ).all()
        messages = _messages_by_inquiry(session)
        read = [
            ReadInquiry(
                id=row.id,
                status=row.status,
                created_at=row.created_at,
                erase_after=row.erase_after,
                facility_id=row.facility_id,
                payload=open_payload(key_ring, Sealed(row.key_id, row.sealed), inquiry_id=row.id),
                messages=open_messages(key_ring, messages.get(row.id, ())),
            )
            for row in rows
        ]
        now = clock()
        record_disclosures(
            session,
            key_ring,
            [(each.id, each.payload.reference_code) for each in read],
            kind=DisclosureKind.EXPORT,
            actor=actor,
            recipient=actor if recipient is None else recipient,
            reason=reason,
            at=now,
        )
        export = audit.record(
            session,
            "inquiries.exported",
            actor=actor,
            subject="",
            details={"count": len(read), "reason": reason},
            at=now,
        )
        audit.record_all(
            session,
            [
                audit.AuditRecord("inquiry.read", actor, each.id, {"export": export})
                for each in read
            ],
            at=now,
        )
    return read


def export_for_staff(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    *,
    reason: str,
    clock: Callable[[], dt.datetime],
    recipient: str | None = None,
) -> list[ReadInquiry]:
    """Unseal every inquiry of the actor's, as ``export_inquiries`` does.

    :raises NotAllowed: the actor may not write inquiries out.
    """
    require(actor, Permission.EXPORT)
    return _exported(
        session,
        key_ring,
        in_scope(actor),
        actor=actor.id,
        reason=reason,
        recipient=recipient,
        clock=clock,
    )


def export_without_names(
    session: Session, *, actor: str, clock: Callable[[], dt.datetime]
) -> list[NamelessInquiry]:
    """Return every inquiry without anything that tells whose it is; needs no key.

    No id, no word, no place, and of the time the month alone: no row leads back to a person.
    """
    return _nameless(session, sa.true(), actor=actor, clock=clock)


def export_without_names_for_staff(
    session: Session, actor: StaffActor, *, clock: Callable[[], dt.datetime]
) -> list[NamelessInquiry]:
    """Return the actor's inquiries as ``export_without_names`` does.

    :raises NotAllowed: the actor may not write inquiries out.
    """
    require(actor, Permission.EXPORT)
    return _nameless(session, in_scope(actor), actor=actor.id, clock=clock)


def _nameless(
    session: Session,
    counted: sa.ColumnElement[bool],
    *,
    actor: str,
    clock: Callable[[], dt.datetime],
) -> list[NamelessInquiry]:
    with write_transaction(session):
        rows = session.execute(
            sa.select(
                Inquiry.status,
                Inquiry.outcome,
                Inquiry.created_at,
                Inquiry.first_contact_at,
                Inquiry.closed_at,
            ).where(counted)
        ).all()
        audit.record(
            session,
            "inquiries.exported_without_names",
            actor=actor,
            subject="",
            details={"count": len(rows)},
            at=clock(),
        )
    nameless = [
        NamelessInquiry(
            status=row.status,
            outcome=row.outcome,
            month=row.created_at.date().replace(day=1),
            days_to_first_contact=_days(row.created_at, row.first_contact_at),
            days_to_closing=_days(row.created_at, row.closed_at),
        )
        for row in rows
    ]
    # By what it says alone: the order tells nothing more than the row itself does.
    return sorted(
        nameless,
        key=lambda each: (
            each.month,
            each.status,
            each.outcome or "",
            each.days_to_first_contact or 0,
            each.days_to_closing or 0,
        ),
    )


def _days(since: dt.datetime, until: dt.datetime | None) -> int | None:
    return None if until is None else (until - since).days


def _messages_by_inquiry(session: Session) -> dict[str, list[InquiryMessage]]:
    in_order = sa.select(InquiryMessage).order_by(InquiryMessage.created_at, InquiryMessage.id)
    by_inquiry: dict[str, list[InquiryMessage]] = defaultdict(list)
    for message in session.scalars(in_order):
        by_inquiry[message.inquiry_id].append(message)
    return by_inquiry
