from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.security import audit
from finder.security.audit import AuditRecord, UnknownAuditEvent, record, record_all, verify
from finder.security.models import AuditEvent, AuditHead

NOON = dt.datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=dt.UTC)


def write(session: Session, number: int) -> None:
    for each in range(number):
        with write_transaction(session):
            record(
                session,
                "inquiry.submitted",
                actor="public",
                subject=f"inquiry {each}",
                details={"share": each % 2 == 0},
                at=NOON + dt.timedelta(minutes=each),
            )


def test_an_empty_log_is_whole(session: Session) -> None:
    verdict = verify(session)
    assert verdict.intact
    assert (verdict.count, verdict.head_hash) == (0, audit.FIRST_HASH)


def test_a_log_that_nobody_touched_is_whole(session: Session) -> None:
    write(session, 5)
    verdict = verify(session)
    assert verdict.intact
    assert verdict.count == 5
    assert verdict.head_hash == session.scalar(sa.select(AuditHead.hash))


def test_events_are_what_was_recorded(session: Session) -> None:
    with write_transaction(session):
        last = record_all(
            session,
            [
                AuditRecord("inquiries.exported", "command:ann", "", {"count": 1, "reason": "añ"}),
                AuditRecord("inquiry.read", "command:ann", "abc", {"export": 1}),
            ],
            at=NOON,
        )
    assert last == 2
    events = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq)).all()
    assert [(event.event, event.details) for event in events] == [
        ("inquiries.exported", {"count": 1, "reason": "añ"}),
        ("inquiry.read", {"export": 1}),
    ]
    assert events[1].previous_hash == events[0].hash
    assert {event.at for event in events} == {NOON}
    assert verify(session).intact


def test_an_export_of_nothing_adds_nothing_more(session: Session) -> None:
    write(session, 1)
    with write_transaction(session):
        assert record_all(session, [], at=NOON) == 1
    assert verify(session).count == 1


COPIED = [column for column in AuditEvent.__table__.c if column.name != "seq"]
SECOND = sa.update(AuditEvent).where(AuditEvent.seq == 2)

TAMPERING = {
    "the time": [SECOND.values(at=NOON)],
    "the event": [SECOND.values(event="inquiry.read")],
    "the actor": [SECOND.values(actor="nobody")],
    "the subject": [SECOND.values(subject="another")],
    "the details": [SECOND.values(details={"share": True})],
    "the hash": [SECOND.values(hash="0" * 64)],
    "the hash before": [SECOND.values(previous_hash="0" * 64)],
    "a gap": [sa.delete(AuditEvent).where(AuditEvent.seq == 2)],
    "a gap closed": [
        sa.delete(AuditEvent).where(AuditEvent.seq == 2),
        sa.update(AuditEvent).where(AuditEvent.seq == 3).values(seq=2),
    ],
    "no beginning": [sa.delete(AuditEvent).where(AuditEvent.seq == 1)],
    "no end": [sa.delete(AuditEvent).where(AuditEvent.seq == 4)],
    "no end, and the head set back": [
        sa.delete(AuditEvent).where(AuditEvent.seq == 4),
        sa.update(AuditHead).values(count=3),
    ],
    "nothing left": [sa.delete(AuditEvent)],
    "no head": [sa.delete(AuditHead)],
    "another head": [sa.update(AuditHead).values(hash="f" * 64)],
    "an event before the first": [SECOND.values(seq=0)],
    "two changed places": [
        SECOND.values(seq=9),
        sa.update(AuditEvent).where(AuditEvent.seq == 3).values(seq=2),
        sa.update(AuditEvent).where(AuditEvent.seq == 9).values(seq=3),
    ],
    "an event added": [
        sa.insert(AuditEvent).from_select(
            ["seq", *COPIED], sa.select(sa.literal(5), *COPIED).where(AuditEvent.seq == 4)
        ),
    ],
}


@pytest.mark.parametrize("tampering", TAMPERING.values(), ids=TAMPERING.keys())
def test_whatever_is_done_to_the_log_shows(
    session: Session, tampering: list[sa.Executable]
) -> None:
    write(session, 4)
    assert verify(session).intact
    for statement in tampering:
        session.execute(statement)
    session.commit()
    verdict = verify(session)
    assert not verdict.intact
    assert verdict.problem
    assert verdict.count <= 5


def test_a_broken_log_says_where(session: Session) -> None:
    write(session, 4)
    session.execute(SECOND.values(actor="nobody"))
    session.commit()
    assert verify(session).problem == "Event 2 was changed."
    session.execute(sa.delete(AuditEvent).where(AuditEvent.seq == 2))
    session.commit()
    assert verify(session).problem == "Event 2 is missing."


@pytest.mark.parametrize(
    ("event", "details"),
    [
        ("inquiry.invented", {}),
        ("inquiry.submitted", {}),
        ("inquiry.submitted", {"share": True, "message": "words"}),
        ("inquiry.submitted", {"share": "words"}),
        ("inquiry.submitted", {"share": 1}),
        ("inquiry.read", {"export": "words"}),
        ("inquiry.read", {"export": True}),
        ("inquiries.exported", {"count": 1, "reason": ""}),
        ("inquiries.exported", {"count": 1, "reason": "two\nlines"}),
        ("inquiries.exported", {"count": 1, "reason": "x" * 501}),
        ("inquiries.exported", {"count": 1, "reason": 5}),
    ],
)
def test_an_event_carries_what_its_row_says_and_nothing_else(
    session: Session, event: str, details: dict[str, int | bool | str]
) -> None:
    with pytest.raises(UnknownAuditEvent), write_transaction(session):
        record(session, event, actor="a", subject="s", details=details, at=NOON)
    assert verify(session).count == 0


def test_an_event_is_gone_when_its_transaction_is(session: Session) -> None:
    write(session, 1)

    def broken_transaction() -> None:
        with write_transaction(session):
            record(
                session,
                "inquiry.submitted",
                actor="public",
                subject="x",
                details={"share": True},
                at=NOON,
            )
            raise KeyError

    with pytest.raises(KeyError):
        broken_transaction()
    assert verify(session).intact
    assert verify(session).count == 1


def test_many_writers_at_once_make_one_chain(engine: sa.Engine) -> None:
    def writer(_: int) -> None:
        with Session(engine) as session:
            write(session, 5)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(writer, range(10)))
        with Session(engine) as session:
            verdict = verify(session)
    assert verdict.intact
    assert verdict.count == 50


def test_the_log_is_whole_at_every_moment_while_others_write(engine: sa.Engine) -> None:
    def writer(_: int) -> None:
        with Session(engine) as session:
            write(session, 15)

    with ThreadPoolExecutor(3) as pool, Session(engine) as session:
        writers = [pool.submit(writer, each) for each in range(3)]
        while not all(each.done() for each in writers):
            assert verify(session).intact
            session.rollback()
        assert verify(session).count == 45


@pytest.mark.parametrize(
    ("event", "details"),
    [
        ("inquiry.outcome_set", {"outcome": "Robin wrote this"}),
        ("inquiry.outcome_set", {"outcome": "x" * 41}),
        ("inquiry.outcome_set", {"outcome": True}),
        ("inquiry.assigned", {"to": "two words"}),
        ("inquiry.assigned", {"to": ""}),
        ("inquiry.assigned", {"to": 7}),
    ],
)
def test_neither_a_code_nor_an_account_can_hold_a_sentence(
    session: Session, event: str, details: dict[str, int | bool | str]
) -> None:
    with pytest.raises(UnknownAuditEvent):
        record(session, event, actor="a", subject="x", details=details, at=NOON)
