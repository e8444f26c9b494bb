"""``db``: upgrade or check the database schema."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from finder.errors import FinderError
from finder.migrating import alembic
from finder.schema import require_current_schema

database = AppGroup("db", help="The database's schema.")


@database.command()
def upgrade() -> None:
    """Bring the schema to this version."""
    alembic.upgrade()
    click.echo("The schema is that of this version.")


@database.command()
def check() -> None:
    """Tell whether the schema is that of this version; exit 1 where it is not."""
    try:
        require_current_schema(current_app)
    except FinderError as error:
        raise click.ClickException(str(error)) from None
    click.echo("The schema is that of this version.")
