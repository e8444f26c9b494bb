"""Staff who are signed in, for tests of pages."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from finder.extensions import db, services
from finder.staff import (
    begin_sign_in,
    choose_password,
    confirm_enrolment,
    create_account,
    enrolment,
    session_of,
)

PASSWORD = "correct horse battery staple"


class Person:
    """Somebody of the staff, with a browser and an authenticator app."""

    def __init__(self, app: Flask, email: str) -> None:
        self.app, self.email = app, email
        self.client: FlaskClient = app.test_client()
        self.secret = ""
        self.recovery_codes: list[str] = []

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form with the CSRF token of a page of the staff."""
        page = self.client.get("/staff/sign-in").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        return self.client.post(path, data={"csrf_token": found[1], **fields})

    def give_password(self, password: str = PASSWORD) -> TestResponse:
        return self.post("/staff/sign-in", email=self.email, password=password)

    def code(self) -> str:
        return pyotp.TOTP(self.secret).now()

    def start(self, one_time_code: str) -> None:
        """Choose a password, and set the second factor up."""
        chosen = self.post("/staff/start", email=self.email, code=one_time_code, password=PASSWORD)
        assert chosen.status_code == 303
        assert self.give_password().location == "/staff/second-factor"
        found = re.search(r'id="key">(\w+)<', self.client.get("/staff/set-up").text)
        assert found
        self.secret = found[1]
        done = self.post("/staff/set-up", code=self.code())
        assert done.status_code == 200
        self.recovery_codes = re.findall(r"<code>([^<]+)</code>", done.text)


def make_person(app: Flask, role: str, *, facilities: Iterable[int] = (), name: str = "") -> Person:
    """Somebody with an account, not signed in."""
    email = f"{name or role}@example.org"
    with app.app_context():
        code = create_account(
            db.session,
            email,
            role=role,
            facility_ids=facilities,
            by="command:test",
            clock=services().clock,
        )
    person = Person(app, email)
    person.recovery_codes = [code]
    return person


def signed_in(app: Flask, role: str, *, facilities: Iterable[int] = (), name: str = "") -> Person:
    """Somebody who is signed in: by the functions that the pages call, since most tests begin so.

    What the pages do is in ``Person.start``, and in the tests of signing in.
    """
    person = make_person(app, role, facilities=facilities, name=name)
    with app.app_context():
        known = services()
        ring, clock, site_name = known.key_ring(), known.clock, known.settings.site_name
        code, email = person.recovery_codes[0], person.email
        choose_password(db.session, ring, email, code, PASSWORD, site_name=site_name, clock=clock)
        half_way = begin_sign_in(db.session, ring, email, PASSWORD, clock=clock)
        found = session_of(db.session, half_way, clock=clock)
        assert found
        person.secret = enrolment(db.session, ring, found, site_name=site_name).secret
        token, codes = confirm_enrolment(db.session, ring, found, person.code(), clock=clock)
        person.recovery_codes = list(codes)
    person.client.set_cookie("finder_staff", token, path="/staff")
    return person
