"""A passkey is as good as a code, cannot be phished, and is never the last one that is removed."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from finder.extensions import db, services
from finder.security.models import AuditEvent
from finder.staff import (
    SignedIn,
    SignInRefused,
    account_with_email,
    begin_adding_passkey,
    begin_passkey_setup,
    remove_app,
    reset_account,
)
from finder.staff.models import StaffAccount, StaffPasskey, StaffSession
from finder.staff.passkeys import CHALLENGE_TIME, MOST_PASSKEYS
from finder.web.staff.signing_in.passkeys import site
from tests.web.staff.authenticator import SoftPasskey, another_challenge
from tests.web.staff.signing import PASSWORD, Person, make_person, signed_in


def half_way(app: Flask, role: str = "triage") -> Person:
    """Somebody who has chosen a password, given it, and has no second factor yet."""
    person = make_person(app, role)
    code = person.recovery_codes[0]
    person.post("/staff/start", email=person.email, code=code, password=PASSWORD)
    person.give_password()
    return person


def again(app: Flask, person: Person) -> Person:
    """The same person in another browser, half-way."""
    other = Person(app, person.email)
    assert other.give_password().location == "/staff/second-factor"
    return other


def asked(person: Person, path: str, **fields: str) -> dict[str, Any]:
    """What the server asks a browser for."""
    answer = person.post(path, **fields)
    assert answer.status_code == 200, answer.text
    options = answer.json["options"] if answer.json else {}
    assert isinstance(options, dict)
    return options


def set_up(app: Flask, *, role: str = "triage", counts: bool = True) -> tuple[Person, SoftPasskey]:
    """Somebody who is signed in, and was set up with a passkey alone."""
    person, passkey = half_way(app, role), SoftPasskey(counts=counts)
    options = asked(person, "/staff/set-up/challenge")
    done = person.post("/staff/set-up/passkey", answer=passkey.make(options), label=" My\tphone ")
    assert done.status_code == 200, done.text
    person.recovery_codes = re.findall(r"<code>([^<]+)</code>", done.text)
    return person, passkey


def sign(person: Person, passkey: SoftPasskey, **changes: Any) -> TestResponse:
    options = asked(person, "/staff/second-factor/challenge")
    return person.post("/staff/second-factor/passkey", answer=passkey.sign(options, **changes))


def add(person: Person, passkey: SoftPasskey, label: str = "") -> TestResponse:
    options = asked(person, "/staff/factors/challenge", password=PASSWORD)
    return person.post("/staff/factors/passkeys", answer=passkey.make(options), label=label)


def passkey_ids(app: Flask) -> list[str]:
    with app.app_context():
        return list(
            db.session.scalars(sa.select(StaffPasskey.id).order_by(StaffPasskey.created_at))
        )


def events(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuditEvent.event).order_by(AuditEvent.seq)))


def test_an_account_is_set_up_with_a_passkey_alone(app: Flask) -> None:
    person, _ = set_up(app)
    assert len(set(person.recovery_codes)) == 10
    assert person.client.get("/staff/queue").status_code == 200
    assert "My phone" in person.client.get("/staff/factors").text
    assert events(app)[2:] == ["staff.set_up", "staff.passkey_added", "staff.signed_in"]
    with app.app_context():
        row = db.session.scalars(sa.select(StaffAccount)).one()
        assert (row.totp_confirmed, row.totp_sealed, row.key_id) == (False, None, None)
        assert row.passkeys[0].transports == ["internal"]


def test_a_passkey_signs_in(app: Flask) -> None:
    person, passkey = set_up(app)
    other = again(app, person)
    assert "passkeys.js" in other.client.get("/staff/second-factor").text
    assert sign(other, passkey).location == "/staff/"
    assert other.client.get("/staff/queue").status_code == 200
    assert events(app)[-2:] == ["staff.passkey_used", "staff.signed_in"]
    assert "last used" in other.client.get("/staff/factors").text


def test_a_key_that_does_not_count_signs_in_again_and_again(app: Flask) -> None:
    person, passkey = set_up(app, counts=False)
    for _ in range(2):
        assert sign(again(app, person), passkey).status_code == 303


def test_a_recovery_code_signs_in_who_lost_the_passkey(app: Flask) -> None:
    person, _ = set_up(app)
    other = again(app, person)
    assert "Recovery code" in other.client.get("/staff/second-factor").text
    sent = other.post("/staff/second-factor", code=person.recovery_codes[0])
    assert sent.status_code == 303


def test_no_field_for_a_code_is_shown_where_no_code_could_be_right(app: Flask) -> None:
    person, _ = set_up(app)
    with app.app_context():
        db.session.execute(sa.update(StaffAccount).values(recovery_hashes=[]))
        db.session.commit()
    assert 'name="code"' not in again(app, person).client.get("/staff/second-factor").text


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://localhost"},
        {"origin": "http://localhost:8000"},
        {"origin": "http://localhost.example"},
        {"host": "localhost.example"},
        {"type": "webauthn.create"},
    ],
    ids=str,
)
def test_what_was_signed_for_another_page_opens_nothing(
    app: Flask, changes: dict[str, str]
) -> None:
    person, passkey = set_up(app)
    other = again(app, person)
    refused = sign(other, passkey, **changes)
    assert refused.status_code == 400
    assert "This passkey was not taken" in refused.text
    assert other.client.get("/staff/queue").location == "/staff/second-factor"
    assert events(app)[-1] == "staff.sign_in_refused"


def test_a_challenge_is_good_once_for_its_session_and_five_minutes(app: Flask) -> None:
    person, passkey = set_up(app)
    first, second = again(app, person), again(app, person)
    path = "/staff/second-factor/passkey"
    options = asked(first, "/staff/second-factor/challenge")
    asked(second, "/staff/second-factor/challenge")
    assert second.post(path, answer=passkey.sign(options)).status_code == 400

    assert first.post(path, answer=passkey.sign(another_challenge(options))).status_code == 400
    used = passkey.sign(options)
    assert first.post(path, answer=used).status_code == 400, "a wrong answer uses it up"

    late = asked(first, "/staff/second-factor/challenge")
    with app.app_context():
        until = db.session.scalars(
            sa.select(StaffSession.challenge_expires_at).where(
                StaffSession.challenge_expires_at.is_not(None)
            )
        ).all()
        assert all(each and each < dt.datetime.now(dt.UTC) + CHALLENGE_TIME for each in until)
        db.session.execute(
            sa.update(StaffSession).values(challenge_expires_at=dt.datetime.now(dt.UTC))
        )
        db.session.commit()
    assert first.post(path, answer=passkey.sign(late)).status_code == 400


def test_an_answer_is_not_taken_twice(app: Flask) -> None:
    person, passkey = set_up(app)
    other = again(app, person)
    answer = passkey.sign(asked(other, "/staff/second-factor/challenge"))
    assert other.post("/staff/second-factor/passkey", answer=answer).status_code == 303
    thief = again(app, person)
    asked(thief, "/staff/second-factor/challenge")
    assert thief.post("/staff/second-factor/passkey", answer=answer).status_code == 400


def test_a_passkey_of_somebody_else_opens_nothing(app: Flask) -> None:
    person, _ = set_up(app)
    _, others = set_up(app, role="viewer")
    assert sign(again(app, person), others).status_code == 400
    assert sign(again(app, person), SoftPasskey()).status_code == 400


def test_a_copied_passkey_is_refused_and_on_record(app: Flask) -> None:
    person, passkey = set_up(app)
    assert sign(again(app, person), passkey).status_code == 303
    passkey.count -= 1  # the copy knows nothing of the last time
    refused = sign(again(app, person), passkey)
    assert refused.status_code == 400
    assert "may have been copied" in refused.text
    assert events(app)[-2:] == ["staff.passkey_copied", "staff.sign_in_refused"]


def test_what_is_no_answer_is_refused(app: Flask) -> None:
    person, passkey = set_up(app)
    other = again(app, person)
    good = passkey.sign(asked(other, "/staff/second-factor/challenge"))
    for broken in ("", "[]", "{}", good[:-40] + '"}}', good.replace("webauthn", "x")):
        other = again(app, person)
        asked(other, "/staff/second-factor/challenge")
        with app.app_context():  # this is not about the limit
            db.session.execute(sa.text("DELETE FROM attempt_count"))
            db.session.commit()
        assert other.post("/staff/second-factor/passkey", answer=broken).status_code == 400


def test_failures_of_passkeys_codes_and_passwords_are_counted_together(app: Flask) -> None:
    person, passkey = set_up(app)
    other = again(app, person)
    for _ in range(3):
        assert sign(other, SoftPasskey()).status_code == 400
    for _ in range(2):
        assert other.post("/staff/second-factor", code="wrong").status_code == 400
    assert sign(other, passkey).status_code == 429
    assert person.client.get("/staff/queue").status_code == 200


def test_a_password_alone_gets_no_further_where_there_is_a_passkey(app: Flask) -> None:
    person, _ = set_up(app)
    other = again(app, person)
    assert other.client.get("/staff/set-up").location == "/staff/second-factor"
    assert other.post("/staff/set-up", code="123456").location == "/staff/second-factor"
    assert other.post("/staff/set-up/challenge").status_code == 400
    thiefs = SoftPasskey().make({"rp": {"id": "localhost"}, "challenge": "AAAA"})
    sent = other.post("/staff/set-up/passkey", answer=thiefs)
    assert sent.location == "/staff/second-factor"
    assert other.client.get("/staff/factors").location == "/staff/second-factor"
    assert other.post("/staff/factors/challenge").location == "/staff/second-factor"
    assert len(passkey_ids(app)) == 1


def test_a_key_of_an_app_that_was_only_shown_opens_nothing(app: Flask) -> None:
    person = half_way(app)
    found = re.search(r'id="key">(\w+)<', person.client.get("/staff/set-up").text)
    assert found
    passkey = SoftPasskey()
    options = asked(person, "/staff/set-up/challenge")
    person.post("/staff/set-up/passkey", answer=passkey.make(options))
    assert "Passkey" in person.client.get("/staff/factors").text
    page = person.client.get("/staff/factors/app").text
    assert found[1] not in page
    shown = re.search(r'id="key">(\w+)<', page)
    assert shown
    other = again(app, person)
    assert other.post("/staff/second-factor", code=pyotp.TOTP(shown[1]).now()).status_code == 400


def test_a_passkey_that_was_made_for_something_else_sets_nothing_up(app: Flask) -> None:
    person = half_way(app)
    path = "/staff/set-up/passkey"
    for changes in ({"origin": "https://evil.example"}, {"type": "webauthn.get"}):
        options = asked(person, "/staff/set-up/challenge")
        refused = person.post(path, answer=SoftPasskey().make(options, **changes))
        assert refused.status_code == 400
        assert 'id="key"' in refused.text, "an app can be set up all the same"
    assert person.post(path, answer="").status_code == 400
    assert passkey_ids(app) == []


def test_one_more_passkey_is_added_by_who_gives_the_password_again(app: Flask) -> None:
    person = signed_in(app, "triage")
    elsewhere = again(app, person)
    elsewhere.post("/staff/second-factor", code=person.recovery_codes[0])
    assert person.post("/staff/factors/challenge", password="a guess").status_code == 400
    assert person.post("/staff/factors/challenge").status_code == 400
    passkey = SoftPasskey()
    assert add(person, passkey, "<b>Key</b>" + "x" * 90).location == "/staff/factors"
    page = person.client.get("/staff/factors").text
    assert "&lt;b&gt;Key&lt;/b&gt;xxx" in page
    assert "x" * 60 not in page
    assert elsewhere.client.get("/staff/queue").location == "/staff/sign-in"
    assert sign(again(app, person), passkey).status_code == 303
    assert "staff.passkey_added" in events(app)


def test_no_passkey_is_added_without_a_challenge_or_twice(app: Flask) -> None:
    person, passkey = set_up(app)
    without = passkey.make({"rp": {"id": "localhost"}, "challenge": "AAAA"})
    assert person.post("/staff/factors/passkeys", answer=without).status_code == 400
    options = asked(person, "/staff/factors/challenge", password=PASSWORD)
    assert len(options["excludeCredentials"]) == 1
    twice = person.post("/staff/factors/passkeys", answer=passkey.make(options))
    assert twice.status_code == 400
    assert len(passkey_ids(app)) == 1


def test_there_is_an_end_to_passkeys(app: Flask) -> None:
    person, _ = set_up(app)
    with app.app_context():
        account = db.session.scalars(sa.select(StaffAccount)).one()
        for number in range(1, MOST_PASSKEYS):
            db.session.add(
                StaffPasskey(
                    id=f"{number:032}",
                    account_id=account.id,
                    credential_id=f"AAA{number}",
                    public_key=b"",
                    sign_count=0,
                    label="",
                    transports=[],
                    created_at=dt.datetime.now(dt.UTC),
                )
            )
        db.session.commit()
    refused = person.post("/staff/factors/challenge", password=PASSWORD)
    assert refused.status_code == 400
    assert refused.json
    assert "10 passkeys" in refused.json["problem"]


def test_a_passkey_is_removed_by_who_gives_the_password_again(app: Flask) -> None:
    person, passkey = set_up(app)
    add(person, SoftPasskey())
    first, _ = passkey_ids(app)
    path = "/staff/factors/remove"
    assert person.post(path, passkey=first, password="a guess").status_code == 400
    assert person.post(path, passkey="0" * 32, password=PASSWORD).status_code == 303
    assert len(passkey_ids(app)) == 2
    assert person.post(path, passkey=first, password=PASSWORD).location == "/staff/factors"
    assert first not in passkey_ids(app)
    assert sign(again(app, person), passkey).status_code == 400
    assert events(app).count("staff.passkey_removed") == 1


def test_nobody_removes_a_passkey_of_somebody_else(app: Flask) -> None:
    set_up(app)
    person, _ = set_up(app, role="viewer")
    add(person, SoftPasskey())
    others = passkey_ids(app)[0]
    person.post("/staff/factors/remove", passkey=others, password=PASSWORD)
    assert others in passkey_ids(app)


def test_the_last_second_factor_is_not_removed(app: Flask) -> None:
    person, _ = set_up(app)
    [only] = passkey_ids(app)
    path = "/staff/factors/remove"
    for _ in range(6):  # to say so is no failure
        refused = person.post(path, passkey=only, password=PASSWORD)
        assert refused.status_code == 400
        assert "This is your only second factor" in refused.text
    assert passkey_ids(app) == [only]
    with_app = signed_in(app, "viewer")
    assert with_app.post(path, password=PASSWORD).status_code == 400
    assert with_app.client.get("/staff/factors/app").location == "/staff/factors"


def test_an_app_is_added_to_a_passkey_and_removed(app: Flask) -> None:
    person, _ = set_up(app)
    page = person.client.get("/staff/factors/app").text
    found = re.search(r'id="key">(\w+)<', page)
    assert found
    assert person.client.get("/staff/factors/app/code.svg").mimetype == "image/svg+xml"
    code = pyotp.TOTP(found[1]).now()
    wrong = person.post("/staff/factors/app", code="1", password=PASSWORD)
    assert wrong.status_code == 400
    assert found[1] in wrong.text, "what was scanned is still good"
    assert person.post("/staff/factors/app", code=code, password="a guess").status_code == 400
    added = person.post("/staff/factors/app", code=code, password=PASSWORD)
    assert added.location == "/staff/factors"
    assert person.client.get("/staff/factors/app/code.svg").status_code == 303
    person.secret = found[1]
    with app.app_context():
        db.session.execute(sa.update(StaffAccount).values(totp_last_step=0))  # some time later
        db.session.commit()
    other = again(app, person)
    assert other.post("/staff/second-factor", code=person.code()).status_code == 303
    assert person.post("/staff/factors/remove", password=PASSWORD).location == "/staff/factors"
    assert other.client.get("/staff/factors").location == "/staff/sign-in"
    with app.app_context():
        assert not db.session.scalars(sa.select(StaffAccount.totp_confirmed)).one()
    assert {"staff.app_added", "staff.app_removed"} <= set(events(app))


def test_a_reset_removes_passkeys(app: Flask) -> None:
    person, _ = set_up(app)
    with app.app_context():
        account = account_with_email(db.session, person.email)
        assert account.passkeys == 1
        reset_account(db.session, account.id, by="command:test", clock=services().clock)
        assert not account_with_email(db.session, person.email).is_set_up
    assert passkey_ids(app) == []


def test_a_password_alone_changes_no_second_factor_in_the_domain_either(app: Flask) -> None:
    person, _ = set_up(app)
    with app.test_request_context():
        account = account_with_email(db.session, person.email)
        half = SignedIn("0" * 32, account, is_verified=False)
        ring, clock = services().key_ring(), services().clock
        with pytest.raises(SignInRefused):
            begin_adding_passkey(db.session, ring, half, site(), PASSWORD, clock=clock)
        with pytest.raises(SignInRefused):
            remove_app(db.session, ring, half, PASSWORD, clock=clock)
        with pytest.raises(SignInRefused):
            begin_passkey_setup(db.session, half, site(), clock=clock)


@pytest.mark.parametrize(
    ("environment", "base_url", "origin", "host"),
    [
        ("development", "http://localhost:8000", "http://localhost:8000", "localhost"),
        ("production", "http://find.example.org", "https://find.example.org", "find.example.org"),
        ("production", "https://find.example.org", "https://find.example.org", "find.example.org"),
    ],
)
def test_a_site_is_known_by_the_address_in_the_browser(
    make_app: Any, environment: str, base_url: str, origin: str, host: str
) -> None:
    with make_app(environment=environment).test_request_context(base_url=base_url):
        assert (site().origin, site().host) == (origin, host)


def test_a_request_that_names_no_host_is_not_answered_with_a_challenge(app: Flask) -> None:
    person = half_way(app)
    found = re.search(r'name="csrf_token" value="([^"]+)"', person.client.get("/staff/set-up").text)
    assert found
    for host in ("", "not a host"):
        sent = {"path": "/staff/set-up/challenge", "data": {"csrf_token": found[1]}}
        assert person.client.post(**sent, headers={"Host": host}).status_code == 400


def test_no_page_is_kept_from_asking_for_a_passkey(app: Flask) -> None:
    policy = app.test_client().get("/staff/sign-in").headers["Permissions-Policy"]
    assert "publickey-credentials" not in policy, "the default lets the site itself ask"


@pytest.mark.slow
def test_a_server_does_without_the_library_until_somebody_uses_a_passkey() -> None:
    loads = "import sys, finder.application; sys.exit('webauthn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0
