"""Bootstraps a data folder: migrations, gazetteer, development keys, search index, sample data.

Idempotent: each step checks first whether it is needed, so that a second start takes seconds.
"""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask

from finder.extensions import db, services
from finder.facilities.importing import load_samples, merge_again
from finder.facilities.index import index_is_current, rebuild_index
from finder.geocoding import build_gazetteer, is_current
from finder.intake.keeping import sealed_rows_exist
from finder.migrating import alembic
from finder.schema import schema_is_current
from finder.security.keys import ensure_development_keys

SEED_FILE = Path(__file__).parents[3] / "seed_facilities.csv"


def prepare(app: Flask) -> None:
    """Do the steps that are needed, with a line on standard error for those that take long."""
    with app.app_context():
        settings = services().settings
        if not schema_is_current():
            _say("Preparing the database …")
            alembic.upgrade()
        if not is_current(settings.gazetteer_path):
            _say("Building the gazetteer …")
            build_gazetteer(settings.gazetteer_path)
        # No key is made where sealed rows need one that is missing: search still works, and
        # reading an inquiry says what is wrong.
        if not settings.sealing_keys and not sealed_rows_exist(db.session):
            ensure_development_keys(settings.keys_path, sealed_rows_exist=False)
        if not index_is_current(db.session):
            # The filters may have changed, and with them what a listing speaks of.
            merge_again(
                db.session,
                place_address=services().gazetteer().place_address,
                now=services().clock(),
            )
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
