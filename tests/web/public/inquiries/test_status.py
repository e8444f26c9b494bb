"""The status page: opened by code and PIN, followed, changed, taken back and deleted."""

from __future__ import annotations

import datetime as dt
import html
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from finder.extensions import services
from finder.intake.casework import change_status, open_case
from finder.intake.models import Consent, Inquiry, InquiryMessage
from finder.intake.permissions import Role
from finder.intake.sharing import request_hand_over
from finder.security import audit
from finder.security.models import AuditEvent
from finder.web.public.inquiries import status as inquiry_status
from tests.factories import add_facility
from tests.intake.making import RING, actor
from tests.web.public.inquiries.test_form import code_in, fresh_form, hidden, send

PIN = "493817"
URL = "/inquiry/status"
DATE = r"[A-Z][a-z]{2} \d{1,2}, \d{4}"


@pytest.fixture
def code(client: FlaskClient, session: Session) -> str:
    """The code of an inquiry that may be passed on to Bend House."""
    facility = add_facility(session)
    url = f"/facilities/{facility}/inquiry"
    return code_in(send(client, url, pin=PIN, consent_share="y"))


def open_it(client: FlaskClient, code: str, pin: str = PIN) -> TestResponse:
    token = hidden(client.get(URL).text, "csrf_token")
    return client.post(URL, data={"code": code, "pin": pin, "csrf_token": token})


def step(client: FlaskClient, page: TestResponse, name: str, **fields: Any) -> TestResponse:
    """Send one of the forms of an opened page."""
    sent = {each: hidden(page.text, each) for each in ("csrf_token", "ticket", "message_token")}
    return client.post(f"{URL}/{name}", data={**sent, **fields})


def rows(session: Session, model: Any) -> int:
    session.rollback()
    count = session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
    session.rollback()  # who reads on keeps a deletion waiting to clear the file for half a minute
    return count


def events(session: Session) -> list[str]:
    session.rollback()
    found = list(session.scalars(sa.select(AuditEvent.event).order_by(AuditEvent.seq)))
    session.rollback()
    return found


@contextmanager
def broken_database(app: Flask) -> Iterator[None]:
    def away(*_: object) -> None:
        raise sa.exc.OperationalError("select", {}, Exception("away"))

    with app.app_context():
        from finder.extensions import db

        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", away)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", away)


