"""Signing in: nothing is open without both factors, and every session can be ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask, Response
from sqlalchemy.orm import Session

from finder.extensions import db, services
from finder.security.attempts import give_back_attempt
from finder.security.models import AuditEvent
from finder.staff import (
    SignedIn,
    SignInRefused,
    account_with_email,
    enrolment,
    sign_in_with_code,
)
from finder.staff.models import StaffAccount, StaffSession
from finder.web.staff import guard
from tests.web.staff.signing import PASSWORD, Person, make_person, signed_in


def events(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuditEvent.event).order_by(AuditEvent.seq)))


def change_sessions(app: Flask, **values: Any) -> None:
    with app.app_context():
        db.session.execute(sa.update(StaffSession).values(**values))
        db.session.commit()


def test_the_first_sign_in_sets_the_second_factor_up(app: Flask) -> None:
    person = signed_in(app, "triage")
    assert len(set(person.recovery_codes)) == 10
    assert person.client.get("/staff/queue").status_code == 200
    assert events(app) == [
        "staff.created",
        "staff.password_chosen",
        "staff.set_up",
        "staff.signed_in",
    ]


def test_a_password_alone_opens_nothing(app: Flask) -> None:
    person = signed_in(app, "triage")
    again = Person(app, person.email)
    assert again.give_password().location == "/staff/second-factor"
    assert again.client.get("/staff/queue").location == "/staff/second-factor"
    assert again.client.get("/staff/second-factor").status_code == 200
    assert again.client.get("/staff/set-up").location == "/staff/second-factor"
    assert again.client.get("/staff/set-up/code.svg").location == "/staff/second-factor"


def test_a_code_is_taken_once(app: Flask) -> None:
    person = signed_in(app, "triage")
    with app.app_context():
        step = db.session.scalars(sa.select(StaffAccount.totp_last_step)).one()
    again = Person(app, person.email)
    again.give_password()
    used = pyotp.TOTP(person.secret).at(step * 30)
    assert again.post("/staff/second-factor", code=used).status_code == 400
    assert "staff.sign_in_refused" in events(app)


def test_a_recovery_code_signs_in_once(app: Flask) -> None:
    person = signed_in(app, "viewer")
    for expected in (303, 400):
        again = Person(app, person.email)
        again.give_password()
        code = person.recovery_codes[0].upper().replace("-", " ")
        assert again.post("/staff/second-factor", code=code).status_code == expected
    assert "staff.recovery_code_used" in events(app)


def test_five_failures_lock_an_account_for_both_steps(app: Flask) -> None:
    person = signed_in(app, "triage")
    again = Person(app, person.email)
    for _ in range(5):
        assert again.give_password("wrong").status_code == 400
    assert again.give_password().status_code == 429
    assert events(app)[-1] == "staff.locked_out"
    assert events(app).count("staff.sign_in_refused") == 5


def test_an_address_without_an_account_is_answered_alike(app: Flask) -> None:
    make_person(app, "triage")
    known, unknown = Person(app, "triage@example.org"), Person(app, "nobody@example.org")
    for expected in (400, 400, 400, 400, 400, 429):
        answers = [each.give_password("wrong") for each in (known, unknown)]
        assert {each.status_code for each in answers} == {expected}


def test_the_cookie_is_the_staffs_alone(app: Flask) -> None:
    person = make_person(app, "triage")
    person.post(
        "/staff/start",
        email=person.email,
        code=person.recovery_codes[0],
        password="correct horse battery staple",
    )
    cookies = person.give_password().headers.getlist("Set-Cookie")
    [cookie] = [each for each in cookies if each.startswith("finder_staff=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/staff" in cookie


def test_in_production_the_cookie_goes_over_https_alone(make_app: Callable[..., Flask]) -> None:
    with make_app(environment="production").test_request_context():
        response = Response()
        guard.set_cookie(response, "a token")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Secure-finder_staff=")
    assert "Secure;" in cookie
    assert "Path=/staff" in cookie


def test_a_session_ends_when_nobody_uses_it_and_after_half_a_day(app: Flask) -> None:
    person = signed_in(app, "triage")
    now = dt.datetime.now(dt.UTC)
    change_sessions(app, last_seen_at=now - dt.timedelta(minutes=29))
    assert person.client.get("/staff/queue").status_code == 200
    change_sessions(app, last_seen_at=now - dt.timedelta(minutes=30))
    assert person.client.get("/staff/queue").location == "/staff/sign-in"
    change_sessions(app, last_seen_at=now, created_at=now - dt.timedelta(hours=12))
    assert person.client.get("/staff/queue").location == "/staff/sign-in"


def test_signing_out_ends_the_session_on_the_server(app: Flask) -> None:
    person = signed_in(app, "triage")
    cookie = person.client.get_cookie("finder_staff", path="/staff")
    assert cookie
    out = person.post("/staff/sign-out")
    assert out.location == "/staff/sign-in"
    assert out.headers["Clear-Site-Data"] == '"cache"'
    person.client.set_cookie("finder_staff", cookie.value, path="/staff")
    assert person.client.get("/staff/queue").location == "/staff/sign-in"


def test_one_ends_ones_own_sessions_and_an_administrator_everybodys(app: Flask) -> None:
    triage, admin = signed_in(app, "triage"), signed_in(app, "admin")
    with app.app_context():
        by_email = dict(
            db.session.execute(
                sa.select(StaffAccount.email, StaffSession.id).join(
                    StaffSession, StaffSession.account_id == StaffAccount.id
                )
            ).all()
        )
    assert admin.email not in triage.client.get("/staff/sessions").text
    triage.post("/staff/sessions/end", session=by_email[admin.email])
    assert admin.client.get("/staff/sessions").status_code == 200
    admin.post("/staff/sessions/end", session=by_email[triage.email])
    assert triage.client.get("/staff/queue").location == "/staff/sign-in"
    assert events(app)[-1] == "staff.session_ended"


def test_the_qr_code_is_drawn_by_the_server(app: Flask) -> None:
    person = make_person(app, "viewer")
    person.post(
        "/staff/start",
        email=person.email,
        code=person.recovery_codes[0],
        password="correct horse battery staple",
    )
    person.give_password()
    drawn = person.client.get("/staff/set-up/code.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert drawn.headers["Cache-Control"] == "no-store"


def test_a_weak_password_keeps_the_one_time_code_good(app: Flask) -> None:
    person = make_person(app, "viewer")
    code = person.recovery_codes[0]
    for password, expected in (
        ("short", 400),
        ("a" * 20, 400),
        ("password1234", 400),
        ("viewer@example.org", 400),
        ("a lantern in a tree" * 7, 400),
        ("Finder Finder Finder", 400),
        ("correct horse battery staple", 303),
        ("correct horse battery staple", 400),
    ):
        sent = person.post("/staff/start", email=person.email, code=code, password=password)
        assert sent.status_code == expected


def test_no_secret_stands_in_the_database_as_it_is(app: Flask) -> None:
    person = signed_in(app, "triage")
    with app.app_context():
        row = db.session.scalars(sa.select(StaffAccount)).one()
        assert row.password_hash
        assert row.password_hash.startswith("$argon2id$")
        assert row.totp_sealed
        assert person.secret.encode() not in row.totp_sealed
        assert not set(person.recovery_codes) & set(row.recovery_hashes)


def test_guessing_codes_locks_the_account_too(app: Flask) -> None:
    person = signed_in(app, "triage")
    again = Person(app, person.email)
    again.give_password()
    for _ in range(5):
        assert again.post("/staff/second-factor", code="000000x").status_code == 400
    good = person.recovery_codes[0]
    assert again.post("/staff/second-factor", code=good).status_code == 429
    assert person.client.get("/staff/queue").status_code == 200


def test_a_wrong_first_code_sets_nothing_up(app: Flask) -> None:
    person = make_person(app, "viewer")
    person.post(
        "/staff/start",
        email=person.email,
        code=person.recovery_codes[0],
        password="correct horse battery staple",
    )
    person.give_password()
    assert person.client.get("/staff/second-factor").location == "/staff/set-up"
    assert person.post("/staff/set-up", code="1").status_code == 400
    assert person.client.get("/staff/queue").location == "/staff/second-factor"


def test_the_half_way_step_ends_after_ten_minutes(app: Flask) -> None:
    person = signed_in(app, "triage")
    again = Person(app, person.email)
    again.give_password()
    change_sessions(app, created_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=10))
    assert again.client.get("/staff/second-factor").location == "/staff/sign-in"
    assert person.client.get("/staff/queue").status_code == 200


def test_a_one_time_code_is_good_for_two_days(app: Flask) -> None:
    person = make_person(app, "viewer")
    with app.app_context():
        db.session.execute(sa.update(StaffAccount).values(setup_expires_at=dt.datetime.now(dt.UTC)))
        db.session.commit()
    sent = person.post(
        "/staff/start",
        email=person.email,
        code=person.recovery_codes[0],
        password="correct horse battery staple",
    )
    assert sent.status_code == 400


def test_an_owner_changes_the_password_and_is_signed_out_everywhere_else(app: Flask) -> None:
    here = signed_in(app, "triage")
    elsewhere = here.client.get_cookie("finder_staff", path="/staff")
    assert elsewhere is not None
    changed = here.post("/staff/password", present=PASSWORD, password="a lantern in the juniper")
    assert changed.location == "/staff/sessions"
    assert here.client.get("/staff/queue").status_code == 200
    other = app.test_client()
    other.set_cookie("finder_staff", elsewhere.value, path="/staff")
    assert other.get("/staff/queue").location == "/staff/sign-in"
    here.client = app.test_client()
    assert here.give_password().status_code == 400
    assert here.give_password("a lantern in the juniper").location == "/staff/second-factor"
    assert events(app).count("staff.password_chosen") == 2


@pytest.mark.parametrize(
    ("present", "new", "says"),
    [
        ("not my password", "a lantern in the juniper", "This is not your present password"),
        (PASSWORD, "short", "12 characters"),
        ("", "", "12 characters"),
    ],
)
def test_a_password_is_changed_by_who_knows_it_and_to_a_good_one(
    app: Flask, present: str, new: str, says: str
) -> None:
    person = signed_in(app, "triage")
    answer = person.post("/staff/password", present=present, password=new)
    assert answer.status_code == 400
    assert says in answer.text
    assert person.client.get("/staff/queue").status_code == 200


def test_an_owner_learns_what_makes_a_password_good_and_is_not_locked_out(app: Flask) -> None:
    person = signed_in(app, "triage")
    for _ in range(6):
        weak = person.post("/staff/password", present=PASSWORD, password="triage@example.org")
        assert weak.status_code == 400
        assert "Put a few words together" in weak.text
    good = person.post("/staff/password", present=PASSWORD, password="a lantern in a tree")
    assert good.status_code == 303


def test_guessing_the_present_password_is_limited(app: Flask) -> None:
    person = signed_in(app, "triage")
    for _ in range(5):
        wrong = person.post("/staff/password", present="a guess", password="a lantern in a tree")
        assert wrong.status_code == 400
    answer = person.post("/staff/password", present=PASSWORD, password="a lantern in a tree")
    assert answer.status_code == 429


def test_a_password_may_hold_any_characters(app: Flask) -> None:
    person = make_person(app, "viewer")
    words = "  Žlutý kůň, пароль & 🔑 "
    code = person.recovery_codes[0]
    chosen = person.post("/staff/start", email=person.email, code=code, password=words)
    assert chosen.status_code == 303
    assert person.give_password(words.strip()).status_code == 400
    assert person.give_password(words).location == "/staff/second-factor"


def change_account_in_the_middle(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """Have somebody else change the account while what was entered is being checked."""

    def changed(session: Session, *arguments: Any, **options: Any) -> None:
        session.execute(sa.update(StaffAccount).values(**values))
        give_back_attempt(session, *arguments, **options)

    monkeypatch.setattr("finder.staff.signing_in.give_back_attempt", changed)


def test_a_password_that_is_changed_at_the_same_moment_opens_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = signed_in(app, "triage")
    change_account_in_the_middle(monkeypatch, password_hash=None)
    assert Person(app, person.email).give_password().status_code == 400
    changed = person.post("/staff/password", present=PASSWORD, password="a lantern in a tree")
    assert changed.status_code == 400


def test_a_one_time_code_that_is_used_at_the_same_moment_is_used(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person(app, "viewer")
    change_account_in_the_middle(monkeypatch, setup_hash=None)
    code = person.recovery_codes[0]
    sent = person.post("/staff/start", email=person.email, code=code, password=PASSWORD)
    assert sent.status_code == 400
    assert "staff.password_chosen" not in events(app)


def test_the_app_signs_in_again_and_again(app: Flask) -> None:
    person = signed_in(app, "triage")
    with app.app_context():
        db.session.execute(sa.update(StaffAccount).values(totp_last_step=0))  # some time later
        db.session.commit()
    again = Person(app, person.email)
    again.give_password()
    assert again.post("/staff/second-factor", code=person.code()).status_code == 303
    assert again.client.get("/staff/queue").status_code == 200
    assert events(app).count("staff.signed_in") == 2


def test_no_code_is_right_before_there_is_a_key(app: Flask) -> None:
    person = make_person(app, "viewer")
    code = person.recovery_codes[0]
    person.post("/staff/start", email=person.email, code=code, password=PASSWORD)
    person.give_password()
    assert person.post("/staff/set-up", code="123456").status_code == 400


def test_a_key_is_shown_only_until_it_is_confirmed_and_a_session_that_ended_goes_no_further(
    app: Flask,
) -> None:
    person = signed_in(app, "triage")
    with app.app_context():
        ring, clock = services().key_ring(), services().clock
        gone = SignedIn("0" * 32, account_with_email(db.session, person.email), False)
        with pytest.raises(SignInRefused):
            enrolment(db.session, ring, gone, site_name="Finder")
        with pytest.raises(SignInRefused):
            sign_in_with_code(db.session, ring, gone, person.recovery_codes[0], clock=clock)
