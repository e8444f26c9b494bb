"""Makes an online backup: a consistent snapshot while the application runs.

On SQLite the online backup API makes a copy, which is then read: a long read of the database itself
would keep pages erased meanwhile in the WAL. On PostgreSQL it is one REPEATABLE READ transaction.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.backup.archive import write_archive
from finder.backup.container import SealingWriter
from finder.db import create_engine, sqlite_url, write_transaction
from finder.security import audit
from finder.security.keys import KeyRing


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """A backup that was made."""

    key_id: str
    """the key that opens it"""
    rows: int
    audit_count: int
    audit_hash: str
    """worth writing down elsewhere: see ``security.audit``"""


def create_backup(
    session: Session,
    path: Path,
    key_ring: KeyRing,
    *,
    actor: str,
    clock: Callable[[], dt.datetime],
) -> BackupSummary:
    """Write a new file with all that the database holds, for its owner alone.

    :param key_ring: its first key encrypts the file.
    :raises FileExistsError: the file is there; it is never replaced.
    """
    partial = path.with_name(path.name + ".partial")
    if path.exists():
        raise FileExistsError(17, "the file is there already, and is not replaced", str(path))
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, _snapshot_session(session) as still:
            writer = SealingWriter(file, key_ring)
            manifest, counts = write_archive(still, writer, made_at=clock())
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    with write_transaction(session):
        audit.record(
            session,
            "backup.created",
            actor=actor,
            subject="",
            details={"rows": sum(counts.values())},
            at=clock(),
        )
    return BackupSummary(
        key_ring.sealing_id, sum(counts.values()), manifest.audit_count, manifest.audit_hash
    )


@contextmanager
def _snapshot_session(session: Session) -> Iterator[Session]:
    """Yield a session that sees the database as it is now, whatever is written meanwhile."""
    engine = session.get_bind().engine
    session.rollback()
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect().execution_options(**options) as connection:
            yield Session(connection)
        return
    assert engine.url.database is not None  # noqa: S101 - only files are settings
    with tempfile.TemporaryDirectory(
        prefix="backup-", dir=Path(engine.url.database).parent
    ) as folder:
        copy = Path(folder) / "copy.sqlite"
        _copy_sqlite(engine, copy)
        copied = create_engine(sqlite_url(copy))
        try:
            with Session(copied) as still:
                yield still
        finally:
            copied.dispose()


def _copy_sqlite(engine: sa.Engine, target: Path) -> None:
    source = engine.raw_connection()
    try:
        with contextlib.closing(sqlite3.connect(target)) as into:
            driver = source.driver_connection
            assert driver is not None  # noqa: S101 - an open connection has one
            driver.backup(into)
    finally:
        source.close()
