"""Loads the rows of an archive into a database, streaming."""

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
        _advance_sequences(session)
    return counts


def delete_all_rows(session: Session, *, leave: Collection[str] = ()) -> None:
    """Delete all rows, in the caller's transaction; nobody else writes until it ends."""
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables())
        session.execute(sa.text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    for table in reversed(tables()):
        if table.name not in leave:
            session.execute(sa.delete(table))


def _advance_sequences(session: Session) -> None:
    """Advance PostgreSQL's sequences beyond the inserted ids."""
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
