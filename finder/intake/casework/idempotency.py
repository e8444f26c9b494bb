"""What keeps one press of the staff's from counting twice: pressed again, or its page loaded anew.

A page of a case is made with a step: a random word, and the number of the last event about the
inquiry. What is written carries an id that is made of the step and the words, so that a second one
finds the first. What is only changed is found in the audit log, after the step's number. Nothing
else is kept. Must not know what a page looks like.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.permissions import StaffActor
from finder.security.audit import AuditFilter, events
from finder.security.models import AuditEvent

_LONGEST_NUMBER = 9


def new_step(session: Session, inquiry_id: str) -> str:
    """Return the step of a page of this inquiry that is made now."""
    last = sa.select(sa.func.max(AuditEvent.seq)).where(AuditEvent.subject == inquiry_id)
    return f"{secrets.token_urlsafe(12)}.{session.scalar(last) or 0}"


def row_id(step: str, *told: str) -> str:
    """Return the id (32 hex digits) of what is written with a step; a random one without a step."""
    if not step:
        return secrets.token_hex(16)
    # The step is random and stored nowhere, so that this tells nothing of what was written.
    return hashlib.sha256(json.dumps([step, *told]).encode()).hexdigest()[:32]


def was_taken(
    session: Session,
    actor: StaffActor,
    inquiry_id: str,
    step: str,
    event: str,
    details: Mapping[str, int | bool | str],
) -> bool:
    """Whether the actor did just this to the inquiry since the page with this step was made."""
    _, _, number = step.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        return False
    own = AuditFilter(actor=actor.id, events=frozenset({event}), subject=inquiry_id)
    return any(
        each.seq > int(number) and details.items() <= each.details.items()
        for each in events(session, own)
    )
