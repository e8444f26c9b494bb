"""Writes the tombstone file, which keeps a restored backup from bringing erased inquiries back."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from finder.extensions import db, services
from finder.intake.keeping import update_tombstone_file


def write_tombstones() -> None:
    """Write the tombstones to their file; a failure is logged, and the next purge writes them."""
    try:
        update_tombstone_file(db.session, services().settings.tombstones_path)
    except (OSError, sa.exc.DBAPIError) as error:
        current_app.logger.error("The file of erased inquiries: %s", type(error).__name__)
