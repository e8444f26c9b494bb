"""Rows of an archive into a database, as they come."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.backup.archive import Manifest, Rows, tables


def load(
    session: Session, parts: Iterable[Manifest | Rows], *, leave_out: Collection[str] = ()
) -> dict[str, int]:
    """Insert rows into empty tables, in the caller's transaction; return how many a table."""
    counts: dict[str, int] = {}
    for part in parts:
        if isinstance(part, Rows) and part.table.name not in leave_out:
            session.execute(sa.insert(part.table), part.rows)
            counts[part.table.name] = counts.get(part.table.name, 0) + len(part.rows)
    if session.get_bind().dialect.name == "postgresql":
        _go_on_counting(session)
    return counts


def empty_tables(session: Session, *, leave: Collection[str] = ()) -> None:
    """Delete all rows, in the caller's transaction; nobody else writes until it ends."""
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables())
        session.execute(sa.text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    for table in reversed(tables()):
        if table.name not in leave:
            session.execute(sa.delete(table))


def _go_on_counting(session: Session) -> None:
    """Let PostgreSQL give out ids after those that were inserted."""
    for table in tables():
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = session.scalar(
            sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
        )
        if sequence is not None:
            highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
            session.execute(sa.select(sa.func.setval(sequence, highest, False)))
