"""The tables that search reads, all of them derived from ``facility``.

``search_entry`` holds the facilities that a visitor may find, one row each; ``writing`` keeps it in
step with ``facility`` in the same transaction. ``search_block`` and ``search_shelf`` hold the same
entries again, in the shapes that a search reads within a circle and anywhere.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from finder.db import Model

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""in the order of Python and SQLite, whatever the language of a PostgreSQL database"""


class SearchEntry(Model):
    """A facility that a visitor may find.

    ``x, y, z`` is the point on the unit sphere: the squared chord between two of them orders by
    distance with no trigonometry. ``mask`` holds the answers to every filter value, as
    ``bits.LAYOUT`` lays them out.
    """

    __tablename__ = "search_entry"
    __table_args__ = (sa.Index("ix_search_entry_name", "sort_name", "facility_id"),)

    facility_id: Mapped[int] = mapped_column(
        sa.ForeignKey("facility.id"), primary_key=True, autoincrement=False
    )
    cell: Mapped[int] = mapped_column(index=True)
    """where it is, roughly: see ``blocks``"""
    x: Mapped[float | None]
    y: Mapped[float | None]
    z: Mapped[float | None]
    mask: Mapped[bytes]
    version: Mapped[int] = mapped_column(sa.BigInteger)
    """another one, at random, whenever the facility may have changed: what was made of it is kept
    by it"""
    sort_name: Mapped[str] = mapped_column(_BYTEWISE)
    """``name`` and ``program_name`` without case, accents and punctuation"""
    listed_as_of: Mapped[dt.date | None]


class SearchBlock(Model):
    """The entries of one cell side by side, as a search in a circle reads them: see ``blocks``."""

    __tablename__ = "search_block"

    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    points: Mapped[bytes]
    programs: Mapped[bytes]
    planes: Mapped[bytes]
    # The last column, because most searches do not read it.
    names: Mapped[str]


class SearchShelf(Model):
    """Entries side by side in order of name, as a search without a circle reads: see ``shelves``.

    A row is never changed: another one comes in its place, with another id.
    """

    __tablename__ = "search_shelf"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str]
    first_id: Mapped[int]
    last_name: Mapped[str]
    # A long row is read up to the last column that is wanted.
    words: Mapped[str]
    ids: Mapped[bytes]
    planes: Mapped[bytes]
    postings: Mapped[bytes]
    days: Mapped[bytes]
    starts: Mapped[bytes]
    points: Mapped[bytes]


class SearchIndexState(Model):
    """What the search index was made with; a different fingerprint means: make it again."""

    __tablename__ = "search_index_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
