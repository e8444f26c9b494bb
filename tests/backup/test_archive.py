from __future__ import annotations

import json
import zlib

import pytest
import sqlalchemy as sa
from flask import Flask

from finder.backup.archive import BackupUnusable, read_archive
from finder.backup.container import BackupBroken
from finder.db import Model

FIRST = {
    "finder_backup": 1,
    "revision": "1",
    "made_at": "2026-03-04T15:00:00+00:00",
    "audit": [0, "0" * 64],
    "tables": ["audit_head"],
}
TABLE = {"table": "audit_head", "columns": ["id", "count", "hash"]}
GOOD = [FIRST, TABLE, [1, 0, "x"], {"rows": 1}, {"end": 1}]


def packed(*lines: object) -> list[bytes]:
    return [zlib.compress(b"".join(json.dumps(each).encode() + b"\n" for each in lines))]


def test_an_archive_can_be_read() -> None:
    _, rows = read_archive(packed(*GOOD))
    assert rows.rows == [{"id": 1, "count": 0, "hash": "x"}]  # type: ignore[union-attr]  # Rows come second


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [b"not compressed"],
        [packed(*GOOD)[0][:-6]],
        packed(),
        packed(*GOOD[:-1]),
        packed(*GOOD[:-2]),
        packed(*GOOD, {"end": 1}),
        packed(*GOOD[:3], {"rows": 2}, {"end": 2}),
        packed(*GOOD[:4], {"end": 2}),
        packed(FIRST, {**TABLE, "table": "listing"}, *GOOD[2:]),
        packed(FIRST, TABLE, [1, 0], *GOOD[3:]),
        packed({**FIRST, "made_at": 7}, *GOOD[1:]),
        packed({"hello": 1}),
    ],
)
def test_what_is_not_an_archive_is_refused(chunks: list[bytes]) -> None:
    with pytest.raises(BackupBroken, match="use another one"):
        list(read_archive(chunks))


@pytest.mark.parametrize(
    "lines",
    [
        [{**FIRST, "finder_backup": 2}],
        [{**FIRST, "tables": ["lost"]}, {"table": "lost", "columns": []}],
        [FIRST, {**TABLE, "columns": ["id", "count"]}],
    ],
)
def test_an_archive_of_another_version_is_said_to_be_one(lines: list[object]) -> None:
    with pytest.raises(BackupUnusable, match="version"):
        list(read_archive(packed(*lines)))


def test_no_json_may_be_null_because_it_would_come_back_as_another_null(app: Flask) -> None:
    """In a column of JSON, nothing and JSON's own null look alike when they are read."""
    for table in Model.metadata.tables.values():
        for column in table.columns:
            assert not (isinstance(column.type, sa.JSON) and column.nullable), column
