"""Transactional outbox: notifications to the team, written in the transaction of their cause.

A notification says that something waits, never what or whose. Sending is ``delivery``'s, in a
process of its own, so that no mail server can hold up an inquiry.
"""

from __future__ import annotations

import datetime as dt
import enum
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.inquiry import overdue_condition
from finder.intake.models import Inquiry, OutboxMessage

KEPT_FOR = dt.timedelta(days=30)
"""How long a row stays, whether or not it was sent."""


class NotificationKind(enum.StrEnum):
    """What a notification is about."""

    INQUIRY = "inquiry"
    """an inquiry came in"""
    MESSAGE = "message"
    """the author of an inquiry wrote, or answered a question"""
    CHANGE = "change"
    """the author of an inquiry changed how to reach them, or took a consent back"""
    OVERDUE = "overdue"
    """people have waited for an answer, or to be read, for more than one business day"""
    REPORT = "report"
    """somebody reported a wrong detail of a listing"""


class Channel(enum.StrEnum):
    """How a notification leaves."""

    MAIL = "mail"
    WEBHOOK = "webhook"


WORDS: Mapping[NotificationKind, str] = {
    NotificationKind.INQUIRY: "An inquiry waits. Sign in to read it.",
    NotificationKind.MESSAGE: "An answer to an inquiry waits. Sign in to read it.",
    NotificationKind.CHANGE: "An inquiry was changed by its author. Sign in to read it.",
    NotificationKind.OVERDUE: (
        "Inquiries have waited for more than one business day. Sign in to read them."
    ),
    NotificationKind.REPORT: "A report of a wrong detail waits. Sign in to read it.",
}
"""All that a notification ever says of what happened."""

SUBJECTS: Mapping[NotificationKind, str] = {
    NotificationKind.INQUIRY: "An inquiry waits",
    NotificationKind.MESSAGE: "An answer waits",
    NotificationKind.CHANGE: "An inquiry was changed",
    NotificationKind.OVERDUE: "Inquiries have waited for long",
    NotificationKind.REPORT: "A report waits",
}
"""The same in a mail's subject."""


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How the outbox stands."""

    waiting: int
    sent: int
    dead: int
    """given up: nobody tries any more"""


def notify(session: Session, kind: NotificationKind, *, now: dt.datetime) -> None:
    """Put a notification into the outbox, in the caller's ``write_transaction``."""
    _put(session, kind, subject=secrets.token_hex(16), now=now)


def notify_overdue(session: Session, *, clock: Callable[[], dt.datetime]) -> bool:
    """Put one notification a day into the outbox while inquiries are overdue; whether it did."""
    with write_transaction(session):
        now = clock()
        subject = f"overdue {now.date().isoformat()}"
        told = sa.select(OutboxMessage.id).where(OutboxMessage.subject == subject)
        late = sa.select(Inquiry.id).where(overdue_condition(now))
        due = (
            session.scalars(late.limit(1)).first() is not None
            and session.scalars(told.limit(1)).first() is None
        )
        if due:
            _put(session, NotificationKind.OVERDUE, subject=subject, now=now)
    return due


def outbox_counts(session: Session) -> OutboxCounts:
    """Count what waits, what was sent and what was given up."""
    waiting, sent, dead = session.execute(
        sa.select(
            sa.func.count().filter(
                OutboxMessage.sent_at.is_(None), OutboxMessage.dead_at.is_(None)
            ),
            sa.func.count(OutboxMessage.sent_at),
            sa.func.count(OutboxMessage.dead_at),
        ).select_from(OutboxMessage)
    ).one()
    return OutboxCounts(waiting, sent, dead)


def count_unsent(session: Session, *, before: dt.datetime) -> int:
    """Count what was put in before a moment, and neither left nor was given up."""
    unsent = sa.select(sa.func.count()).where(
        OutboxMessage.sent_at.is_(None),
        OutboxMessage.dead_at.is_(None),
        OutboxMessage.created_at < before,
    )
    return session.scalar(unsent) or 0


def purge_outbox(session: Session, *, now: dt.datetime) -> None:
    """Delete what is old, sent or not, in the caller's ``write_transaction``."""
    session.execute(
        sa.delete(OutboxMessage).where(OutboxMessage.created_at <= now - KEPT_FOR),
        execution_options={"synchronize_session": False},
    )


def _put(session: Session, kind: NotificationKind, *, subject: str, now: dt.datetime) -> None:
    session.add_all(
        OutboxMessage(
            id=secrets.token_hex(16),
            subject=subject,
            way=way.value,
            kind=kind.value,
            created_at=now,
            due_at=now,
            attempts=0,
            unsure=0,
        )
        for way in Channel
    )
