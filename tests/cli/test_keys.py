from __future__ import annotations

import base64
import dataclasses
import importlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from config import PRODUCTION, Settings, parse_keys
from finder import create_app
from finder.extensions import db
from finder.intake.keeping import RotationSummary
from tests.factories import SEALING_KEYS
from tests.intake.making import BOTH, OTHER_RING, submit


@pytest.fixture(autouse=True)
def no_keys_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FINDER_KEYS", raising=False)


@contextmanager
def app_with(settings: Settings, **changes: Any) -> Iterator[Flask]:
    app = create_app(dataclasses.replace(settings, **changes))
    yield app
    with app.app_context():
        db.engine.dispose()


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["keys", *arguments])


def test_status_counts_the_rows_of_each_key(settings: Settings, session: Session) -> None:
    submit(session)
    with app_with(settings, sealing_keys=(("k2", bytes(range(32, 64))), *SEALING_KEYS)) as app:
        result = run(app, "status")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "k2: 0 rows, seals and opens",
        "k1: 1 row, opens",
    ]


def test_status_says_which_keys_are_missing(app: Flask, session: Session) -> None:
    submit(session, OTHER_RING)
    result = run(app, "status")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["k1: 0 rows, seals and opens", "k2: 1 row, MISSING"]
    assert "Put them back" in result.stderr


def test_status_says_that_there_is_no_key(settings: Settings) -> None:
    with app_with(settings, sealing_keys=()) as app:
        result = run(app, "status")
    assert result.exit_code == 1
    assert "keys add" in result.stderr


def test_status_never_shows_a_key(app: Flask, session: Session) -> None:
    submit(session, BOTH)
    output = run(app, "status").output
    assert base64.b64encode(SEALING_KEYS[0][1]).decode() not in output
    assert SEALING_KEYS[0][1].hex() not in output


def test_the_first_key_of_development_goes_to_a_private_file(
    app: Flask, settings: Settings
) -> None:
    result = run(app, "add")
    assert result.exit_code == 0
    ((key_id, key),) = parse_keys(settings.keys_path.read_text())
    assert key_id in result.stdout
    assert base64.b64encode(key).decode() not in result.output
    assert stat.S_IMODE(settings.keys_path.stat().st_mode) == 0o600


def test_a_key_that_is_added_comes_first(app: Flask, settings: Settings) -> None:
    run(app, "add")
    (first,) = parse_keys(settings.keys_path.read_text())
    result = run(app, "add")
    assert result.exit_code == 0
    added, kept = parse_keys(settings.keys_path.read_text())
    assert kept == first
    assert added[0] in result.stdout
    assert stat.S_IMODE(settings.keys_path.stat().st_mode) == 0o600


def test_a_missing_file_is_not_replaced_while_rows_are_sealed(
    app: Flask, settings: Settings, session: Session
) -> None:
    submit(session)
    result = run(app, "add")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
    assert not settings.keys_path.exists()


def test_production_prints_a_key_for_the_operator_to_put_first(settings: Settings) -> None:
    with app_with(settings, environment=PRODUCTION) as app:
        result = run(app, "add")
    assert result.exit_code == 0
    assert len(parse_keys(result.stdout)) == 1
    assert "first in FINDER_KEYS" in result.stderr
    assert not settings.keys_path.exists()


def test_keys_of_the_environment_are_not_mixed_with_a_file(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINDER_KEYS", "k1:something")
    assert len(parse_keys(run(app, "add").stdout)) == 1
    assert not settings.keys_path.exists()


def test_a_key_can_be_printed_before_there_is_a_site(app: Flask, settings: Settings) -> None:
    one, other = (run(app, "add", "--print").stdout for _ in range(2))
    assert parse_keys(one) != parse_keys(other)
    assert not settings.keys_path.exists()


def test_rotating_seals_everything_under_the_first_key(
    settings: Settings, session: Session
) -> None:
    submit(session)
    with app_with(settings, sealing_keys=(("k2", bytes(range(32, 64))), *SEALING_KEYS)) as app:
        result = run(app, "rotate")
        assert result.exit_code == 0
        assert "1 row was sealed again under k2." in result.stdout
        assert run(app, "status").stdout.splitlines()[1] == "k1: 0 rows, opens"


def test_rotating_names_rows_that_do_not_open_and_fails(
    settings: Settings, session: Session
) -> None:
    submit(session)
    session.execute(sa.text("UPDATE inquiry SET pin_hash = sealed"))
    session.commit()
    with app_with(settings, sealing_keys=(("k2", bytes(range(32, 64))), *SEALING_KEYS)) as app:
        result = run(app, "rotate")
    assert result.exit_code == 1
    assert "does not open, and was left as it is: inquiry " in result.stderr
    assert "backup" in result.stderr


def test_rotating_says_when_rows_are_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = RotationSummary("k2", resealed=1, broken=(), left=1)
    # The command's group has the name of its module.
    module = importlib.import_module("finder.cli.keys")
    monkeypatch.setattr(module, "rotate_keys", lambda *given, **named: done)
    with app_with(settings) as app:
        result = run(app, "rotate")
    assert result.exit_code == 1
    assert "1 row was written under an earlier key" in result.stderr


def test_status_counts_what_rotating_counts(settings: Settings, session: Session) -> None:
    submit(session, pin="4711")
    submit(session, submission_token="token-of-one-form-0002")
    with app_with(settings, sealing_keys=(("k2", bytes(range(32, 64))), *SEALING_KEYS)) as app:
        assert run(app, "status").stdout.splitlines()[1] == "k1: 2 rows, opens"
        assert "2 rows were sealed again under k2." in run(app, "rotate").stdout
