"""The file of erased inquiries, brought up to the database after a page erased one."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from finder.extensions import db, services
from finder.intake.keeping import update_tombstone_file


def bring_up_to_date() -> None:
    """Keep in the file what was erased; where that fails, the next purge does it."""
    try:
        update_tombstone_file(db.session, services().settings.tombstones_path)
    except (OSError, sa.exc.DBAPIError) as error:
        current_app.logger.error("The file of erased inquiries: %s", type(error).__name__)
