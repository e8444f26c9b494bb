from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from finder.intake import export_inquiries
from finder.security import audit
from finder.security.models import AuditEvent
from tests.factories import NOW
from tests.intake.making import RING, only_inquiry, submit


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *arguments])


def export(session: Session, actor: str, *, day: int) -> None:
    at = NOW + dt.timedelta(days=day)
    export_inquiries(session, RING, actor=actor, reason="x", clock=lambda: at)


def test_a_whole_log_shows_its_length_and_its_head(app: Flask, session: Session) -> None:
    submit(session)
    result = run(app, "verify")
    assert result.exit_code == 0
    verdict = audit.verify(session)
    assert result.stdout.splitlines() == [
        f"1 events, head {verdict.head_hash}",
        "The audit log is whole.",
    ]


def test_an_empty_log_is_whole(app: Flask) -> None:
    assert run(app, "verify").exit_code == 0


@pytest.mark.parametrize(
    "touch",
    [
        sa.update(AuditEvent).where(AuditEvent.seq == 2).values(actor="command:eve"),
        sa.delete(AuditEvent).where(AuditEvent.seq == 2),
        sa.delete(AuditEvent).where(AuditEvent.seq == 3),
    ],
)
def test_a_log_that_was_touched_fails(app: Flask, session: Session, touch: sa.Executable) -> None:
    submit(session)
    export(session, "command:ann", day=0)
    session.execute(touch)
    session.commit()
    result = run(app, "verify")
    assert result.exit_code == 1
    assert "not as it was written" in result.stderr


def test_the_log_tells_whose_inquiries_an_account_read_between_two_times(
    app: Flask, session: Session
) -> None:
    submit(session)
    inquiry_id = only_inquiry(session).id
    for actor, day in (("command:ann", 0), ("command:ann", 2), ("command:bob", 2)):
        export(session, actor, day=day)
    result = run(
        app,
        *("list", "--actor", "command:ann", "--event", "inquiry.read"),
        *("--since", "2026-03-05", "--until", "2026-03-07T00:00"),
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"5\t2026-03-06T15:00:00Z\tinquiry.read\tcommand:ann\t{inquiry_id}\texport=4"
    ]


def test_the_log_tells_what_was_done_to_an_inquiry(app: Flask, session: Session) -> None:
    submit(session)
    inquiry_id = only_inquiry(session).id
    export(session, "command:ann", day=0)
    lines = run(app, "list", "--subject", inquiry_id).stdout.splitlines()
    assert [line.split("\t")[2] for line in lines] == ["inquiry.submitted", "inquiry.read"]
    assert len(run(app, "list").stdout.splitlines()) == 3


def test_the_end_of_a_span_is_not_in_it(app: Flask, session: Session) -> None:
    submit(session)
    at = f"{NOW:%Y-%m-%dT%H:%M:%S}"
    assert run(app, "list", "--until", at).stdout == ""
    assert len(run(app, "list", "--since", at).stdout.splitlines()) == 1


def test_an_event_that_does_not_exist_is_refused(app: Flask) -> None:
    assert run(app, "list", "--event", "inquiry.sold").exit_code == 2
