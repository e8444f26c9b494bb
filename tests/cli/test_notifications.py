"""``notifications send``: what waits leaves by the ways that are set up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.models import Inquiry, OutboxMessage
from tests.intake.making import submit
from tests.intake.stand_ins import StandInMailServer, StandInWebServer

SECRET = "a secret that only tests would use 0123456789"


def notifying(make_app: Callable[..., Flask], mail_port: int, web_port: int) -> Flask:
    return make_app(
        smtp_url=f"smtp://finder:p%40ss@127.0.0.1:{mail_port}",
        notify_from="finder@example.org",
        notify_to=("team@example.org",),
        webhook_url=f"http://127.0.0.1:{web_port}/",
        webhook_secret=SECRET,
    )


def keep_fresh(session: Session) -> None:
    """What the makers write stands in the past, where nothing is kept for long."""
    with write_transaction(session):
        session.execute(sa.update(OutboxMessage).values(created_at=dt.datetime.now(dt.UTC)))


def test_it_says_what_to_set_where_nothing_is_set_up(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["notifications", "send"])
    assert result.exit_code == 1
    assert "Set FINDER_SMTP_URL" in result.stderr


def test_it_sends_by_every_way_and_tells_what_is_overdue(
    make_app: Callable[..., Flask], session: Session
) -> None:
    submit(session)
    keep_fresh(session)
    with StandInMailServer() as mail, StandInWebServer() as web:
        runner = notifying(make_app, mail.port, web.port).test_cli_runner()
        result = runner.invoke(args=["notifications", "send"])
        assert (result.exit_code, result.stdout) == (0, "2 sent, 0 wait, 0 were given up.\n")
        result = runner.invoke(args=["notifications", "send", "--digest"])
        assert (result.exit_code, result.stdout) == (0, "2 sent, 0 wait, 0 were given up.\n")
        assert len(mail.mails) == len(web.calls) == 2
        assert "more than one business day" in mail.mails[1]
        assert len(mail.logins) == 2


def test_what_fails_is_said_and_waits(make_app: Callable[..., Flask], session: Session) -> None:
    submit(session)
    keep_fresh(session)
    session.execute(sa.update(Inquiry).values(status="accepted"))
    session.commit()
    with StandInMailServer() as mail, StandInWebServer() as web:
        web.status = 500
        runner = notifying(make_app, mail.port, web.port).test_cli_runner()
        result = runner.invoke(args=["notifications", "send", "--digest"])
    assert result.exit_code == 1
    assert result.stdout == "1 sent, 1 waits, 0 were given up.\n"
    assert "tried again" in result.stderr
    assert SECRET not in result.output
