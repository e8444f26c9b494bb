"""Reports that a detail of a listing is wrong.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: tuple[str, ...] | None = ()
depends_on: str | None = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "detail_report",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_detail_report_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_detail_report")),
    )
    for column in ("created_at", "facility_id", "key_id"):
        op.create_index(
            op.f(f"ix_detail_report_{column}"), "detail_report", [column], unique=False
        )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    for column in ("key_id", "facility_id", "created_at"):
        op.drop_index(op.f(f"ix_detail_report_{column}"), table_name="detail_report")
    op.drop_table("detail_report")
