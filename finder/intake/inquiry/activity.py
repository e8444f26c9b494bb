"""Records activity on an inquiry: its last change, its erase date, an audit event."""

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
"""events that count as contact between author and team"""


def mark_worked_on(inquiry: Inquiry, now: dt.datetime) -> None:
    """Set when an inquiry was last worked on; its erase date stays."""
    inquiry.updated_at = now


def mark_contact(inquiry: Inquiry, now: dt.datetime) -> None:
    """Extend the retention of an inquiry and of its consents, because both sides had contact.

    Only the events in ``_CONTACT`` are contact: work of the team alone extends nothing.
    """
    inquiry.updated_at = now
    set_erase_after(inquiry, erase_after_contact(inquiry.status, inquiry.erase_after, now))


def last_contact(session: Session, inquiry: Inquiry) -> dt.datetime:
    """Return the time of the last contact between author and team, from the audit log."""
    found = session.scalar(
        sa.select(sa.func.max(AuditEvent.at)).where(
            AuditEvent.subject == inquiry.id, AuditEvent.event.in_(_CONTACT)
        )
    )
    return found or inquiry.created_at


def set_erase_after(inquiry: Inquiry, erase_after: dt.datetime) -> None:
    """Set the erase date of an inquiry, at which its present consents expire too."""
    inquiry.erase_after = erase_after
    for consent in inquiry.consents:
        if consent.withdrawn_at is None:
            consent.expires_at = erase_after


def record_event(
    session: Session,
    event: str,
    *,
    actor: str,
    inquiry_id: str,
    now: dt.datetime,
    **details: int | bool | str,
) -> None:
    """Write an audit event about an inquiry, as the last step of a transaction."""
    session.flush()  # so that the head of the audit chain is locked last and briefly
    audit.record(session, event, actor=actor, subject=inquiry_id, details=details, at=now)


AUTHOR = "author"
"""actor in the audit log: whoever gave the right code and PIN"""
