"""What ./run does before it serves or obeys, and what it refuses."""

from __future__ import annotations

import shutil
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from finder import create_app
from finder.cli import serving
from finder.cli.support.bootstrap import prepare
from finder.db import create_engine
from finder.errors import SchemaOutdated
from finder.facilities.index.models import SearchEntry, SearchIndexState
from finder.facilities.listings.models import Facility
from finder.geocoding import is_current
from finder.schema import require_current_schema
from tests.factories import add_facility, settings_for
from tests.intake.making import submit

SEED = """\
name,program_name,street,city,state,postal_code,phone,website,lat,lon,services,listed_as_of
Calm (sample),,1 Sample Street,Bend,OR,97701,(541) 555-0100,,44.05,-121.31,SA OP,2026-01-15
"""


@pytest.fixture(autouse=True)
def small_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sample in place of 1,500."""
    seed = tmp_path / "seed.csv"
    seed.write_text(SEED, "utf-8")
    monkeypatch.setattr("finder.cli.support.bootstrap.SEED_FILE", seed)


def count(url: str, table: type) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        number = connection.scalar(sa.select(sa.func.count()).select_from(table))
    engine.dispose()
    return int(number or 0)


@pytest.mark.slow
def test_an_empty_folder_becomes_a_working_one_and_stays_so(
    tmp_path: Path, gazetteer_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(tmp_path / "data", sealing_keys=())
    app = create_app(settings)
    prepare(app)
    assert is_current(settings.gazetteer_path)
    assert settings.gazetteer_path.stat().st_size == gazetteer_path.stat().st_size
    assert count(settings.database_url, Facility) == count(settings.database_url, SearchEntry) == 1
    assert stat.S_IMODE(settings.keys_path.stat().st_mode) == 0o600
    said = capsys.readouterr().err
    assert "Loaded 1 sample facilities" in said
    require_current_schema(app)
    keys = settings.keys_path.read_text()
    prepare(create_app(settings))
    assert capsys.readouterr().err == ""
    assert settings.keys_path.read_text() == keys
    assert count(settings.database_url, Facility) == 1


def test_the_key_of_a_first_start_seals_in_that_very_process(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(sealing_keys=())
    prepare(app)
    assert app.test_cli_runner().invoke(args=["keys", "status"]).exit_code == 0


def test_a_key_that_is_gone_is_never_replaced_while_something_is_sealed(
    make_app: Callable[..., Flask], settings: Settings, session: Session
) -> None:
    submit(session)
    session.rollback()
    prepare(make_app(sealing_keys=()))
    assert not settings.keys_path.exists()


def test_samples_do_not_come_to_an_operators_own_facilities(
    app: Flask, settings: Settings, session: Session
) -> None:
    add_facility(session)
    session.rollback()
    prepare(app)
    assert session.scalars(sa.select(Facility.is_sample)).all() == [False]


def test_an_index_that_other_filters_made_is_made_again(app: Flask, session: Session) -> None:
    add_facility(session)
    session.execute(sa.update(SearchIndexState).values(fingerprint="old"))
    session.execute(sa.delete(SearchEntry))
    session.commit()
    prepare(app)
    assert len(session.scalars(sa.select(SearchEntry)).all()) == 1


def test_the_app_refuses_a_schema_that_is_not_its_own_and_says_what_helps(
    tmp_path: Path, app: Flask, session: Session
) -> None:
    empty = create_app(settings_for(tmp_path / "data"))
    with pytest.raises(SchemaOutdated, match="run db upgrade"):
        require_current_schema(empty)
    runner = empty.test_cli_runner()
    refused = runner.invoke(args=["db", "check"])
    assert refused.exit_code == 1
    assert "./run db upgrade" in refused.output
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    assert runner.invoke(args=["db", "check"]).exit_code == 0
    session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    session.commit()
    with pytest.raises(SchemaOutdated, match="newer version"):
        require_current_schema(app)


def test_places_are_shown_by_name_or_refused_with_spellings(app: Flask) -> None:
    runner = app.test_cli_runner()
    found = runner.invoke(args=["geocode", "philly"])
    assert found.stdout.startswith("Philadelphia, PA\tcity\t39.9")
    missing = runner.invoke(args=["geocode", "Zzyqqx"])
    assert missing.exit_code == 1
    assert "No place in the United States fits." in missing.output


def test_a_missing_gazetteer_names_the_command_that_builds_it(
    tmp_path: Path, gazetteer_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "finder.cli.gazetteer.build_gazetteer", lambda path: shutil.copy(gazetteer_path, path)
    )
    app = create_app(settings_for(tmp_path / "data"))
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["geocode", "Bend"])
    assert refused.exit_code == 1
    assert "./run gazetteer build" in refused.output
    assert "Built" in runner.invoke(args=["gazetteer", "build"]).output
    assert runner.invoke(args=["geocode", "Bend, OR"]).exit_code == 0


def test_a_port_that_is_taken_is_told_before_anything_starts(
    make_app: Callable[..., Flask],
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = make_app(port=taken.getsockname()[1]).test_cli_runner().invoke(args=["serve"])
    assert busy.exit_code == 1
    assert "set HOST and PORT" in busy.output


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_ready_is_said_once_the_server_answers(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    with make_server("127.0.0.1", 0, app, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        settings = settings_for(Path(app.instance_path), host="0.0.0.0", port=server.server_port)
        serving._announce(settings)
        thread.join()
    assert capsys.readouterr().out == f"Ready: http://127.0.0.1:{server.server_port}\n"


def test_ready_is_not_said_where_nothing_answers(
    app: Flask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_READY_WITHIN_SECONDS", 0.2)
    with socket.socket() as bound:  # and so given to nobody else, but it does not listen
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        serving._announce(settings_for(Path(app.instance_path), host="127.0.0.1", port=port))
    assert capsys.readouterr().out == ""


def test_granian_is_asked_to_serve_without_a_log_of_requests(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}

    class Granian:
        def __init__(self, target: str, **options: object) -> None:
            asked.update(options, target=target)

        def serve(self) -> None:
            asked["served"] = True

    monkeypatch.setattr(serving, "Granian", Granian)
    monkeypatch.setattr(serving, "_announce", lambda settings: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = make_app(port=port).test_cli_runner().invoke(args=["serve"])
    assert result.exit_code == 0, result.output
    assert asked["target"] == "finder.wsgi:app"
    assert asked["served"]
    assert asked["log_access"] is False


def test_the_wsgi_entry_is_the_app_on_a_current_schema(
    sqlite_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINDER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FINDER_DATABASE_URL", sqlite_database_url)
    from finder.wsgi import app as entry

    assert entry.name == "finder"


def test_the_command_line_prepares_and_tells_what_is_wrong(
    tmp_path: Path,
    gazetteer_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from finder.__main__ import main

    monkeypatch.setattr(
        "finder.cli.support.bootstrap.build_gazetteer",
        lambda path: shutil.copy(gazetteer_path, path),
    )
    monkeypatch.setenv("FINDER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("sys.argv", ["./run", "facilities", "stats"])
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 0
    assert "Loaded 1 sample facilities" in capsys.readouterr().err
    monkeypatch.setenv("PORT", "none")
    with pytest.raises(SystemExit) as refused:
        main()
    assert refused.value.code == 1
    assert "PORT is 'none'" in capsys.readouterr().err
