"""Staff lose no word because their session or their form's token has ended."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from finder.extensions import db
from finder.intake.models import Inquiry, InquiryNote
from finder.staff.models import StaffSession
from tests.intake.making import submit
from tests.web.staff.signing import PASSWORD, Person, signed_in

NOTE = "Rings <twice> & waits"
SHOWN = "Rings &lt;twice&gt; &amp; waits</textarea>"


@pytest.fixture
def path(app: Flask) -> str:
    with app.app_context():
        submit(db.session)
        return f"/staff/inquiries/{db.session.scalars(sa.select(Inquiry.id)).one()}"


def end_sessions(app: Flask) -> None:
    with app.app_context():
        db.session.execute(sa.delete(StaffSession))
        db.session.commit()


def notes(session: Session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(InquiryNote)) or 0


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_when_the_session_ended_the_words_are_shown_and_sent_after_signing_in(
    app: Flask, session: Session, path: str
) -> None:
    person = signed_in(app, "triage")
    end_sessions(app)
    answer = person.post(f"{path}/note", note=NOTE)
    assert answer.status_code == 403
    assert "you are signed out" in answer.text
    assert SHOWN in answer.text
    assert "Robin" not in answer.text
    assert 'href="/staff/sign-in" target="_blank"' in answer.text
    assert "Set-Cookie" not in answer.headers or "Rings" not in answer.headers["Set-Cookie"]
    assert notes(session) == 0

    stale = token_in(answer.text)
    person.give_password()
    half_way = person.client.post(f"{path}/note", data={"csrf_token": stale, "note": NOTE})
    assert SHOWN in half_way.text
    code = next(each for each in person.recovery_codes if "-" in each)
    assert person.post("/staff/second-factor", code=code).status_code == 303
    old = person.client.post(f"{path}/note", data={"csrf_token": stale, "note": NOTE})
    assert old.status_code == 400
    assert "you signed in again meanwhile" in old.text
    assert SHOWN in old.text
    sent = person.client.post(f"{path}/note", data={"csrf_token": token_in(old.text), "note": NOTE})
    assert sent.status_code == 200
    assert notes(session) == 1


def test_what_is_chosen_comes_back_beside_what_is_typed(app: Flask, path: str) -> None:
    person = signed_in(app, "triage")
    call = {"outcome": "no-answer", "note": NOTE, "idempotency_key": "x.1"}
    answer = person.client.post(f"{path}/call", data={"csrf_token": "old", **call})
    assert answer.status_code == 400
    assert f'action="{path}/call"' in answer.text
    assert 'type="hidden" name="outcome" value="no-answer"' in answer.text
    assert SHOWN in answer.text


def test_who_typed_nothing_is_told_why_they_sign_in_again(app: Flask, path: str) -> None:
    person = signed_in(app, "triage")
    assert "You were signed out" not in Person(app, "x").client.get("/staff/sign-in").text
    end_sessions(app)
    assert person.post(f"{path}/status", to="accepted").location == "/staff/sign-in"
    assert "You were signed out: after 30 minutes" in person.client.get("/staff/sign-in").text
    assert "You were signed out" not in person.post("/staff/sign-in", email="x@y.org").text


def test_an_account_that_was_filled_in_comes_back(app: Flask) -> None:
    admin = signed_in(app, "admin")
    form = {"email": "new@example.org", "role": "viewer", "facilities": "12"}
    answer = admin.client.post("/staff/accounts", data={"csrf_token": "old", **form})
    assert answer.status_code == 400
    for expected in ('value="new@example.org"', 'name="role" value="viewer"', 'value="12"'):
        assert expected in answer.text


@pytest.mark.parametrize("page", ["sign-in", "start", "second-factor", "set-up", "password"])
def test_no_password_and_no_code_comes_back(app: Flask, page: str) -> None:
    person = signed_in(app, "triage")
    secrets = {"password": PASSWORD, "present": PASSWORD, "code": "493817"}
    answer = person.client.post(
        f"/staff/{page}", data={"csrf_token": "old", "email": "me@example.org", **secrets}
    )
    assert answer.status_code == 400
    assert PASSWORD not in answer.text
    assert "493817" not in answer.text
    assert "open for a long time" in answer.text
    assert ('value="me@example.org"' in answer.text) is (page in ("sign-in", "start"))


def test_what_another_site_sends_is_not_shown_as_ones_own(app: Flask, path: str) -> None:
    for site in ("cross-site", "same-site"):
        answer = app.test_client().post(
            f"{path}/note",
            data={"note": "Call this number"},
            headers={"Sec-Fetch-Site": site},
        )
        assert answer.status_code == 400
        assert "Call this number" not in answer.text


def test_a_mistake_of_ours_costs_no_word(
    app: Flask, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = signed_in(app, "triage")
    token = token_in(person.client.get("/staff/sessions").text)

    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("finder.web.staff.casework.case.add_note", broken)
    app.testing = False
    answer = person.client.post(f"{path}/note", data={"csrf_token": token, "note": NOTE})
    assert answer.status_code == 500
    assert "That was NOT done" in answer.text
    assert SHOWN in answer.text


def test_what_is_not_there_any_more_is_said_in_words_for_staff(app: Flask, path: str) -> None:
    person = signed_in(app, "triage")
    gone = f"/staff/inquiries/{'0' * 32}/note"
    answer = person.post(gone, note=NOTE)
    assert answer.status_code == 404
    assert "may have deleted it" in answer.text
    assert SHOWN in answer.text
    for page in (answer, person.client.get("/staff/nothing"), app.test_client().get("/staff/x")):
        assert page.status_code == 404
        assert "search for its name or town" not in page.text
        assert 'href="/staff/"' in page.text
