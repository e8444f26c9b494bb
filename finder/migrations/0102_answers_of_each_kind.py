"""Keep answers of each kind of treatment, match forms of names, and services in the search index.

The index is derived from the facilities: its rows are dropped, and made again at the next start.
The packed tables are made anew, because SQLite reads a row up to the last column that is selected:
what most searches do not read must stand last.

Revision ID: 0102
Revises: 0101
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0102"
down_revision: str | None = "0101"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None

_ENTRY = (
    ("mask_all", sa.LargeBinary()),
    ("mask_mental_health", sa.LargeBinary()),
    ("match_form", sa.Text()),
    ("services", sa.LargeBinary()),
)
_LAST = ("bitmaps_all", "bitmaps_mental_health", "services")


def upgrade() -> None:
    """Bring the schema to this revision."""
    _empty_index()
    for name, column_type in _ENTRY:
        # Without a default: SQLite takes it where the table has no row.
        op.add_column("search_entry", sa.Column(name, column_type, nullable=False))
    _make_packed_tables(
        tile_text=("forms", "names"),
        segment_bytes=("postings", "places", "lengths", "days"),
        last=_LAST,
    )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    _empty_index()
    for name, _ in _ENTRY:
        op.drop_column("search_entry", name)
    _make_packed_tables(tile_text=("names",), segment_bytes=("postings", "days"))


def _empty_index() -> None:
    op.drop_table("search_name_segment")
    op.drop_table("search_tile")
    for table in ("search_entry", "search_index_state"):
        op.execute(sa.delete(sa.table(table)))


def _make_packed_tables(
    tile_text: tuple[str, ...], segment_bytes: tuple[str, ...], last: tuple[str, ...] = ()
) -> None:
    op.create_table(
        "search_name_segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=False)
            for name in ("ids", "bitmaps", *segment_bytes, "name_starts", "points", *last)
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_name_segment")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "search_tile",
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=False)
            for name in ("points", "entries", "bitmaps")
        ),
        *(sa.Column(name, sa.Text(), nullable=False) for name in tile_text),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in last),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_search_tile")),
    )
