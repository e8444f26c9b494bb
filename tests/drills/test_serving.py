"""The drills with a real server, small: in full they are commands of their own."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.drills import crash, leaks, load, one_inquiry
from tests.drills.serving import Server


@pytest.fixture
def database_url(prepared_database_url: str) -> str:
    """The URL of a database of each kind that a server has nothing to do to."""
    return prepared_database_url


@pytest.fixture
def server(gazetteer_path: Path, database_url: str, tmp_path: Path) -> Server:
    """A server on a database of each kind, not yet started."""
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "gazetteer.sqlite").symlink_to(gazetteer_path)
    return Server(folder, database_url)


def test_nothing_that_was_acknowledged_is_lost_when_the_server_is_killed(
    server: Server, engine: sa.Engine
) -> None:
    done = crash.drill(server, engine, kills=2, acknowledgements=60, writers=8)
    assert done.errors == []
    assert (done.lost, done.doubled, done.chain_whole) == (0, 0, True)
    assert done.kills == 2
    assert done.acknowledged >= 60
    assert done.cut_off > 0


def test_a_form_that_is_sent_many_times_at_once_makes_one_inquiry(
    server: Server, engine: sa.Engine
) -> None:
    done = one_inquiry.drill(server, engine, forms=3, at_once=10)
    assert done.wrong == []
    assert (done.forms, done.inquiries) == (3, 3)


@pytest.mark.parametrize("prepared_database_url", ["sqlite"], indirect=True)  # it is not asked
def test_it_stops_although_somebody_holds_a_connection(server: Server) -> None:
    server.start()
    begun = b"POST /inquiry HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
    with (
        socket.create_connection(("127.0.0.1", server.port)),
        socket.create_connection(("127.0.0.1", server.port)) as half_sent,
    ):
        half_sent.sendall(begun)
        assert server.stop() == 0


def test_a_steady_load_is_answered_without_an_error(server: Server) -> None:
    done = load.drill(server, seconds=2, inquiries=5, searches=10)
    assert (done.inquiries.errors, done.searches.errors) == ([], [])
    assert (len(done.inquiries.times), len(done.searches.times)) == (10, 20)
    assert min(done.megabytes_after.values()) > 0
    assert 0 < done.searches.percentile(0.5) <= done.searches.percentile(0.99)


def test_no_word_that_people_write_is_found_anywhere(
    database_url: str, engine: sa.Engine, gazetteer_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "gazetteer.sqlite").symlink_to(gazetteer_path)
    looked = leaks.drill(folder, database_url, engine)
    assert looked.wrong == []
    assert looked.blind == []
    assert looked.found == []
    assert len(looked.words) > 40
    for place in ("server.log while it runs", "server.log after it", "finder.backup after it"):
        assert place in looked.places
    assert {"the mail 0", "the call 0", "cookies"} <= set(looked.places)
