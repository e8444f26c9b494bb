"""Server-side sessions of staff: a row each, ended by time, by its owner or by an administrator."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.staff.accounts import Account, as_account, record_account_event
from finder.staff.models import StaffAccount, StaffSession

IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=12)
HALF_WAY = dt.timedelta(minutes=10)
"""how long the second factor may take"""
_SEEN_EVERY = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sends a request."""

    session_id: str
    account: Account
    is_verified: bool
    """whether the second factor was given too"""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One session, as its owner and administrators see it."""

    id: str
    account_id: str
    email: str
    created_at: dt.datetime
    last_seen_at: dt.datetime


def start_session(
    session: Session, account_id: str, now: dt.datetime, *, verified: bool = False
) -> str:
    """Begin a session in the caller's transaction; return the token that stands for it."""
    token = secrets.token_urlsafe(32)
    session.execute(sa.delete(StaffSession).where(_is_over(now)))
    session.add(
        StaffSession(
            id=secrets.token_hex(16),
            account_id=account_id,
            token_hash=_hash(token),
            created_at=now,
            last_seen_at=now,
            verified_at=now if verified else None,
        )
    )
    return token


def session_of(
    session: Session, token: str, *, clock: Callable[[], dt.datetime]
) -> SignedIn | None:
    """Return whose session a token stands for; None: it is none any more."""
    now = clock()
    found = session.execute(
        sa.select(StaffSession, StaffAccount)
        .join(StaffAccount, StaffAccount.id == StaffSession.account_id)
        .where(
            StaffSession.token_hash == _hash(token),
            StaffAccount.disabled_at.is_(None),
            sa.not_(_is_over(now)),
        )
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    signed_in = SignedIn(row.id, as_account(account), row.verified_at is not None)
    # Either way: a clock that was set back must not lengthen the session.
    if abs(now - row.last_seen_at) > _SEEN_EVERY:
        with write_transaction(session):
            session.execute(
                sa.update(StaffSession)
                .where(StaffSession.id == signed_in.session_id)
                .values(last_seen_at=now)
            )
    return signed_in


def list_sessions(
    session: Session, *, account_id: str | None = None, clock: Callable[[], dt.datetime]
) -> tuple[OpenSession, ...]:
    """Return the sessions of an account, or all; the latest first."""
    found = (
        sa.select(StaffSession, StaffAccount.email)
        .join(StaffAccount, StaffAccount.id == StaffSession.account_id)
        .where(StaffSession.verified_at.is_not(None), sa.not_(_is_over(clock())))
        .order_by(StaffSession.created_at.desc(), StaffSession.id)
    )
    if account_id is not None:
        found = found.where(StaffSession.account_id == account_id)
    return tuple(
        OpenSession(row.id, row.account_id, email, row.created_at, row.last_seen_at)
        for row, email in session.execute(found)
    )


def end_session(
    session: Session,
    session_id: str,
    *,
    by: str,
    of_account: str | None = None,
    clock: Callable[[], dt.datetime],
) -> None:
    """End one session; one that is over already is no mistake.

    :param of_account: whose it must be; None: anybody's, for an administrator.
    """
    with write_transaction(session):
        condition = [StaffSession.id == session_id]
        if of_account is not None:
            condition.append(StaffSession.account_id == of_account)
        ended = session.scalars(
            sa.delete(StaffSession).where(*condition).returning(StaffSession.account_id)
        ).one_or_none()
        if ended is not None:
            record_account_event(
                session, "staff.session_ended", by=by, account_id=ended, now=clock()
            )


def _is_over(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.or_(
        StaffSession.last_seen_at <= now - IDLE,
        StaffSession.created_at <= now - ABSOLUTE,
        sa.and_(StaffSession.verified_at.is_(None), StaffSession.created_at <= now - HALF_WAY),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
