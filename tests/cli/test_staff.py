"""Accounts are made, reset, disabled and enabled by command; no password is an argument."""

from __future__ import annotations

from flask import Flask

from finder.extensions import db
from finder.staff import account_with_email, list_accounts


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
