from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.security.attempts import (
    AttemptLimit,
    TooManyAttempts,
    count_attempt,
    give_back_attempt,
    purge_attempts,
)
from finder.security.models import AttemptCount
from tests.factories import NOW

MINUTE = dt.timedelta(minutes=1)
SPAN = 15 * MINUTE
ONE = AttemptLimit("one", 3, SPAN)
OTHER = AttemptLimit("other", 2, SPAN)


def attempt(session: Session, *limits: AttemptLimit, after: dt.timedelta = dt.timedelta()) -> None:
    with write_transaction(session):
        count_attempt(session, limits or (ONE,), at=NOW + after)


def counted(session: Session) -> dict[str, int]:
    session.rollback()
    rows = session.execute(sa.select(AttemptCount.bucket, AttemptCount.times))
    return {bucket: len(times) for bucket, times in rows}


def test_a_full_bucket_takes_nothing_until_its_first_attempt_is_old(session: Session) -> None:
    for minutes in (0, 5, 10):
        attempt(session, after=minutes * MINUTE)
    with pytest.raises(TooManyAttempts) as refused:
        attempt(session, after=11 * MINUTE)
    assert refused.value.wait == 4 * MINUTE
    attempt(session, after=SPAN)
    with pytest.raises(TooManyAttempts) as refused:
        attempt(session, after=SPAN)
    assert refused.value.wait == 5 * MINUTE


def test_no_span_of_that_length_has_more_than_the_limit(session: Session) -> None:
    taken = []
    for minute in range(60):
        try:
            attempt(session, after=minute * MINUTE)
        except TooManyAttempts:
            continue
        taken.append(minute)
    assert taken == [0, 1, 2, 15, 16, 17, 30, 31, 32, 45, 46, 47]


def test_one_full_bucket_keeps_the_others_from_being_counted(session: Session) -> None:
    for _ in range(2):
        attempt(session, OTHER, ONE)
    with pytest.raises(TooManyAttempts):
        attempt(session, OTHER, ONE)
    assert counted(session) == {"one": 2, "other": 2}
    attempt(session, ONE)


def test_what_was_right_does_not_count(session: Session) -> None:
    for _ in range(10):
        attempt(session, ONE, OTHER)
        with write_transaction(session):
            give_back_attempt(session, (ONE, OTHER), at=NOW)
    assert counted(session) == {"one": 0, "other": 0}


def test_giving_back_what_was_never_counted_is_nothing(session: Session) -> None:
    attempt(session)
    with write_transaction(session):
        give_back_attempt(session, (ONE,), at=NOW + MINUTE)
    assert counted(session) == {"one": 1}


def test_a_clock_that_was_set_back_locks_nobody_out(session: Session) -> None:
    for _ in range(3):
        attempt(session)
    attempt(session, after=-60 * MINUTE)
    assert counted(session) == {"one": 1}


def test_another_worker_whose_clock_is_a_little_ahead_is_counted(session: Session) -> None:
    for _ in range(3):
        attempt(session, after=MINUTE)
    with pytest.raises(TooManyAttempts):
        attempt(session)


def test_counts_that_count_nothing_are_purged(session: Session) -> None:
    attempt(session, AttemptLimit("short", 3, MINUTE))
    attempt(session, AttemptLimit("long", 3, SPAN))
    with write_transaction(session):
        purge_attempts(session, now=NOW + 2 * MINUTE)
    assert counted(session) == {"long": 1}


def test_many_at_once_are_no_way_around_a_limit(engine: sa.Engine) -> None:
    together = threading.Barrier(8)

    def try_it(_: int) -> bool:
        together.wait()
        with Session(engine) as session:
            try:
                attempt(session, ONE, OTHER)
            except TooManyAttempts:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(8))) == OTHER.most
