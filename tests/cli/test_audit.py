from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from finder.extensions import db
from finder.intake.casework import export_inquiries, open_case
from finder.intake.permissions import ROLES, Role, StaffActor
from finder.security import audit
from finder.security.models import AuditEvent
from finder.staff import list_accounts
from tests.factories import NOW
from tests.intake.making import RING, only_inquiry, submit
from tests.web.staff.signing import signed_in


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
        f"1 event, head {verdict.head_hash}",
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


def test_somebody_is_named_by_address_or_id_and_nobody_unknown_passes_for_nothing(
    app: Flask, session: Session
) -> None:
    submit(session)
    inquiry_id = only_inquiry(session).id
    invoke = app.test_cli_runner().invoke
    invoke(args=["staff", "create", "ann@example.org", "--role", "triage"])
    session.rollback()
    (account,) = list_accounts(session)
    ann = StaffActor(account.id, ROLES[Role.TRIAGE], None)
    open_case(session, RING, ann, inquiry_id, clock=lambda: NOW)
    by_address = run(app, "list", "--actor", "Ann@example.org").stdout
    assert by_address.split("\t")[2:5] == ["inquiry.opened_by_staff", account.id, inquiry_id]
    assert run(app, "list", "--actor", account.id).stdout == by_address
    assert len(run(app, "list", "--actor", "public").stdout.splitlines()) == 1
    for unknown in ("bob@example.org", "f" * 32, "command:nobody"):
        refused = run(app, "list", "--actor", unknown)
        assert refused.exit_code == 1
        assert unknown in refused.stderr
        assert "staff list" in " ".join(refused.stderr.split())


def test_more_than_one_event_is_asked_for(app: Flask, session: Session) -> None:
    submit(session)
    export(session, "command:ann", day=0)
    both = ("--event", "inquiry.submitted", "--event", "inquiry.read")
    events = [line.split("\t")[2] for line in run(app, "list", *both).stdout.splitlines()]
    assert events == ["inquiry.submitted", "inquiry.read"]


def test_the_paper_on_a_breach_tells_whose_inquiries_an_account_read(app: Flask) -> None:
    """What it says to type finds an opening in the browser and a line of an export."""
    with app.app_context():
        submit(db.session)
        inquiry_id = only_inquiry(db.session).id
    ann = signed_in(app, "manager", name="ann")
    ann.post(f"/staff/inquiries/{inquiry_id}")
    ann.post("/staff/export", names="y", reason="A review")
    paper = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    breach = paper.partition("## A breach")[2]
    (command,) = re.findall(r"^ +\./run (audit list --actor ann.*)$", breach, re.MULTILINE)
    today = dt.datetime.now(dt.UTC).date()
    command = command.replace("2026-03-01", str(today - dt.timedelta(days=1)))
    command = command.replace("2026-03-08", str(today + dt.timedelta(days=2)))
    result = app.test_cli_runner().invoke(args=command.split())
    assert result.exit_code == 0
    found = [line.split("\t") for line in result.stdout.splitlines()]
    assert [(line[2], line[-2]) for line in found] == [
        ("inquiry.opened_by_staff", inquiry_id),
        ("inquiry.read", inquiry_id),
    ]
    for event in re.findall(r"--event (\S+?)`", breach):
        assert app.test_cli_runner().invoke(args=["audit", "list", "--event", event]).exit_code == 0


def test_an_event_that_does_not_exist_is_refused(app: Flask) -> None:
    assert run(app, "list", "--event", "inquiry.sold").exit_code == 2
