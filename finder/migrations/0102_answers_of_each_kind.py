"""Keep the answers to filters of each kind of treatment in the search index.

The index is derived from the facilities: its rows are dropped, and made again at the next start.

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

_COLUMNS = {
    "search_entry": ("mask_all", "mask_mental_health"),
    "search_tile": ("bitmaps_all", "bitmaps_mental_health"),
    "search_name_segment": ("bitmaps_all", "bitmaps_mental_health"),
}


def upgrade() -> None:
    """Bring the schema to this revision."""
    _empty_index()
    for table, columns in _COLUMNS.items():
        for column in columns:
            # Without a default: SQLite takes it where the table has no row.
            op.add_column(table, sa.Column(column, sa.LargeBinary(), nullable=False))


def downgrade() -> None:
    """Take the schema back to the revision before."""
    _empty_index()
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)


def _empty_index() -> None:
    for table in (*_COLUMNS, "search_index_state"):
        op.execute(sa.delete(sa.table(table)))
