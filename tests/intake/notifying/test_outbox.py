"""Notifications: written with what happened, delivered once, and never saying what waits."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import hmac
import json
import random
import socket
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.author import add_message
from finder.intake.keeping import purge_inquiries
from finder.intake.models import Inquiry, OutboxMessage
from finder.intake.notifying import (
    Channel,
    DeliverySummary,
    MailRoute,
    WebhookRoute,
    deliver,
    notify_overdue,
    outbox_counts,
)
from finder.intake.notifying.delivery import NotDelivered, Notification, Route
from finder.intake.notifying.outbox import SUBJECTS, WORDS, NotificationKind
from tests.factories import NOW
from tests.intake.making import RING, only_inquiry, submit
from tests.intake.stand_ins import StandInMailServer, StandInWebServer, certificate

SECRET = "a secret that only tests would use 0123456789"
SENDER, TEAM = "finder@example.org", ("team@example.org", "lead@example.org")


@pytest.fixture
def mail_server() -> Iterator[StandInMailServer]:
    """A mail server of the test's own."""
    with StandInMailServer() as server:
        yield server


@pytest.fixture
def web_server() -> Iterator[StandInWebServer]:
    """A server that a webhook calls."""
    with StandInWebServer() as server:
        yield server


def mail(server: StandInMailServer) -> dict[Channel, Route]:
    return {Channel.MAIL: MailRoute(f"smtp://127.0.0.1:{server.port}", SENDER, TEAM)}


def webhook(server: StandInWebServer, path: str = "/hook?team=1") -> dict[Channel, Route]:
    url = f"http://127.0.0.1:{server.port}{path}"
    return {Channel.WEBHOOK: WebhookRoute(url, SECRET)}


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port where nobody listens, and that nobody else is given meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])


def send(session: Session, routes: dict[Channel, Route], *, minutes: float = 0) -> DeliverySummary:
    at = NOW + dt.timedelta(minutes=minutes)
    return deliver(session, routes, clock=lambda: at, jitter=lambda: 1.0)


def rows(session: Session) -> list[OutboxMessage]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.way)))


def row(session: Session, way: Channel = Channel.MAIL) -> OutboxMessage:
    [found] = [each for each in rows(session) if each.way == way]
    return found


