"""Keep the search entries side by side in order of their names, too.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: tuple[str, ...] | None = ()
depends_on: str | None = None


def upgrade() -> None:
    """Bring the schema to this revision; the index is made again from the facilities."""
    op.create_table(
        "search_shelf",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.Column("planes", sa.LargeBinary(), nullable=False),
        sa.Column("postings", sa.LargeBinary(), nullable=False),
        sa.Column("days", sa.LargeBinary(), nullable=False),
        sa.Column("starts", sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_shelf")),
        sqlite_autoincrement=True,
    )
    _make_again('TYPE text COLLATE "C"')


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_table("search_shelf")
    _make_again('TYPE text COLLATE "default"')


def _make_again(sort_name: str) -> None:
    # All of it is derived: a start that finds it made for another version fills it.
    op.execute(sa.text("DELETE FROM search_index_state"))
    op.execute(sa.text("DELETE FROM search_block"))
    op.execute(sa.text("DELETE FROM search_entry"))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text(f"ALTER TABLE search_entry ALTER COLUMN sort_name {sort_name}"))
