"""Cases and outbox.

Revision ID: 0005
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision: str = "0005"
down_revision: str | None = "0003"
branch_labels: tuple[str, ...] | None = ()
depends_on: str | None = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("subject", "way", name=op.f("uq_outbox_message_subject_way")),
    )
    op.create_index(
        op.f("ix_outbox_message_created_at"), "outbox_message", ["created_at"], unique=False
    )
    op.create_index(op.f("ix_outbox_message_due_at"), "outbox_message", ["due_at"], unique=False)
    op.create_table(
        "hand_over_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("inquiry_id", sa.Text(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("facility_name", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_hand_over_request_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["inquiry.id"],
            name=op.f("fk_hand_over_request_inquiry_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over_request")),
    )
    op.create_index(
        op.f("ix_hand_over_request_facility_id"), "hand_over_request", ["facility_id"], unique=False
    )
    op.create_index(
        op.f("ix_hand_over_request_inquiry_id"), "hand_over_request", ["inquiry_id"], unique=False
    )
    op.create_table(
        "inquiry_call",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("inquiry_id", sa.Text(), nullable=False),
        sa.Column("called_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["inquiry.id"],
            name=op.f("fk_inquiry_call_inquiry_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_call")),
    )
    op.create_index(
        op.f("ix_inquiry_call_inquiry_id"), "inquiry_call", ["inquiry_id"], unique=False
    )
    op.create_index(op.f("ix_inquiry_call_key_id"), "inquiry_call", ["key_id"], unique=False)
    op.create_table(
        "inquiry_contact_lookup",
        sa.Column("inquiry_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["inquiry.id"],
            name=op.f("fk_inquiry_contact_lookup_inquiry_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("inquiry_id", "kind", name=op.f("pk_inquiry_contact_lookup")),
    )
    op.create_index(
        op.f("ix_inquiry_contact_lookup_lookup"), "inquiry_contact_lookup", ["lookup"], unique=False
    )
    op.create_table(
        "inquiry_note",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("inquiry_id", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["inquiry.id"],
            name=op.f("fk_inquiry_note_inquiry_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_note")),
    )
    op.create_index(
        op.f("ix_inquiry_note_inquiry_id"), "inquiry_note", ["inquiry_id"], unique=False
    )
    op.create_index(op.f("ix_inquiry_note_key_id"), "inquiry_note", ["key_id"], unique=False)
    op.add_column("inquiry", sa.Column("assigned_to", sa.Text(), nullable=True))
    op.add_column("inquiry", sa.Column("outcome", sa.Text(), nullable=True))
    op.add_column(
        "inquiry", sa.Column("first_contact_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("inquiry", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inquiry", sa.Column("staff_read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_inquiry_assigned_to"), "inquiry", ["assigned_to"], unique=False)


def downgrade() -> None:
    """Take the schema back to the revision before."""

    op.drop_index(op.f("ix_inquiry_assigned_to"), table_name="inquiry")
    op.drop_column("inquiry", "staff_read_at")
    op.drop_column("inquiry", "closed_at")
    op.drop_column("inquiry", "first_contact_at")
    op.drop_column("inquiry", "outcome")
    op.drop_column("inquiry", "assigned_to")
    op.drop_index(op.f("ix_inquiry_note_key_id"), table_name="inquiry_note")
    op.drop_index(op.f("ix_inquiry_note_inquiry_id"), table_name="inquiry_note")
    op.drop_table("inquiry_note")
    op.drop_index(op.f("ix_inquiry_contact_lookup_lookup"), table_name="inquiry_contact_lookup")
    op.drop_table("inquiry_contact_lookup")
    op.drop_index(op.f("ix_inquiry_call_key_id"), table_name="inquiry_call")
    op.drop_index(op.f("ix_inquiry_call_inquiry_id"), table_name="inquiry_call")
    op.drop_table("inquiry_call")
    op.drop_index(op.f("ix_hand_over_request_inquiry_id"), table_name="hand_over_request")
    op.drop_index(op.f("ix_hand_over_request_facility_id"), table_name="hand_over_request")
    op.drop_table("hand_over_request")
    op.drop_index(op.f("ix_outbox_message_due_at"), table_name="outbox_message")
    op.drop_index(op.f("ix_outbox_message_created_at"), table_name="outbox_message")
    op.drop_table("outbox_message")
