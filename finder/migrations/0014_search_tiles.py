"""Name the tables of the search index for what they hold: tiles and name segments.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: tuple[str, ...] | None = ()
depends_on: str | None = None


def upgrade() -> None:
    """Bring the schema to this revision; the index is made again from the facilities."""
    _replace("search_block", "search_tile", entries="entries", bitmaps="bitmaps")
    _replace_segments(
        "search_shelf", "search_name_segment", terms="terms", bitmaps="bitmaps", starts="name_starts"
    )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    _replace("search_tile", "search_block", entries="programs", bitmaps="planes")
    _replace_segments(
        "search_name_segment", "search_shelf", terms="words", bitmaps="planes", starts="starts"
    )


def _replace(old: str, new: str, *, entries: str, bitmaps: str) -> None:
    # All of it is derived: a start that finds no state of the index fills it.
    op.execute(sa.text("DELETE FROM search_index_state"))
    op.drop_table(old)
    op.create_table(
        new,
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.Column(entries, sa.LargeBinary(), nullable=False),
        sa.Column(bitmaps, sa.LargeBinary(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("cell", name=op.f(f"pk_{new}")),
    )


def _replace_segments(old: str, new: str, *, terms: str, bitmaps: str, starts: str) -> None:
    op.drop_table(old)
    op.create_table(
        new,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column(terms, sa.Text(), nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.Column(bitmaps, sa.LargeBinary(), nullable=False),
        sa.Column("postings", sa.LargeBinary(), nullable=False),
        sa.Column("days", sa.LargeBinary(), nullable=False),
        sa.Column(starts, sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{new}")),
        sqlite_autoincrement=True,
    )
