"""The drills on what is sealed, deleted, guessed and logged; in full: python -m tests.drills."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from finder.db import create_engine
from finder.extensions import db
from finder.intake.keeping.sealed_columns import SEALED_TABLES
from tests.drills import auditing, crash, guessing, leaving, tampering
from tests.drills.__main__ import PROGRAMS
from tests.drills.postgresql import OwnPostgresql
from tests.drills.serving import ROOT, Server
from tests.fuzz.forms import make_client


def test_whatever_is_done_to_a_seal_it_does_not_open(engine: sa.Engine) -> None:
    done = tampering.drill(engine, inquiries=1)
    assert done.taken == []
    assert done.tables == {each.name for each in SEALED_TABLES}
    assert done.flipped > 512 * len(done.tables)
    assert done.swapped == done.seals * (done.seals - 1)


def test_what_is_deleted_leaves_nothing_and_no_backup_brings_it_back(
    engine: sa.Engine, tmp_path: Path
) -> None:
    done = leaving.drill(engine, tmp_path, inquiries=8)
    assert (done.found, done.blind) == ([], [])
    assert (done.deleted, done.kept, done.brought_back, done.lost) == (4, 4, 0, 0)
    assert done.pieces >= 4 * 3 * 512 // 32


def test_where_it_is_not_overwritten_what_was_deleted_is_found(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    engine = create_engine(sqlite_database_url)

    @sa.event.listens_for(engine, "checkout")
    def keep(connection: sa.pool.PoolProxiedConnection, *_: object) -> None:
        connection.execute("PRAGMA secure_delete = OFF")

    assert leaving.drill(engine, tmp_path, inquiries=8).found
    engine.dispose()


def test_all_that_is_done_is_on_record_and_whoever_touches_the_record_is_seen(
    database_url: str, engine: sa.Engine, gazetteer_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "gazetteer.sqlite").symlink_to(gazetteer_path)
    app, _ = make_client(folder, database_url)
    done = auditing.drill(app, engine, actions=20, events=4)
    with app.app_context():
        db.engine.dispose()
    assert (done.wrong, done.unseen, done.whole) == ([], [], True)
    assert set(done.actions.values()) <= {1, 2, 3}
    assert done.changes >= 4 * 10


def test_few_guesses_are_looked_at_however_many_come_at_once(
    prepared_database_url: str, gazetteer_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "gazetteer.sqlite").symlink_to(gazetteer_path)
    done = guessing.drill(Server(folder, prepared_database_url), guesses=36, at_once=6)
    assert done.wrong == []
    assert {what: done.looked_at(what) for what in done.answers} == {
        "password": 5,
        "second factor": 5,
        "PIN": 5,
        "code and PIN": 15,
    }


def test_nothing_is_lost_and_forms_come_back_when_the_database_is_killed(
    gazetteer_path: Path, tmp_path: Path
) -> None:
    (tmp_path / "gazetteer.sqlite").symlink_to(gazetteer_path)
    with OwnPostgresql() as postgresql:
        url = postgresql.new_database()
        engine = create_engine(url)
        done = crash.drill(
            Server(tmp_path, url),
            engine,
            kills=1,
            acknowledgements=20,
            writers=4,
            kill_database=postgresql.kill_and_start,
        )
        engine.dispose()
    assert (done.errors, done.lost, done.doubled, done.chain_whole) == ([], 0, 0, True)
    assert done.given_back > 0


@pytest.mark.parametrize("room", ["drills", "fuzz"])
def test_one_command_runs_every_program_and_the_paper_tells_of_it(room: str) -> None:
    written = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    programs = {
        path.stem
        for path in (ROOT / "tests" / room).glob("[a-z]*.py")
        if not path.name.startswith("test_") and "argparse" in path.read_text("utf-8")
    }
    assert programs
    for name in programs:
        module = f"tests.{room}.{name}"
        assert module in {each.module for each in PROGRAMS}
        assert f"python -m {module}" in written


def test_the_one_command_runs_those_that_are_asked_for() -> None:
    command = [sys.executable, "-m", "tests.drills", "--small", "--only", "tampering"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("passed tampering") == 2
