"""Key rotation: re-encrypts all sealed rows under the first key, online.

A batch is one short transaction; a row is replaced by compare-and-set only where it is still as it
was read, and locked rows are left for the next pass. So concurrent writes are never lost and wait
for one batch at most. Interrupted, a rotation resumes with what is left. What is sealed is known to
``sealed_columns`` alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.keeping.retention import truncate_wal
from finder.intake.keeping.sealed_columns import (
    SEALED_TABLES,
    SealedTable,
    rows_under_other_keys,
    sealed_rows_by_key,
)
from finder.security import audit
from finder.security.keys import KeyMissing, KeyRing, SealBroken

BATCH = 200
_PASSES = 5
"""over one table; after the first there is only what was written or held meanwhile"""
_WAS = "was_"

Row = Mapping[str, Any]
_Made = tuple[Row, Mapping[str, Any], Mapping[str, bytes]]
"""a row as it was read, its columns under the first key, and what is sealed in it"""


@dataclass(frozen=True, slots=True)
class RotationSummary:
    """What a rotation did."""

    key_id: str
    """the key that seals everything now"""
    resealed: int
    """rows"""
    broken: tuple[str, ...]
    """``table id`` of rows that do not open; they stay as they are"""
    left: int
    """rows under other keys, the broken ones among them"""


def rotate_keys(
    session: Session,
    key_ring: KeyRing,
    *,
    actor: str,
    clock: Callable[[], dt.datetime],
    progress: Callable[[str, int], None] = lambda what, number: None,
) -> RotationSummary:
    """Re-encrypt every row that is not under the first key of the ring.

    :raises KeyMissing: rows wait for a key that is not in the ring; nothing was changed.
    """
    missing = [key_id for key_id in sealed_rows_by_key(session) if key_id not in key_ring]
    if missing:
        raise KeyMissing(
            f"Rows are sealed under keys that are missing: {', '.join(sorted(missing))}. Put them"
            " back (./run keys status tells how), and rotate then."
        )
    first = key_ring.sealing_id
    waiting = sum(rows_under_other_keys(session, each, first) for each in SEALED_TABLES)
    _record(session, "keys.rotation_started", first, actor, clock(), rows=waiting)
    resealed = 0
    broken: set[str] = set()
    for each in SEALED_TABLES:
        for _ in range(_PASSES):
            for rows in _batches(session, each, first):
                resealed += _reseal(session, key_ring, each, rows, broken)
                progress("rows sealed again", resealed)
            here = sum(1 for name in broken if name.startswith(f"{each.name} "))
            if rows_under_other_keys(session, each, first) <= here:
                break
    left = sum(rows_under_other_keys(session, each, first) for each in SEALED_TABLES)
    _record(session, "keys.rotation_finished", first, actor, clock(), rows=resealed, left=left)
    truncate_wal(session)
    return RotationSummary(first, resealed, tuple(sorted(broken)), left)


def _batches(session: Session, each: SealedTable, first: str) -> Any:
    last = None
    while True:
        stale = sa.select(*each.columns).where(each.key != first).order_by(each.id).limit(BATCH)
        if last is not None:
            stale = stale.where(each.id > last)
        rows = session.execute(stale).mappings().all()
        session.rollback()  # nothing is held while the batch is sealed
        if not rows:
            return
        yield rows
        last = rows[-1][each.id_column]


def _reseal(
    session: Session,
    key_ring: KeyRing,
    each: SealedTable,
    rows: Sequence[Row],
    broken: set[str],
) -> int:
    made: list[_Made] = []
    for row in rows:
        try:
            opened = each.open(key_ring, row)
        except SealBroken:
            broken.add(f"{each.name} {row[each.id_column]}")
            continue
        made.append((row, each.seal(key_ring, row, opened), opened))
    if not made:
        return 0
    with write_transaction(session):
        mine = _unchanged(session, each, made)
        if not mine:
            return 0
        done = session.connection().execute(
            _compare_and_set(each), [_parameters(each, row, columns) for row, columns, _ in mine]
        )
        if each.rebuild_lookups is not None:
            opened_rows = {row[each.id_column]: opened for row, _, opened in mine}
            each.rebuild_lookups(session, key_ring, opened_rows)
        return done.rowcount


def _unchanged(session: Session, each: SealedTable, made: list[_Made]) -> list[_Made]:
    """Lock the rows that nobody else holds or has changed meanwhile, and return what is for them.

    Whoever skips what is locked never waits, and never jams. On SQLite the transaction is the only
    writer, and there is nothing to lock.
    """
    ids = [row[each.id_column] for row, _, _ in made]
    was = [each.id, each.key, *(each.table.c[seal.column] for seal in each.seals)]
    found = sa.select(*was).where(each.id.in_(ids)).with_for_update(skip_locked=True)
    present = {row[0]: tuple(row) for row in session.execute(found)}
    return [
        one
        for one in made
        if present.get(one[0][each.id_column]) == tuple(one[0][column.name] for column in was)
    ]


def _compare_and_set(each: SealedTable) -> sa.Update:
    was = [each.key_column, *(seal.column for seal in each.seals)]
    set_ = [*was, *(lookup.column for lookup in each.lookups)]
    table = each.table
    return (
        sa.update(table)
        .where(each.id == sa.bindparam(f"{_WAS}{each.id_column}", type_=each.id.type))
        .where(
            *(
                table.c[name].is_not_distinct_from(
                    sa.bindparam(f"{_WAS}{name}", type_=table.c[name].type)
                )
                for name in was
            )
        )
        .values({name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in set_})
    )


def _parameters(each: SealedTable, row: Row, columns: Mapping[str, Any]) -> dict[str, Any]:
    was = {f"{_WAS}{name}": row[name] for name in (each.id_column, each.key_column)}
    was |= {f"{_WAS}{seal.column}": row[seal.column] for seal in each.seals}
    new = {f"new_{seal.column}": None for seal in each.seals}
    return was | new | {f"new_{name}": value for name, value in columns.items()}


def _record(
    session: Session, event: str, key_id: str, actor: str, at: dt.datetime, **details: int
) -> None:
    with write_transaction(session):
        audit.record(session, event, actor=actor, subject=key_id, details=details, at=at)
