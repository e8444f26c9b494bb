"""Nothing is sealed that the rotation of keys would pass over."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from finder.db import Model
from finder.intake.keeping.sealed_columns import NOT_SEALED, SEALED_TABLES


def unlisted(metadata: sa.MetaData, listed: set[str]) -> set[str]:
    """Columns of bytes, or called as if they were sealed, that are not listed."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary) or "sealed" in column.name
    } - listed


def listed() -> set[str]:
    return set(NOT_SEALED) | {
        f"{each.name}.{column}"
        for each in SEALED_TABLES
        for column in (
            *(seal.column for seal in each.seals),
            *(lookup.column for lookup in each.lookups),
        )
    }


def test_every_sealed_column_is_in_the_list(app: Flask) -> None:
    assert unlisted(Model.metadata, listed()) == set()


def test_a_column_that_is_forgotten_would_be_found() -> None:
    metadata = sa.MetaData()
    sa.Table("note", metadata, sa.Column("id", sa.Text), sa.Column("sealed", sa.LargeBinary))
    assert unlisted(metadata, listed()) == {"note.sealed"}


def test_the_list_names_nothing_that_is_not_there(app: Flask) -> None:
    tables = Model.metadata.tables.values()
    columns = {f"{table.name}.{column.name}" for table in tables for column in table.columns}
    assert listed() <= columns
    for each in SEALED_TABLES:
        assert {column.name for column in each.columns} <= set(each.table.c.keys())
        assert {seal.purpose for seal in each.seals}


def test_no_two_seals_share_a_purpose() -> None:
    purposes = [seal.purpose for each in SEALED_TABLES for seal in each.seals]
    assert len(purposes) == len(set(purposes))
