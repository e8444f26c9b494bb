"""A full disk, a read-only and a locked database: people are told, their words come back, and
nothing is written by halves. The trouble is real: the database itself refuses.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from finder.extensions import db
from finder.intake.models import Inquiry, InquiryMessage, InquiryNote
from finder.security import audit
from tests.factories import add_facility
from tests.intake.submitting.test_submission import IMPATIENT, READ_ONLY, on_connect
from tests.web.public.inquiries.test_form import (
    WORDS,
    assert_filled_in,
    code_in,
    fresh_form,
    hidden,
    send,
)
from tests.web.public.inquiries.test_status import PIN, open_it, step
from tests.web.staff.signing import Person, signed_in

pytestmark = pytest.mark.slow

Ill = Callable[[], AbstractContextManager[None]]
LONG = "Words that must not be lost & more. " * 130
"""longer than what fits into the pages that a database has left"""


@pytest.fixture(params=["full", "read-only", "locked"])
def ill(request: pytest.FixtureRequest, app: Flask, engine: sa.Engine) -> Ill:
    """Makes the database of the application ill for a while."""
    kind = engine.dialect.name
    if request.param == "full" and kind == "postgresql":
        pytest.skip("a limit on one database's size is SQLite's alone")
    trouble = {
        "full": "PRAGMA max_page_count=1",
        "read-only": READ_ONLY[kind],
        "locked": IMPATIENT[kind],
    }[request.param]

    @contextlib.contextmanager
    def made() -> Iterator[None]:
        with app.app_context():
            own = db.engine
        listener = on_connect(trouble)
        sa.event.listen(own, "connect", listener)
        own.dispose()
        with contextlib.ExitStack() as stack:
            if request.param == "locked":
                other = stack.enter_context(
                    engine.connect().execution_options(sqlite_begin="IMMEDIATE")
                )
                other.execute(sa.text("UPDATE audit_head SET count = count"))
            yield
        sa.event.remove(own, "connect", listener)
        own.dispose()

    return made


def everything(engine: sa.Engine) -> dict[str, int]:
    """How many rows each table has."""
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in tables.sorted_tables
        }


def number(session: Session, model: type[Any]) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_an_inquiry_comes_back_filled_in_and_is_taken_afterwards(
    client: FlaskClient, engine: sa.Engine, session: Session, ill: Ill
) -> None:
    facility = add_facility(session)
    url = f"/facilities/{facility}/inquiry"
    send(client, url)  # so that there is a head of the log to be locked
    form = {**WORDS, **fresh_form(client, url), "message": LONG + WORDS["message"]}
    before = everything(engine)
    with ill():
        answer = client.post(url, data=form)
    assert answer.status_code == 503
    assert "NOT saved" in answer.text
    assert "(541) 322-7500" in answer.text
    assert_filled_in(answer)
    assert everything(engine) == before
    assert code_in(client.post(url, data=form))
    assert number(session, Inquiry) == 2
    assert audit.verify(session).intact


def test_what_its_author_writes_comes_back_and_is_taken_afterwards(
    client: FlaskClient, engine: sa.Engine, session: Session, ill: Ill
) -> None:
    page = open_it(client, code_in(send(client, "/inquiry", pin=PIN)))
    before = everything(engine)
    with ill():
        answer = step(client, page, "message", message=LONG)
    assert answer.status_code == 503
    assert "That was NOT done" in answer.text
    assert 'href="tel:988"' in answer.text
    assert LONG.replace("&", "&amp;").strip() in answer.text
    assert everything(engine) == before
    assert "message was added" in step(client, page, "message", message=LONG).text
    assert number(session, InquiryMessage) == 1
    assert audit.verify(session).intact


def test_nothing_is_half_deleted(
    client: FlaskClient, engine: sa.Engine, session: Session, ill: Ill
) -> None:
    page = open_it(client, code_in(send(client, "/inquiry", pin=PIN)))
    step(client, page, "message", message=LONG)
    before = everything(engine)
    with ill():
        answer = step(client, page, "delete", confirm="y")
    if answer.status_code == 200:  # a full disk has room for less
        assert "Everything is deleted" in answer.text
        assert number(session, Inquiry) == number(session, InquiryMessage) == 0
    else:
        assert answer.status_code == 503
        assert "That was NOT done" in answer.text
        assert everything(engine) == before
        assert "Everything is deleted" in step(client, page, "delete", confirm="y").text
    assert audit.verify(session).intact


def test_what_staff_write_comes_back_and_is_taken_afterwards(
    app: Flask, client: FlaskClient, engine: sa.Engine, session: Session, ill: Ill
) -> None:
    person, path = _at_an_inquiry(app, client, session)
    before = everything(engine)
    with ill():
        answer = person.post(f"{path}/note", note=LONG)
        status = person.post(f"{path}/status", to="accepted", message=LONG)
    assert (answer.status_code, status.status_code) == (503, 503)
    assert "That was NOT done" in answer.text
    assert LONG.replace("&", "&amp;") in answer.text
    assert f'action="{path}/note"' in answer.text
    assert hidden(status.text, "to") == "accepted"
    assert everything(engine) == before
    assert person.post(f"{path}/note", note=LONG).status_code == 200
    assert number(session, InquiryNote) == 1
    assert audit.verify(session).intact


def test_no_reading_without_a_record(
    app: Flask, client: FlaskClient, engine: sa.Engine, session: Session, ill: Ill
) -> None:
    person, path = _at_an_inquiry(app, client, session)
    before = everything(engine)
    # The log of few events has room on its page even on a full disk; then the reading is on record.
    with ill():
        answer = person.post(path)
    if answer.status_code == 200:
        assert everything(engine)["audit_event"] == before["audit_event"] + 1
        return
    assert answer.status_code == 503
    assert "cannot be opened now" in answer.text
    assert "Robin" not in answer.text
    assert "That was done" not in answer.text
    assert everything(engine) == before


def test_what_is_done_is_said_to_be_done_where_it_cannot_be_shown(
    app: Flask, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, path = _at_an_inquiry(app, client, session)

    def away(*_arguments: object, **_options: object) -> None:
        raise sa.exc.OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr("finder.web.staff.casework.case.open_case", away)
    answer = person.post(f"{path}/note", note="Ring twice")
    assert answer.status_code == 503
    assert "That was done." in answer.text
    assert number(session, InquiryNote) == 1


def _at_an_inquiry(app: Flask, client: FlaskClient, session: Session) -> tuple[Person, str]:
    send(client, "/inquiry", pin=PIN)
    person = signed_in(app, "triage")
    found = re.search(r"/staff/inquiries/\w+", person.client.get("/staff/queue").text)
    assert found
    return person, found[0]