def test_a_person_follows_changes_takes_back_and_deletes_their_inquiry(
    client: FlaskClient, session: Session, code: str
) -> None:
    page = open_it(client, code)
    assert page.status_code == 200
    for words in (
        "<h1>Your inquiry</h1>",
        "Now: Received",
        "We may pass it on to Bend House",
        "There are no messages yet.",
        "a quiet place",
        "Is there a bed?\nThanks",
        'value="robin@example.org"',
    ):
        assert words in page.text
    assert re.search(f"deleted by {DATE}", page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert code not in page.text
    assert PIN not in page.text

    page = step(client, page, "message", message="Is it <far>?")
    assert "Your message was added." in page.text
    assert "Is it &lt;far&gt;?" in page.text
    assert re.search(f"You, on {DATE}", page.text)

    page = step(
        client, page, "contact", contact_method="none", best_times="mornings", phone="", email=""
    )
    assert "How we reach you was changed." in page.text
    assert 'value="none" checked' in page.text
    assert 'value="mornings"' in page.text

    page = step(client, page, "withdraw", kind="share")
    assert "We pass on nothing more." in page.text
    assert "Only the team of this site reads it." in page.text
    assert re.search(f"You took this back on {DATE}", page.text)
    assert session.scalars(sa.select(Inquiry.facility_id)).one() is None
    session.rollback()

    buttons = re.findall(r"<button[^>]*>(Delete[^<]*)<", page.text)
    assert buttons == [
        "Delete everything now: what I wrote, how to reach me, all messages, and your notes"
    ]
    assert "formaction" not in page.text
    page = step(client, page, "delete", confirm="y")
    assert "<h1>Everything is deleted</h1>" in page.text
    assert rows(session, Inquiry) == rows(session, InquiryMessage) == rows(session, Consent) == 0
    assert open_it(client, code).status_code == 403
    assert audit.verify(session).intact
    assert events(session) == [
        "inquiry.submitted",
        "inquiry.opened",
        "inquiry.message_added",
        "inquiry.contact_changed",
        "inquiry.consent_withdrawn",
        "inquiry.erased",
        "inquiry.opening_refused",
    ]


def test_a_closed_inquiry_says_so_and_what_may_be_done(
    client: FlaskClient, session: Session, code: str
) -> None:
    assert "is closed" not in open_it(client, code).text
    inquiry_id = session.scalars(sa.select(Inquiry.id)).one()
    session.rollback()
    change_status(
        session,
        RING,
        actor(),
        inquiry_id,
        "completed",
        clock=lambda: dt.datetime.now(dt.UTC),
    )
    page = open_it(client, code)
    assert "Your inquiry is closed. You can still write to us below" in page.text
    assert '<a href="/inquiry">Or send a new inquiry</a>' in page.text
    assert "Your message was added." in step(client, page, "message", message="Hello").text


def test_who_asked_not_to_be_contacted_does_not_read_that_we_contact_them(
    client: FlaskClient, session: Session, code: str
) -> None:
    session.execute(sa.update(Inquiry).values(status="in-progress"))
    session.commit()
    page = open_it(client, code)
    assert "Now: We are contacting you" in page.text
    page = step(client, page, "contact", contact_method="none", phone="", email="")
    assert "Now: We are working on it" in page.text


def test_no_word_and_no_code_comes_into_a_log_or_the_audit_log(
    client: FlaskClient, session: Session, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = open_it(client, code)
    page = step(client, page, "message", message="canary words")
    step(client, page, "contact", contact_method="none", best_times="canary times")
    open_it(client, code, "0000")
    kept = str(session.execute(sa.select(AuditEvent.__table__)).all()) + caplog.text
    for words in ("canary", "Robin", "robin@", code, PIN):
        assert words not in kept


@pytest.mark.parametrize("name", ["delete", "withdraw"])
def test_nothing_is_deleted_without_a_tick(
    client: FlaskClient, session: Session, code: str, name: str
) -> None:
    page = step(client, open_it(client, code), name, kind="collect")
    assert page.status_code == 400
    assert 'id="confirm-problem"' in page.text
    assert rows(session, Inquiry) == 1
    page = step(client, page, name, kind="collect", confirm="y")
    assert "Everything is deleted" in page.text
    assert ("inquiry.consent_withdrawn" in events(session)) == (name == "withdraw")


def test_what_is_wrong_in_a_step_is_marked_and_nothing_is_lost(
    client: FlaskClient, session: Session, code: str
) -> None:
    page = open_it(client, code)
    page = step(client, page, "contact", contact_method="call", phone="12", best_times="noon")
    assert page.status_code == 400
    assert 'id="phone-problem"' in page.text
    assert 'value="noon"' in page.text
    assert "<details open>" in page.text
    page = step(client, page, "message", message=" ")
    assert page.status_code == 400
    assert 'id="message-problem"' in page.text


def test_the_form_asks_for_both_and_sets_nothing_else(client: FlaskClient) -> None:
    page = client.get(URL)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    for words in ('name="code"', 'name="pin"', 'type="password"', "You chose no PIN?", "988"):
        assert words in page.text


def test_whatever_is_wrong_the_answer_is_the_same(client: FlaskClient, code: str) -> None:
    without_pin = code_in(send(client, "/inquiry"))
    answers = set()
    for tried, pin in ((code, "0000"), (without_pin, "0000"), ("2222-2222-2222", PIN), ("", "")):
        answer = open_it(client, tried, pin)
        assert answer.status_code == 403
        assert "This code or this PIN is not right." in answer.text
        assert PIN not in answer.text
        text = re.sub(r'value="[^"]*"', "", answer.text)
        answers.add(text)
    assert len(answers) == 1
    assert f'value="{code}"' in open_it(client, code, "0000").text
    for wrong, told in ((code[:-1], "This code is too short"), (f"{code}2", "is too long")):
        answer = open_it(client, wrong)
        assert answer.status_code == 403
        assert told in answer.text
        assert f'value="{wrong}"' in answer.text


def test_a_guesser_is_told_to_wait_and_whom_to_call(client: FlaskClient, code: str) -> None:
    for _ in range(5):
        assert open_it(client, code, "0000").status_code == 403
    answer = open_it(client, code)
    assert answer.status_code == 429
    assert 850 <= int(answer.headers["Retry-After"]) <= 900
    assert "Please wait 15 minutes, or call one of these numbers." in answer.text
    assert answer.text.count('href="tel:988"') == 2
    assert "Now: Received" not in answer.text


def test_all_workers_count_together(
    make_app: Callable[..., Flask], client: FlaskClient, code: str
) -> None:
    for at in range(5):
        other = make_app().test_client() if at % 2 else client
        assert open_it(other, code, "0000").status_code == 403
    assert open_it(make_app().test_client(), code).status_code == 429


def test_a_step_after_a_long_time_asks_for_the_pin_and_keeps_what_was_written(
    client: FlaskClient, session: Session, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_it(client, code)
    monkeypatch.setattr(inquiry_status, "OPEN_SECONDS", -1)
    answer = step(client, page, "message", message="Long & <thought> over")
    monkeypatch.undo()
    assert answer.status_code == 403
    assert "This page was open for a long time." in answer.text
    assert "Long &amp; &lt;thought&gt; over</textarea>" in answer.text
    assert f'action="{URL}/message"' in answer.text
    assert "Now: Received" not in answer.text
    sent = {name: hidden(answer.text, name) for name in ("csrf_token", "message_token")}
    again = {**sent, "code": code, "pin": PIN, "message": "Long & <thought> over"}
    done = client.post(f"{URL}/message", data=again)
    assert "Your message was added." in done.text
    assert rows(session, InquiryMessage) == 1


def test_a_forged_ticket_opens_nothing(client: FlaskClient, code: str) -> None:
    page = open_it(client, code)
    ticket = hidden(page.text, "ticket")
    for forged in ("", "x", ticket[:-2], ticket.swapcase()):
        answer = step(client, page, "delete", ticket=forged, confirm="y")
        assert answer.status_code == 403
    assert open_it(client, code).status_code == 200


def test_the_form_of_somebody_before_opens_nothing_after_a_while(
    client: FlaskClient, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client.get(URL).text
    sent = {name: hidden(page, name) for name in ("csrf_token", "form_token")}
    monkeypatch.setattr(inquiry_status, "OPEN_SECONDS", -1)
    answer = client.post(URL, data={**sent, "code": code, "pin": PIN})
    assert answer.status_code == 403
    assert "open for a long time" in answer.text
    assert code not in answer.text


def test_close_makes_every_open_form_useless(client: FlaskClient, code: str) -> None:
    form = client.get(URL).text
    sent = {name: hidden(form, name) for name in ("csrf_token", "form_token")}
    page = client.post(URL, data={**sent, "code": code, "pin": PIN})
    closed = client.post(f"{URL}/close", data={"csrf_token": hidden(page.text, "csrf_token")})
    assert closed.status_code == 302
    assert closed.headers["Location"] == "/"
    # Neither the pages behind "back", nor the list of programs that is kept on this device.
    assert closed.headers["Clear-Site-Data"] == '"cache"'
    with client.session_transaction() as kept:
        assert dict(kept) == {"sent": True}
    client.get(URL)  # the next visitor's own form brings a cookie again
    for answer in (
        client.post(URL, data={**sent, "code": code, "pin": PIN}),
        step(client, page, "message", message="Hello"),
        client.post(f"{URL}/close"),
    ):
        assert answer.status_code == 400
        assert "Now: Received" not in answer.text
        assert "enter your code and your PIN" in answer.text
        assert code not in answer.text


def test_a_deleted_inquiry_is_said_to_be_gone_in_another_tab(
    client: FlaskClient, code: str
) -> None:
    page = open_it(client, code)
    step(client, page, "delete", confirm="y")
    other = client.get(URL).text
    answer = client.post(
        f"{URL}/message",
        data={
            "csrf_token": hidden(other, "csrf_token"),
            "ticket": hidden(page.text, "ticket"),
            "message": "Are you there?",
        },
    )
    assert answer.status_code == 404
    assert "not stored any more" in answer.text
    assert "Are you there?" in answer.text


def test_a_database_that_is_away_gives_the_words_back(
    app: Flask, client: FlaskClient, session: Session, code: str
) -> None:
    page = open_it(client, code)
    with broken_database(app):
        answer = step(client, page, "message", message="Do not lose this")
        opening = open_it(client, code)
    assert answer.status_code == opening.status_code == 503
    assert "That was NOT done" in answer.text
    assert "Do not lose this</textarea>" in answer.text
    assert 'href="tel:988"' in answer.text
    assert rows(session, InquiryMessage) == 0
    assert "message was added" in step(client, page, "message", message="Do not lose this").text


def test_a_mistake_of_ours_gives_the_words_back(
    app: Flask, client: FlaskClient, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_it(client, code)
    app.testing = False

    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(inquiry_status, "add_message", fail)
    answer = step(client, page, "message", message="Do not lose this")
    assert answer.status_code == 500
    assert "Do not lose this</textarea>" in answer.text


def test_without_its_key_nothing_opens_and_the_numbers_are_given(
    make_app: Callable[..., Flask], client: FlaskClient, code: str
) -> None:
    for keys in ((("k9", bytes(range(100, 132))),), ()):
        answer = open_it(make_app(sealing_keys=keys).test_client(), code)
        assert answer.status_code == 503
        assert "is not right" not in answer.text
        assert "FINDER_KEYS" not in answer.text


@pytest.mark.parametrize("name", ["message", "contact", "withdraw", "delete", "close"])
def test_the_address_of_a_step_leads_to_the_form(client: FlaskClient, name: str) -> None:
    answer = client.get(f"{URL}/{name}")
    assert (answer.status_code, answer.headers["Location"]) == (302, URL)
    assert client.get(f"{URL}/other").status_code == 404


def test_too_much_at_once_is_refused_with_a_page(client: FlaskClient, code: str) -> None:
    answer = step(client, open_it(client, code), "message", message="x" * 300_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["receipt", "lookup", "opened", "deleted"])
def test_pages_about_an_inquiry_tell_no_onlooker_what_the_site_is_for(
    client: FlaskClient, path: str
) -> None:
    receipt = send(client, "/inquiry", message="", looking_for="", pin=PIN)
    pages = {"receipt": receipt, "lookup": client.get(URL)}
    if path in ("opened", "deleted"):
        pages["opened"] = open_it(client, code_in(receipt))
        pages["deleted"] = step(client, pages["opened"], "delete", confirm="y")
    text = html.unescape(re.sub(r"<[^>]+>", " ", pages[path].text))
    assert not re.search(r"(?i)rehab|treat|substance|alcohol|drug|addict|recover", text)
    assert "988" in text


def test_the_receipt_says_where_to_follow_it_until_when_and_what_a_pin_is_for(
    client: FlaskClient,
) -> None:
    with_pin = send(client, "/inquiry", pin=PIN).text
    assert "http://localhost/inquiry/status" in with_pin
    assert re.search(f"erase it by {DATE}", with_pin)
    assert PIN not in with_pin
    without = send(client, "/inquiry").text
    assert "You chose no PIN" in without
    assert "localhost/inquiry/status" not in without


def test_the_form_and_the_privacy_page_lead_to_the_status_page(client: FlaskClient) -> None:
    for page in ("/inquiry", "/privacy"):
        assert f'href="{URL}"' in client.get(page).text


def test_deleting_leaves_no_word_in_the_database_files(
    client: FlaskClient, session: Session, tmp_path: Path, code: str
) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes what was deleted away with its next vacuum")
    page = open_it(client, code)
    step(client, page, "message", message="x" * 3_000)
    blobs = [
        *session.scalars(sa.select(Inquiry.sealed)),
        *session.scalars(sa.select(InquiryMessage.sealed)),
    ]
    session.rollback()
    step(client, page, "delete", confirm="y")
    content = b"".join(file.read_bytes() for file in tmp_path.glob("finder.sqlite*"))
    assert content
    for blob in blobs:
        assert not any(blob[at : at + 32] in content for at in range(0, len(blob) - 32, 32))


def test_a_ticket_ages(client: FlaskClient, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_it(client, code)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + inquiry_status.OPEN_SECONDS - 5)
    page = step(client, page, "message", message="Hello")
    assert page.status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 2 * inquiry_status.OPEN_SECONDS - 15)
    assert step(client, page, "message", message="Hello again").status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 2 * inquiry_status.OPEN_SECONDS)
    assert step(client, page, "message", message="Too late").status_code == 403


def test_a_form_needs_its_csrf_token(client: FlaskClient, session: Session, code: str) -> None:
    page = open_it(client, code)
    answer = step(client, page, "delete", csrf_token="", confirm="y")
    assert answer.status_code == 400
    assert rows(session, Inquiry) == 1
    assert client.post(URL, data={"code": code, "pin": PIN}).status_code == 400
    assert fresh_form(client, "/inquiry")


def asked(client: FlaskClient, session: Session, code: str) -> TestResponse:
    """The opened page, on which the team asks whether it may pass the inquiry on."""
    other = add_facility(session, natural_key="other", name="Other House")
    inquiry_id = session.scalars(sa.select(Inquiry.id)).one()
    request_hand_over(session, actor(), inquiry_id, other, clock=lambda: dt.datetime.now(dt.UTC))
    return open_it(client, code)


@pytest.mark.parametrize(
    ("answer", "says", "shared_with"),
    [("yes", "We may pass it on now.", "Other House"), ("no", "You said no.", "Bend House")],
)
def test_a_person_says_whether_it_may_be_passed_on(
    client: FlaskClient, session: Session, code: str, answer: str, says: str, shared_with: str
) -> None:
    page = asked(client, session, code)
    assert "May we pass it on to Other House?" in page.text
    assert "may give Other House my inquiry, how to reach me, and its own notes" in page.text
    folded = r"<details>\s*<summary>The full text: to pass it on</summary>\s*<p>The team [^<]*"
    assert re.search(folded + "to Other House, so that they can answer me about care", page.text)
    request_id = hidden(page.text, "asked")
    page = step(client, page, "hand-over", asked=request_id, answer=answer)
    assert says in page.text
    assert f"We may pass it on to {shared_with}" in page.text
    assert "May we pass it on to Other House?" not in page.text
    again = step(client, page, "hand-over", asked=request_id, answer="yes")
    assert again.status_code == 409
    assert "This was answered before" in again.text
    assert events(session)[2:4] == ["inquiry.opened", "inquiry.hand_over_answered"]


def test_nothing_is_passed_on_without_an_answer(
    client: FlaskClient, session: Session, code: str
) -> None:
    page = asked(client, session, code)
    request_id = hidden(page.text, "asked")
    page = step(client, page, "hand-over", asked=request_id, answer="perhaps")
    assert page.status_code == 400
    assert "Choose yes or no." in page.text
    assert "May we pass it on to Other House?" in page.text
    begun = client.get(f"{URL}/hand-over")
    assert (begun.status_code, begun.location) == (302, URL)


def test_an_answer_is_not_lost_where_the_ticket_is_too_old(
    client: FlaskClient, session: Session, code: str
) -> None:
    page = asked(client, session, code)
    token = hidden(page.text, "csrf_token")
    answer = {"asked": hidden(page.text, "asked"), "answer": "yes"}
    sent = {"csrf_token": token, "ticket": "too old", **answer}
    page = client.post(f"{URL}/hand-over", data=sent)
    assert page.status_code == 403
    sent = {"csrf_token": token, "code": code, "pin": PIN, **answer}
    assert hidden(page.text, "asked") == answer["asked"]
    assert "You agreed." in client.post(f"{URL}/hand-over", data=sent).text


def test_what_is_deleted_is_gone_even_where_the_file_of_tombstones_cannot_be_written(
    client: FlaskClient, session: Session, code: str, settings: Settings
) -> None:
    settings.tombstones_path.mkdir()
    page = step(client, open_it(client, code), "delete", confirm="y")
    assert "Everything is deleted" in page.text
    assert rows(session, Inquiry) == 0


def test_who_had_it_before_consent_was_taken_back_is_said(
    app: Flask, client: FlaskClient, session: Session, code: str
) -> None:
    inquiry_id = session.scalars(sa.select(Inquiry.id)).one()
    facility = session.scalars(sa.select(Inquiry.facility_id)).one()
    assert facility is not None
    session.rollback()
    with app.app_context():
        open_case(
            session,
            services().key_ring(),
            actor(Role.TRIAGE, facility),
            inquiry_id,
            clock=services().clock,
        )
    page = open_it(client, code)
    assert re.search(rf"Bend House read it, last on {DATE}\.\s*<", page.text)
    page = step(client, page, "withdraw", kind="share")
    assert "Only the team of this site reads it." not in page.text
    assert "From now on only the team of this site reads it." in page.text
    assert re.search(
        f"Bend House read it, last on {DATE}. They cannot open it any more.", page.text
    )
