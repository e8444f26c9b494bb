"""Accounts are made, reset, disabled and enabled by command; no password is an argument."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Flask

from finder.extensions import db
from finder.staff import account_with_email, list_accounts
from finder.staff.models import StaffAccount
from tests.factories import add_facility
from tests.web.staff.signing import signed_in


def test_an_account_is_made_reset_and_disabled(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    made = run(args=["staff", "create", "Kim@example.org", "--role", "triage"])
    assert made.exit_code == 0
    assert made.stdout.count("-") == 5
    again = run(args=["staff", "create", "kim@example.org", "--role", "triage"])
    assert again.exit_code == 1
    assert "already" in again.stderr
    reset = run(args=["staff", "reset", "kim@example.org"])
    assert reset.exit_code == 0
    assert reset.stdout != made.stdout
    assert run(args=["staff", "disable", "kim@example.org"]).exit_code == 0
    with app.app_context():
        assert account_with_email(db.session, "kim@example.org").is_disabled
    closed = run(args=["staff", "reset", "kim@example.org"])
    assert closed.exit_code == 1
    assert "Enable it" in closed.stderr
    enabled = run(args=["staff", "enable", "kim@example.org"])
    assert enabled.exit_code == 0
    assert enabled.stdout.count("-") == 5
    assert "/staff/start" in enabled.stderr
    with app.app_context():
        assert not account_with_email(db.session, "kim@example.org").is_disabled
    open_already = run(args=["staff", "enable", "kim@example.org"])
    assert open_already.exit_code == 1
    assert "open already" in open_already.stderr


def test_what_cannot_be_is_said(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    assert "no such account" in run(args=["staff", "disable", "kim@example.org"]).stderr
    assert "no such account" in run(args=["staff", "enable", "kim@example.org"]).stderr
    assert run(args=["staff", "create", "kim@example.org", "--role", "king"]).exit_code == 2
    unknown = run(
        args=["staff", "create", "kim@example.org", "--role", "viewer", "--facility", "7"]
    )
    assert unknown.exit_code == 1
    assert "no facility" in unknown.stderr


def test_nobody_has_an_account_until_one_is_made(app: Flask) -> None:
    app.test_cli_runner().invoke(args=["doctor"])
    with app.app_context():
        assert list_accounts(db.session) == ()


def test_accounts_are_listed_without_anything_secret(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    with app.app_context():
        facility = add_facility(db.session)
    theirs = ("--facility", str(facility))
    code = run(args=["staff", "create", "kim@example.org", "--role", "triage", *theirs]).stdout
    signed_in(app, "manager")
    run(args=["staff", "disable", "kim@example.org"])
    listed = run(args=["staff", "list"])
    assert listed.exit_code == 0
    kim, manager = (line.split("\t") for line in listed.stdout.splitlines())
    assert kim[:6] == [
        "kim@example.org",
        "triage",
        f"facilities {facility}",
        "disabled",
        "no second factor yet",
        "last sign-in never",
    ]
    assert manager[:5] == [
        "manager@example.org",
        "manager",
        "own team",
        "open",
        "second factor set up",
    ]
    assert re.fullmatch(r"last sign-in \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", manager[5])
    with app.app_context():
        ids = [each.id for each in list_accounts(db.session)]
        (secret,) = db.session.scalars(
            sa.select(StaffAccount.password_hash).where(StaffAccount.password_hash.is_not(None))
        )
    assert [kim[6], manager[6]] == ids
    assert secret
    assert secret not in listed.stdout
    assert code.strip() not in listed.stdout
