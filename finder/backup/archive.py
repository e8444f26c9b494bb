"""The content of a backup: every row of every table as JSON Lines, compressed.

    {"finder_backup": 1, "revision": …, "made_at": …, "audit": [count, hash], "tables": […]}
    {"table": name, "columns": […]}, then one array a row, then {"rows": number}; for each table
    {"end": number of all rows}

It is told by the models alone, so that it is the same for both databases.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.backup.container import BackupBroken
from finder.db import Model, UtcDateTime
from finder.errors import FinderError
from finder.security.audit import FIRST_HASH
from finder.security.models import AuditHead

_FORMAT = 1
_ROWS = 500


class BackupUnusable(FinderError):
    """The backup is whole, and belongs to another version of the schema."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup's first line."""

    revision: str
    made_at: dt.datetime
    audit_count: int
    audit_hash: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of one table, in the columns' names."""

    table: sa.Table
    rows: list[dict[str, Any]]


class Sink(Protocol):
    """Where an archive is written to."""

    def write(self, data: bytes) -> None:
        """Add to it."""


def tables() -> list[sa.Table]:
    """Return every table, those that others point to first."""
    return Model.metadata.sorted_tables


def revision_of(session: Session) -> str:
    """Return the revision of a database's schema."""
    found = session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    return str(found)


def write_archive(
    session: Session, sink: Sink, *, made_at: dt.datetime
) -> tuple[Manifest, dict[str, int]]:
    """Write all that a session sees; return the first line and the number of rows a table."""
    compressor = zlib.compressobj(level=6)

    def line(value: Any) -> None:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        sink.write(compressor.compress(text.encode() + b"\n"))

    head = session.execute(sa.select(AuditHead.count, AuditHead.hash)).one_or_none()
    count, hash_ = (0, FIRST_HASH) if head is None else (head[0], head[1])
    manifest = Manifest(revision_of(session), made_at, count, hash_)
    line(
        {
            "finder_backup": _FORMAT,
            "revision": manifest.revision,
            "made_at": made_at.isoformat(),
            "audit": [count, hash_],
            "tables": [table.name for table in tables()],
        }
    )
    counts: dict[str, int] = {}
    for table in tables():
        line({"table": table.name, "columns": [column.name for column in table.columns]})
        number = 0
        for row in session.execute(sa.select(table)).yield_per(_ROWS):
            line([_written(value) for value in row])
            number += 1
        line({"rows": number})
        counts[table.name] = number
    line({"end": sum(counts.values())})
    sink.write(compressor.flush())
    return manifest, counts


def read_archive(chunks: Iterable[bytes]) -> Iterator[Manifest | Rows]:
    """Yield the first line, then the rows of each table, some hundred at a time.

    :raises BackupBroken: it is not as ``write_archive`` writes it.
    :raises BackupUnusable: it has tables or columns that this version does not have.
    """
    try:
        yield from _read(_lines(chunks))
    # A generator that ends too early is a RuntimeError here.
    except (zlib.error, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise BackupBroken(
            f"This backup cannot be read ({type(error).__name__}); use another one."
        ) from None


def _read(lines: Iterator[Any]) -> Iterator[Manifest | Rows]:
    first = next(lines)
    if first["finder_backup"] != _FORMAT:
        raise BackupUnusable("A newer version of Finder made this backup; use that version.")
    count, hash_ = first["audit"]
    made_at = dt.datetime.fromisoformat(first["made_at"])
    yield Manifest(first["revision"], made_at, count, hash_)
    total = 0
    for name in first["tables"]:
        beginning = next(lines)
        if beginning["table"] != name:
            raise ValueError(name)
        table = Model.metadata.tables.get(name)
        if table is None or {*table.c.keys()} != {*beginning["columns"]}:
            raise BackupUnusable(
                f"This backup has another table {name} than this version of Finder; restore it"
                f" with the version whose schema is {first['revision']}, and upgrade then."
            )
        columns = [table.c[column] for column in beginning["columns"]]
        rows: list[dict[str, Any]] = []
        number = 0
        while isinstance(line := next(lines), list):
            values = (
                _read_back(column, value) for column, value in zip(columns, line, strict=True)
            )
            rows.append(dict(zip(beginning["columns"], values, strict=True)))
            number += 1
            if len(rows) == _ROWS:
                yield Rows(table, rows)
                rows = []
        if rows:
            yield Rows(table, rows)
        if line["rows"] != number:
            raise ValueError(name)
        total += number
    if next(lines)["end"] != total or next(lines, None) is not None:
        raise ValueError("end")


def _lines(chunks: Iterable[bytes]) -> Iterator[Any]:
    decompressor = zlib.decompressobj()
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + decompressor.decompress(chunk)).split(b"\n")
        yield from map(json.loads, lines)
    if rest or not decompressor.eof:
        raise ValueError("cut")


def _written(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, dt.date) else value


def _read_back(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, sa.LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(column.type, UtcDateTime):
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if isinstance(column.type, sa.Date) else value
