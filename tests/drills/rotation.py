"""Rotate the keys of many inquiries while others read and write them.

    python -m tests.drills.rotation [--inquiries 10000] [--fewest 1000]
                                   [--database URL of an empty database]

Prints rows a second, and how many reads and writes there were meanwhile and how many failed. Fewer
than 1,000 rows a second are a failure, too.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import secrets
import sys
import tempfile
import threading
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine, sqlite_url, write_transaction
from finder.extensions import db
from finder.intake.author import add_message, read_own_inquiry
from finder.intake.inquiry.payload import Payload, payload_of, reference_lookup, seal_payload
from finder.intake.inquiry.reference_code import make_reference
from finder.intake.keeping import check_sealed_rows, rotate_keys, sealed_rows_by_key
from finder.intake.models import Inquiry
from finder.migrating import alembic
from finder.security.keys import KeyRing
from tests.factories import NOW
from tests.intake.making import BOTH, RING, submission

NEW_ONLY = KeyRing([("k2", bytes(range(32, 64)))])


@dataclasses.dataclass
class Drilled:
    """What came of it."""

    rows: int
    seconds: float
    reads: int = 0
    writes: int = 0
    failures: list[str] = dataclasses.field(default_factory=list)
    lost: int = 0
    """messages that were acknowledged and are not there, or cannot be read"""
    left: int = 0
    """seals that only the earlier key opens"""


def drill(engine: sa.Engine, *, inquiries: int, readers: int = 2, pause: float = 0.0) -> Drilled:
    """Store inquiries under the old key, rotate while others read and write, and look."""
    ids = store(engine, inquiries)
    drilled = Drilled(rows=0, seconds=0)
    stop = threading.Event()
    said: list[tuple[str, str]] = []
    threads = [
        threading.Thread(target=_read, args=(engine, ids, stop, drilled, pause))
        for _ in range(readers)
    ]
    threads.append(threading.Thread(target=_write, args=(engine, ids, stop, drilled, said)))
    for thread in threads:
        thread.start()
    with Session(engine) as session:
        began = time.monotonic()
        done = rotate_keys(session, BOTH, actor="command:drill", clock=lambda: NOW)
        drilled.seconds = time.monotonic() - began
        drilled.rows = done.resealed
    stop.set()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        drilled.left = sum(n for k, n in sealed_rows_by_key(session).items() if k != "k2")
        check = check_sealed_rows(session, NEW_ONLY)
        drilled.failures += [f"does not open: {name}" for name in check.broken]
        for inquiry_id, text in said:
            own = read_own_inquiry(session, NEW_ONLY, inquiry_id)
            drilled.lost += text not in {each.text for each in own.messages}
    return drilled


def store(engine: sa.Engine, number: int) -> list[str]:
    """Store inquiries under the old key alone; without PINs, whose hashes take 50 ms each."""
    rows = []
    for place in range(number):
        inquiry_id, code = secrets.token_hex(16), make_reference()
        payload: Payload = payload_of(submission(), reference_code=code, facility_name=None)
        sealed = seal_payload(RING, payload, inquiry_id=inquiry_id)
        pin = RING.seal(bytes(48), purpose="inquiry pin", row_id=inquiry_id)
        rows.append(
            {
                "id": inquiry_id,
                "status": "requested",
                "created_at": NOW,
                "updated_at": NOW,
                "erase_after": NOW,
                "key_id": sealed.key_id,
                "sealed": sealed.blob,
                "pin_hash": pin.blob,
                "reference_lookup": reference_lookup(RING, code),
                "submission_token_hash": place.to_bytes(32),
            }
        )
    with Session(engine) as session, write_transaction(session):
        session.execute(sa.insert(Inquiry), rows)
    return [str(row["id"]) for row in rows]


def _read(
    engine: sa.Engine, ids: list[str], stop: threading.Event, drilled: Drilled, pause: float
) -> None:
    while not stop.is_set():
        try:
            with Session(engine) as session:
                read_own_inquiry(session, BOTH, random.choice(ids))
        except Exception as error:
            drilled.failures.append(f"read: {type(error).__name__}")
        drilled.reads += 1
        time.sleep(pause)


def _write(
    engine: sa.Engine,
    ids: list[str],
    stop: threading.Event,
    drilled: Drilled,
    said: list[tuple[str, str]],
) -> None:
    while not stop.is_set():
        inquiry_id, text = random.choice(ids), secrets.token_hex(8)
        try:
            with Session(engine) as session:
                add_message(session, BOTH, inquiry_id, text, token=text, clock=lambda: NOW)
            said.append((inquiry_id, text))
        except Exception as error:
            drilled.failures.append(f"write: {type(error).__name__}")
        drilled.writes += 1
        time.sleep(0.02)


def main() -> int:
    """Drill in full."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inquiries", type=int, default=10_000)
    parser.add_argument("--fewest", type=int, default=1_000, help="rows a second")
    parser.add_argument("--database", help="the URL of an empty database; SQLite without it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or sqlite_url(Path(folder) / "finder.sqlite")
        migrate(Path(folder), url)
        engine = create_engine(url)
        done = drill(engine, inquiries=given.inquiries, pause=0.01)
        engine.dispose()
    print(
        f"{engine.dialect.name}: {done.rows} rows in {done.seconds:.1f} s,"
        f" {done.rows / done.seconds:.0f} rows/s; {done.reads} reads and {done.writes} writes"
        f" meanwhile, {len(done.failures)} failed; {done.lost} lost; {done.left} left"
    )
    slow = done.rows / done.seconds < given.fewest
    return 1 if done.failures or done.lost or done.left or slow else 0


def migrate(folder: Path, url: str) -> None:
    """Bring an empty database to the present schema."""
    from finder import create_app
    from tests.factories import settings_for

    app = create_app(settings_for(folder, database_url=url))
    with app.app_context():
        alembic.upgrade()
        db.session.close()
        db.engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
