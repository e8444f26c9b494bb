"""Programs that staff marked as closed.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: tuple[str, ...] | None = ()
depends_on: str | None = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("facility", sa.Column("closed_by_staff_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_column("facility", "closed_by_staff_on")
