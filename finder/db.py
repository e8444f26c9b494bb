"""Database access: base model, column types, engine set-up, transactions.

Knows SQLAlchemy, SQLite and PostgreSQL; nothing of Flask or of what the tables mean.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

SQLITE_BUSY_SECONDS = 30


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """An aware UTC datetime on both databases; SQLite alone would forget the time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """Refuse naive times, and store the rest as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time to be stored must carry its time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """Give back an aware UTC time."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=dt.UTC)
        return value.astimezone(dt.UTC)


PRIVATE_FILE = 0o600
"""mode of a file that its owner alone may read"""


class Model(DeclarativeBase):
    """Base of every table, with names for constraints so that migrations can speak of them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dt.datetime: UtcDateTime, str: sa.Text}


def utc_now() -> dt.datetime:
    """Return the present time; the clock that domain functions take by default."""
    return dt.datetime.now(dt.UTC)


def sqlite_url(path: Path) -> str:
    """Return the SQLAlchemy URL of an SQLite file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def engine_options(url: str) -> dict[str, Any]:
    """Return the ``create_engine`` options for a database URL, the URL included."""
    # Bound values are what people wrote: they must not reach a traceback in the log.
    options: dict[str, Any] = {"url": url, "hide_parameters": True}
    if sa.make_url(url).get_backend_name() == "sqlite":
        return {**options, "connect_args": {"timeout": SQLITE_BUSY_SECONDS}}
    return {**options, "pool_pre_ping": True}


def create_engine(url: str) -> sa.Engine:
    """Return an engine set up as the app's own; for commands and tests that run without it."""
    engine = sa.create_engine(**engine_options(url))
    prepare_engine(engine)
    return engine


def prepare_engine(engine: sa.Engine) -> None:
    """Set an engine's connections up for durable, isolated work; call once an engine."""
    if engine.dialect.name != "sqlite":
        return
    sa.event.listen(engine, "do_connect", _make_private_file)
    sa.event.listen(engine, "connect", _set_sqlite_pragmas)
    sa.event.listen(engine, "begin", _begin_sqlite)


def _make_private_file(
    _dialect: sa.Dialect, _record: object, arguments: Sequence[Any], _named: object
) -> None:
    """Make a database's file its owner's alone before SQLite makes it; its WAL takes that over."""
    path = str(arguments[0])
    if path != ":memory:" and not Path(path).exists():
        with contextlib.suppress(OSError):  # which connecting tells better
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))


def _set_sqlite_pragmas(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late for reads to be consistent: see _begin_sqlite.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged inquiry survives a power cut
        "foreign_keys=ON",
        "secure_delete=ON",  # erased content is overwritten in the file
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def read_committed(
    session: Session, statement: sa.Select[*tuple[Any, ...]], values: Mapping[str, object]
) -> Sequence[Any]:
    """Return the rows of one statement, read by a connection of its own, apart from the session.

    What it sees is what was committed, never what the session has not committed yet. A session's
    transaction around a single read costs several times as much as reading some dozens of rows.

    :param statement: kept by its caller, because it is compiled once.
    :param values: of its bound parameters; they and the columns must need no conversion.
    :raises sqlalchemy.exc.DBAPIError: the database refused, as everywhere else.
    """
    engine = session.get_bind()
    assert isinstance(engine, sa.Engine)  # noqa: S101 - tells the type checker
    compiled = _compiled(statement, engine.dialect)
    parameters = compiled.construct_params(dict(values))
    names = compiled.positiontup
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor(**_CURSORS.get(engine.dialect.driver, {}))
        cursor.execute(
            compiled.string, parameters if names is None else [parameters[name] for name in names]
        )
        rows: Sequence[Any] = cursor.fetchall()
        cursor.close()
    except engine.dialect.loaded_dbapi.Error:
        # The long way knows what may be tried again, and what the error is called.
        rows = session.execute(statement, values).all()
    finally:
        connection.close()
    return rows


_CURSORS: Mapping[str, Mapping[str, Any]] = {"psycopg": {"binary": True}}
"""PostgreSQL would write long bytes out as digits, which takes twice as long"""


@functools.lru_cache(maxsize=256)
def _compiled(statement: sa.Select[*tuple[Any, ...]], dialect: sa.Dialect) -> Any:
    return statement.compile(dialect=dialect)


@contextmanager
def write_transaction(session: Session) -> Iterator[None]:
    """Run a block that writes in one transaction: commit at its end, roll back if it raises.

    On SQLite the write lock is taken at once, so that a writer waits its turn at the beginning
    and never fails half-way because another one wrote what it had read.
    """
    session.rollback()
    session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
