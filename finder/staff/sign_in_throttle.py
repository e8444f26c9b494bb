"""Throttles sign-in attempts by e-mail address, for every factor alike.

An attempt is counted before it is checked and refunded if it was right. An address is counted
whether or not it has an account, so that nobody learns who works here.
"""

from __future__ import annotations

import datetime as dt
from typing import NoReturn

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.security.attempts import AttemptLimit, TooManyAttempts, count_attempt, purge_attempts
from finder.security.keys import KeyRing
from finder.staff.accounts import normal_email, record_account_event
from finder.staff.models import StaffAccount
from finder.translatable import N_

FAILURES = 5
WITHIN = dt.timedelta(minutes=15)
CHANGED = N_("Something has changed meanwhile. Please sign in again, and try once more.")
"""what a person is told whose session or account is not what it was when their page was made"""


class SignInRefused(FinderError):
    """What was entered is not right."""


def limits_of(key_ring: KeyRing, email: str) -> list[AttemptLimit]:
    """Return the limits that all attempts for an address count against."""
    bucket = key_ring.index(normal_email(email).encode(), purpose="staff sign-in").hex()
    return [AttemptLimit(bucket, FAILURES, WITHIN)]


def count_sign_in_attempt(
    session: Session, limits: list[AttemptLimit], email: str, now: dt.datetime
) -> None:
    """Count an attempt before it is checked.

    :raises TooManyAttempts: there were too many failures.
    """
    try:
        with write_transaction(session):
            purge_attempts(session, now=now)
            count_attempt(session, limits, at=now)
    except TooManyAttempts:
        with write_transaction(session):
            account = session.scalars(with_email(email)).one_or_none()
            found = account.id if account else ""
            record_account_event(
                session, "staff.locked_out", by="public", account_id=found, now=now
            )
        raise


def refuse(session: Session, account_id: str, step: str, now: dt.datetime, *, why: str) -> NoReturn:
    """Write the audit event of a refused attempt, and raise.

    :param why: what a person is told: the same whether or not there is such an account.
    :raises SignInRefused: always.
    """
    with write_transaction(session):
        record_account_event(
            session,
            "staff.sign_in_refused",
            by="public",
            account_id=account_id,
            now=now,
            step=step,
        )
    raise SignInRefused(why)


def with_email(email: str) -> sa.Select[StaffAccount]:
    """Return what selects the account with an address."""
    return sa.select(StaffAccount).where(StaffAccount.email == normal_email(email))
