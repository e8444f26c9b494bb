from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import shutil
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from config import PRODUCTION, Operator, Settings
from finder.cli.support import health_checks
from finder.cli.support.health_checks import CHECKS, Finding, Level, run_check
from finder.extensions import db
from finder.intake.models import OutboxMessage
from finder.security.models import AuditEvent
from finder.staff.models import StaffAccount
from tests.factories import NOW, SEALING_KEYS, SECRET_KEY
from tests.intake.making import OTHER_RING, submit

_Usage = namedtuple("_Usage", "total used free")


@pytest.fixture(autouse=True)
def plenty_of_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: _Usage(2**40, 0, 2**39))


@pytest.fixture
def sound(make_app: Callable[..., Flask], settings: Settings, session: Session) -> Flask:
    """A production site with nothing wrong."""
    settings.data_dir.chmod(0o700)
    if session.get_bind().dialect.name == "sqlite":
        Path(str(session.get_bind().engine.url.database)).chmod(0o600)
    app = make_app(
        environment=PRODUCTION,
        trusted_proxies=1,
        webhook_url="https://example.org/finder",
        operator=Operator("Bend Helps", "541-322-7500"),
    )
    at(app, NOW)
    add_account(session)
    run(app, "backup", "create", str(settings.data_dir / "one.backup"))
    return app


def add_account(session: Session, **values: Any) -> None:
    kim = {"email": "kim@example.org", "role": "triage", "totp_confirmed": True}
    session.add(StaffAccount(id="a" * 32, created_at=NOW, **kim | values))
    session.commit()


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments or ["doctor"])


def at(app: Flask, clock: dt.datetime) -> None:
    """Set the application's clock."""
    app.extensions["finder"] = dataclasses.replace(app.extensions["finder"], clock=lambda: clock)


def bad_lines(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if not line.startswith("ok ")]


def test_a_sound_site_passes(sound: Flask) -> None:
    result = run(sound)
    assert bad_lines(result) == []
    assert result.exit_code == 0


def test_no_line_shows_a_secret(sound: Flask, session: Session) -> None:
    submit(session, OTHER_RING)
    result = run(sound)
    output = result.output
    assert "k2 missing" in output
    for key in (SEALING_KEYS[0][1], bytes(range(32, 64))):
        assert base64.b64encode(key).decode() not in output
        assert key.hex() not in output
    assert SECRET_KEY not in output


def test_development_is_a_warning_and_no_failure(app: Flask, settings: Settings) -> None:
    settings.data_dir.chmod(0o755)
    result = run(app)
    assert result.exit_code == 0
    warned = bad_lines(result)
    assert any(line.startswith("warn development") for line in warned)
    assert any("others may reach it (mode 755)" in line for line in warned)
    assert "warn cookies: not Secure" in warned
    assert "warn backup: none was made in the last two days" in warned
    assert f"     → chmod 700 {settings.data_dir}" in warned


def test_a_missing_key_fails(sound: Flask, session: Session) -> None:
    submit(session, OTHER_RING)
    result = run(sound)
    assert result.exit_code == 1
    assert "fail keys: k2 missing; what they sealed cannot be read" in result.stdout
    assert "1 checks failed" in result.stderr, result.stdout


def test_no_key_at_all_fails(make_app: Callable[..., Flask]) -> None:
    result = run(make_app(sealing_keys=()))
    assert result.exit_code == 1
    assert "fail keys" in result.stdout
    assert "Set FINDER_KEYS" in result.stdout


def test_rows_under_an_earlier_key_are_a_warning(
    make_app: Callable[..., Flask], session: Session
) -> None:
    submit(session)
    result = run(make_app(sealing_keys=(("k2", bytes(range(32, 64))), *SEALING_KEYS)))
    assert "warn keys: 1 row is under earlier keys than k2" in result.stdout
    assert "keys rotate" in result.stdout


def test_another_schema_fails(sound: Flask, session: Session) -> None:
    session.execute(sa.text("DELETE FROM alembic_version"))
    session.commit()
    result = run(sound)
    assert result.exit_code == 1
    assert "fail schema" in result.stdout
    assert "db upgrade" in result.stdout


def test_a_log_that_was_touched_fails(sound: Flask, session: Session) -> None:
    session.execute(sa.update(AuditEvent).values(actor="x"))
    session.commit()
    assert "fail audit log: Event 1 was changed." in run(sound).stdout


def test_what_is_long_overdue_fails_and_a_clock_that_went_back(
    sound: Flask, session: Session
) -> None:
    submit(session)
    at(sound, NOW + dt.timedelta(days=400))
    late = run(sound)
    assert "fail purge: 1 inquiry should have been erased days ago" in late.stdout
    at(sound, NOW - dt.timedelta(days=400))
    early = run(sound)
    assert any(line.startswith("fail clock: it says 2025-01-28") for line in bad_lines(early))


