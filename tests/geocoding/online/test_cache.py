from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from finder.geocoding import Place, PlaceKind
from finder.geocoding.online.cache import Memory
from tests.geocoding.online.conftest import SECRET, Clock

PLACE = Place("12 Elm St, Boise", PlaceKind.ADDRESS, "ID", 43.6, -116.2, 0, 0.9)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "geocoders.sqlite"


@pytest.fixture
def memory(path: Path, clock: Clock) -> Memory:
    return Memory(path, secret=SECRET, clock=clock, most_answers=3)


def sealed_answers(path: Path) -> list[bytes]:
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("SELECT sealed FROM answer ORDER BY id")]
    finally:
        connection.close()


def test_an_answer_is_of_one_geocoder_and_one_text(memory: Memory) -> None:
    memory.remember("census", "12 elm st", (PLACE, PLACE), days=30)
    assert memory.recall("census", "12 elm st") == (PLACE, PLACE)
    assert memory.recall("photon", "12 elm st") is None
    assert memory.recall("census", "13 elm st") is None


def test_without_the_secret_nothing_is_recalled(memory: Memory, path: Path, clock: Clock) -> None:
    memory.remember("census", "12 elm st", (PLACE,), days=30)
    other = Memory(path, secret=b"another secret", clock=clock)
    assert other.recall("census", "12 elm st") is None


def test_the_size_of_an_answer_is_hidden(memory: Memory, path: Path) -> None:
    memory.remember("census", "12 elm st", (), days=30)
    memory.remember("census", "13 elm st", (PLACE,) * 5, days=30)
    assert len({len(sealed) for sealed in sealed_answers(path)}) == 1


def test_an_answer_that_was_tampered_with_is_forgotten(memory: Memory, path: Path) -> None:
    memory.remember("census", "12 elm st", (PLACE,), days=30)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE answer SET sealed = zeroblob(length(sealed))")
    connection.commit()
    connection.close()
    assert memory.recall("census", "12 elm st") is None


def test_the_oldest_answers_make_room(memory: Memory) -> None:
    for number in range(5):
        memory.remember("census", f"{number} elm st", (PLACE,), days=30)
    kept = [memory.recall("census", f"{number} elm st") is not None for number in range(5)]
    assert kept == [False, False, True, True, True]


def test_what_is_too_old_is_deleted(memory: Memory, path: Path, clock: Clock) -> None:
    memory.remember("census", "12 elm st", (PLACE,), days=30)
    clock.pass_time(days=20)
    memory.remember("census", "13 elm st", (PLACE,), days=30)
    assert memory.purge() == 0
    clock.pass_time(days=10)
    assert memory.purge() == 1
    clock.pass_time(days=20)
    memory.remember("census", "14 elm st", (PLACE,), days=30)
    assert len(sealed_answers(path)) == 1


def test_failures_of_requests_that_ran_together_count_once(memory: Memory, clock: Clock) -> None:
    turns = [memory.take_turn("census", interval=0) for _ in range(8)]
    clock.pass_time(seconds=1)
    for asked_at in turns:
        assert asked_at is not None
        memory.note_failure("census", asked_at=asked_at)
    clock.pass_time(seconds=29)
    assert memory.take_turn("census", interval=0) is None
    clock.pass_time(seconds=1)
    assert memory.take_turn("census", interval=0) is not None
    assert memory.take_turn("census", interval=0) is None, "one request alone tries"


def test_no_pause_is_longer_than_an_hour(memory: Memory, clock: Clock) -> None:
    for _ in range(30):
        asked_at = memory.take_turn("census", interval=0)
        assert asked_at is not None
        memory.note_failure("census", asked_at=asked_at, at_least=1e9)
        clock.pass_time(seconds=3600)


def test_a_clock_that_was_set_back_closes_nothing_for_long(memory: Memory, clock: Clock) -> None:
    asked_at = memory.take_turn("census", interval=1)
    assert asked_at is not None
    memory.note_failure("census", asked_at=asked_at)
    clock.pass_time(days=-400)
    assert memory.take_turn("census", interval=1) is not None


def test_a_damaged_file_is_thrown_away(
    memory: Memory, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(b"no database at all" * 1000)
    assert memory.recall("census", "12 elm st") is None
    assert "begins anew" in caplog.text
    memory.remember("census", "12 elm st", (PLACE,), days=30)
    assert memory.recall("census", "12 elm st") == (PLACE,)


def test_a_file_deleted_by_hand_is_made_again(memory: Memory, path: Path) -> None:
    memory.remember("census", "12 elm st", (PLACE,), days=30)
    for file in path.parent.iterdir():
        file.unlink()
    assert memory.recall("census", "12 elm st") is None
    assert memory.purge() == 0
    assert memory.take_turn("census", interval=1) is not None


def test_a_file_that_another_holds_is_not_waited_for(memory: Memory, path: Path) -> None:
    memory.remember("census", "12 elm st", (PLACE,), days=30)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    assert memory.recall("census", "12 elm st") == (PLACE,), "reading goes on"
    assert memory.take_turn("census", interval=0) is None
    connection.close()
