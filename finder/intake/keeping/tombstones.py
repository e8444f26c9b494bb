"""That an inquiry was erased, in a way that says nothing of it: no backup may bring it back.

A tombstone is a hash of an id of 128 random bits, so nobody finds the id by trying; it needs no
key, so that what is due can be erased even where the keys are lost. Tombstones are kept in the
database and, because a database can be lost, in a file of the data folder.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from finder.intake.models import ErasureTombstone, Inquiry

_CHUNK = 500


def tombstone(inquiry_id: str) -> bytes:
    """Return what stays of an erased inquiry's id."""
    return hashlib.sha256(f"finder erased inquiry {inquiry_id}".encode()).digest()


def bury(session: Session, ids: Iterable[str], *, at: dt.datetime) -> None:
    """Keep that inquiries were erased, in the caller's ``write_transaction``."""
    add_tombstones(session, [tombstone(each) for each in ids], at=at)


def add_tombstones(session: Session, hashes: Iterable[bytes], *, at: dt.datetime) -> None:
    """Add those that are not there yet, in the caller's ``write_transaction``."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"id_hash": each, "erased_at": at} for each in sorted(set(hashes))]
    if rows:
        session.execute(dialect.insert(ErasureTombstone).on_conflict_do_nothing(), rows)


def all_tombstones(session: Session) -> set[bytes]:
    """Return all that are in the database."""
    return set(session.scalars(sa.select(ErasureTombstone.id_hash)))


def erase_buried(session: Session, hashes: set[bytes]) -> list[str]:
    """Erase the inquiries that have a tombstone, in the caller's transaction; return their ids."""
    back = [each for each in session.scalars(sa.select(Inquiry.id)) if tombstone(each) in hashes]
    for start in range(0, len(back), _CHUNK):
        session.execute(
            sa.delete(Inquiry).where(Inquiry.id.in_(back[start : start + _CHUNK])),
            execution_options={"synchronize_session": False},
        )
    return back


def read_tombstones(path: Path) -> set[bytes]:
    """Return those of a file; none where there is no such file."""
    if not path.exists():
        return set()
    lines = path.read_text("ascii").split()
    return {bytes.fromhex(line) for line in lines if len(line) == 64}  # a torn line is no hash


def keep_tombstones(session: Session, path: Path) -> int:
    """Bring the file up to the database, for its owner alone; return how many were added."""
    new = sorted(all_tombstones(session) - read_tombstones(path))
    session.rollback()
    if not new:
        return 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        # A line that a full disk tore last time must not swallow the next one.
        file.write("".join(f"\n{each.hex()}" for each in new) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return len(new)
