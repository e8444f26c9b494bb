"""Passkeys of the staff.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: tuple[str, ...] | None = ()
depends_on: str | None = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "staff_passkey",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["staff_account.id"],
            name=op.f("fk_staff_passkey_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_staff_passkey_credential_id")),
    )
    op.create_index(
        op.f("ix_staff_passkey_account_id"), "staff_passkey", ["account_id"], unique=False
    )
    op.add_column("staff_session", sa.Column("challenge", sa.Text(), nullable=True))
    op.add_column(
        "staff_session",
        sa.Column("challenge_expires_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_column("staff_session", "challenge_expires_at")
    op.drop_column("staff_session", "challenge")
    op.drop_index(op.f("ix_staff_passkey_account_id"), table_name="staff_passkey")
    op.drop_table("staff_passkey")
