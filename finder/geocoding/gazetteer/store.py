"""Queries of the gazetteer file: exact names, near spellings, ZIP codes and nearest cities.

Returns rows as they are stored. The file never changes while it is open, so every thread of every
process reads it without a lock.
"""

from __future__ import annotations

import math
import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from finder.geocoding.model import GazetteerMissing
from finder.geocoding.spelling import (
    LONGEST_WORD,
    SHORTEST_SOUND,
    SHORTEST_SOUND_ANYWHERE,
    NearSpelling,
    WordIndex,
    consonants_of,
    sound_of,
    typing_errors,
)

CELL_DEGREES = 0.5
CELLS_AROUND = 720
MOST_NAMESAKES = 100
FEW_NAMESAKES = 10
NAME_BLOOM_MASK = (1 << 19) - 1
"""The highest bit of the Bloom filter of names, which rejects most texts that are no names."""
AFTER_LETTERS = "{"
"""Sorts after every letter and digit of a key."""

# A slip of the ear is worse than a typing error; each letter that sounds otherwise adds to it.
_EDITS_BY_EAR = 1.6
_EDITS_A_SOUND = 0.35
_MOST_SOUNDS = 2
_CITIES_AROUND = 20


class NameGrade(IntEnum):
    """How a name belongs to its place; the better grades come first in an answer."""

    NICKNAME = 0
    PRIMARY = 1
    ALIAS = 2


class NamedPlace(NamedTuple):
    """A stored place under one of its names.

    ``score`` ranks namesakes, mostly by population; ``weight`` is how many people may mean it;
    ``key`` is what the name is looked up under.
    """

    place_id: int
    kind: str
    name: str
    state: str
    latitude: float
    longitude: float
    population: int
    grade: int
    score: int
    weight: int
    key: str

    @property
    def label(self) -> str:
        """The name with the state's code; a state's own name stands alone."""
        return self.name if self.kind == "state" else f"{self.name}, {self.state}"


class ZipArea(NamedTuple):
    """A ZIP code: its middle and its post office."""

    code: int
    city: str
    state: str
    latitude: float
    longitude: float


class ZipRegion(NamedTuple):
    """The ZIP codes that share three digits: their middle, the post office that most have."""

    prefix: int
    city: str
    state: str
    latitude: float
    longitude: float
    lowest: int
    highest: int


class State(NamedTuple):
    """A state, district or territory."""

    code: str
    name: str
    latitude: float
    longitude: float


_FROM_NAMES = """
    SELECT place_id, kind, name, state, latitude, longitude, population, grade, score, weight, key
    FROM names
"""
_NAMED = f"{_FROM_NAMES} WHERE key = ? ORDER BY rank LIMIT {MOST_NAMESAKES}"
_NAMED_IN_STATE = f"{_FROM_NAMES} WHERE key = ? AND state = ? ORDER BY rank LIMIT {MOST_NAMESAKES}"
_NAMED_EACH = f"{_FROM_NAMES} WHERE key IN ({{marks}}) AND rank < {FEW_NAMESAKES}"
_NAMED_EACH_IN_STATE = f"{_FROM_NAMES} WHERE key IN ({{marks}}) AND state = ?"
_LISTED = f"""
    {_FROM_NAMES} JOIN beginnings USING (key, rank) WHERE start = ? ORDER BY position LIMIT ?
"""
_BEGINNING = f"{_FROM_NAMES} WHERE key >= ? AND key < ? ORDER BY weight DESC, key"
_SOUNDING = "SELECT word_number, sound FROM sounds WHERE consonants = ?"
_AROUND = """
    SELECT place_id, 'city', name, state, latitude, longitude, population, 1, population,
        population, ''
    FROM cities WHERE cell IN ({marks})
    ORDER BY (latitude - ?) * (latitude - ?) + ? * min(abs(longitude - ?), 360 - abs(longitude - ?))
        * min(abs(longitude - ?), 360 - abs(longitude - ?)) LIMIT {limit}
"""


class _Connection(sqlite3.Connection):
    """A connection that closes with the thread that it belonged to."""

    def __del__(self) -> None:
        # One that could not be opened cannot be closed either.
        with suppress(sqlite3.ProgrammingError):
            self.close()


class _Local(threading.local):
    """What each thread has for itself: its connection, and after how many forks it was made."""

    connection: sqlite3.Connection
    forks = -1


_forks = 0


