"""The statements by which a search reads its candidates.

Building a statement costs more than running it, so each shape is built once. Columns that a search
does not need are not selected: a long row is read up to the last one that is.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, TypeVarTuple

import sqlalchemy as sa

from finder.facilities.index import (
    BITMAP_COLUMNS,
    NameSegment,
    SearchEntry,
    SearchTile,
    SoughtName,
)
from finder.facilities.vocabulary import Treats

Ts = TypeVarTuple("Ts")


def run_parameters(runs: Sequence[tuple[int, int]]) -> dict[str, object]:
    """Return the values of the bounds of runs of cells."""
    firsts = {f"first{i}": first for i, (first, _) in enumerate(runs)}
    return {**firsts, **{f"last{i}": last for i, (_, last) in enumerate(runs)}}


Shape = tuple[int, ...]
"""how many substrings a statement has for each word, of which any one is enough"""


@functools.lru_cache(maxsize=256)
def shape(sought: SoughtName) -> Shape:
    """Return the shape of the statements for a typed name."""
    return tuple(len(word.needles) for word in sought.words)


@functools.lru_cache(maxsize=256)
def word_parameters(sought: SoughtName) -> dict[str, object]:
    """Return the patterns of a typed name; not to be changed."""
    return {
        f"word{i}_{j}": f"%{needle}%"
        for i, word in enumerate(sought.words)
        for j, needle in enumerate(word.needles)
    }


@functools.lru_cache(maxsize=256)
def tile_statement(runs: int, words: Shape, treats: Treats) -> sa.Select[Any]:
    """Select the columns of `Tile`, with match forms where words are sought.

    The bitmaps are those of the kind that is asked for.
    """
    tile = SearchTile.__table__.c
    nothing: sa.ColumnClause[Any] = sa.literal_column("''")
    forms = tile.forms if words else nothing
    bitmaps = tile[BITMAP_COLUMNS[treats]]
    columns = sa.select(tile.cell, tile.points, tile.entries, bitmaps, nothing, forms)
    return _where_containing(_where_in_runs(columns, tile.cell, runs), tile.forms, words)


@functools.cache
def tile_names_statement(runs: int) -> sa.Select[int, str]:
    """Select cells and the names of their entries."""
    return _where_in_runs(sa.select(SearchTile.cell, SearchTile.names), SearchTile.cell, runs)


@functools.cache
def tile_services_statement(runs: int) -> sa.Select[int, bytes]:
    """Select cells and the services of their entries."""
    columns = sa.select(SearchTile.cell, SearchTile.services)
    return _where_in_runs(columns, SearchTile.cell, runs)


@functools.lru_cache(maxsize=256)
def segment_statement(words: Shape, treats: Treats, *, placed: bool) -> sa.Select[Any]:
    """Select what each search reads of segments, with points where it has a center."""
    segment = NameSegment.__table__.c
    nothing: sa.ColumnClause[Any] = sa.literal_column("''")
    columns = sa.select(
        *(segment.id, segment.first_name, segment.first_id, segment.ids),
        segment[BITMAP_COLUMNS[treats]],
        *((segment.terms, segment.postings) if words else (nothing, nothing)),
        # Of programs that are equally far the newer comes first.
        *((segment.points, segment.days) if placed else (nothing, nothing)),
    )
    return _where_containing(columns, segment.terms, words)


@functools.lru_cache(maxsize=256)
def segment_column_statement(column: str, words: Shape) -> sa.Select[Any]:
    """Select the ids of the same segments and one more column."""
    segment = NameSegment.__table__.c
    return _where_containing(sa.select(segment.id, segment[column]), segment.terms, words)


@functools.lru_cache(maxsize=256)
def places_statement(count: int) -> sa.Select[Any]:
    """Select id, places and lengths of some segments."""
    segment = NameSegment.__table__.c
    ids: list[sa.BindParameter[int]] = [sa.bindparam(f"id{i}") for i in range(count)]
    columns = sa.select(segment.id, segment.places, segment.lengths)
    return columns.where(segment.id.in_(ids))


@functools.lru_cache(maxsize=256)
def version_statement(count: int) -> sa.Select[int, int]:
    """Select id and version of some entries."""
    ids: list[sa.BindParameter[int]] = [sa.bindparam(f"id{i}") for i in range(count)]
    columns = sa.select(SearchEntry.facility_id, SearchEntry.version)
    return columns.where(SearchEntry.facility_id.in_(ids))


def _where_in_runs(statement: sa.Select[*Ts], cell: Any, runs: int) -> sa.Select[*Ts]:
    between = (
        cell.between(sa.bindparam(f"first{i}"), sa.bindparam(f"last{i}")) for i in range(runs)
    )
    return statement.where(sa.or_(*between))


def _where_containing(statement: sa.Select[*Ts], text: Any, words: Shape) -> sa.Select[*Ts]:
    return statement.where(
        *(
            sa.or_(*(text.like(sa.bindparam(f"word{i}_{j}")) for j in range(count)))
            for i, count in enumerate(words)
        )
    )
