"""A clock that jumps by an hour, ahead or back: nothing is lost, and nobody is locked out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from finder.db import utc_now
from finder.extensions import services
from finder.intake.keeping import purge_inquiries
from finder.intake.models import Inquiry, InquiryMessage
from finder.intake.notifying import Channel, MailRoute, deliver, outbox_counts
from finder.intake.notifying.delivery import LEASE
from finder.security import audit
from tests.intake.stand_ins import StandInMailServer
from tests.web.public.inquiries.test_form import (
    WORDS,
    assert_filled_in,
    code_in,
    fresh_form,
    hidden,
    send,
    stored,
)
from tests.web.public.inquiries.test_status import PIN, URL, open_it, rows, step
from tests.web.staff.signing import signed_in

HOUR = dt.timedelta(hours=1)


class Clock:
    """The machine's clock, which somebody sets."""

    def __init__(self) -> None:
        self.jumped = dt.timedelta()
        self._time = time.time

    def now(self) -> dt.datetime:
        return utc_now() + self.jumped

    def time(self) -> float:
        return self._time() + self.jumped.total_seconds()


@pytest.fixture
def clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the application, and of the libraries that sign for it."""
    clock = Clock()
    with app.app_context():
        app.extensions["finder"] = dataclasses.replace(services(), clock=clock.now)
    monkeypatch.setattr(time, "time", clock.time)
    return clock


@pytest.fixture(params=[HOUR, -HOUR], ids=["ahead", "back"])
def jump(request: pytest.FixtureRequest) -> dt.timedelta:
    """By how much it is set."""
    return request.param  # type: ignore[no-any-return]  # a timedelta


def test_an_inquiry_is_taken_at_once_or_given_back_whole_and_then_taken(
    client: FlaskClient, session: Session, clock: Clock, jump: dt.timedelta
) -> None:
    form = fresh_form(client, "/inquiry")
    clock.jumped = jump + (jump > dt.timedelta()) * dt.timedelta(seconds=1)
    answer = client.post("/inquiry", data={**WORDS, **form})
    if answer.status_code != 200:
        assert answer.status_code == 400
        assert "What you wrote is still here" in answer.text
        assert_filled_in(answer)
        assert stored(session) == 0
        again = {name: hidden(answer.text, name) for name in ("csrf_token", "submission_token")}
        answer = client.post("/inquiry", data={**WORDS, **again})
    assert code_in(answer)
    assert stored(session) == 1
    session.rollback()
    assert audit.verify(session).problem is None


def test_a_step_of_the_author_is_done_at_once_or_after_the_pin(
    client: FlaskClient, session: Session, clock: Clock, jump: dt.timedelta
) -> None:
    code = code_in(send(client, "/inquiry", pin=PIN))
    page = open_it(client, code)
    clock.jumped = jump
    answer = step(client, page, "message", message="The clock & I")
    if "Your message was added." not in answer.text:
        assert answer.status_code in (400, 403)
        assert "The clock &amp; I</textarea>" in answer.text
        sent = {name: hidden(answer.text, name) for name in ("csrf_token", "message_token")}
        again = {**sent, "code": code, "pin": PIN, "message": "The clock & I"}
        answer = client.post(f"{URL}/message", data=again)
    assert "Your message was added." in answer.text
    assert rows(session, InquiryMessage) == 1


def test_guesses_before_a_jump_lock_nobody_out_for_longer(
    client: FlaskClient, clock: Clock, jump: dt.timedelta
) -> None:
    code = code_in(send(client, "/inquiry", pin=PIN))
    while open_it(client, code, pin="000000").status_code != 429:
        pass
    clock.jumped = jump
    assert open_it(client, code).status_code == 200


def test_staff_work_on_or_sign_in_again_and_no_session_outlives_its_day(
    app: Flask, clock: Clock, jump: dt.timedelta
) -> None:
    person = signed_in(app, "triage")
    clock.jumped = jump
    queue = person.client.get("/staff/queue")
    if jump > dt.timedelta():
        assert queue.location == "/staff/sign-in"
    else:
        assert queue.status_code == 200
        clock.jumped = jump + dt.timedelta(minutes=31)
        assert person.client.get("/staff/queue").location == "/staff/sign-in"


def test_a_notification_leaves_once_and_no_later_than_the_jump(
    client: FlaskClient, session: Session, clock: Clock, jump: dt.timedelta
) -> None:
    assert code_in(send(client, "/inquiry"))
    with StandInMailServer() as server:
        route = MailRoute(
            f"smtp://127.0.0.1:{server.port}", "finder@example.org", ("a@example.org",)
        )
        for later in (dt.timedelta(), abs(jump), abs(jump) + LEASE):
            clock.jumped = jump + later
            session.rollback()
            deliver(session, {Channel.MAIL: route}, clock=clock.now)
    assert len(server.mails) == 1
    assert outbox_counts(session).waiting == 0


def test_nothing_is_erased_because_of_it(
    client: FlaskClient, session: Session, clock: Clock, jump: dt.timedelta
) -> None:
    assert code_in(send(client, "/inquiry"))
    clock.jumped = jump
    session.rollback()
    purged = purge_inquiries(session, actor="command:test", clock=clock.now)
    assert (purged.erased, stored(session)) == (0, 1)
    found = session.scalars(sa.select(Inquiry)).one()
    assert found.erase_after > clock.now() + dt.timedelta(days=170)
