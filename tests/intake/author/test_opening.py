"""An inquiry opens with its code and its PIN together, and nobody can guess them."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.author import WrongCodeOrPin, open_inquiry
from finder.intake.inquiry.reference_code import make_reference
from finder.intake.models import Inquiry
from finder.security import audit
from finder.security.attempts import TooManyAttempts
from finder.security.keys import KeyMissing, KeyRing
from finder.security.models import AttemptCount, AuditEvent
from tests.factories import NOW
from tests.intake.making import BOTH, OTHER_RING, RING, only_inquiry, submit

PIN = "493817"
NOTHING = dt.timedelta()


def open_it(
    session: Session,
    code: str,
    pin: str = PIN,
    *,
    key_ring: KeyRing = RING,
    client: str = "here",
    after: dt.timedelta = NOTHING,
) -> str:
    return open_inquiry(
        session, key_ring, code, pin, client_bucket=client, clock=lambda: NOW + after
    )


def events(session: Session) -> list[tuple[str, str, str]]:
    rows = session.scalars(sa.select(AuditEvent).where(AuditEvent.seq > 1).order_by("seq"))
    return [(row.event, row.actor, row.subject) for row in rows]


def test_the_right_code_and_pin_open_it_and_that_is_on_record(session: Session) -> None:
    code = submit(session, pin=PIN).reference_code
    inquiry = only_inquiry(session).id
    assert open_it(session, code.lower().replace("-", " "), f" {PIN} ") == inquiry
    assert events(session) == [("inquiry.opened", "author", inquiry)]
    assert audit.verify(session).intact


def test_it_opens_whichever_key_of_the_ring_sealed_it(session: Session) -> None:
    code = submit(session, OTHER_RING, pin=PIN).reference_code
    assert open_it(session, code, key_ring=BOTH) == only_inquiry(session).id


def test_a_process_without_a_key_does_not_say_that_a_code_is_wrong(session: Session) -> None:
    code = submit(session, OTHER_RING, pin=PIN).reference_code
    with pytest.raises(KeyMissing):
        open_it(session, code, key_ring=RING)
    assert session.scalars(sa.select(AttemptCount)).all() == [], "no try of theirs is used up"
    assert open_it(session, code, key_ring=BOTH) == only_inquiry(session).id


def test_whatever_is_wrong_the_answer_is_the_same(session: Session) -> None:
    code = submit(session, pin=PIN).reference_code
    without_pin = submit(session, submission_token="t" * 20).reference_code
    answers = set()
    for tried, pin in (
        (code, "493818"),
        (code, ""),
        (make_reference(), PIN),
        (without_pin, PIN),
        (without_pin, ""),
        ("hello", PIN),
        ("", ""),
        (code, PIN + "0" * 1_000),
        (code, "\x00"),
    ):
        with pytest.raises(WrongCodeOrPin) as refused:
            open_it(session, tried, pin)
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_what_was_refused_is_on_record_without_what_was_typed(session: Session) -> None:
    code = submit(session, pin=PIN).reference_code
    for tried in (code, make_reference(), "my name is Robin"):
        with pytest.raises(WrongCodeOrPin):
            open_it(session, tried, "0000")
    assert events(session) == [
        ("inquiry.opening_refused", "public", only_inquiry(session).id),
        ("inquiry.opening_refused", "public", ""),
        ("inquiry.opening_refused", "public", ""),
    ]
    assert audit.verify(session).intact


def test_five_wrong_pins_close_an_inquiry_for_fifteen_minutes_wherever_they_come_from(
    session: Session,
) -> None:
    code = submit(session, pin=PIN).reference_code
    for place in range(5):
        with pytest.raises(WrongCodeOrPin):
            open_it(session, code, f"000{place}", client=f"network {place}")
    with pytest.raises(TooManyAttempts, match="try again in 15 minutes"):
        open_it(session, code, client="yet another")
    with pytest.raises(TooManyAttempts):
        open_it(session, code, after=dt.timedelta(minutes=14, seconds=59))
    assert open_it(session, code, after=dt.timedelta(minutes=15))


def test_a_code_that_nobody_has_is_closed_in_the_same_way(session: Session) -> None:
    code = make_reference()
    for _ in range(5):
        with pytest.raises(WrongCodeOrPin):
            open_it(session, code)
    with pytest.raises(TooManyAttempts):
        open_it(session, code)


def test_twenty_failures_an_hour_close_it_for_a_network_and_for_no_other(
    session: Session,
) -> None:
    code = submit(session, pin=PIN).reference_code
    for at in range(20):
        with pytest.raises(WrongCodeOrPin):
            open_it(session, make_reference() if at % 2 else "hello")
    with pytest.raises(TooManyAttempts):
        open_it(session, code, after=dt.timedelta(minutes=59))
    assert open_it(session, code, client="elsewhere")
    assert open_it(session, code, after=dt.timedelta(minutes=60))


def test_opening_it_often_is_no_failure(session: Session) -> None:
    code = submit(session, pin=PIN).reference_code
    for _ in range(25):
        assert open_it(session, code)


def test_neither_a_code_nor_a_network_can_be_read_from_what_is_counted(session: Session) -> None:
    code = submit(session, pin=PIN).reference_code
    with pytest.raises(WrongCodeOrPin):
        open_it(session, code, "0000", client="203.0.113.0/24")
    buckets = session.scalars(sa.select(AttemptCount.bucket)).all()
    assert len(buckets) == 2
    assert all(len(bucket) == 64 and int(bucket, 16) for bucket in buckets)
    lookup = session.scalars(sa.select(Inquiry.reference_lookup)).one()
    assert lookup.hex() not in buckets


def test_old_counts_go_when_somebody_opens_an_inquiry(session: Session) -> None:
    with pytest.raises(WrongCodeOrPin):
        open_it(session, make_reference(), client="first")
    with pytest.raises(WrongCodeOrPin):
        open_it(session, "hello", client="second", after=dt.timedelta(hours=2))
    assert session.scalar(sa.select(sa.func.count()).select_from(AttemptCount)) == 1


def test_a_row_under_a_missing_key_is_not_taken_for_a_wrong_pin(session: Session) -> None:
    code = submit(session, pin=PIN).reference_code
    inquiry = only_inquiry(session)
    inquiry.key_id = "gone"
    with write_transaction(session):
        session.execute(sa.update(Inquiry).values(key_id="gone"))
    with pytest.raises(KeyMissing, match="gone"):
        open_it(session, code)
