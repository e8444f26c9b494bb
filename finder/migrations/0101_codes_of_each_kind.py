"""Keep the service codes of each kind of treatment apart, and who says what.

The columns are filled as well as the sources' names tell; what the listings say in detail is merged
anew at the next start (``importing.merge_again``).

Revision ID: 0101
Revises: 0100
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0101"
down_revision: str | None = "0100"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None

_LISTED = """EXISTS (SELECT 1 FROM listing WHERE listing.facility_id = facility.id
    AND listing.closed_at IS NULL AND listing.source {comparison} 'samhsa-directory-mh%')"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("facility", sa.Column("substance_use_codes", sa.Text(), nullable=True))
    op.add_column("facility", sa.Column("mental_health_codes", sa.Text(), nullable=True))
    op.add_column(
        "facility", sa.Column("answers_from", sa.JSON(), nullable=False, server_default="{}")
    )
    for column, comparison in (("substance_use_codes", "NOT LIKE"), ("mental_health_codes", "LIKE")):
        listed = _LISTED.format(comparison=comparison)
        op.execute(f"UPDATE facility SET {column} = service_codes WHERE {listed}")  # noqa: S608
    with op.batch_alter_table("facility") as facility:
        facility.alter_column("answers_from", server_default=None)
        facility.drop_column("service_codes")


def downgrade() -> None:
    """Take the schema back to the revision before: all codes of a facility in one column."""
    op.add_column(
        "facility", sa.Column("service_codes", sa.Text(), nullable=False, server_default="")
    )
    op.execute(
        "UPDATE facility SET service_codes ="
        " coalesce(substance_use_codes, mental_health_codes, '')"
    )
    with op.batch_alter_table("facility") as facility:
        facility.alter_column("service_codes", server_default=None)
        facility.drop_column("answers_from")
        facility.drop_column("mental_health_codes")
        facility.drop_column("substance_use_codes")
