"""Keep the service codes of each kind apart, who says what, and what lists hold a listing.

The columns are filled as well as the sources' names tell; what the listings say in detail is merged
anew at the next start or import (``importing.merge_again``). Columns are added and dropped in
place: a table of which SQLite makes a copy would lose the rows that refer to it.

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
    reference = sa.ForeignKey("facility.id", name=op.f("fk_facility_merged_into"))
    op.add_column(
        "facility",
        sa.Column("merged_into", sa.Integer(), reference, nullable=True),
        inline_references=True,
    )
    for name, comparison in (("substance_use_codes", "NOT LIKE"), ("mental_health_codes", "LIKE")):
        listed = _LISTED.format(comparison=comparison)
        op.execute(f"UPDATE facility SET {name} = service_codes WHERE {listed}")  # noqa: S608
    op.drop_column("facility", "service_codes")
    op.add_column(
        "listing", sa.Column("place_key", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("listing", sa.Column("lists", sa.JSON(), nullable=False, server_default="[]"))
    op.drop_index(op.f("ix_listing_site_key"), "listing")
    op.drop_column("listing", "site_key")
    op.create_index(op.f("ix_listing_place_key"), "listing", ["place_key"])


def downgrade() -> None:
    """Take the schema back to the revision before: all codes of a facility in one column."""
    op.drop_index(op.f("ix_listing_place_key"), "listing")
    op.drop_column("listing", "lists")
    op.drop_column("listing", "place_key")
    op.add_column("listing", sa.Column("site_key", sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_listing_site_key"), "listing", ["site_key"])
    op.add_column(
        "facility", sa.Column("service_codes", sa.Text(), nullable=False, server_default="")
    )
    op.execute(
        "UPDATE facility SET service_codes ="
        " coalesce(substance_use_codes, mental_health_codes, '')"
    )
    for name in ("merged_into", "answers_from", "mental_health_codes", "substance_use_codes"):
        op.drop_column("facility", name)
