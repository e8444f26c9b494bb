"""What slows programs down costs no person a word."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from finder.db import utc_now
from finder.extensions import services
from finder.web.public import spam_traps
from tests.web.public.inquiries.test_form import (
    WORDS,
    assert_filled_in,
    code_in,
    fresh_form,
    hidden,
    send,
    stored,
)

LATER = dt.timedelta(seconds=3)


@pytest.fixture
def trapped(make_app: Callable[..., Flask]) -> Flask:
    """An application whose form takes 3 seconds."""
    return make_app(form_seconds=3)


def let_pass(monkeypatch: pytest.MonkeyPatch, app: Flask, time: dt.timedelta) -> None:
    """Have the application's clock go ahead."""
    monkeypatch.setattr(
        spam_traps,
        "_now",
        lambda: utc_now() + time,
    )


def test_a_form_that_comes_back_at_once_is_given_back_and_can_be_sent(
    trapped: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = trapped.test_client()
    answer = send(client, "/inquiry")
    assert answer.status_code == 400
    assert "faster than people write" in answer.text
    assert 'href="tel:988"' in answer.text
    assert_filled_in(answer)
    assert stored(session) == 0
    let_pass(monkeypatch, trapped, LATER)
    form = {name: hidden(answer.text, name) for name in ("csrf_token", "submission_token")}
    assert code_in(client.post("/inquiry", data={**WORDS, **form}))
    assert stored(session) == 1


def test_the_time_counts_from_when_the_form_was_first_shown(
    trapped: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = trapped.test_client()
    form = fresh_form(client, "/inquiry")
    let_pass(monkeypatch, trapped, LATER)
    wrong = client.post("/inquiry", data={**WORDS, **form, "email": "robin@"})
    assert 'id="email-problem"' in wrong.text
    assert hidden(wrong.text, "submission_token") == form["submission_token"]
    assert code_in(client.post("/inquiry", data={**WORDS, **form}))


def test_the_fields_of_the_contract_after_that_time_are_enough(
    trapped: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = trapped.test_client()
    form = fresh_form(client, "/inquiry")
    let_pass(monkeypatch, trapped, LATER)
    assert code_in(client.post("/inquiry", data={**WORDS, **form}))


def test_a_token_that_tells_no_time_is_taken(trapped: Flask) -> None:
    assert code_in(send(trapped.test_client(), "/inquiry", submission_token="t" * 32))


def test_a_clock_that_was_set_back_stops_nobody(
    trapped: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_pass(monkeypatch, trapped, dt.timedelta(hours=-1))
    assert code_in(send(trapped.test_client(), "/inquiry"))


def test_a_field_that_nobody_sees_gives_the_form_back_when_it_is_filled_in(
    client: FlaskClient, session: Session
) -> None:
    page = client.get("/inquiry").text
    unseen = re.search(r'<div class="visually-hidden" aria-hidden="true">(.*?)</div>', page, re.S)
    assert unseen
    assert re.search(r'name="subject_line"[^>]*tabindex="-1"', unseen[1])
    answer = send(client, "/inquiry", subject_line="Buy now")
    assert answer.status_code == 400
    assert "a field that must stay empty" in answer.text
    assert "Buy now" not in answer.text
    assert_filled_in(answer)
    assert stored(session) == 0
    form = {
        name: hidden(answer.text, name)
        for name in ("csrf_token", "submission_token", "subject_line")
    }
    assert code_in(client.post("/inquiry", data={**WORDS, **form}))


def test_when_all_send_too_much_at_once_the_form_comes_back_with_the_numbers_to_call(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(inquiry_limit_in_all="2 per hour", trusted_proxies=1)
    client = app.test_client()
    answers = []
    for network in range(3):
        form = fresh_form(client, "/inquiry")
        answers.append(
            client.post(
                "/inquiry",
                data={**WORDS, **form},
                headers={"X-Forwarded-For": f"203.0.{network}.9"},
            )
        )
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "more inquiries come in now than we can take" in answers[2].text
    assert answers[2].text.count('href="tel:988"') == 2
    assert_filled_in(answers[2])


def test_one_network_alone_cannot_use_up_what_all_may_send(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(inquiry_limit="1 per hour", inquiry_limit_in_all="3 per hour", trusted_proxies=1)
    client = app.test_client()

    def send_from(network: int) -> int:
        form = fresh_form(client, "/inquiry")
        address = {"X-Forwarded-For": f"203.0.{network}.9"}
        return client.post("/inquiry", data={**WORDS, **form}, headers=address).status_code

    assert [send_from(1) for _ in range(5)] == [200, 429, 429, 429, 429]
    assert [send_from(2), send_from(3)] == [200, 200]


def test_the_clock_of_the_traps_is_the_applications(app: Flask) -> None:
    with app.app_context():
        assert abs(spam_traps._now() - services().clock()) < dt.timedelta(minutes=1)
