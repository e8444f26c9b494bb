from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from finder.db import sqlite_url
from tests.conftest import start_once


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared_database_url(
    request: pytest.FixtureRequest, prepared_folder: Path, tmp_path: Path
) -> Iterator[str]:
    """The URL of a database of each kind as a first start leaves it, with the samples."""
    if request.param == "sqlite":
        path = shutil.copy(prepared_folder / "finder.sqlite", tmp_path / "finder.sqlite")
        yield sqlite_url(Path(path))
        return
    server = request.getfixturevalue("postgresql_server")
    template = server.template("template_prepared", lambda url: start_once(prepared_folder, url))
    with server.database(template=template) as url:
        yield url
