"""Who is not let in is told what to do, and never whether there is such an account."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from finder.security.attempts import TooManyAttempts
from finder.web.staff.signing_in.answering import words_of
from tests.web.staff.signing import PASSWORD, Person, make_person, signed_in

ASK = "ask an administrator of this site"


def problem(answer: TestResponse) -> str:
    """What a page says is wrong."""
    found = re.search(r'<p class="problem" role="alert">([^<]+)</p>', answer.text)
    assert found, answer.text
    return html.unescape(found[1])


def test_signing_in_says_what_to_look_at_and_whom_to_ask(app: Flask) -> None:
    make_person(app, "viewer")
    signed_in(app, "triage")
    said = {
        problem(Person(app, f"{name}@example.org").give_password("a guess"))
        for name in ("triage", "viewer", "nobody")
    }
    [words] = said
    assert "Look at both again" in words
    assert ASK in words


def test_a_one_time_code_that_is_not_good_says_how_long_it_would_be(app: Flask) -> None:
    person = make_person(app, "viewer")
    said = {
        problem(each.post("/staff/start", email=each.email, code="abcd-efgh", password=PASSWORD))
        for each in (person, Person(app, "nobody@example.org"))
    }
    [words] = said
    assert "48 hours" in words
    assert ASK in words


def test_a_wrong_code_says_where_the_right_one_is(app: Flask) -> None:
    person = signed_in(app, "triage")
    again = Person(app, person.email)
    again.give_password()
    words = problem(again.post("/staff/second-factor", code="000000x"))
    assert "next six digits of your app" in words
    assert "recovery code that you have not used" in words
    assert ASK in words


def test_a_wrong_first_code_says_to_look_at_the_clock(app: Flask) -> None:
    person = make_person(app, "viewer")
    code = person.recovery_codes[0]
    person.post("/staff/start", email=person.email, code=code, password=PASSWORD)
    person.give_password()
    words = problem(person.post("/staff/set-up", code="1"))
    assert "Wait for its next one" in words
    assert "clock" in words


def test_who_is_locked_out_learns_for_how_long_and_whom_to_ask(app: Flask) -> None:
    make_person(app, "triage")
    said = set()
    for name in ("triage", "nobody"):
        person = Person(app, f"{name}@example.org")
        for _ in range(5):
            person.give_password("a guess")
        refused = person.give_password()
        assert refused.status_code == 429
        said.add(re.sub(r"in 1[3-5] minutes", "in some minutes", problem(refused)))
    [words] = said
    assert "Try again in some minutes" in words
    assert ASK in words


@pytest.mark.parametrize(
    ("seconds", "says"), [(900, "in 15 minutes."), (61, "in 2 minutes."), (1, "in 1 minute.")]
)
def test_the_wait_is_told_in_whole_minutes(app: Flask, seconds: int, says: str) -> None:
    with app.test_request_context():
        assert says in words_of(TooManyAttempts(dt.timedelta(seconds=seconds)))
