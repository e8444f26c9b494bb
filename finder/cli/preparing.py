"""Brings a data folder to where the application can work with it.

Each step looks first whether it has anything to do, so that a second start takes seconds and
loses nothing.
"""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask

from finder.extensions import db, services
from finder.facilities.importing import load_samples
from finder.facilities.index import index_is_current, rebuild_index
from finder.geocoding import build_gazetteer, is_current
from finder.intake.keeping import sealed_rows_exist
from finder.migrating import alembic
from finder.schema import schema_is_current
from finder.security.keys import ensure_development_keys

SEED_FILE = Path(__file__).parents[2] / "seed_facilities.csv"


def prepare(app: Flask) -> None:
    """Migrate, bake the gazetteer, make keys, index and load the demonstration, where needed."""
    with app.app_context():
        settings = services().settings
        if not schema_is_current():
            _say("Preparing the database …")
            alembic.upgrade()
        if not is_current(settings.gazetteer_path):
            _say("Building the gazetteer …")
            build_gazetteer(settings.gazetteer_path)
        # No key is made where sealed rows wait for one that is gone: search still works, and
        # whoever reads inquiries is told.
        if not settings.sealing_keys and not sealed_rows_exist(db.session):
            ensure_development_keys(settings.keys_path, sealed_rows_exist=False)
        if not index_is_current(db.session):
            rebuild_index(db.session)
        loaded = load_samples(
            db.session,
            SEED_FILE,
            place_address=services().gazetteer().place_address,
            clock=services().clock,
        )
        if loaded:
            _say(f"Loaded {loaded} sample facilities for demonstration.")


def _say(text: str) -> None:
    click.echo(text, err=True)
