from __future__ import annotations

import getpass
import os

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from finder.intake.corrections import ReportSubmission, list_reports, submit_report
from finder.security.models import AuditEvent
from tests.factories import NOW, add_facility
from tests.intake.corrections.test_reports import events
from tests.intake.making import OTHER_RING, RING


@pytest.fixture
def facility(session: Session) -> int:
    """A program that a report is about."""
    facility_id = add_facility(session)
    filled = ReportSubmission(facility_id, ("phone",), "Two\nlines", "called", "")
    submit_report(session, RING, filled, clock=lambda: NOW)
    return facility_id


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["reports", *arguments])


def test_without_a_reason_nothing_is_unsealed(app: Flask, session: Session, facility: int) -> None:
    [report] = list_reports(session)
    result = run(app, "list")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{report.id} 2026-03-04 open facility {facility} (Bend House): phone",
        "total: 1",
    ]
    assert [event for event, _ in events(session)] == ["detail_report.submitted"]


def test_with_a_reason_they_are_read_on_record(
    app: Flask, session: Session, facility: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(app, "list", "--reason", "weekly")
    assert result.stdout.splitlines()[1:] == [
        "    known from: called",
        "    Two",
        "    lines",
        "total: 1",
    ]
    assert ("detail_reports.listed", {"count": 1, "reason": "weekly"}) in events(session)


def test_an_empty_reason_is_none(app: Flask, facility: int) -> None:
    result = run(app, "list", "--reason", "")
    assert result.exit_code == 1
    assert "Two" not in result.output


def test_done_takes_one_off_the_list(app: Flask, session: Session, facility: int) -> None:
    [report] = list_reports(session)
    assert run(app, "done", report.id).stdout == "The report is marked as done.\n"
    assert run(app, "list").stdout == "total: 0\n"
    assert " done facility " in run(app, "list", "--all").stdout
    missing = run(app, "done", "nothing")
    assert missing.exit_code == 1
    assert "No report with the id nothing" in missing.stderr


def test_a_missing_key_is_told_and_nothing_is_shown(
    app: Flask, session: Session, facility: int
) -> None:
    filled = ReportSubmission(facility, ("other",), "Sealed elsewhere", "", "")
    submit_report(session, OTHER_RING, filled, clock=lambda: NOW)
    result = run(app, "list", "--reason", "x")
    assert result.exit_code == 1
    assert "The key k2 is missing" in result.stderr
    assert "Two" not in result.output


def test_keys_status_counts_reports(app: Flask, facility: int) -> None:
    result = app.test_cli_runner().invoke(args=["keys", "status"])
    assert result.stdout.splitlines() == ["k1: 1 row, seals and opens"]


def test_an_account_without_a_name_is_its_number(
    app: Flask, session: Session, facility: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr(getpass, "getuser", nobody)
    [report] = list_reports(session)
    run(app, "done", report.id)
    session.rollback()
    actors = session.scalars(sa.select(AuditEvent.actor).order_by(AuditEvent.seq)).all()
    assert actors[-1] == f"command:{os.getuid()}"
