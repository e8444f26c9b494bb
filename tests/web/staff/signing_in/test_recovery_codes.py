"""Recovery codes are counted, and made anew by who knows the password."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Flask

from finder.extensions import db
from finder.security.models import AuditEvent
from finder.staff.models import StaffAccount
from tests.web.staff.signing import PASSWORD, Person, signed_in

PATH = "/staff/factors/recovery-codes"


def events(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuditEvent.event).order_by(AuditEvent.seq)))


def second_step(person: Person, code: str) -> int:
    """What a new browser of theirs is answered that gives a code."""
    again = Person(person.app, person.email)
    again.give_password()
    return again.post("/staff/second-factor", code=code).status_code


def test_new_codes_are_shown_once_and_the_old_ones_are_void(app: Flask) -> None:
    person = signed_in(app, "triage")
    assert second_step(person, person.recovery_codes[0]) == 303
    assert "9 of them are left" in person.client.get("/staff/factors").text

    renewed = person.post(PATH, password=PASSWORD)

    assert renewed.status_code == 200
    assert renewed.headers["Cache-Control"] == "no-store"
    codes = re.findall(r"<code>([^<]+)</code>", renewed.text)
    assert len(set(codes)) == 10
    assert not set(codes) & set(person.recovery_codes)
    assert events(app)[-1] == "staff.recovery_codes_renewed"
    page = person.client.get("/staff/factors").text
    assert "10 of them are left" in page
    assert not [each for each in codes if each in page]
    assert second_step(person, person.recovery_codes[1]) == 400
    assert second_step(person, codes[0]) == 303
    with app.app_context():
        kept = db.session.scalars(sa.select(StaffAccount.recovery_hashes)).one()
        assert not set(codes) & set(kept)


def test_new_codes_end_the_sessions_elsewhere(app: Flask) -> None:
    person = signed_in(app, "triage")
    elsewhere = Person(app, person.email)
    elsewhere.give_password()
    elsewhere.post("/staff/second-factor", code=person.recovery_codes[0])
    assert elsewhere.client.get("/staff/queue").status_code == 200
    person.post(PATH, password=PASSWORD)
    assert elsewhere.client.get("/staff/queue").location == "/staff/sign-in"
    assert person.client.get("/staff/queue").status_code == 200


def test_who_finds_a_browser_open_makes_no_codes(app: Flask) -> None:
    person = signed_in(app, "triage")
    for password in ("", "a guess"):
        refused = person.post(PATH, password=password)
        assert refused.status_code == 400
        assert "<code>" not in refused.text
    assert "staff.recovery_codes_renewed" not in events(app)
    half_way = Person(app, person.email)
    half_way.give_password()
    assert half_way.post(PATH, password=PASSWORD).location == "/staff/second-factor"
    assert second_step(person, person.recovery_codes[0]) == 303
    for _ in range(3):
        person.post(PATH, password="a guess")
    assert person.post(PATH, password=PASSWORD).status_code == 429
