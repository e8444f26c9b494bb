"""Giving out accounts: nobody loses one by a slip, or gets more than was meant for them."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from finder.extensions import db
from finder.security.models import AuditEvent
from finder.staff import Account, account_with_email
from tests.web.staff.signing import Person, signed_in


def account_of(app: Flask, person: Person) -> Account:
    with app.app_context():
        return account_with_email(db.session, person.email)


def events_of(app: Flask, account: Account) -> list[str]:
    with app.app_context():
        return list(
            db.session.scalars(
                sa.select(AuditEvent.event)
                .where(AuditEvent.subject == account.id)
                .order_by(AuditEvent.seq)
            )
        )


def one_time_code(answer: TestResponse) -> str:
    found = re.search(r'id="one-time-code">([^<]+)<', answer.text)
    assert found, answer.text
    return found[1]


def card_of(page: str, person: Person) -> str:
    """What the list shows of one account."""
    return page.partition(f">{person.email}</h2>")[2].partition("<h2")[0]


def test_an_account_that_is_enabled_again_starts_anew(app: Flask) -> None:
    admin, person = signed_in(app, "admin"), signed_in(app, "triage")
    account = account_of(app, person)
    path = f"/staff/accounts/{account.id}"
    admin.post(path, do="disable", certain="y")
    old = person.client.get_cookie("finder_staff", path="/staff")

    code = one_time_code(admin.post(path, do="enable"))

    assert events_of(app, account)[-2:] == ["staff.disabled", "staff.enabled"]
    assert old is not None
    person.client.set_cookie("finder_staff", old.value, path="/staff")
    assert person.client.get("/staff/queue").location == "/staff/sign-in"
    assert person.give_password().status_code == 400
    old_codes = person.recovery_codes
    person.start(code)
    assert person.client.get("/staff/queue").status_code == 200
    assert account_of(app, person).role == "triage"
    again = Person(app, person.email)
    again.give_password()
    assert again.post("/staff/second-factor", code=old_codes[0]).status_code == 400


def test_an_account_that_is_open_is_not_enabled(app: Flask) -> None:
    admin, person = signed_in(app, "admin"), signed_in(app, "triage")
    refused = admin.post(f"/staff/accounts/{account_of(app, person).id}", do="enable")
    assert refused.status_code == 400
    assert "open already" in refused.text
    assert person.client.get("/staff/queue").status_code == 200


def test_a_disabled_account_is_not_reset(app: Flask) -> None:
    admin, person = signed_in(app, "admin"), signed_in(app, "triage")
    path = f"/staff/accounts/{account_of(app, person).id}"
    assert 'value="reset"' in card_of(admin.client.get("/staff/accounts").text, person)
    disabled = card_of(admin.post(path, do="disable", certain="y").text, person)
    assert 'value="enable"' in disabled
    assert 'value="reset"' not in disabled
    assert 'value="disable"' not in disabled
    refused = admin.post(path, do="reset", certain="y")
    assert refused.status_code == 400
    assert "would open nothing" in refused.text
    assert "one-time-code" not in refused.text


def test_nothing_is_taken_away_by_one_press(app: Flask) -> None:
    admin, person = signed_in(app, "admin"), signed_in(app, "triage")
    account = account_of(app, person)
    for do in ("reset", "disable"):
        refused = admin.post(f"/staff/accounts/{account.id}", do=do)
        assert refused.status_code == 400
        assert "Nothing has changed. Tick" in refused.text
        assert len(re.findall(r"<details open>", refused.text)) == 1
    assert person.client.get("/staff/queue").status_code == 200
    assert events_of(app, account)[-1] == "staff.signed_in"
    page = card_of(admin.client.get("/staff/accounts").text, person)
    [change] = [each for each in page.split("<form")[1:] if 'value="change"' in each]
    assert change.count("<button") == 1
