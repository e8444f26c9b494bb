"""Whether the database's schema is that of this version.

Every worker of a server asks it at its start, so it reads the migrations' numbers off their files:
what runs migrations (``migrating``) would take a tenth of the worker's memory.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from finder.errors import SchemaOutdated
from finder.extensions import db

MIGRATIONS = Path(__file__).parent / "migrations"
"""one file each, whose name begins with its revision; every one revises the one before"""
_FIRST_RELEASED = "0100"
"""revisions below are of versions before the first release, whose steps became one"""
_REVISION = sa.text("SELECT version_num FROM alembic_version")


def require_current_schema(app: Flask) -> None:
    """Refuse to go on with a database that another version of Finder made.

    :raises SchemaOutdated: it names the command that helps.
    """
    with app.app_context():
        current = schema_is_current()
    if not current:
        raise SchemaOutdated(
            "The database's schema is not the one of this version. Run: ./run db upgrade"
        )


def schema_is_current() -> bool:
    """Tell whether no migration is left to run.

    :raises SchemaOutdated: the database was made by a newer version, or before the first release.
    """
    revisions = sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*_*.py"))
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        revision = connection.scalar(_REVISION)
    if revision is not None and revision < _FIRST_RELEASED:
        raise SchemaOutdated(
            "The database was made by a version of Finder before its first release, and cannot be"
            " upgraded. It was left as it is. Name an empty data folder (FINDER_DATA_DIR) or"
            " database (FINDER_DATABASE_URL), and import your facilities again; write inquiries out"
            " with the version that took them in (./run inquiries export)."
        )
    if revision is not None and revision not in revisions:
        raise SchemaOutdated(
            "The database was made by a newer version of Finder. Use that version, or restore a"
            " backup that this one made."
        )
    return bool(revision == revisions[-1])
