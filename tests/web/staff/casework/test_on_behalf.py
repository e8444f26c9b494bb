"""Staff find an inquiry by the code that somebody says, and do what that person asks for."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from config import Settings
from finder.extensions import db
from finder.intake.models import Consent, Inquiry
from finder.security.models import AuditEvent
from tests.factories import add_facilities
from tests.intake.making import RING, only_inquiry, opened, submit
from tests.web.staff.signing import Person, signed_in

PAGE = "/staff/by-code"


@pytest.fixture
def code(app: Flask) -> str:
    """The code of an inquiry that Bend House may read; it has no PIN."""
    with app.app_context():
        here, _ = add_facilities(db.session, {}, {"natural_key": "other", "name": "Other House"})
        return submit(db.session, facility_id=here, consent_share=True).reference_code


@pytest.fixture
def inquiry_id(app: Flask, code: str) -> str:
    with app.app_context():
        return only_inquiry(db.session).id


def find(person: Person, code: str) -> TestResponse:
    """Send the form, and what the browser sends on by itself."""
    found = person.post(PAGE, code=code)
    if found.status_code != 307:
        return found
    assert code not in found.location
    return person.post(found.location, code=code)


def events(app: Flask) -> list[str]:
    with app.app_context():
        return list(
            db.session.scalars(
                sa.select(AuditEvent.event)
                .where(AuditEvent.event.startswith("inquiry."))
                .order_by(AuditEvent.seq)
            )
        )


def test_a_code_opens_its_case_where_it_can_be_compared(app: Flask, code: str) -> None:
    person = signed_in(app, "triage")
    assert PAGE in person.client.get("/staff/queue").text
    assert "Reference code" in person.client.get(PAGE).text
    page = find(person, code.lower())
    assert page.status_code == 200
    assert "Robin" in page.text
    assert f'<strong id="reference-code">{code}</strong>' in page.text
    assert events(app)[1:] == ["inquiry.found_by_code", "inquiry.opened_by_staff"]
    assert person.client.get(f"{PAGE}?code={code}").text.count(code) == 0


def test_a_code_that_finds_nothing_is_still_in_its_field(app: Flask, code: str) -> None:
    person = signed_in(app, "triage", facilities=[2], name="elsewhere")
    assert "too short: a reference code has 12 letters" in find(person, "hello").text
    for tried in (code, "2222-2222-2222"):
        answer = find(person, tried)
        assert answer.status_code == 404
        assert f'value="{tried}"' in answer.text
        assert "Robin" not in answer.text


def test_guessing_codes_ends_with_a_time_to_wait(app: Flask, code: str) -> None:
    person = signed_in(app, "triage")
    for _ in range(20):
        assert find(person, "2222-2222-2222").status_code == 404
    answer = find(person, code)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 60
    assert "Please wait" in answer.text


def test_how_to_reach_them_is_changed_on_their_word(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{inquiry_id}/contact"
    wrong = person.post(path, contact_method="email", email="robin", best_times="after 6")
    assert wrong.status_code == 400
    assert "Enter an e-mail address" in wrong.text
    assert 'value="after 6"' in wrong.text
    nothing = person.post(path, contact_method="none")
    assert "They have no PIN" in nothing.text
    done = person.post(path, contact_method="email", email="robin@example.org")
    assert done.status_code == 200
    assert "robin@example.org" in done.text
    assert "Asked for by the person, and done by the team" in done.text
    assert "inquiry.done_on_their_word" in events(app)
    with app.app_context():
        assert opened(only_inquiry(db.session), RING).email == "robin@example.org"


def test_consent_is_taken_back_on_their_word(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    assert "passed on to Bend House" in person.post(f"/staff/inquiries/{inquiry_id}").text
    done = person.post(f"/staff/inquiries/{inquiry_id}/withdraw")
    assert "Robin" in done.text
    assert "passed on to Bend House" not in done.text
    with app.app_context():
        assert only_inquiry(db.session).facility_id is None


def test_a_programs_staff_take_back_what_they_may_not_open_then(
    app: Flask, inquiry_id: str
) -> None:
    person = signed_in(app, "triage", facilities=[1], name="theirs")
    done = person.post(f"/staff/inquiries/{inquiry_id}/withdraw")
    assert done.status_code == 200
    assert "cannot open it from now on" in done.text
    assert person.post(f"/staff/inquiries/{inquiry_id}").status_code == 404
    assert person.post(f"/staff/inquiries/{inquiry_id}/withdraw").status_code == 404


@pytest.mark.parametrize("because", ["", "consent"])
def test_everything_is_deleted_after_a_tick(
    app: Flask, settings: Settings, inquiry_id: str, because: str
) -> None:
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{inquiry_id}/delete"
    asked = person.post(path)
    assert asked.status_code == 400
    assert "Tick this first" in asked.text
    done = person.post(path, confirm="y", because=because)
    assert "Everything is deleted" in done.text
    with app.app_context():
        assert db.session.scalars(sa.select(Inquiry)).all() == []
    assert settings.tombstones_path.exists()
    assert events(app)[-1] == "inquiry.erased"
    assert person.post(path, confirm="y").status_code == 404


def test_nothing_is_deleted_while_the_database_is_away(
    app: Flask, inquiry_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finder.web.staff.casework import on_behalf

    def away(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("delete", {}, Exception("away"))

    monkeypatch.setattr(on_behalf, "delete_own_inquiry", away)
    path = f"/staff/inquiries/{inquiry_id}/delete"
    answer = signed_in(app, "triage").post(path, confirm="y")
    assert answer.status_code == 503
    assert "NOT done" in answer.text


def test_what_was_passed_on_by_phone_is_entered_while_there_is_consent(
    app: Flask, inquiry_id: str
) -> None:
    with app.app_context():
        # It was sent by the makers' clock, which stands in the past.
        later = dt.datetime.now(dt.UTC) + dt.timedelta(days=90)
        db.session.execute(sa.update(Consent).values(expires_at=later))
        db.session.commit()
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{inquiry_id}"
    assert "I passed it on to Bend House" in person.post(path).text
    theirs = signed_in(app, "triage", facilities=[1], name="theirs")
    assert "I passed it on" not in theirs.post(path).text
    assert theirs.post(f"{path}/passed-on", way="phone").status_code == 409
    done = person.post(f"{path}/passed-on", way="phone")
    assert done.status_code == 200
    assert "Passed on to the program that they agreed to" in done.text
    assert person.post(f"{path}/passed-on", way="pigeon").status_code == 400
    assert "I passed it on" not in person.post(f"{path}/withdraw").text
    assert person.post(f"{path}/passed-on", way="phone").status_code == 409