def _count_fork() -> None:
    """Tell a child that the connections it inherited are not its own."""
    # To ask for the process's number before each statement takes as long as some of them do.
    global _forks
    _forks += 1


os.register_at_fork(after_in_child=_count_fork)
_place = partial(tuple.__new__, NamedPlace)


def bloom_bits(key: str) -> tuple[int, int]:
    """Return the two bits of the Bloom filter that a key sets."""
    sum_ = crc32(key.encode())
    return sum_ & NAME_BLOOM_MASK, sum_ >> 13


class GazetteerStore:
    """The tables of one gazetteer file, opened read-only once for every thread and process."""

    def __init__(self, path: Path, *, fingerprint: str) -> None:
        """Open ``path``; raise GazetteerMissing unless it was made from ``fingerprint``'s data."""
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._local = _Local()
        self._loaded_words: WordIndex | None = None
        try:
            found = self._execute("SELECT value FROM meta WHERE name = 'fingerprint'").fetchone()
        except sqlite3.Error:
            raise GazetteerMissing(f"There is no usable gazetteer at {path}.") from None
        if found != (fingerprint,):
            raise GazetteerMissing(f"The gazetteer at {path} is out of date.")
        self.states: dict[str, State] = {}
        self.state_of_key: dict[str, str] = {}
        for key, *state in self._execute("SELECT * FROM states ORDER BY name"):
            self.states.setdefault(state[0], State(*state))
            self.state_of_key[key] = state[0]
        self._state_bits = {code: 1 << at for at, code in enumerate(sorted(self.states))} | {"": -1}
        self._abroad: dict[str, int] = dict(self._execute("SELECT key, population FROM abroad"))
        (self._name_bloom,) = self._execute(
            "SELECT value FROM meta WHERE name = 'name bloom filter'"
        ).fetchone()

    def may_be_name(self, key: str) -> bool:
        """Tell whether a key may be stored; false positives are rare (Bloom filter)."""
        one, other = bloom_bits(key)
        bloom = self._name_bloom
        return bool(bloom[one >> 3] >> (one & 7) & bloom[other >> 3] >> (other & 7) & 1)

    def named(self, key: str, *, state: str = "") -> list[NamedPlace]:
        """Return the places called ``key``, in ``state`` if given: best first, each once."""
        if not self.may_be_name(key):
            return []
        if state:
            rows = self._execute(_NAMED_IN_STATE, (key, state))
        else:
            rows = self._execute(_NAMED, (key,))
        return list(map(_place, rows))

    def named_each(self, keys: Sequence[str], *, state: str = "") -> dict[str, list[NamedPlace]]:
        """Return for each key the first few places called so, as ``named`` does for one."""
        places: dict[str, list[NamedPlace]] = {key: [] for key in keys}
        if not keys:
            return places
        statement = _NAMED_EACH_IN_STATE if state else _NAMED_EACH
        values = (*keys, state) if state else tuple(keys)
        rows = self._execute(statement.format(marks=",".join("?" * len(keys))), values)
        for place in map(_place, rows):
            if len(places[place.key]) < FEW_NAMESAKES:
                places[place.key].append(place)
        return places

    def people_abroad(self, key: str) -> int:
        """Return the population of the largest foreign city called ``key``, 0 if none is known."""
        return self._abroad.get(key, 0)

    def county_of(self, place_id: int) -> str:
        """Return the county of a place that its state has another one of, "" of others."""
        row = self._execute("SELECT county FROM namesakes WHERE place_id = ?", (place_id,))
        (county,) = row.fetchone() or ("",)
        return str(county)

    def beginning_with(self, start: str, *, limit: int) -> list[NamedPlace]:
        """Return the places with a name that begins with the key ``start``, heaviest first."""
        rows = self._execute(_LISTED, (start, limit)).fetchall()
        if not rows:
            ends = start, start + AFTER_LETTERS
            rows = self._execute(_BEGINNING, ends).fetchall()
        places: dict[int, NamedPlace] = {}
        for row in rows:
            places.setdefault(row[0], _place(row))
        return list(places.values())[:limit]

    def spelled_like(self, key: str, *, state: str = "") -> list[NearSpelling]:
        """Return the stored names within the typing errors allowed for ``key``, nearest first.

        With ``state``, only names of places there.
        """
        return self._words().spelled_like(key, state_bit=self._state_bits[state])

    def sounding_like(self, key: str, *, state: str = "") -> list[NearSpelling]:
        """Return the stored names that sound like ``key``; their edits are what that is worth."""
        sound = sound_of(key[:LONGEST_WORD])
        consonants = consonants_of(sound)
        if len(consonants) < (SHORTEST_SOUND if state else SHORTEST_SOUND_ANYWHERE):
            return []
        words, state_bit = self._words(), self._state_bits[state]
        near = []
        for number, meant in self._execute(_SOUNDING, (consonants,)):
            word = words.word(number, state_bit=state_bit)
            if word is None or word.spelling == key:
                continue
            sounds = typing_errors(sound, meant, most=_MOST_SOUNDS)
            if sounds <= _MOST_SOUNDS:
                edits = _EDITS_BY_EAR + _EDITS_A_SOUND * sounds
                near.append(NearSpelling(word.spelling, word.key, word.weight, edits))
        return near

    def _words(self) -> WordIndex:
        # Two threads may both load them; nothing is lost by it.
        if self._loaded_words is None:
            self._loaded_words = WordIndex(dict(self._execute("SELECT * FROM packed_words")))
        return self._loaded_words

    def zip_area(self, code: str) -> ZipArea | None:
        """Return the area of a five-digit ZIP code, None where it is unknown."""
        row = self._execute("SELECT * FROM zips WHERE code = ?", (int(code),)).fetchone()
        return ZipArea._make(row) if row else None

    def zip_areas(self, codes: Iterable[int]) -> list[ZipArea]:
        """Return the areas of those of ``codes`` that are known."""
        wanted = tuple(codes)
        marks = ",".join("?" * len(wanted))
        rows = self._execute(f"SELECT * FROM zips WHERE code IN ({marks})", wanted)  # noqa: S608 - marks
        return [ZipArea._make(row) for row in rows]

    def zip_region(self, code: int) -> ZipRegion | None:
        """Return the three-digit area of a number that lies between known ZIP codes of it."""
        row = self._execute(
            "SELECT * FROM zip_regions WHERE prefix = ?1 / 100 AND ?1 BETWEEN lowest AND highest",
            (code,),
        ).fetchone()
        return ZipRegion._make(row) if row else None

    def zips_between(self, lowest: int, highest: int, *, limit: int) -> list[ZipArea]:
        """Return the first ZIP codes between two numbers, both included."""
        rows = self._execute(
            "SELECT * FROM zips WHERE code BETWEEN ? AND ? ORDER BY code LIMIT ?",
            (lowest, highest, limit),
        )
        return [ZipArea._make(row) for row in rows]

    def zip_neighbours(self, code: int) -> list[ZipArea]:
        """Return the two known ZIP codes before and the two after a number."""
        rows = self._execute(
            "SELECT * FROM (SELECT * FROM zips WHERE code < ?1 ORDER BY code DESC LIMIT 2)"
            " UNION ALL SELECT * FROM (SELECT * FROM zips WHERE code > ?1 ORDER BY code LIMIT 2)",
            (code,),
        )
        return [ZipArea._make(row) for row in rows]

    def cities_around(self, latitude: float, longitude: float, *, cells: int) -> list[NamedPlace]:
        """Return the nearest few cities in the grid cells up to ``cells`` away, across 180° too.

        Nearest as on a flat map, which may put neighbours in the wrong order.
        """
        row, column = grid_cell(latitude, longitude)
        wanted = {
            cell_number(row + north, column + east)
            for north in range(-cells, cells + 1)
            for east in range(-cells, cells + 1)
        }
        marks = ",".join("?" * len(wanted))
        narrowing = math.cos(math.radians(latitude)) ** 2
        near = latitude, latitude, narrowing, longitude, longitude, longitude, longitude
        statement = _AROUND.format(marks=marks, limit=_CITIES_AROUND)
        return list(map(_place, self._execute(statement, (*wanted, *near))))

    def _execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        # SQLite connections must not cross a fork, nor be used by two threads at once.
        local = self._local
        if local.forks != _forks:
            local.connection = sqlite3.connect(
                self._uri, uri=True, check_same_thread=False, factory=_Connection
            )
            local.forks = _forks
        return local.connection.execute(statement, values)


def grid_cell(latitude: float, longitude: float) -> tuple[int, int]:
    """Return row and column of the grid cell that holds a point."""
    return math.floor(latitude / CELL_DEGREES), math.floor(longitude / CELL_DEGREES)


def cell_number(row: int, column: int) -> int:
    """Return the number of a grid cell; columns go round the Earth."""
    return row * CELLS_AROUND + column % CELLS_AROUND