def test_an_inquiry_and_its_notification_are_written_together_or_not_at_all(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finder.intake.submitting import InquiryNotSaved
    from finder.security import audit

    def fail(*_arguments: object, **_options: object) -> None:
        raise sa.exc.OperationalError("", None, Exception("full"))

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record_all", fail)
        with pytest.raises(InquiryNotSaved):
            submit(session)
    assert rows(session) == []
    submit(session)
    submit(session)
    assert [(each.way, each.kind) for each in rows(session)] == [
        ("mail", "inquiry"),
        ("webhook", "inquiry"),
    ]


def test_a_mail_says_that_something_waits_and_nothing_else(
    session: Session, mail_server: StandInMailServer
) -> None:
    code = submit(session, message="canary").reference_code
    add_message(session, RING, only_inquiry(session).id, "canary", token="t", clock=lambda: NOW)
    assert send(session, mail(mail_server)).sent == 2
    assert send(session, mail(mail_server)).sent == 0
    assert len(mail_server.mails) == 2
    for text in mail_server.mails:
        sent = message_from_string(text)
        assert sent["To"] == ", ".join(TEAM)
        assert sent["Subject"] in SUBJECTS.values()
        assert str(sent.get_payload()).strip() in WORDS.values()
        assert sent["Message-ID"].endswith("@example.org>")
        for word in ("canary", "Robin", "555-0123", code, only_inquiry(session).id):
            assert word not in text
    assert mail_server.recipients == [*TEAM, *TEAM]


@pytest.mark.parametrize("kind", list(NotificationKind))
def test_a_mail_names_the_site_and_where_to_sign_in(
    mail_server: StandInMailServer, kind: NotificationKind
) -> None:
    site = "The finder of the counties of Crook, Deschutes and Jefferson in Oregon"
    route = MailRoute(
        f"smtp://127.0.0.1:{mail_server.port}",
        SENDER,
        TEAM,
        site_name=f"{site}\n",
        site_url="https://finder.example",
    )
    route.send(Notification("f" * 32, kind, NOW))
    [text] = mail_server.mails
    assert f"Subject: {site}: {SUBJECTS[kind]}\r\n" in text
    body = str(message_from_string(text).get_payload()).split()
    assert " ".join(body) == f"{WORDS[kind]} Site: {site} Sign in: https://finder.example/staff/"


def test_a_call_is_signed_and_says_nothing_else(
    session: Session, web_server: StandInWebServer
) -> None:
    submit(session)
    assert send(session, webhook(web_server)) == DeliverySummary(
        sent=1, failed=0, dead=0, dropped=1
    )
    [(path, headers, body)] = web_server.calls
    assert path == "/hook?team=1"
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["Finder-Signature"] == f"sha256={expected}"
    content = json.loads(body)
    assert content.keys() == {"id", "kind", "text", "at"}
    assert headers["Finder-Notification"] == content["id"] == row(session, Channel.WEBHOOK).id
    assert content["text"] == WORDS[content["kind"]]


@pytest.mark.parametrize("way", list(Channel))
def test_a_dead_server_is_tried_again_later_and_later_and_given_up(
    session: Session, way: Channel, dead_port: int
) -> None:
    routes: dict[Channel, Route] = {
        Channel.MAIL: MailRoute(f"smtp://127.0.0.1:{dead_port}", SENDER, TEAM),
        Channel.WEBHOOK: WebhookRoute(f"http://127.0.0.1:{dead_port}/", SECRET),
    }
    submit(session)
    waits: list[float] = []
    minutes = 0.0
    for _ in range(12):
        done = send(session, {way: routes[way]}, minutes=minutes)
        assert done.sent == 0
        wait = (row(session, way).due_at - NOW).total_seconds() / 60 - minutes
        assert send(session, {way: routes[way]}, minutes=minutes + wait / 2).failed == 0
        waits.append(wait)
        minutes += wait
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
    assert done.dead == 1
    assert outbox_counts(session).dead == 1
    assert send(session, {way: routes[way]}, minutes=minutes + 1) == DeliverySummary(0, 0, 0, 0)


def test_what_is_refused_leaves_later_with_the_same_id(
    session: Session, mail_server: StandInMailServer, web_server: StandInWebServer
) -> None:
    submit(session)
    both = mail(mail_server) | webhook(web_server, "/")
    mail_server.refuses, web_server.status = True, 503
    assert send(session, both) == DeliverySummary(sent=0, failed=2, dead=0, dropped=0)
    mail_server.refuses, web_server.status = False, 204
    assert send(session, both, minutes=1).sent == 2
    ids = {headers["Finder-Notification"] for _, headers, _ in web_server.calls}
    assert (len(web_server.calls), len(ids)) == (2, 1)
    assert outbox_counts(session).sent == 2


class Killed(BaseException):
    """The process ends here."""


def test_a_crash_between_sending_and_marking_sends_it_once_more_and_never_a_third_time(
    session: Session, mail_server: StandInMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(session)
    routes = mail(mail_server)
    original = MailRoute.send

    def killed(route: MailRoute, notification: Notification) -> None:
        original(route, notification)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MailRoute, "send", killed)
        with pytest.raises(Killed):
            send(session, routes)
        # While the lease runs, nobody else sends it.
        assert send(session, routes, minutes=4.9).sent == 0
        with pytest.raises(Killed):
            send(session, routes, minutes=5)
    assert send(session, routes, minutes=10).dead == 1
    ids = [message_from_string(each)["Message-ID"] for each in mail_server.mails]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert outbox_counts(session).dead == 1


def test_a_crash_is_made_good_by_the_next_run(
    session: Session, mail_server: StandInMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(session)

    def killed(_route: MailRoute, _notification: Notification) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MailRoute, "send", killed)
        with pytest.raises(Killed):
            send(session, mail(mail_server))
    assert send(session, mail(mail_server), minutes=5).sent == 1
    assert len(mail_server.mails) == 1


def test_a_line_that_breaks_after_the_last_byte_counts_as_perhaps_arrived(
    session: Session, mail_server: StandInMailServer, web_server: StandInWebServer
) -> None:
    submit(session)
    both = mail(mail_server) | webhook(web_server, "/")
    mail_server.hangs_up = web_server.hangs_up = True
    assert send(session, both).failed == 2
    assert send(session, both, minutes=1).dead == 2
    assert len(mail_server.mails) == len(web_server.calls) == 2
    assert {each.unsure for each in rows(session)} == {2}


def test_whoever_was_too_slow_marks_nothing(session: Session) -> None:
    submit(session)

    def overtaken(_self: object, notification: Notification) -> None:
        with write_transaction(session):
            session.execute(sa.update(OutboxMessage).values(lease="another's"))
        raise NotDelivered(is_sure=True)

    class Slow(MailRoute):
        send = overtaken

    send(session, {Channel.MAIL: Slow("smtp://127.0.0.1", SENDER, TEAM)})
    assert row(session).lease == "another's"


def test_two_at_once_send_each_notification_once(
    engine: sa.Engine, mail_server: StandInMailServer
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with Session(engine) as session:
        for number in range(10):
            submit(session, submission_token=f"token-of-form-number-{number:03}")

    def run(_: int) -> int:
        with Session(engine) as session:
            return send(session, mail(mail_server)).sent

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 10
    ids = {message_from_string(each)["Message-ID"] for each in mail_server.mails}
    assert (len(mail_server.mails), len(ids)) == (10, 10)


def test_what_is_overdue_is_told_once_a_day(session: Session) -> None:
    submit(session)
    for days, told in ((0, False), (2, True), (2, False), (5, True)):
        at = NOW + dt.timedelta(days=days)
        assert notify_overdue(session, clock=functools.partial(lambda at: at, at)) is told
    session.execute(sa.update(Inquiry).values(status="accepted"))
    session.commit()
    assert not notify_overdue(session, clock=lambda: NOW + dt.timedelta(days=6))


def notification() -> Notification:
    return Notification("f" * 32, NotificationKind.INQUIRY, NOW)


def test_tls_is_spoken_and_the_servers_name_is_checked(tmp_path: Path) -> None:
    ours, theirs = certificate(tmp_path)
    with StandInMailServer(tls=ours) as smtps, StandInMailServer(starttls=ours) as starttls:
        urls = (f"smtps://127.0.0.1:{smtps.port}", f"smtp+starttls://127.0.0.1:{starttls.port}")
        for url in urls:
            MailRoute(url, SENDER, TEAM, theirs).send(notification())
            # The system trusts no certificate that a test made: nothing is sent.
            with pytest.raises(NotDelivered) as refused:
                MailRoute(url, SENDER, TEAM).send(notification())
            assert refused.value.is_sure
        assert len(smtps.mails) == len(starttls.mails) == 1
    with StandInWebServer(tls=ours) as https:
        url = f"https://127.0.0.1:{https.port}"
        WebhookRoute(url, SECRET, theirs).send(notification())
        with pytest.raises(NotDelivered):
            WebhookRoute(url, SECRET).send(notification())
        assert [path for path, _, _ in https.calls] == ["/"]


def test_a_server_without_tls_gets_no_mail_where_tls_is_asked_for(
    mail_server: StandInMailServer,
) -> None:
    route = MailRoute(f"smtp+starttls://127.0.0.1:{mail_server.port}", SENDER, TEAM)
    with pytest.raises(NotDelivered) as refused:
        route.send(notification())
    assert refused.value.is_sure
    assert mail_server.mails == []


def test_old_rows_go(session: Session) -> None:
    submit(session)
    purge_inquiries(session, actor="command:test", clock=lambda: NOW + dt.timedelta(days=29))
    assert len(rows(session)) == 2
    purge_inquiries(session, actor="command:test", clock=lambda: NOW + dt.timedelta(days=30))
    assert rows(session) == []


def test_what_is_tried_again_is_spread(session: Session, dead_port: int) -> None:
    submit(session)
    routes: dict[Channel, Route] = {
        Channel.MAIL: MailRoute(f"smtp://127.0.0.1:{dead_port}", SENDER, TEAM),
    }
    chance = random.Random(7)
    deliver(session, routes, clock=lambda: NOW, jitter=chance.random)
    assert dt.timedelta(seconds=30) <= row(session).due_at - NOW < dt.timedelta(minutes=1)