@pytest.mark.parametrize(("free", "level"), [(10, "fail"), (500, "warn"), (5_000, "ok  ")])
def test_little_room_is_said(
    sound: Flask, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    usage = _Usage(2**40, 0, free * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert f"{level} disk: {free} MB free" in run(sound).stdout


def test_a_key_that_others_may_read_fails_even_in_development(
    app: Flask, settings: Settings
) -> None:
    settings.keys_path.write_text("")
    settings.keys_path.chmod(0o644)
    result = run(app)
    assert result.exit_code == 1
    assert f"fail {settings.keys_path}: others may reach it (mode 644)" in result.stdout


def test_no_proxy_in_production_is_a_warning(make_app: Callable[..., Flask]) -> None:
    result = run(make_app(environment=PRODUCTION))
    assert "warn proxies: none is believed" in result.stdout


def test_who_runs_a_site_in_production_is_to_be_named(make_app: Callable[..., Flask]) -> None:
    result = run(make_app(environment=PRODUCTION, operator=Operator("Bend Helps")))
    assert "warn operator: people are not told" in result.stdout
    assert "FINDER_OPERATOR_PHONE" in result.stdout


def test_open_cookies_in_production_fail(sound: Flask) -> None:
    sound.config["SESSION_COOKIE_SECURE"] = False
    assert "fail cookies" in run(sound).stdout


def test_a_gazetteer_that_cannot_be_read_fails(sound: Flask, settings: Settings) -> None:
    settings.gazetteer_path.unlink()
    result = run(sound)
    assert result.exit_code == 1
    assert "fail gazetteer" in result.stdout


def test_a_gazetteer_that_places_nothing_fails(sound: Flask) -> None:
    class Empty:
        def find_places(self, text: str) -> Any:
            return type("Found", (), {"places": ()})

    sound.extensions["finder"] = dataclasses.replace(sound.extensions["finder"], gazetteer=Empty)
    assert "fail gazetteer: it does not place Bend, OR" in run(sound).stdout


def test_settings_of_the_database_that_cost_inquiries_fail(
    sound: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        health_checks, "_SQLITE_PRAGMAS", {"synchronous": ("3", "it could be lost")}
    )
    # A superuser may change this one for a session.
    monkeypatch.setattr(health_checks, "_POSTGRESQL_SETTINGS", ("enable_tidscan",))
    with sound.app_context():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(sa.text("SET enable_tidscan = off"))
            db.session.commit()
        found = list(run_check(health_checks._database))
        db.session.close()
        db.engine.dispose()
    assert [each.level for each in found] == [Level.FAIL]
    assert "lost" in found[0].what


def test_what_waits_in_the_outbox_for_long_fails(sound: Flask, session: Session) -> None:
    submit(session)
    assert "ok   notifications: none is waiting" in run(sound).stdout
    session.execute(sa.update(OutboxMessage).values(created_at=NOW - dt.timedelta(hours=2)))
    session.commit()
    assert "fail notifications: 2 have been waiting" in run(sound).stdout
    session.execute(sa.update(OutboxMessage).values(dead_at=NOW))
    session.commit()
    assert "ok   notifications: none is waiting" in run(sound).stdout


def test_that_nobody_is_told_or_can_read_is_a_warning(app: Flask, session: Session) -> None:
    at(app, NOW)
    submit(session)
    warned = bad_lines(run(app))
    assert "warn notifications: nobody is told when an inquiry waits" in warned
    assert "warn accounts: nobody of the team can sign in and read inquiries" in warned


@pytest.mark.parametrize(
    "values",
    [{"role": "admin"}, {"role": "viewer"}, {"totp_confirmed": False}, {"disabled_at": NOW}],
    ids=str,
)
def test_an_account_that_reads_nothing_is_no_reader(
    app: Flask, session: Session, values: dict[str, Any]
) -> None:
    add_account(session, **values)
    assert "warn accounts: nobody" in run(app).stdout


def test_that_something_cannot_be_looked_at_is_a_failure_without_details(app: Flask) -> None:
    def _the_moon() -> Iterator[Finding]:
        yield from map(Finding, [], [Path("secret/path").read_text()])

    with app.app_context():
        (found,) = run_check(_the_moon)
    assert found.level is Level.FAIL
    assert found.what == "the moon: could not look (FileNotFoundError)"
    assert "secret" not in found.do


def test_every_check_says_something(sound: Flask) -> None:
    with sound.app_context():
        silent = [check.__name__ for check in CHECKS if not list(run_check(check))]
    assert silent == []
