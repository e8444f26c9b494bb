"""The audit log in words, asked by person, event, inquiry and days."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from finder.extensions import db, services
from finder.intake.models import Inquiry
from finder.intake.permissions import Permission, Role, permissions_of
from finder.security import audit
from finder.security.audit import EVENTS, Detail
from finder.web.staff.administration import audit_words
from tests.factories import NOW, add_facility
from tests.intake.making import submit
from tests.web.staff.signing import Person, signed_in

PAGE = "/staff/audit"


@pytest.fixture
def inquiry_id(app: Flask) -> str:
    with app.app_context():
        submit(db.session)
        return db.session.scalars(sa.select(Inquiry.id)).one()


def listed(person: Person, query: str = "") -> list[str]:
    """What the entries of a page say first."""
    page = person.client.get(PAGE + query)
    assert page.status_code == 200
    return re.findall(r"<p><strong>([^<]+)</strong></p>", page.text)


def test_every_event_and_every_detail_has_its_words() -> None:
    assert set(audit_words.EVENT_WORDS) == set(EVENTS)
    details = {
        (event, name): kind for event, schema in EVENTS.items() for name, kind in schema.items()
    }
    flags = {key for key, kind in details.items() if kind is Detail.FLAG}
    codes = {key for key, kind in details.items() if kind is Detail.CODE}
    assert set(audit_words.FLAG_WORDS) == flags
    assert set(audit_words.CODE_WORDS) == codes
    assert set(audit_words.DETAIL_WORDS) == {name for _, name in set(details) - flags}


def test_what_was_done_is_said_in_words(app: Flask, inquiry_id: str) -> None:
    manager = signed_in(app, "manager")
    path = f"/staff/inquiries/{inquiry_id}"
    manager.post(f"{path}/status", to="accepted")
    manager.post(f"{path}/call", outcome="no-answer")
    manager.post(f"{path}/contact", contact_method="text", phone="541-555-0124")
    manager.post("/staff/export", names="y", reason="A review")
    page = manager.client.get(PAGE).text
    for words in (
        "The status was changed",
        "before: New",
        "now: Being looked at",
        "how it ended: No answer",
        "what: how to reach them",
        "Inquiries were written out with names",
        "why: A review",
        "it stays with the team",
        "somebody on the site",
        "test, by a command",
        f'href="{path}">Case {inquiry_id[:8]}',
    ):
        assert words in page, words
    codes = [
        each for each in EVENTS if each in re.sub(r"<select.*?</select>", "", page, flags=re.DOTALL)
    ]
    assert codes == []


def test_the_log_is_asked_by_event_inquiry_and_days(app: Flask, inquiry_id: str) -> None:
    manager = signed_in(app, "manager")
    manager.post(f"/staff/inquiries/{inquiry_id}")
    assert listed(manager, "?event=inquiry.opened_by_staff") == ["Opened"]
    assert listed(manager, f"?inquiry={inquiry_id[:8].upper()}") == ["Opened", "It came in"]
    assert listed(manager, f"?inquiry={inquiry_id[:8]}&event=inquiry.submitted") == ["It came in"]
    assert listed(manager, f"?until={NOW:%Y-%m-%d}") == ["It came in"]
    assert "It came in" not in listed(manager, f"?since={NOW + dt.timedelta(days=1):%Y-%m-%d}")
    assert listed(manager, "?who=public") == ["It came in"]
    assert "Nothing was found." in manager.client.get(f"{PAGE}?who=nobody").text


@pytest.mark.parametrize(
    "query",
    ["inquiry=%25", "inquiry=4938-XY", "event=inquiry.sold", "since=yesterday", "until=9999-12-31"],
)
def test_a_filter_that_cannot_be_is_said_and_shows_nothing(
    app: Flask, inquiry_id: str, query: str
) -> None:
    answer = signed_in(app, "manager").client.get(f"{PAGE}?{query}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "It came in" not in re.sub(r"<select.*?</select>", "", answer.text, flags=re.DOTALL)


def test_older_events_are_asked_in_the_same_way(app: Flask, inquiry_id: str) -> None:
    manager = signed_in(app, "manager")
    with app.app_context():
        for _ in range(51):
            audit.record(
                db.session,
                "inquiry.note_added",
                actor="somebody",
                subject=inquiry_id,
                details={},
                at=services().clock(),
            )
        db.session.commit()
    query = f"?inquiry={inquiry_id[:8]}&event=inquiry.note_added"
    assert listed(manager, query) == ["A note was added"] * 50
    page = manager.client.get(PAGE + query).text
    older = re.search(r'href="/staff/audit(\?[^"]*before=[^"]+)"', page)
    assert older
    assert listed(manager, older[1].replace("&amp;", "&")) == ["A note was added"]


def test_an_administrator_reads_the_log_and_opens_nothing_from_it(
    app: Flask, inquiry_id: str
) -> None:
    page = signed_in(app, "admin").client.get(PAGE).text
    assert f"Case {inquiry_id[:8]}" in page
    assert f'href="/staff/inquiries/{inquiry_id}"' not in page


def test_who_works_for_a_program_is_not_shown_the_way_to_the_log(app: Flask) -> None:
    with app.app_context():
        facility = add_facility(db.session)
    theirs = signed_in(app, "manager", facilities=[facility], name="theirs")
    assert PAGE not in theirs.client.get("/staff/queue").text
    assert theirs.client.get(PAGE).status_code == 403
    assert PAGE in signed_in(app, "manager").client.get("/staff/queue").text
    for role in Role:
        assert Permission.SEE_AUDIT not in permissions_of(role, for_facilities=True)
