"""Counts inquiries without a key, and exports them unsealed for a reason that is audited."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.inquiry import (
    STATUSES,
    ConsentKind,
    Message,
    Payload,
    open_messages,
    open_payload,
)
from finder.intake.models import Consent, Inquiry, InquiryMessage
from finder.intake.permissions import Permission, StaffActor, in_scope, require
from finder.intake.sharing import (
    DisclosureKind,
    DisclosureRefused,
    as_recipient,
    check_recipient,
    record_disclosures,
)
from finder.security import audit
from finder.security.keys import KeyRing, Sealed
from finder.translatable import N_

_NOBODY_AGREED = N_(
    "Nobody agreed that their inquiry goes to this recipient, so nothing was written. Write the"
    " program's name as its page has it, or the legal basis."
)


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
    """Return the number of inquiries by status code; 0 where there is none."""
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
    legal_basis: str | None = None,
) -> list[ReadInquiry]:
    """Unseal inquiries, oldest first; the export and each read are on record before it returns.

    Each is entered in the ledger of disclosures, too. They are all that there are, as long as they
    stay with the operator's team. To somebody else go those alone whose present consent to share
    names them; or all of them, on a legal basis that the ledger and the audit log hold.

    :param recipient: to whom it goes, where that is not the actor.
    :param legal_basis: the law that allows or demands it without consent, in words.

    All or nothing: where one of them cannot be read, none is shown.

    :raises KeyMissing: a key is not in the ring.
    :raises SealBroken: an inquiry was changed outside of Finder.
    :raises UnknownAuditEvent: the reason is empty, too long or more than one line.
    :raises DisclosureRefused: so is the recipient, or nobody agreed to this one, or there is a
        legal basis for nobody.
    """
    return _exported(
        session,
        key_ring,
        sa.true(),
        actor=actor,
        reason=reason,
        going=_going(recipient, legal_basis),
        clock=clock,
    )


@dataclass(frozen=True, slots=True)
class _Going:
    """To whom an export goes; with nobody named it stays with whoever makes it."""

    recipient: str | None
    legal_basis: str | None

    @property
    def kind(self) -> DisclosureKind:
        if self.recipient is None:
            return DisclosureKind.EXPORT
        by_law = self.legal_basis is not None
        return DisclosureKind.EXPORT_BY_LAW if by_law else DisclosureKind.EXPORT_TO_OTHERS

    def reason(self, words: str) -> str:
        return words if self.legal_basis is None else f"{words}; legal basis: {self.legal_basis}"


def _going(recipient: str | None, legal_basis: str | None) -> _Going:
    if legal_basis is not None and recipient is None:
        raise DisclosureRefused(N_("Say to whom it goes, too: a legal basis is for somebody."))
    if recipient is not None:
        check_recipient(recipient)
    return _Going(recipient, legal_basis)


def _exported(
    session: Session,
    key_ring: KeyRing,
    counted: sa.ColumnElement[bool],
    *,
    actor: str,
    reason: str,
    going: _Going,
    clock: Callable[[], dt.datetime],
    of_facility: bool = False,
) -> list[ReadInquiry]:
    with write_transaction(session):
        now = clock()
        shared = _shared_with(session, now)
        if going.recipient is not None and going.legal_basis is None:
            counted = sa.and_(counted, Inquiry.id.in_(_agreed_to(shared, going.recipient)))
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
        if going.kind is DisclosureKind.EXPORT_TO_OTHERS and not rows:
            raise DisclosureRefused(_NOBODY_AGREED)
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
        for kind, recipient, some in _recipients(read, going, actor, shared if of_facility else {}):
            record_disclosures(
                session,
                key_ring,
                [(each.id, each.payload.reference_code) for each in some],
                kind=kind,
                actor=actor,
                recipient=recipient,
                reason=going.reason(reason),
                at=now,
            )
        event = "inquiries.exported"
        about: dict[str, int | bool | str] = {"count": len(read), "reason": reason}
        if going.recipient is not None:
            event = "inquiries.exported_to_others"
            about["basis"] = "consent" if going.legal_basis is None else going.legal_basis
        export = audit.record(session, event, actor=actor, subject="", details=about, at=now)
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
    legal_basis: str | None = None,
) -> list[ReadInquiry]:
    """Unseal the actor's inquiries, as ``export_inquiries`` does.

    :raises NotAllowed: the actor may not write inquiries out.
    """
    require(actor, Permission.EXPORT)
    return _exported(
        session,
        key_ring,
        in_scope(actor),
        actor=actor.id,
        reason=reason,
        going=_going(recipient, legal_basis),
        clock=clock,
        of_facility=actor.facility_ids is not None,
    )


def _shared_with(session: Session, now: dt.datetime) -> dict[str, str]:
    """Return the facility that the present consent to share of each inquiry names."""
    given = session.execute(
        sa.select(Consent.inquiry_id, Consent.facility_name)
        .where(
            Consent.kind == ConsentKind.SHARE.value,
            Consent.withdrawn_at.is_(None),
            Consent.expires_at > now,
        )
        .order_by(Consent.id)
    )
    return {row[0]: as_recipient(row[1]) for row in given if row[1]}


def _agreed_to(shared: dict[str, str], recipient: str) -> list[str]:
    """Return the ids of the inquiries that may go to a recipient."""
    wanted = as_recipient(recipient).casefold()
    return [each for each, name in shared.items() if name.casefold() == wanted]


def _recipients(
    read: list[ReadInquiry], going: _Going, actor: str, of_facility: dict[str, str]
) -> list[tuple[DisclosureKind, str, list[ReadInquiry]]]:
    """Return what is entered in the ledger: how, to whom, which.

    :param of_facility: whose staff read each inquiry, where a facility's staff write it out for
        themselves.
    """
    if going.recipient is not None or not of_facility:
        return [(going.kind, actor if going.recipient is None else going.recipient, read)]
    by_name: dict[str, list[ReadInquiry]] = defaultdict(list)
    for each in read:
        by_name[of_facility.get(each.id, f"facility {each.facility_id}")].append(each)
    return [(DisclosureKind.FACILITY_READ, name, some) for name, some in by_name.items()]


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
