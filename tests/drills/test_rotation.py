from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.keeping import check_sealed_rows, rotate_keys, sealed_rows_by_key
from finder.security import audit
from tests.drills.rotation import NEW_ONLY, drill, store
from tests.factories import NOW
from tests.intake.making import BOTH

ROOT = Path(__file__).parents[2]


def test_no_read_fails_and_nothing_is_lost_while_keys_rotate(engine: sa.Engine) -> None:
    done = drill(engine, inquiries=450)
    assert done.failures == []
    assert (done.lost, done.left) == (0, 0)
    assert done.rows >= 450
    assert done.reads > 0
    assert done.writes > 0


def test_a_rotation_that_was_killed_goes_on_where_it_was(
    engine: sa.Engine, database_url: str
) -> None:
    store(engine, 2_000)
    command = [sys.executable, "-m", "tests.drills.killing", database_url]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
        assert process.stdout.readline() == "in a batch\n"
        process.kill()
    assert process.returncode == -9
    with Session(engine) as session:
        seals = sealed_rows_by_key(session)
        assert seals["k2"] > 0
        assert seals["k1"] > 0
        assert check_sealed_rows(session, BOTH).opened == 2_000
        done = rotate_keys(session, BOTH, actor="command:drill", clock=lambda: NOW)
        assert 0 < done.resealed < 2_000
        assert (done.left, done.broken) == (0, ())
        assert check_sealed_rows(session, NEW_ONLY).opened == 2_000
        assert audit.verify(session).intact
