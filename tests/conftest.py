"""What every test may ask for: databases, the gazetteer, and the real files where they are."""

from __future__ import annotations

import dataclasses
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from config import Settings
from finder import create_app
from finder.cli.support.bootstrap import prepare
from finder.db import create_engine, sqlite_url
from finder.extensions import db
from finder.geocoding import Gazetteer, build_gazetteer
from finder.intake.inquiry import payload
from finder.migrating import alembic
from finder.staff import passwords
from tests.factories import settings_for
from tests.made_once import SCHEMA, Postgresql, made_once, postgresql, unmeasured

# The same examples each time, however slow the machine; --hypothesis-profile=default tries others.
hypothesis_settings.load_profile("ci")
hypothesis_settings.register_profile(
    "quick", hypothesis_settings.get_profile("ci"), max_examples=20
)

LONG = {"browser", "drill", "national"}
UNMEASURED = {"drill", "national", "postgresql"}
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need more than Python and SQLite, and let those begin that last long."""
    for item in items:
        assert isinstance(item, pytest.Function)
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        for mark, is_so in (
            ("browser", "chromium" in item.fixturenames),
            ("drill", {"drills", "fuzz"} & set(item.path.parts)),
            ("national", "shared_data" in item.fixturenames),
            (
                "postgresql",
                "postgresql" in parameters or "postgresql_server" in item.fixturenames,
            ),
        ):
            if is_so:
                item.add_marker(mark)
    # Workers that are done take over what others have left, which should be short tests then.
    items.sort(key=lambda item: not LONG & {mark.name for mark in item.iter_markers()})


def pytest_collection_finish() -> None:
    """Let the search for garbage pass over what was imported and collected: it stays to the end.

    It would go through all of that again and again, for an eighth of the time of all tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Do not measure which lines a test reaches that runs once more, or runs them a million times.

    Measuring takes as long again as the test. What runs on both databases is measured on SQLite.
    """
    if not UNMEASURED & {mark.name for mark in item.iter_markers()}:
        return (yield)
    with unmeasured():
        return (yield)


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


@pytest.fixture(scope="session", autouse=True)
def compiled_once(shared_folder: Path) -> Iterator[None]:
    """Keep what many applications would each make anew.

    Templates, URL rules, API responses, and SQL: an engine keeps the statements that it has
    compiled, and here those of one kind keep them together.
    """
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

    components: dict[str, dict[str, Any]] = {}
    register_responses = Api._register_responses

    def register_kept(api: Api) -> None:
        """Describe the default response of each HTTP status as the first application did."""
        described, references = api.spec.components, api.ma_plugin.converter.refs
        if not components:
            register_responses(api)
            components["responses"] = dict(described.responses_lazy)
            components["schemas"] = dict(described.schemas)
            components["references"] = dict(references)
        described.responses_lazy.update(components["responses"])
        described.schemas.update(components["schemas"])
        references.update(components["references"])

    statements: LRUCache[Any, Any] = LRUCache(2_000)
    shared = property(lambda engine: statements, lambda engine, its_own: None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sa.Engine, "_compiled_cache", shared, raising=False)
        # What is compiled is kept under its dialect, of which each engine has one.
        patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(type(dialect)))
        patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(Flask, "jinja_options", options)
        patch.setattr(Rule, "_compile_builder", kept)
        patch.setattr(Api, "_register_responses", register_kept)
        yield


@pytest.fixture(scope="session")
def gazetteer_path(shared_folder: Path) -> Path:
    """A gazetteer baked once for all tests."""
    name = "gazetteer.sqlite"
    folder = shared_folder / "gazetteer"
    return made_once(folder, lambda unfinished: build_gazetteer(unfinished / name)) / name


@pytest.fixture(scope="session")
def gazetteer(gazetteer_path: Path) -> Gazetteer:
    """The offline geocoder."""
    return Gazetteer(gazetteer_path)


@pytest.fixture(scope="session")
def sqlite_template(shared_folder: Path) -> Path:
    """An SQLite file with the present schema and nothing in it; to be copied."""
    return made_once(
        shared_folder / "schema.sqlite",
        lambda path: _create_schema(shared_folder / "schema", sqlite_url(path)),
    )


@pytest.fixture(scope="session")
def postgresql_server(shared_folder: Path) -> Iterator[Postgresql]:
    """A real PostgreSQL server with a template that has the present schema and nothing in it."""
    with postgresql(shared_folder) as server:
        server.template(SCHEMA, lambda url: _create_schema(shared_folder / "schema", url))
        yield server


@pytest.fixture(scope="session")
def prepared_folder(shared_folder: Path, gazetteer_path: Path) -> Path:
    """A data folder as a first start leaves it, with the samples on SQLite; to be copied."""

    def prepare_it(folder: Path) -> None:
        folder.mkdir()
        (folder / "gazetteer.sqlite").symlink_to(gazetteer_path)
        start_once(folder, sqlite_url(folder / "finder.sqlite"))

    return made_once(shared_folder / "prepared", prepare_it)


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of an empty SQLite database of this test's own."""
    return sqlite_url(Path(shutil.copy(sqlite_template, tmp_path / "finder.sqlite")))


@pytest.fixture
def postgresql_database_url(postgresql_server: Postgresql) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    with postgresql_server.database() as url:
        yield url


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


def start_once(folder: Path, url: str) -> None:
    """Do to an empty database what a first start does: schema, samples, index."""
    app = create_app(settings_for(folder, database_url=url))
    prepare(app)
    with app.app_context():
        db.session.close()
        db.engine.dispose()


def _create_schema(folder: Path, url: str) -> None:
    """Migrate an empty database, as an operator does."""
    app = create_app(settings_for(folder, database_url=url))
    with app.app_context():
        alembic.upgrade()
        db.session.close()
        db.engine.dispose()
