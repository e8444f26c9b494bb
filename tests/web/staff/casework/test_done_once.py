"""What staff do is done once, however often its form is sent."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from finder.extensions import db
from finder.intake.models import (
    HandOverRequest,
    Inquiry,
    InquiryCall,
    InquiryMessage,
    InquiryNote,
)
from tests.factories import add_facility
from tests.intake.making import submit
from tests.web.staff.signing import Person, signed_in

BEFORE = "This was done before."


@pytest.fixture
def path(app: Flask) -> str:
    """The address of an inquiry, and of a program that it may be handed over to."""
    with app.app_context():
        submit(db.session, pin="4938")
        add_facility(db.session)
        found = db.session.scalars(sa.select(Inquiry.id)).one()
    return f"/staff/inquiries/{found}"


def key_of(page: str) -> str:
    found = re.search(r'name="idempotency_key" value="([^"]+)"', page)
    assert found
    return found[1]


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("action", "fields", "model"),
    [
        ("message", {"message": "We are here."}, InquiryMessage),
        ("note", {"note": "Ring twice."}, InquiryNote),
        ("call", {"outcome": "no-answer", "note": "In the morning"}, InquiryCall),
        ("status", {"to": "accepted", "message": "We read it."}, InquiryMessage),
        ("hand-over", {"facility": "1"}, HandOverRequest),
    ],
)
def test_loading_the_page_of_an_action_again_repeats_nothing(
    app: Flask, session: Session, path: str, action: str, fields: dict[str, str], model: type
) -> None:
    person = signed_in(app, "triage")
    key = key_of(person.post(path).text)
    first = person.post(f"{path}/{action}", idempotency_key=key, **fields)
    again = person.post(f"{path}/{action}", idempotency_key=key, **fields)
    assert (first.status_code, again.status_code) == (200, 200)
    assert BEFORE not in first.text
    assert BEFORE in again.text
    assert "Robin" in again.text
    assert count(session, model) == 1


def test_another_page_and_other_words_count_anew(app: Flask, session: Session, path: str) -> None:
    person = signed_in(app, "triage")
    first = key_of(person.post(path).text)
    second = key_of(person.post(f"{path}/message", idempotency_key=first, message="Hello").text)
    assert first != second
    person.post(f"{path}/message", idempotency_key=second, message="Hello")
    person.post(f"{path}/message", idempotency_key=first, message="Hello once more")
    assert count(session, InquiryMessage) == 3


def test_a_page_of_before_does_not_undo_what_others_did_since(app: Flask, path: str) -> None:
    person, colleague = signed_in(app, "triage"), signed_in(app, "manager")
    key = key_of(person.post(path).text)
    person.post(f"{path}/status", idempotency_key=key, to="accepted")
    person.post(f"{path}/outcome", idempotency_key=key, outcome="no-capacity")
    other = key_of(colleague.post(path).text)
    assert colleague.post(f"{path}/status", idempotency_key=other, to="on-hold").status_code == 200
    colleague.post(f"{path}/outcome", idempotency_key=other, outcome="declined")
    assert BEFORE in person.post(f"{path}/status", idempotency_key=key, to="accepted").text
    assert BEFORE in person.post(f"{path}/outcome", idempotency_key=key, outcome="no-capacity").text
    with app.app_context():
        kept = db.session.scalars(sa.select(Inquiry)).one()
        assert (kept.status, kept.outcome) == ("on-hold", "declined")


def test_pressing_twice_at_once_is_one_press(app: Flask, session: Session, path: str) -> None:
    person = signed_in(app, "triage")
    key = key_of(person.post(path).text)
    presses = (
        ("message", {"message": "We are here."}),
        ("note", {"note": "Ring twice."}),
        ("call", {"outcome": "reached", "note": ""}),
        ("status", {"to": "accepted", "message": ""}),
    )

    def press(action: str, fields: dict[str, str]) -> int:
        finger = Person(app, person.email)
        cookie = person.client.get_cookie("finder_staff", path="/staff")
        assert cookie
        finger.client.set_cookie("finder_staff", cookie.value, path="/staff")
        return finger.post(f"{path}/{action}", idempotency_key=key, **fields).status_code

    with ThreadPoolExecutor(4) as fingers:
        for action, fields in presses:
            pressed = [fingers.submit(press, action, fields) for _ in range(4)]
            assert [each.result() for each in pressed] == [200] * 4
    for model in (InquiryMessage, InquiryNote, InquiryCall):
        assert count(session, model) == 1


@pytest.mark.parametrize("key", ["", "x", "x.", "x.9999999999999", "x.-1", "x.٣"])
def test_a_key_that_no_page_has_is_no_key(
    app: Flask, session: Session, path: str, key: str
) -> None:
    person = signed_in(app, "triage")
    assert person.post(f"{path}/status", idempotency_key=key, to="accepted").status_code == 200
    assert person.post(f"{path}/status", idempotency_key=key, to="accepted").status_code == 409
    assert person.post(f"{path}/note", idempotency_key=key, note="Ring").status_code == 200
