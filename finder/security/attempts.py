"""Brute-force limits: sliding windows of failures, in the database, shared by all workers.

An attempt is counted before it is checked and refunded if it was right, so that concurrent attempts
are no way around a limit. A bucket is a keyed hash: what is tried and by whom is not known here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from finder.errors import FinderError
from finder.security.models import AttemptCount
from finder.translatable import N_


class TooManyAttempts(FinderError):
    """A bucket is full; ``wait`` says until when nothing more is tried in it."""

    def __init__(self, wait: dt.timedelta) -> None:
        super().__init__(N_("There were too many attempts. Please try again in 15 minutes."))
        self.wait = wait


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """How often something may fail in one bucket, within any span of that length."""

    bucket: str
    most: int
    within: dt.timedelta


def count_attempt(session: Session, limits: Sequence[AttemptLimit], *, at: dt.datetime) -> None:
    """Count one attempt in every bucket, in the caller's ``write_transaction``.

    :raises TooManyAttempts: a bucket is full; the caller's transaction must be rolled back.
    """
    # Always in the same order: two workers cannot wait for each other.
    for limit in sorted(limits, key=lambda each: each.bucket):
        earlier = _locked(session, limit.bucket, expires_at=at + limit.within)
        span = limit.within.total_seconds()
        since = at.timestamp() - span
        # A little ahead: another worker was faster. Far ahead: the clock was set back since, and
        # that must lock nobody out.
        counted = sorted(time for time in earlier if since < time < at.timestamp() + span)
        if len(counted) >= limit.most:
            raise TooManyAttempts(dt.timedelta(seconds=counted[-limit.most] - since))
        _write(session, limit.bucket, [*counted, at.timestamp()])


def give_back_attempt(session: Session, limits: Sequence[AttemptLimit], *, at: dt.datetime) -> None:
    """Take back what ``count_attempt`` counted at that time, because it was no failure."""
    for limit in sorted(limits, key=lambda each: each.bucket):
        times = _locked(session, limit.bucket, expires_at=at + limit.within)
        if at.timestamp() in times:
            times.remove(at.timestamp())
        _write(session, limit.bucket, times)


def purge_attempts(session: Session, *, now: dt.datetime) -> None:
    """Delete the counts that count nothing any more, in the caller's ``write_transaction``."""
    expired = (
        sa.select(AttemptCount.bucket)
        .where(AttemptCount.expires_at <= now)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        sa.delete(AttemptCount).where(AttemptCount.bucket.in_(expired)),
        execution_options={"synchronize_session": False},
    )


def _locked(session: Session, bucket: str, *, expires_at: dt.datetime) -> list[float]:
    """Return a bucket's times, locked until the transaction ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"bucket": bucket, "times": [], "expires_at": expires_at}
    made_or_locked = (
        dialect.insert(AttemptCount)
        .values(row)
        .on_conflict_do_update(index_elements=["bucket"], set_={"expires_at": expires_at})
        .returning(AttemptCount.times)
    )
    return list(session.execute(made_or_locked).scalar_one())


def _write(session: Session, bucket: str, times: list[float]) -> None:
    session.execute(
        sa.update(AttemptCount).where(AttemptCount.bucket == bucket).values(times=times),
        execution_options={"synchronize_session": False},
    )
