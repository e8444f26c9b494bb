"""The commands, one module a group: each calls a domain package and prints the result.

What they share is in ``support``.
"""

from __future__ import annotations

import logging

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the commands."""
    # Imported here to keep a server from loading them and what they import.
    from finder.cli.audit import audit
    from finder.cli.backup import backup
    from finder.cli.database import database
    from finder.cli.doctor import doctor
    from finder.cli.facilities import facilities
    from finder.cli.gazetteer import gazetteer, geocode
    from finder.cli.inquiries import inquiries
    from finder.cli.keys import keys
    from finder.cli.notifications import notifications
    from finder.cli.reports import reports
    from finder.cli.serving import serve
    from finder.cli.staff import staff
    from finder.migrating import alembic

    alembic.init_app(app)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for command in (
        audit,
        backup,
        database,
        doctor,
        facilities,
        gazetteer,
        geocode,
        inquiries,
        keys,
        notifications,
        reports,
        serve,
        staff,
    ):
        app.cli.add_command(command)
