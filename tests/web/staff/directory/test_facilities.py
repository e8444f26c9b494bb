"""An administrator marks a program as closed, and opens it again; its page says who did."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import Flask

from finder.extensions import db
from finder.facilities.index.models import SearchEntry
from finder.security.models import AuditEvent
from tests.factories import add_facility
from tests.web.staff.signing import signed_in


def searchable(app: Flask) -> set[int]:
    with app.app_context():
        return set(db.session.scalars(sa.select(SearchEntry.facility_id)))


def test_a_program_is_closed_and_opened_again(app: Flask) -> None:
    with app.app_context():
        facility = add_facility(db.session, name="100% Bend House")
        other = add_facility(db.session, natural_key="other", name="Other")
    admin = signed_in(app, "admin")
    for name in ("0% bend", str(facility)):
        found = admin.client.get("/staff/facilities", query_string={"name": name}).text
        assert f"/facilities/{facility}" in found
        assert f"/facilities/{other}" not in found
    unsure = admin.post("/staff/facilities", facility=str(facility), do="close")
    assert unsure.status_code == 400
    assert "Nothing has changed" in unsure.text
    assert searchable(app) == {facility, other}

    closed = admin.post("/staff/facilities", facility=str(facility), do="close", certain="y")

    assert closed.status_code == 200
    assert searchable(app) == {other}
    page = app.test_client().get(f"/facilities/{facility}").text
    assert "by the team of this site" in page
    assert "Its source does not list" not in page
    again = admin.post("/staff/facilities", facility=str(facility), do="close", certain="y")
    assert again.status_code == 400
    assert "closed already" in again.text
    assert admin.post("/staff/facilities", facility=str(facility), do="reopen").status_code == 200
    assert searchable(app) == {facility, other}
    page = app.test_client().get(f"/facilities/{facility}").text
    assert "by the team of this site" not in page
    with app.app_context():
        events = db.session.execute(
            sa.select(AuditEvent.event, AuditEvent.subject)
            .where(AuditEvent.event.startswith("facility."))
            .order_by(AuditEvent.seq)
        ).all()
    assert [tuple(each) for each in events] == [
        ("facility.closed", str(facility)),
        ("facility.reopened", str(facility)),
    ]


def test_what_a_source_closed_is_opened_by_a_source(app: Flask) -> None:
    with app.app_context():
        facility = add_facility(db.session, status="closed", listed_as_of=dt.date(2025, 1, 1))
    admin = signed_in(app, "admin")
    assert "No source lists it" in admin.client.get(f"/staff/facilities?name={facility}").text
    refused = admin.post("/staff/facilities", facility=str(facility), do="reopen")
    assert refused.status_code == 400
    assert searchable(app) == set()


def test_what_does_not_exist_is_said(app: Flask) -> None:
    admin = signed_in(app, "admin")
    for number in ("999999", "99999999999999999999", "x", ""):
        answer = admin.post("/staff/facilities", facility=number, do="close", certain="y")
        assert answer.status_code == 404
    assert admin.post("/staff/facilities", facility="1", do="dance").status_code == 400
    for name in ("nobody", "999999", "9" * 30):
        found = admin.client.get("/staff/facilities", query_string={"name": name})
        assert "There is no program" in found.text
