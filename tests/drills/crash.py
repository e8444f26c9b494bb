"""Kill the whole server again and again while people send inquiries: nothing acknowledged is lost.

    python -m tests.drills.crash [--kills 50] [--acknowledgements 20000] [--writers 16]
                                 [--database URL of an empty PostgreSQL database]
                                 [--kill-database]

Every writer sends a form until it is acknowledged, then the next one. At random moments all
processes of the server get ``kill -9`` at once. At the end every code must open exactly one
inquiry, there must be no inquiry more than forms, and the audit log must be whole. With
``--kill-database`` it is not Finder that is killed, but a PostgreSQL of the drill's own: Finder
lives on, gives the form back meanwhile, and finds the database again by itself.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import http.client
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine, sqlite_url
from finder.intake.inquiry.payload import payload_of_inquiry
from finder.intake.models import Inquiry
from finder.security import audit
from tests.drills.postgresql import OwnPostgresql
from tests.drills.serving import Person, Server, code_in
from tests.intake.making import RING


@dataclass
class Crashed:
    """What came of it."""

    kills: int = 0
    acknowledged: int = 0
    cut_off: int = 0
    """requests that the server's death cut off"""
    given_back: int = 0
    """forms that came back filled in, because the database was away"""
    lost: int = 0
    """codes that were acknowledged and that no inquiry has"""
    doubled: int = 0
    """inquiries more than forms, and codes that more than one inquiry has"""
    seconds: float = 0.0
    chain_whole: bool = False
    errors: list[str] = field(default_factory=list)
    """answers that were neither an acknowledgement nor cut off"""

    @property
    def passed(self) -> bool:
        """Whether all of it held."""
        return self.chain_whole and not (self.lost or self.doubled or self.errors)


def drill(
    server: Server,
    engine: sa.Engine,
    *,
    kills: int,
    acknowledgements: int,
    writers: int = 16,
    seed: int = 1,
    kill_database: Callable[[], None] | None = None,
) -> Crashed:
    """Run it on an empty database and return what came of it.

    :param kill_database: kills the database's server and starts it again; without it Finder is
        killed.
    """
    done = Crashed()
    codes: list[str] = []
    lock = threading.Lock()
    server.start()
    started = time.monotonic()
    threads = [
        threading.Thread(target=_write, args=(server, done, codes, lock, acknowledgements))
        for _ in range(writers)
    ]
    for thread in threads:
        thread.start()
    chance = random.Random(seed)
    for each in range(kills):
        # Spread over the run by what was acknowledged, at a moment that nobody can foresee.
        _wait_for(codes, threads, (each + 0.5) / kills * acknowledgements)
        time.sleep(chance.uniform(0, 0.1))
        if kill_database is None:
            server.kill()
            server.start()
        else:
            kill_database()
        done.kills += 1
    for thread in threads:
        thread.join()
    done.seconds = time.monotonic() - started
    server.stop()
    _look(engine, codes, done)
    return done


def _write(
    server: Server, done: Crashed, codes: list[str], lock: threading.Lock, wanted: int
) -> None:
    person = Person(server.port)
    while len(codes) < wanted and len(done.errors) < 20:
        form: dict[str, str] = {}
        while True:
            try:
                form = form or person.open_form()
                status, text = person.post("/inquiry", form)
            except (OSError, http.client.HTTPException):
                with lock:
                    done.cut_off += 1
                time.sleep(0.05)
                continue
            if status == 503 and form["best_times"] in text:
                with lock:
                    done.given_back += 1
                time.sleep(0.05)
                continue
            with lock:
                if code := code_in(text):
                    codes.append(code)
                else:
                    done.errors.append(f"{status}: {text[:200]}")
            break
    person.close()


def _wait_for(codes: list[str], threads: list[threading.Thread], number: float) -> None:
    while len(codes) < number and any(thread.is_alive() for thread in threads):
        time.sleep(0.01)


def _look(engine: sa.Engine, codes: list[str], done: Crashed) -> None:
    done.acknowledged = len(codes)
    with Session(engine) as session:
        stored: collections.Counter[str] = collections.Counter()
        for inquiry in session.scalars(sa.select(Inquiry)):
            stored[payload_of_inquiry(RING, inquiry).reference_code] += 1
        done.chain_whole = audit.verify(session).intact
    given = set(codes)
    done.lost = len(given - stored.keys())
    done.doubled = (sum(stored.values()) - len(given)) + (len(codes) - len(given))


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--acknowledgements", type=int, default=20_000)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--database", help="URL of an empty database; SQLite of its own without")
    parser.add_argument("--kill-database", action="store_true", help="of the drill's own")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="finder-crash-"))
        folder = Path(name)
        url = options.database or sqlite_url(folder / "finder.sqlite")
        postgresql = None
        if options.kill_database:
            postgresql = stack.enter_context(OwnPostgresql())
            url = postgresql.new_database()
        engine = create_engine(url)
        done = drill(
            Server(folder, url),
            engine,
            kills=options.kills,
            acknowledgements=options.acknowledgements,
            writers=options.writers,
            kill_database=postgresql.kill_and_start if postgresql else None,
        )
        engine.dispose()
    print(
        f"{done.kills} kills, {done.acknowledged} acknowledged in {done.seconds:.0f} s,"
        f" {done.cut_off} requests cut off, {done.given_back} forms given back:"
        f" {done.lost} lost, {done.doubled} doubled,"
        f" audit chain {'whole' if done.chain_whole else 'BROKEN'},"
        f" {len(done.errors)} other answers {done.errors[:3]}"
    )
    return 0 if done.passed else 1


if __name__ == "__main__":
    sys.exit(main())
