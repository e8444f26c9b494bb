"""Keep the search entries of each piece of the map side by side.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: tuple[str, ...] | None = ()
depends_on: str | None = None


def upgrade() -> None:
    """Bring the schema to this revision; the index is made again from the facilities."""
    _make_again(sa.Column("cell", sa.Integer(), nullable=False))
    op.create_index(op.f("ix_search_entry_cell"), "search_entry", ["cell"], unique=False)
    op.create_table(
        "search_block",
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.Column("programs", sa.LargeBinary(), nullable=False),
        sa.Column("planes", sa.LargeBinary(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_search_block")),
    )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_table("search_block")
    _make_again(
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("unplaced_in", sa.Text(), nullable=True),
    )
    op.create_index(
        op.f("ix_search_entry_unplaced_in"), "search_entry", ["unplaced_in"], unique=False
    )
    columns = ["latitude", "longitude", "x", "y", "z", "mask", "sort_name", "facility_id"]
    op.create_index("ix_search_entry_place", "search_entry", [*columns, "version"], unique=False)


def _make_again(*added: sa.Column[object]) -> None:
    # All of it is derived: a start that finds it made for another version fills it.
    op.execute(sa.text("DELETE FROM search_index_state"))
    op.drop_table("search_entry")
    op.create_table(
        "search_entry",
        sa.Column("facility_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("z", sa.Double(), nullable=True),
        sa.Column("mask", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        *added,
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("listed_as_of", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_search_entry_facility_id")
        ),
        sa.PrimaryKeyConstraint("facility_id", name=op.f("pk_search_entry")),
    )
    op.create_index(
        "ix_search_entry_name", "search_entry", ["sort_name", "facility_id"], unique=False
    )
