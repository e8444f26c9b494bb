"""The tables of the search index, all of them derived from ``facility``.

``search_entry`` has a row for each facility that a visitor may find. ``search_tile`` and
``search_name_segment`` hold the same entries as packed arrays: by grid cell, and in order of name.
``writing`` keeps them in step with ``facility`` in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from finder.db import Model
from finder.facilities.vocabulary import Treats

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""ordered by code point as in Python and SQLite, whatever the locale of a PostgreSQL database"""


class SearchEntry(Model):
    """A facility that a visitor may find.

    ``x, y, z`` is its unit vector: the squared chord between two of them orders by distance with
    no trigonometry. ``mask`` holds the answers to every filter value (``bitmap_index.LAYOUT``) for
    a search for substance use; the other masks hold them for the other kinds.
    """

    __tablename__ = "search_entry"
    __table_args__ = (sa.Index("ix_search_entry_name", "sort_name", "facility_id"),)

    facility_id: Mapped[int] = mapped_column(
        sa.ForeignKey("facility.id"), primary_key=True, autoincrement=False
    )
    cell: Mapped[int] = mapped_column(index=True)
    """its grid cell: see ``spatial_index``"""
    x: Mapped[float | None]
    y: Mapped[float | None]
    z: Mapped[float | None]
    mask: Mapped[bytes]
    mask_all: Mapped[bytes]
    mask_mental_health: Mapped[bytes]
    version: Mapped[int] = mapped_column(sa.BigInteger)
    """random, and a new one whenever the facility may have changed: the key of cached cards"""
    sort_name: Mapped[str] = mapped_column(_BYTEWISE)
    """``name`` and ``program_name`` without case, accents and punctuation"""
    listed_as_of: Mapped[dt.date | None]
    match_form: Mapped[str]
    """``name`` and ``program_name`` as they are searched: see ``name_forms``"""
    services: Mapped[bytes]
    """which services of ``bitmap_index.SERVICE_LAYOUT`` it lists"""


class SearchTile(Model):
    """The entries of one grid cell, packed: see ``spatial_index.Tile``."""

    __tablename__ = "search_tile"

    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    points: Mapped[bytes]
    entries: Mapped[bytes]
    # SQLite reads a long row up to the last column that is selected: rarer columns come later.
    # Most searches do not read names, and are for substance use, whose answers ``bitmaps`` holds.
    bitmaps: Mapped[bytes]
    forms: Mapped[str]
    names: Mapped[str]
    bitmaps_all: Mapped[bytes]
    bitmaps_mental_health: Mapped[bytes]
    services: Mapped[bytes]


class NameSegment(Model):
    """A run of entries in order of name, packed: see ``name_index.Segment``.

    Rows are immutable: a change replaces a row by one with another id.
    """

    __tablename__ = "search_name_segment"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str]
    first_id: Mapped[int]
    last_name: Mapped[str]
    # In order of how rarely they are read, as in a tile.
    terms: Mapped[str]
    ids: Mapped[bytes]
    bitmaps: Mapped[bytes]
    postings: Mapped[bytes]
    places: Mapped[bytes]
    lengths: Mapped[bytes]
    days: Mapped[bytes]
    name_starts: Mapped[bytes]
    points: Mapped[bytes]
    bitmaps_all: Mapped[bytes]
    bitmaps_mental_health: Mapped[bytes]
    services: Mapped[bytes]


MASK_COLUMNS: Mapping[Treats, str] = {
    Treats.SUBSTANCE_USE: "mask",
    Treats.ALL: "mask_all",
    Treats.MENTAL_HEALTH: "mask_mental_health",
}
"""the column of ``SearchEntry`` for the kind that a search asks for"""
BITMAP_COLUMNS: Mapping[Treats, str] = {
    Treats.SUBSTANCE_USE: "bitmaps",
    Treats.ALL: "bitmaps_all",
    Treats.MENTAL_HEALTH: "bitmaps_mental_health",
}
"""the column of ``SearchTile`` and of ``NameSegment``: the only one of them that a search reads"""


class SearchIndexState(Model):
    """The fingerprint that the search index was built with; another one means: rebuild it."""

    __tablename__ = "search_index_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
