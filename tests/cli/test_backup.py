from __future__ import annotations

import base64
import dataclasses
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from finder import create_app
from finder.extensions import db
from finder.intake.models import Inquiry
from tests.factories import SEALING_KEYS
from tests.intake.making import submit


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["backup", *arguments])


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "one.backup")


def test_a_backup_is_made_checked_and_restored(
    app: Flask, session: Session, path: str, settings: Settings
) -> None:
    submit(session)
    made = run(app, "create", path)
    assert made.exit_code == 0
    assert "under the key k1. Audit log: 1 event, head " in made.stdout
    checked = run(app, "verify", path)
    assert checked.exit_code == 0, checked.output
    assert "inquiry: 1 row" in checked.stdout
    assert "The backup is good." in checked.stdout
    refused = run(app, "restore", path)
    assert refused.exit_code == 1
    assert "--replace" in refused.stderr
    session.execute(sa.delete(Inquiry))
    session.commit()
    restored = run(app, "restore", path, "--replace")
    assert restored.exit_code == 0
    assert "among them 1 inquiry." in restored.stdout
    assert "go on from what they were" in restored.stdout
    output = made.output + checked.output + restored.output
    assert base64.b64encode(SEALING_KEYS[0][1]).decode() not in output


def test_a_backup_that_is_not_good_fails_and_says_why(
    app: Flask, session: Session, path: str
) -> None:
    submit(session)
    session.execute(sa.text("UPDATE inquiry SET pin_hash = sealed"))
    session.execute(sa.text("UPDATE audit_event SET actor = 'x'"))
    session.commit()
    run(app, "create", path)
    result = run(app, "verify", path)
    assert result.exit_code == 1
    assert "Event 1 was changed." in result.stderr
    assert "does not open." in result.stderr
    assert "keep another one" in result.stderr


def test_a_key_of_its_own_seals_a_backup(settings: Settings, session: Session, path: str) -> None:
    submit(session)
    own = (("b1", bytes(range(64, 96))),)
    app = create_app(dataclasses.replace(settings, backup_keys=own))
    assert "under the key b1" in run(app, "create", path).stdout
    assert run(app, "verify", path).exit_code == 0

    without = create_app(dataclasses.replace(settings, backup_keys=own, sealing_keys=()))
    restored = run(without, "restore", path, "--replace")
    assert restored.exit_code == 1
    assert "The keys k1 are missing" in restored.stderr

    neither = create_app(dataclasses.replace(settings, sealing_keys=()))
    assert run(neither, "restore", path, "--replace").exit_code == 1
    for each in (app, without, neither):
        with each.app_context():
            db.engine.dispose()


def test_rows_whose_key_is_missing_or_that_point_nowhere_are_named(
    sqlite_database_url: str, settings: Settings, session: Session, path: str
) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL does not let a row point nowhere")
    from tests.intake.making import OTHER_RING

    submit(session, OTHER_RING)
    session.connection().exec_driver_sql("COMMIT")
    session.connection().exec_driver_sql("PRAGMA foreign_keys = OFF")
    session.connection().exec_driver_sql(
        "INSERT INTO consent SELECT 99, 'nobody', kind,"
        " text_version, text_sha256, facility_name, given_at, expires_at, withdrawn_at FROM consent"
        " LIMIT 1"
    )
    app = create_app(settings)
    run(app, "create", path)
    result = run(app, "verify", path)
    with app.app_context():
        db.engine.dispose()
    assert result.exit_code == 1
    assert "1 row waits for the key k2, which is missing." in result.stderr
    assert "1 row points to others that are not there." in result.stderr
