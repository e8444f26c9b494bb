"""Reads an inquiry for its author, with who else has received it (the ledger of disclosures)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.author.acting import found
from finder.intake.inquiry import (
    STATUSES,
    GivenConsent,
    Message,
    Payload,
    Status,
    consents_of,
    open_messages,
    payload_of_inquiry,
)
from finder.intake.models import Inquiry, InquiryMessage
from finder.intake.sharing import (
    DisclosureKind,
    GivenDisclosure,
    HandOver,
    as_recipient,
    disclosures_of,
    hand_overs_of,
    shared_with,
)
from finder.security.keys import KeyRing


@dataclass(frozen=True, slots=True)
class SeenBy:
    """A recipient besides the team, from the ledger of disclosures."""

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


_SEEN = (
    DisclosureKind.FACILITY_READ,
    DisclosureKind.PASSED_ON,
    DisclosureKind.EXPORT_TO_OTHERS,
    DisclosureKind.EXPORT_BY_LAW,
)
"""how it comes to others than the team; a yes to a hand-over alone shows it to nobody yet"""


def read_own_inquiry(session: Session, key_ring: KeyRing, inquiry_id: str) -> OwnInquiry:
    """Return an inquiry for its author.

    :raises InquiryNotFound: it was erased.
    :raises KeyMissing: a key is not in the ring.
    :raises SealBroken: it was changed outside of Finder.
    """
    inquiry = found(session.get(Inquiry, inquiry_id))
    rows = session.scalars(
        sa.select(InquiryMessage)
        .where(InquiryMessage.inquiry_id == inquiry_id)
        .order_by(InquiryMessage.created_at, InquiryMessage.id)
    )
    payload = payload_of_inquiry(key_ring, inquiry)
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
