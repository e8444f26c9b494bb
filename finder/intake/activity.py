"""What every act on an inquiry leaves behind: its time, the day it is erased, an audit event."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from finder.intake.models import Inquiry
from finder.intake.workflow import erase_after_activity
from finder.security import audit


def count_as_activity(inquiry: Inquiry, now: dt.datetime) -> None:
    """Move the day on which an inquiry is erased, and its consents with it."""
    inquiry.updated_at = now
    set_erasure(inquiry, erase_after_activity(inquiry.status, inquiry.erase_after, now))


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
