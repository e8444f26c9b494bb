"""Idempotency keys: a form of the staff that is sent twice, or loaded again, counts once.

The page of a case carries a key: 96 random bits, and the number of the newest audit event about the
inquiry at that time. A row that is written gets an id derived from the key and its content, so that
a repetition finds the row. A change without a row of its own (a status, an outcome) is found in the
audit log among the events after that number. No table of keys is kept. Knows nothing of pages.
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

_MOST_DIGITS = 9


def new_idempotency_key(session: Session, inquiry_id: str) -> str:
    """Return a key for the page of an inquiry that is rendered now, as ``RANDOM.NUMBER``."""
    newest = sa.select(sa.func.max(AuditEvent.seq)).where(AuditEvent.subject == inquiry_id)
    return f"{secrets.token_urlsafe(12)}.{session.scalar(newest) or 0}"


def row_id_of(idempotency_key: str, *content: str) -> str:
    """Return the id (32 hex digits) of a row with this content; a random one without a key."""
    if not idempotency_key:
        return secrets.token_hex(16)
    # The key is random and stored nowhere, so the id tells nothing of the content.
    return hashlib.sha256(json.dumps([idempotency_key, *content]).encode()).hexdigest()[:32]


def was_done(
    session: Session,
    actor: StaffActor,
    inquiry_id: str,
    idempotency_key: str,
    event: str,
    details: Mapping[str, int | bool | str],
) -> bool:
    """Tell whether the actor caused this audit event since the key's page was rendered."""
    _, _, number = idempotency_key.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        return False
    own = AuditFilter(actor=actor.id, events=frozenset({event}), subject=inquiry_id)
    return any(
        each.seq > int(number) and details.items() <= each.details.items()
        for each in events(session, own)
    )
