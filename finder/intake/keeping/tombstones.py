"""Tombstones of erased inquiries, so that no restored backup brings them back.

A tombstone is the hash of an id of 128 random bits: it tells nothing, and needs no key, so that
erasing works even where the keys are lost. Tombstones are kept in the database and, because a
database can be lost, in a file of the data folder.
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
    """Return the tombstone (SHA-256) of an inquiry's id."""
    return hashlib.sha256(f"finder erased inquiry {inquiry_id}".encode()).digest()


def add_tombstones(session: Session, hashes: Iterable[bytes], *, at: dt.datetime) -> None:
    """Add tombstones that are not there yet, in the caller's ``write_transaction``."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"id_hash": each, "erased_at": at} for each in sorted(set(hashes))]
    if rows:
        session.execute(dialect.insert(ErasureTombstone).on_conflict_do_nothing(), rows)


def all_tombstones(session: Session) -> set[bytes]:
    """Return the database's tombstones."""
    return set(session.scalars(sa.select(ErasureTombstone.id_hash)))


def erase_tombstoned(session: Session, hashes: set[bytes]) -> list[str]:
    """Erase the inquiries that have a tombstone, in the caller's transaction; return their ids."""
    back = [each for each in session.scalars(sa.select(Inquiry.id)) if tombstone(each) in hashes]
    for start in range(0, len(back), _CHUNK):
        session.execute(
            sa.delete(Inquiry).where(Inquiry.id.in_(back[start : start + _CHUNK])),
            execution_options={"synchronize_session": False},
        )
    return back


def read_tombstone_file(path: Path) -> set[bytes]:
    """Return a file's tombstones; none where there is no such file."""
    if not path.exists():
        return set()
    lines = path.read_text("ascii").split()
    return {bytes.fromhex(line) for line in lines if len(line) == 64}  # a torn line is no hash


def update_tombstone_file(session: Session, path: Path) -> int:
    """Append the database's new tombstones to the file (mode 600); return how many."""
    new = sorted(all_tombstones(session) - read_tombstone_file(path))
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
