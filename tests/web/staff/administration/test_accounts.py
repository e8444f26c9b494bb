"""Giving out accounts: nobody loses one by a slip, or gets more than was meant for them."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from finder.extensions import db
from finder.security.models import AuditEvent
from finder.staff import Account, account_with_email, list_accounts
from tests.factories import add_facility
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


def field(page: str, name: str) -> str:
    """What stands in a field of the form for a new account."""
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page.partition("New account")[2])
    assert found, page
    return found[1]


def test_a_form_that_is_refused_comes_back_as_it_was(app: Flask) -> None:
    admin = signed_in(app, "admin")
    form = {"role": "manager", "works_for": "programs", "facilities": "7, 12"}
    refused = admin.post("/staff/accounts", email="kim@example.org", **form)
    assert refused.status_code == 400
    assert "no facility with one of these numbers" in refused.text
    assert field(refused.text, "email") == "kim@example.org"
    assert field(refused.text, "facilities") == "7, 12"
    new = refused.text.partition("New account")[2]
    assert '<option value="manager" selected>' in new
    assert re.search(r'value="programs" checked', new)

    person = signed_in(app, "triage")
    form["do"] = "change"
    refused = admin.post(f"/staff/accounts/{account_of(app, person).id}", **form)
    assert refused.status_code == 400
    card = card_of(refused.text, person)
    assert card.count("<details open>") == 1
    assert 'value="7, 12"' in card
    assert '<option value="manager" selected>' in card
    assert re.search(r'value="programs" checked', card)
    assert field(refused.text, "facilities") == ""
    assert account_of(app, person).role == "triage"


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({}, "Choose whom they work for"),
        ({"works_for": "everybody"}, "Choose whom they work for"),
        ({"facilities": "1"}, "Choose whom they work for"),
        ({"works_for": "programs"}, "Give the number of a program"),
        ({"works_for": "programs", "facilities": " , "}, "Give the number of a program"),
        ({"works_for": "team", "facilities": "1"}, "You chose our own team"),
    ],
)
def test_nobody_comes_into_our_own_team_because_a_field_is_empty(
    app: Flask, choice: dict[str, str], says: str
) -> None:
    with app.app_context():
        facility = add_facility(db.session)
    admin, person = signed_in(app, "admin"), signed_in(app, "triage", facilities=[facility])
    made = admin.post("/staff/accounts", email="kim@example.org", role="triage", **choice)
    path = f"/staff/accounts/{account_of(app, person).id}"
    changed = admin.post(path, do="change", role="triage", **choice)
    for refused in (made, changed):
        assert refused.status_code == 400
        assert says in refused.text
    with app.app_context():
        assert len(list_accounts(db.session)) == 2
    assert account_of(app, person).facility_ids == {facility}


def test_what_is_chosen_is_what_an_account_gets(app: Flask) -> None:
    with app.app_context():
        facility = add_facility(db.session)
    admin = signed_in(app, "admin")
    new = admin.client.get("/staff/accounts").text.partition("New account")[2]
    assert "checked" not in new
    theirs = {"works_for": "programs", "facilities": str(facility)}
    admin.post("/staff/accounts", email="kim@example.org", role="triage", **theirs)
    kim = Person(app, "kim@example.org")
    assert account_of(app, kim).facility_ids == {facility}
    path = f"/staff/accounts/{account_of(app, kim).id}"
    admin.post(path, do="change", role="triage", works_for="team", facilities="")
    assert account_of(app, kim).facility_ids == frozenset()
