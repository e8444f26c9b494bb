"""Views of the queue that staff keep.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: tuple[str, ...] | None = ()
depends_on: str | None = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column(
        "staff_account",
        sa.Column("saved_views", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_column("staff_account", "saved_views")
