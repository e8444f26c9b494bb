"""The form for a wrong detail: asks for nobody's name, and never loses a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from finder.extensions import db
from finder.intake.corrections import list_reports, read_reports
from tests.factories import NOW, add_facility
from tests.intake.making import RING
from tests.web.public.facilities.test_facility import tree
from tests.web.public.inquiries.test_form import hidden

WORDS = {"reasons": ["phone", "payment"], "details": "Now <541>\nthanks", "known_from": "called"}


@pytest.fixture
def url(session: Session) -> str:
    """The address of the form about a program."""
    return f"/facilities/{add_facility(session)}/report"


def fresh_form(client: FlaskClient, url: str) -> dict[str, str]:
    text = client.get(url).text
    return {name: hidden(text, name) for name in ("csrf_token", "form_token")}


def send(client: FlaskClient, url: str, **changes: Any) -> TestResponse:
    return client.post(url, data={**WORDS, **fresh_form(client, url), **changes})


def stored(session: Session) -> int:
    session.rollback()
    return len(list_reports(session))


def assert_filled_in(response: TestResponse) -> None:
    assert "Now &lt;541&gt;\nthanks</textarea>" in response.text
    for value in ("phone", "payment", "called"):
        assert f'value="{value}" checked' in response.text
    assert 'value="address" checked' not in response.text


def test_a_report_is_taken_and_thanked_for(client: FlaskClient, session: Session, url: str) -> None:
    response = send(client, url)
    assert response.status_code == 200
    assert "Thank you for your report" in response.text
    [report] = read_reports(session, RING, actor="t", reason="t", clock=lambda: NOW)
    assert report.reasons == ("phone", "payment")
    assert report.details == "Now <541>\nthanks"
    assert report.known_from == "called"


def test_one_tick_is_enough(client: FlaskClient, session: Session, url: str) -> None:
    response = client.post(url, data={"reasons": "closed", **fresh_form(client, url)})
    assert response.status_code == 200
    assert stored(session) == 1


def test_the_programs_page_leads_here_and_sets_no_cookie(client: FlaskClient, url: str) -> None:
    response = client.get(url.removesuffix("/report"))
    assert f'href="{url}"' in response.text
    assert "Set-Cookie" not in response.headers
    assert "Set-Cookie" in client.get(url).headers


def test_nobody_is_asked_who_they_are(client: FlaskClient, url: str) -> None:
    fields = {
        element.get("name")
        for tag in ("input", "textarea", "select")
        for element in tree(client.get(url).text).iter(tag)
    }
    assert fields == {
        "csrf_token",
        "form_token",
        "subject_line",
        "reasons",
        "details",
        "known_from",
    }


@pytest.mark.parametrize("path", ["", "?"])
def test_its_pages_are_well_formed(client: FlaskClient, url: str, path: str) -> None:
    for response in (client.get(url), send(client, url), send(client, url, reasons="")):
        page = tree(response.text)
        [heading] = page.iter("h1")
        [title] = page.iter("title")
        assert title.text.startswith("".join(heading.itertext()).strip())
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        for element in page.iter():
            assert set((element.get("aria-describedby") or "").split()) <= set(ids)


def test_what_is_missing_is_marked(client: FlaskClient, session: Session, url: str) -> None:
    response = send(client, url, reasons=[])
    assert response.status_code == 400
    assert 'id="reasons-problem"' in response.text
    assert "Now &lt;541&gt;" in response.text
    long = send(client, url, details="x" * 3_000, known_from="a dream")
    assert "x" * 3_000 in long.text
    for field in ("details", "known_from"):
        assert f'id="{field}-problem"' in long.text
    assert stored(session) == 0


def test_a_form_that_was_open_too_long_comes_back_filled_in(
    client: FlaskClient, session: Session, url: str
) -> None:
    response = client.post(url, data=WORDS)
    assert response.status_code == 400
    assert "was open for a long time" in response.text
    assert_filled_in(response)
    form = {name: hidden(response.text, name) for name in ("csrf_token", "form_token")}
    assert client.post(url, data={**WORDS, **form}).status_code == 200
    assert stored(session) == 1


def test_a_form_that_comes_back_at_once_is_given_back(
    make_app: Callable[..., Flask], session: Session, url: str
) -> None:
    response = send(make_app(form_seconds=3).test_client(), url)
    assert response.status_code == 400
    assert "faster than people write" in response.text
    assert_filled_in(response)
    assert stored(session) == 0


def test_what_nobody_sees_must_stay_empty(client: FlaskClient, session: Session, url: str) -> None:
    response = send(client, url, subject_line="Buy now")
    assert response.status_code == 400
    assert "a field that must stay empty" in response.text
    assert "Buy now" not in response.text
    assert_filled_in(response)
    assert stored(session) == 0


@pytest.mark.parametrize("limit", ["inquiry_limit", "inquiry_limit_in_all"])
def test_too_many_come_back_filled_in(make_app: Callable[..., Flask], url: str, limit: str) -> None:
    client = make_app(**{limit: "1 per hour"}).test_client()
    assert send(client, url).status_code == 200
    response = send(client, url)
    assert response.status_code == 429
    assert "too many come in now" in response.text
    assert_filled_in(response)


def test_without_a_key_it_comes_back(make_app: Callable[..., Flask], url: str) -> None:
    response = send(make_app(sealing_keys=()).test_client(), url)
    assert response.status_code == 503
    assert "was not saved" in response.text
    assert_filled_in(response)


@pytest.mark.parametrize("at", ["first", "insert"])
def test_a_database_that_takes_nothing_gives_the_form_back(
    client: FlaskClient, app: Flask, session: Session, url: str, at: str
) -> None:
    app.testing = False
    form = fresh_form(client, url)

    def away(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if at == "first" or statement.startswith("INSERT INTO detail_report"):
            raise sa.exc.OperationalError(statement, {}, Exception("away"))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", away)
    try:
        response = client.post(url, data={**WORDS, **form})
    finally:
        sa.event.remove(engine, "before_cursor_execute", away)
    assert response.status_code in (500, 503)
    assert re.search("not saved|NOT saved", response.text)
    assert_filled_in(response)
    assert client.post(url, data={**WORDS, **form}).status_code == 200
    assert stored(session) == 1


def test_a_sample_and_what_is_not_there_have_no_form(client: FlaskClient, session: Session) -> None:
    sample = add_facility(session, is_sample=True)
    for facility in (sample, sample + 1):
        assert client.get(f"/facilities/{facility}/report").status_code == 404
        response = client.post(f"/facilities/{facility}/report", data=WORDS)
        assert response.status_code in (400, 404)
    assert "/report" not in client.get(f"/facilities/{sample}").text


def test_one_that_goes_away_meanwhile_is_not_found(
    client: FlaskClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finder.facilities.listings.views import FacilityNotFound
    from finder.web.public.corrections import report as detail_report

    def gone(*_: object, **__: object) -> None:
        raise FacilityNotFound("gone")

    monkeypatch.setattr(detail_report, "submit_report", gone)
    assert send(client, url).status_code == 404


def test_once_it_was_sent_no_browser_fills_the_form_in_again(client: FlaskClient, url: str) -> None:
    assert 'method="post" autocomplete="off"' not in client.get(url).text
    with client.session_transaction() as kept:
        kept["sent"] = True
    assert 'method="post" autocomplete="off"' in client.get(url).text
