"""The migrations are the only way that a schema comes to be, and they lead to the models."""

from __future__ import annotations

import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from finder.db import Model
from finder.errors import SchemaOutdated
from finder.extensions import db
from finder.migrating import alembic
from finder.schema import MIGRATIONS, require_current_schema


def test_the_migrations_lead_to_the_models(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_every_migration_can_be_taken_back(app: Flask) -> None:
    with app.app_context():
        alembic.downgrade("base")
        db.session.close()
        left = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
        assert left == set()
        alembic.upgrade()
        assert set(sa.inspect(db.engine).get_table_names()) >= set(Model.metadata.tables)


def test_the_files_tell_the_same_newest_revision_as_the_migrations(app: Flask) -> None:
    with app.app_context():
        [newest] = alembic.heads()
        assert newest.revision == sorted(MIGRATIONS.glob("0*.py"))[-1].name.partition("_")[0]


@pytest.mark.slow
def test_a_server_does_without_what_runs_migrations() -> None:
    loads = "import sys, finder.application, finder.schema; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0


@pytest.mark.parametrize(
    ("revision", "what_to_do"),
    [("0013", "import your facilities again"), ("9999", "Use that version")],
)
def test_a_database_of_another_version_is_refused_and_left_as_it_is(
    app: Flask, revision: str, what_to_do: str
) -> None:
    with app.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        db.session.commit()
    with pytest.raises(SchemaOutdated, match=what_to_do):
        require_current_schema(app)
