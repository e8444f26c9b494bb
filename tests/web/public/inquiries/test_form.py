"""The inquiry form: complete in one POST, never empty-handed, acknowledged once it is safe."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from finder.db import utc_now
from finder.intake.author import withdraw_share
from finder.intake.inquiry import consent_texts
from finder.intake.models import Inquiry, OutboxMessage
from tests.factories import add_facility

WORDS = {
    "contact_name": "Robin <Q>",
    "contact_method": "email",
    "phone": "",
    "email": "robin@example.org",
    "best_times": "after 6 & before 8",
    "for_whom": "other",
    "looking_for": "a quiet place",
    "message": "Is there a bed?\nThanks",
    "consent_collect": "y",
    "voicemail_ok": "y",
}


@pytest.fixture
def facility(session: Session) -> int:
    """A program that an inquiry can be about."""
    return add_facility(session)


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
    assert found, name
    return found[1]


def fresh_form(client: FlaskClient, url: str) -> dict[str, str]:
    text = client.get(url).text
    return {name: hidden(text, name) for name in ("csrf_token", "submission_token")}


def send(client: FlaskClient, url: str, **changes: Any) -> TestResponse:
    return client.post(url, data={**WORDS, **fresh_form(client, url), **changes})


def code_in(response: TestResponse) -> str:
    found = re.search(r'id="reference-code">([^<]+)<', response.text)
    assert found, response.text
    return found[1]


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(Inquiry)) or 0


def assert_filled_in(response: TestResponse) -> None:
    for words in (
        'value="Robin &lt;Q&gt;"',
        'value="robin@example.org"',
        'value="after 6 &amp; before 8"',
        'value="a quiet place"',
        "Is there a bed?\nThanks</textarea>",
        'value="email" checked',
        'value="other" checked',
    ):
        assert words in response.text
    for name in ("consent_collect", "voicemail_ok"):
        assert re.search(rf'name="{name}"[^>]*\schecked(="checked")?[\s>]', response.text)
    assert "988" in response.text


def test_one_post_sends_an_inquiry_and_its_code_is_shown(
    client: FlaskClient, session: Session, facility: int
) -> None:
    response = send(client, f"/facilities/{facility}/inquiry", consent_share="y")
    assert response.status_code == 200
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", code_in(response))
    assert response.headers["Cache-Control"] == "no-store"
    assert session.scalars(sa.select(Inquiry.facility_id)).all() == [facility]


def test_the_team_of_the_site_can_be_written_to(client: FlaskClient, session: Session) -> None:
    assert code_in(send(client, "/inquiry"))
    assert stored(session) == 1


def test_sending_the_same_form_again_shows_the_same_code(
    client: FlaskClient, session: Session
) -> None:
    form = fresh_form(client, "/inquiry")
    first, second = (client.post("/inquiry", data={**WORDS, **form}) for _ in range(2))
    assert code_in(first) == code_in(second)
    assert "We keep it once." in second.text
    assert stored(session) == 1


def test_the_same_form_with_other_words_comes_back_and_can_be_sent_on_its_own(
    client: FlaskClient, session: Session
) -> None:
    form = fresh_form(client, "/inquiry")
    client.post("/inquiry", data={**WORDS, **form})
    changed = {**WORDS, **form, "message": "Something else"}
    response = client.post("/inquiry", data=changed)
    assert response.status_code == 409
    assert "Something else</textarea>" in response.text
    changed["submission_token"] = hidden(response.text, "submission_token")
    assert code_in(client.post("/inquiry", data=changed))
    assert stored(session) == 2


def test_what_is_missing_is_marked_and_nothing_is_lost(
    client: FlaskClient, session: Session
) -> None:
    response = send(client, "/inquiry", pin="12")
    assert response.status_code == 400
    assert 'id="pin-problem"' in response.text
    assert re.search(r'aria-describedby="pin-why pin-problem"', response.text)
    assert_filled_in(response)
    unreached = send(client, "/inquiry", contact_method="none", phone="12", pin="")
    assert 'id="pin-problem"' in unreached.text
    for words in ('value="12"', 'value="robin@example.org"', 'value="after 6 &amp; before 8"'):
        assert words in unreached.text
    assert stored(session) == 0


def test_an_expired_form_comes_back_filled_in_and_can_be_sent(
    client: FlaskClient, session: Session
) -> None:
    response = client.post("/inquiry", data={**WORDS, "submission_token": "t" * 32})
    assert response.status_code == 400
    assert "was open for a long time" in response.text
    assert_filled_in(response)
    form = {name: hidden(response.text, name) for name in ("csrf_token", "submission_token")}
    assert code_in(client.post("/inquiry", data={**WORDS, **form}))
    assert stored(session) == 1


def test_a_form_without_a_token_of_its_own_gets_one(client: FlaskClient) -> None:
    response = client.post("/inquiry", data=WORDS)
    assert len(hidden(response.text, "submission_token")) > 16


def test_too_many_inquiries_from_one_place_come_back_with_the_numbers_to_call(
    make_app: Callable[..., Flask], facility: int
) -> None:
    client = make_app(inquiry_limit="1 per hour").test_client()
    url = f"/facilities/{facility}/inquiry"
    send(client, url)
    response = send(client, url)
    assert response.status_code == 429
    assert "too many came from your connection" in response.text
    assert "(541) 322-7500" in response.text
    assert_filled_in(response)


def test_a_database_that_takes_nothing_gives_the_form_back(
    client: FlaskClient, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("database or disk is full"))

    with app.app_context():
        from finder.extensions import db

        engine = db.engine
    form = fresh_form(client, "/inquiry")
    sa.event.listen(engine, "before_cursor_execute", full)
    try:
        response = client.post("/inquiry", data={**WORDS, **form})
    finally:
        sa.event.remove(engine, "before_cursor_execute", full)
    assert response.status_code == 503
    assert "NOT saved" in response.text
    assert_filled_in(response)
    assert code_in(client.post("/inquiry", data={**WORDS, **form}))
    assert stored(session) == 1


def test_a_database_that_is_away_gives_the_form_back_even_without_the_programs_name(
    client: FlaskClient, app: Flask, facility: int
) -> None:
    app.testing = False
    url = f"/facilities/{facility}/inquiry"
    form = fresh_form(client, url)
    with app.app_context():
        from finder.extensions import db

        engine = db.engine

    def away(*_: object) -> None:
        raise sa.exc.OperationalError("select", {}, Exception("away"))

    sa.event.listen(engine, "before_cursor_execute", away)
    try:
        response = client.post(url, data={**WORDS, **form})
    finally:
        sa.event.remove(engine, "before_cursor_execute", away)
    assert response.status_code in (500, 503)
    assert_filled_in(response)


def test_a_dead_mail_server_keeps_no_inquiry_from_being_taken(
    make_app: Callable[..., Flask], session: Session
) -> None:
    app = make_app(
        smtp_url="smtp://127.0.0.1:9",  # nobody listens there
        notify_from="finder@example.org",
        notify_to=("team@example.org",),
    )
    assert code_in(send(app.test_client(), "/inquiry"))
    sent = app.test_cli_runner().invoke(args=["notifications", "send"])
    assert sent.exit_code == 1
    assert stored(session) == 1
    waiting = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.way == "mail")).one()
    assert waiting.attempts == 1
    assert waiting.sent_at is None


def test_without_a_key_the_form_comes_back_and_search_goes_on(
    make_app: Callable[..., Flask], facility: int
) -> None:
    client = make_app(sealing_keys=()).test_client()
    response = send(client, "/inquiry")
    assert response.status_code == 503
    assert_filled_in(response)
    assert client.get("/search?near=97701").status_code == 200


def test_a_message_that_is_too_long_comes_back_whole(client: FlaskClient) -> None:
    response = send(client, "/inquiry", message="x" * 6_000)
    assert response.status_code == 400
    assert "x" * 6_000 in response.text


def test_a_flood_of_bytes_is_refused_with_a_page(client: FlaskClient) -> None:
    response = send(client, "/inquiry", message="x" * 300_000)
    assert response.status_code == 413
    assert "That was too much to send" in response.text


@pytest.mark.parametrize(
    "bad", ["\x00", "<script>alert(1)</script>", "' OR 1=1 --", "\udce9", "🙏"]
)
def test_any_words_are_taken_and_none_become_markup(client: FlaskClient, bad: str) -> None:
    encoded = bad.encode("utf-8", "surrogateescape")
    for name in ("contact_name", "email", "best_times", "message", "pin", "contact_method"):
        response = send(client, "/inquiry", **{name: encoded})
        assert response.status_code in (200, 400)
        assert "<script>" not in response.text


def test_there_is_no_form_about_a_program_that_is_not_there(client: FlaskClient) -> None:
    assert client.get("/facilities/99/inquiry").status_code == 404
    assert send(client, "/inquiry").status_code == 200
    form = fresh_form(client, "/inquiry")
    response = client.post("/facilities/99/inquiry", data={**WORDS, **form})
    assert response.status_code == 404


@pytest.fixture
def production(make_app: Callable[..., Flask]) -> FlaskClient:
    """A visitor of a site in production."""
    return make_app(environment="production").test_client()


def test_in_production_the_cookie_is_secure_and_the_form_works_over_https(
    production: FlaskClient,
) -> None:
    base = {"base_url": "https://finder.example"}
    page = production.get("/inquiry", **base)
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-finder=")
    assert "Domain" not in cookie
    assert "Path=/" in cookie
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    form = {name: hidden(page.text, name) for name in ("csrf_token", "submission_token")}
    sent = production.post(
        "/inquiry",
        data={**WORDS, **form},
        headers={"Referer": "https://finder.example/inquiry"},
        **base,
    )
    assert code_in(sent)
    forged = production.post(
        "/inquiry",
        data={**WORDS, **form},
        headers={"Referer": "https://elsewhere.example/"},
        **base,
    )
    assert forged.status_code == 400


NUMBER = 'href="tel:+1-541-322-7500"'
NOT_SHARED = "The program hears nothing of it, because you did not agree that we pass it on."
SHARED = "The team may pass it on to the program, because you agreed."


def in_order(text: str, *words: str) -> None:
    """These words stand in this order in what a page says itself."""
    main = text[text.index("<main") : text.index("</main>")]
    assert sorted(words, key=main.index) == list(words)


def test_a_form_says_who_gets_an_inquiry_and_folds_the_full_consents(
    client: FlaskClient, facility: int
) -> None:
    of_program = client.get(f"/facilities/{facility}/inquiry").text
    of_team = client.get("/inquiry").text
    assert (
        "goes to the team of this site, not to a doctor; Bend House hears of it only if"
        in of_program
    )
    assert NUMBER in of_program
    assert "goes to the team of this site, not to a doctor.\n" in of_team
    assert "Bend House" not in of_team
    for page in (of_program, of_team):
        assert "give naloxone too if you have it" in page
        assert "Without a PIN you cannot open your inquiry here" in page
        assert page.index("Without a PIN you") < page.index(">Send</button>")
    shown = html.unescape(of_program)
    for text in consent_texts("Bend House"):
        folded = re.findall(
            rf"{re.escape(text.sentence())}</span>(.*?)</details>", shown, re.DOTALL
        )
        assert len(folded) == shown.count(text.shown()) == 1
        assert folded[0].index("<details>") < folded[0].index(text.shown())


@pytest.mark.parametrize(
    ("method", "next_step"),
    [
        ("call", "reads it next, and then calls you."),
        ("text", "reads it next, and then texts you."),
        ("email", "reads it next, and then writes you an e-mail."),
        ("none", "reads it next, and nobody contacts you: look for our answer"),
    ],
)
def test_the_receipt_leads_with_what_happens_next_the_number_and_the_code(
    client: FlaskClient, facility: int, method: str, next_step: str
) -> None:
    url = f"/facilities/{facility}/inquiry"
    given = {"contact_method": method, "phone": "541 322 7599", "pin": "493817"}
    alone = send(client, url, **given).text
    in_order(alone, next_step, NOT_SHARED, NUMBER, "Keep this reference code.", "reference-code")
    assert "Bend House" not in alone
    assert ("Calls and messages from us" in alone) is (method != "none")
    assert SHARED in send(client, url, **given, consent_share="y").text


def test_the_receipt_names_no_number_that_nobody_should_call(
    client: FlaskClient, session: Session
) -> None:
    sample = add_facility(session, natural_key="sample", is_sample=True)
    assert NUMBER not in client.get(f"/facilities/{sample}/inquiry").text
    assert NUMBER not in send(client, f"/facilities/{sample}/inquiry").text
    closed = add_facility(session, natural_key="closed", status="closed")
    assert client.get(f"/facilities/{closed}/inquiry").location == f"/facilities/{closed}"
    intake = add_facility(session, phone="", intake_phones=["(541) 322-7500"])
    assert NUMBER in send(client, f"/facilities/{intake}/inquiry").text
    of_team = send(client, "/inquiry").text
    assert "Only the team of this site reads it." in of_team
    assert NUMBER not in of_team


def test_sent_again_after_it_was_taken_back_nobody_reads_that_it_is_passed_on(
    client: FlaskClient, session: Session, facility: int
) -> None:
    url = f"/facilities/{facility}/inquiry"
    form = {**WORDS, **fresh_form(client, url), "consent_share": "y"}
    first = client.post(url, data=form)
    assert SHARED in first.text
    withdraw_share(session, session.scalars(sa.select(Inquiry.id)).one(), clock=utc_now)
    again = client.post(url, data=form)
    assert code_in(again) == code_in(first)
    assert SHARED not in again.text
    assert NOT_SHARED in again.text


def test_safe_times_have_one_name_and_the_pin_says_what_is_not_to_be_had_without_it(
    client: FlaskClient,
) -> None:
    page = client.get("/inquiry").text
    assert "Safe times to reach you (you can skip this)" in page
    assert "Good times" not in page
    assert "Without it you cannot do anything more here." in page
