from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from finder.db import create_engine, sqlite_url
from finder.facilities.importing import import_facilities
from finder.geocoding import Gazetteer
from tests.factories import NOW
from tests.made_once import SCHEMA, made_once

OpenDirectory = Callable[[str], AbstractContextManager[Session]]


@pytest.fixture(scope="session")
def directory_2022(shared_data: Path) -> Path:
    """The real directory of 2022, with coordinates."""
    return shared_data / "directory_2022_with_coordinates.csv"


@pytest.fixture(scope="session")
def open_directory(
    request: pytest.FixtureRequest,
    shared_folder: Path,
    directory_2022: Path,
    gazetteer_path: Path,
) -> OpenDirectory:
    """Opens a database of a kind that holds the real directory; it is imported once a run."""

    def import_it(url: str) -> None:
        engine = create_engine(url)
        place_address = Gazetteer(gazetteer_path).place_address
        with Session(engine) as session:
            import_facilities(
                session, directory_2022, place_address=place_address, clock=lambda: NOW
            )
        engine.dispose()

    @contextmanager
    def copy(kind: str) -> Iterator[str]:
        if kind == "sqlite":
            empty: Path = request.getfixturevalue("sqlite_template")
            kept = made_once(
                shared_folder / "directory.sqlite",
                lambda path: import_it(sqlite_url(Path(shutil.copy(empty, path)))),
            )
            folder = request.getfixturevalue("tmp_path_factory").mktemp("directory")
            yield sqlite_url(Path(shutil.copy(kept, folder / "finder.sqlite")))
            return
        server = request.getfixturevalue("postgresql_server")
        template = server.template("template_directory", import_it, of=SCHEMA)
        with server.database(template=template) as url:
            yield url

    @contextmanager
    def open_it(kind: str) -> Iterator[Session]:
        with copy(kind) as url:
            engine = create_engine(url)
            with Session(engine) as session:
                yield session
            engine.dispose()

    return open_it
