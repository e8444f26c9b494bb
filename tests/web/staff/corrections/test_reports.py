"""The team hears of reports of wrong details, opens them on record, and ends them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from finder.db import utc_now
from finder.extensions import db, services
from finder.intake.corrections import (
    ReportSubmission,
    end_report,
    list_reports,
    open_report,
    reports_for_staff,
    submit_report,
)
from finder.intake.models import DetailReport, OutboxMessage
from finder.intake.permissions import NotAllowed, Role
from finder.security.models import AuditEvent
from tests.factories import add_facility
from tests.intake.making import RING, actor
from tests.web.staff.signing import signed_in

DETAILS = "The number is now 541-322-7599."


@pytest.fixture
def report_id(app: Flask) -> str:
    with app.app_context():
        said = ReportSubmission(add_facility(db.session), ("phone",), DETAILS, "called", "")
        submit_report(db.session, RING, said, clock=services().clock)
        return list_reports(db.session)[0].id


def events(session: Session) -> list[str]:
    session.rollback()
    found = sa.select(AuditEvent.event).order_by(AuditEvent.seq)
    return [each for each in session.scalars(found) if each.startswith("detail_report")]


def test_a_report_is_seen_opened_on_record_and_ended(
    app: Flask, session: Session, report_id: str
) -> None:
    person = signed_in(app, "triage")
    assert ">Reports (1)<" in person.client.get("/staff/queue").text
    listed = person.client.get("/staff/reports").text
    assert "Bend House" in listed
    assert "The phone number" in listed
    assert DETAILS not in listed
    assert events(session) == ["detail_report.submitted"]

    opened = person.post(f"/staff/reports/{report_id}")
    assert DETAILS in opened.text
    assert "I called" in opened.text
    assert events(session)[1:] == ["detail_reports.listed", "detail_report.read"]

    for _ in range(2):
        assert person.post(f"/staff/reports/{report_id}/done").status_code == 303
    assert events(session)[3:] == ["detail_report.done"]
    after = person.client.get("/staff/reports?done=y").text
    assert "The report is marked as done." in after
    assert "None waits." in after
    assert ">Reports<" in after
    assert "Done on" in person.post(f"/staff/reports/{report_id}").text


def test_the_team_is_told_that_a_report_waits_and_nothing_of_it(
    session: Session, report_id: str
) -> None:
    told = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.way)).all()
    assert [(each.way, each.kind) for each in told] == [("mail", "report"), ("webhook", "report")]
    assert report_id not in {each.subject for each in told}


def test_reports_are_the_own_teams_alone(app: Flask, session: Session, report_id: str) -> None:
    with app.app_context():
        facility = add_facility(db.session, natural_key="other", name="Other")
    person = signed_in(app, "manager", facilities=[facility])
    assert "Reports" not in person.client.get("/staff/queue").text
    for theirs in (actor(Role.MANAGER, facility), actor(Role.VIEWER), actor(Role.ADMIN)):
        with pytest.raises(NotAllowed):
            reports_for_staff(session, theirs)
        with pytest.raises(NotAllowed):
            open_report(session, RING, theirs, report_id, clock=utc_now)
        with pytest.raises(NotAllowed):
            end_report(session, theirs, report_id, clock=utc_now)
    assert events(session) == ["detail_report.submitted"]


def test_what_is_not_there_or_cannot_be_read_is_said(
    app: Flask, session: Session, report_id: str
) -> None:
    person = signed_in(app, "triage")
    for path in ("/staff/reports/nothing", "/staff/reports/nothing/done"):
        assert person.post(path).status_code == 404
    session.execute(sa.update(DetailReport).values(sealed=b"\x01" + bytes(600)))
    session.commit()
    answer = person.post(f"/staff/reports/{report_id}")
    assert answer.status_code == 503
    assert "cannot be opened now" in answer.text
    assert events(session) == ["detail_report.submitted"]
