"""Delete inquiries, and look for what was sealed of them in the files of the database.

    python -m tests.drills.leaving [--inquiries 200] [--database URL of an empty database]

Every second inquiry is deleted by its author, with all of its messages and notes. On SQLite no
piece of 32 bytes of it may stand in the file or in the write-ahead log while others are connected.
On PostgreSQL no row version may be left after a vacuum, and no piece after VACUUM FULL. Then a
backup from before is restored, twice: over what is there, and where the database was lost and only
the file of tombstones was kept.
"""

from __future__ import annotations

import argparse
import itertools
import secrets
import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.backup import create_backup, restore_backup
from finder.db import create_engine, sqlite_url
from finder.intake.author import add_message, delete_own_inquiry
from finder.intake.casework import add_note
from finder.intake.keeping import update_tombstone_file
from finder.intake.models import Inquiry, InquiryMessage, InquiryNote
from tests.drills.rotation import migrate, store
from tests.factories import NOW
from tests.intake.making import RING, actor

_TABLES = (Inquiry, InquiryMessage, InquiryNote)
_PIECE = 32
_PAGE = 8192


@dataclass
class Left:
    """What came of it."""

    deleted: int = 0
    kept: int = 0
    pieces: int = 0
    """pieces of what was sealed that were looked for"""
    found: list[str] = field(default_factory=list)
    """where one of them was found"""
    blind: list[str] = field(default_factory=list)
    """places where what was not deleted was not found"""
    brought_back: int = 0
    """deleted inquiries that a restore brought back"""
    lost: int = 0
    """inquiries that nobody deleted, and that are not there after a restore"""

    @property
    def passed(self) -> bool:
        """Whether all that was deleted is gone, and nothing else."""
        return not (self.found or self.blind or self.brought_back or self.lost)


def drill(engine: sa.Engine, folder: Path, *, inquiries: int) -> Left:
    """Run it on an empty database; ``folder`` takes a backup and the file of tombstones."""
    ids = store(engine, inquiries)
    gone, kept = ids[::2], ids[1::2]
    done = Left(deleted=len(gone), kept=len(kept))
    backup, erased = folder / "leaving.backup", folder / "erased"
    with Session(engine) as session:
        for each in ids:
            words = secrets.token_hex(8)
            add_message(session, RING, each, words, token=words, clock=lambda: NOW)
            add_note(session, RING, actor(), each, words, clock=lambda: NOW)
        create_backup(session, backup, RING, actor="command:drill", clock=lambda: NOW)
        sealed = {name: _sealed(session, each) for name, each in (("gone", gone), ("kept", kept))}
        session.rollback()
        for each in gone:
            delete_own_inquiry(session, each, consent_withdrawn=False, clock=lambda: NOW)
        _look(engine, sealed["gone"], sealed["kept"], done)
        update_tombstone_file(session, erased)
        _restore(session, backup, erased, gone, kept, done)
        for table in (*_TABLES, "erasure_tombstone"):
            name = table if isinstance(table, str) else table.__tablename__
            session.execute(sa.text(f"DELETE FROM {name}"))
        session.commit()
        _restore(session, backup, erased, gone, kept, done)
    return done


def _sealed(session: Session, ids: list[str]) -> list[bytes]:
    wanted = set(ids)
    blobs = []
    for model in _TABLES:
        table = model.__table__
        of = table.c["id" if model is Inquiry else "inquiry_id"]
        rows = session.execute(sa.select(of, table.c.sealed))
        blobs += [bytes(blob) for inquiry_id, blob in rows if inquiry_id in wanted]
    return blobs


def _look(engine: sa.Engine, gone: list[bytes], kept: list[bytes], done: Left) -> None:
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        with engine.connect() as reader:
            reader.exec_driver_sql("SELECT count(*) FROM inquiry").scalar()
            files = [path, path.with_name(path.name + "-wal")]
            places = {each.name: each.read_bytes() for each in files if each.exists()}
        _search(places, gone, kept, done, whole=path.name)
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for how in ("VACUUM", "VACUUM FULL"):
            for model in _TABLES:
                connection.exec_driver_sql(f"{how} {model.__tablename__}")
            connection.exec_driver_sql("CHECKPOINT")
            heaps = {m.__tablename__: _heap(connection, m.__tablename__) for m in _TABLES}
            if how == "VACUUM":
                heaps = {name: b"\n".join(_row_versions(heap)) for name, heap in heaps.items()}
            _search({f"all after {how}": b"\n".join(heaps.values())}, gone, kept, done)


def _search(
    places: dict[str, bytes], gone: list[bytes], kept: list[bytes], done: Left, whole: str = ""
) -> None:
    pieces = [p for blob in gone for p in _pieces(blob)]
    done.pieces += len(pieces)
    for name, content in places.items():
        done.found += [name for piece in pieces if piece in content]
        # A look that finds nothing says something only where what is there is found.
        if (not whole or name == whole) and not all(
            next(_pieces(blob)) in content for blob in kept
        ):
            done.blind.append(name)


def _pieces(blob: bytes) -> Iterator[bytes]:
    return (blob[at : at + _PIECE] for at in range(0, len(blob) - _PIECE + 1, _PIECE))


def _heap(connection: sa.Connection, table: str) -> bytes:
    read = sa.text("SELECT pg_read_binary_file(pg_relation_filepath(CAST(:table AS regclass)))")
    return bytes(connection.execute(read, {"table": table}).scalar_one())


def _row_versions(heap: bytes) -> Iterator[bytes]:
    """Yield every row version of a table's file, dead ones too: what its line pointers point to."""
    for start in range(0, len(heap), _PAGE):
        page = heap[start : start + _PAGE]
        (lower,) = struct.unpack_from("<H", page, 12)
        for (pointer,) in struct.iter_unpack("<I", page[24:lower]):
            offset, length = pointer & 0x7FFF, pointer >> 17
            if length:
                yield page[offset : offset + length]


def _restore(
    session: Session, backup: Path, erased: Path, gone: list[str], kept: list[str], done: Left
) -> None:
    restore_backup(
        session,
        backup,
        [RING],
        tombstones_path=erased,
        replace=True,
        actor="command:drill",
        clock=lambda: NOW,
    )
    there = set(session.scalars(sa.select(Inquiry.id)))
    session.rollback()
    done.brought_back += len(there & set(gone))
    done.lost += len(set(kept) - there)


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inquiries", type=int, default=200)
    parser.add_argument("--database", help="URL of an empty database; SQLite of its own without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-leaving-") as name:
        folder = Path(name)
        url = options.database or sqlite_url(folder / "finder.sqlite")
        migrate(folder, url)
        engine = create_engine(url)
        done = drill(engine, folder, inquiries=options.inquiries)
        engine.dispose()
    print(
        f"{engine.dialect.name}: {done.deleted} deleted, {done.kept} kept; {done.pieces} pieces"
        f" looked for, {len(done.found)} found; {done.brought_back} brought back by two restores,"
        f" {done.lost} lost"
    )
    print(*itertools.islice(done.found + done.blind, 10), sep="\n", end="")
    return 0 if done.passed else 1


if __name__ == "__main__":
    sys.exit(main())
