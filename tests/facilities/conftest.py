from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.backup.archive import Rows, tables
from finder.backup.loading import load
from finder.db import create_engine, sqlite_url, write_transaction
from finder.facilities.importing import import_facilities
from finder.facilities.index.writing import reindex_all
from finder.facilities.listings.models import Facility
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
    """Opens a database of a kind that holds the real directory, with dates at random.

    It is imported once a run; the other kind of database is given the same rows, and makes its own
    index of them.
    """

    def import_it(path: Path) -> None:
        engine = create_engine(sqlite_url(path))
        place_address = Gazetteer(gazetteer_path).place_address
        with Session(engine) as session:
            import_facilities(
                session, directory_2022, place_address=place_address, clock=lambda: NOW
            )
            _give_dates(session)
        engine.dispose()

    def on_sqlite() -> Path:
        empty: Path = request.getfixturevalue("sqlite_template")
        return made_once(
            shared_folder / "directory.sqlite",
            lambda path: import_it(Path(shutil.copy(empty, path))),
        )

    def take_over(url: str) -> None:
        engine, imported = create_engine(url), create_engine(sqlite_url(on_sqlite()))
        names = {"facility", "listing"}
        with imported.connect() as rows, Session(engine) as session, write_transaction(session):
            load(
                session,
                (
                    Rows(table, [dict(row) for row in rows.execute(sa.select(table)).mappings()])
                    for table in tables()
                    if table.name in names
                ),
            )
            reindex_all(session)
        imported.dispose()
        engine.dispose()

    @contextmanager
    def copy(kind: str) -> Iterator[str]:
        if kind == "sqlite":
            folder = request.getfixturevalue("tmp_path_factory").mktemp("directory")
            yield sqlite_url(Path(shutil.copy(on_sqlite(), folder / "finder.sqlite")))
            return
        server = request.getfixturevalue("postgresql_server")
        template = server.template("template_directory", take_over, of=SCHEMA)
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


def _give_dates(session: Session) -> None:
    """Give every facility a date, or none."""
    chance = random.Random(2)
    ids = session.scalars(sa.select(Facility.id).order_by(Facility.id)).all()
    with write_transaction(session):
        changes = [
            {"id": each, "listed_as_of": chance.choice([None, dt.date(2022, 5, 19 - each % 9)])}
            for each in ids
        ]
        session.execute(sa.update(Facility), changes)
        reindex_all(session)
