"""What every act on an inquiry leaves behind: its time, the day it is erased, an audit event."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.inquiry.workflow import erase_after_contact
from finder.intake.models import Inquiry
from finder.security import audit
from finder.security.models import AuditEvent

_CONTACT = (
    "inquiry.submitted",
    "inquiry.message_added",
    "inquiry.call_recorded",
    "inquiry.contact_changed",
    "inquiry.consent_withdrawn",
    "inquiry.hand_over_answered",
)
"""the events in which an inquiry's author and the team speak to one another"""


def count_as_work(inquiry: Inquiry, now: dt.datetime) -> None:
    """Keep when somebody did something with an inquiry; the day it is erased stays."""
    inquiry.updated_at = now


def count_as_contact(inquiry: Inquiry, now: dt.datetime) -> None:
    """Move the day on which an inquiry is erased, and its consents with it.

    Contact is what is in ``_CONTACT``, and nothing else: what the team does for itself keeps
    nothing for longer.
    """
    inquiry.updated_at = now
    set_erasure(inquiry, erase_after_contact(inquiry.status, inquiry.erase_after, now))


def last_contact(session: Session, inquiry: Inquiry) -> dt.datetime:
    """Return when its author and the team last spoke, as the audit log tells."""
    found = session.scalar(
        sa.select(sa.func.max(AuditEvent.at)).where(
            AuditEvent.subject == inquiry.id, AuditEvent.event.in_(_CONTACT)
        )
    )
    return found or inquiry.created_at


def set_erasure(inquiry: Inquiry, erase_after: dt.datetime) -> None:
    """Set the day on which an inquiry is erased, and its present consents end."""
    inquiry.erase_after = erase_after
    for consent in inquiry.consents:
        if consent.withdrawn_at is None:
            consent.expires_at = erase_after


def record(
    session: Session,
    event: str,
    *,
    actor: str,
    inquiry_id: str,
    now: dt.datetime,
    **details: int | bool | str,
) -> None:
    """Write an audit event about an inquiry, as the last step of a transaction."""
    session.flush()  # the chain's end is locked last, and for as short as can be
    audit.record(session, event, actor=actor, subject=inquiry_id, details=details, at=now)


AUTHOR = "author"
"""the audit log's actor: whoever knows the code and the PIN"""
