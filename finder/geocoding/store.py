"""Reads the gazetteer file: exact names, near spellings, ZIP codes and neighbourhoods.

Answers in rows as they are stored; what a text means is decided elsewhere. The file never changes
while it is open, so every thread of every process reads it without a lock.
"""

from __future__ import annotations

import math
import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from finder.geocoding.model import GazetteerMissing
from finder.geocoding.sounds import SHORTEST_SOUND, SHORTEST_SOUND_ANYWHERE, consonants_of, sound_of
from finder.geocoding.spelling import (
    LONGEST_WORD,
    NearSpelling,
    deletion_sums,
    edits_allowed,
    typing_errors,
)

CELL_DEGREES = 0.5
CELLS_AROUND = 720
MOST_NAMESAKES = 100
FEW_NAMESAKES = 10
AFTER_LETTERS = "{"
"""Sorts after every letter and digit of a key."""

# A slip of the ear is worse than a typing error; each letter that sounds otherwise adds to it.
_EDITS_BY_EAR = 1.6
_EDITS_A_SOUND = 0.35
_MOST_SOUNDS = 2
_SHORT = 7
_CITIES_AROUND = 20


class NameGrade(IntEnum):
    """How a name belongs to its place; the better grades come first in an answer."""

    NICKNAME = 0
    PRIMARY = 1
    ALIAS = 2


class NamedPlace(NamedTuple):
    """A stored place under one of its names.

    ``score`` ranks namesakes, mostly by population; ``weight`` is how many people may mean it.
    """

    place_id: int
    kind: str
    label: str
    name: str
    state: str
    latitude: float
    longitude: float
    population: int
    grade: int
    score: int
    weight: int


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


_NAMED = """
    SELECT places.place_id, kind, label, name, places.state, latitude, longitude, population,
           grade, score, weight
    FROM names JOIN places USING (place_id)
"""
_NAMED_EACH = _NAMED.replace("SELECT", "SELECT key,") + " WHERE key IN ({marks})"
_LISTED = """
    SELECT places.place_id, kind, label, name, places.state, latitude, longitude, population,
           grade, score, weight
    FROM beginnings JOIN names USING (key, state, place_id) JOIN places USING (place_id)
    WHERE start = ? ORDER BY rank LIMIT ?
"""
_BEGINNING = f"{_NAMED} WHERE key >= ? AND key < ? ORDER BY weight DESC, key"
_SPELLED = """
    SELECT DISTINCT spelling, words.key, words.weight
    FROM deletions JOIN words USING (word_id) WHERE deletion_sum IN ({marks})
"""
# Short words have very many neighbours: two errors away, only towns are looked at.
_SPELLED_SHORT = _SPELLED + " AND (words.weight >= 5000 OR deletion_sum IN ({few}))"
_SPELLED_IN_STATE = """
    SELECT spelling, words.key, max(names.weight)
    FROM deletions JOIN words USING (word_id)
    JOIN names ON names.key = words.key AND names.state = ?
    WHERE deletion_sum IN ({marks}) GROUP BY words.word_id
"""
_SOUNDING = """
    SELECT spelling, sound, words.key, words.weight FROM sounds JOIN words USING (word_id)
    WHERE consonants = ?
"""
_SOUNDING_IN_STATE = """
    SELECT spelling, sound, words.key, max(names.weight)
    FROM sounds JOIN words USING (word_id) JOIN names ON names.key = words.key AND names.state = ?
    WHERE consonants = ? GROUP BY words.word_id
"""
_AROUND = """
    SELECT place_id, kind, label, name, state, latitude, longitude, population, 1, population,
           population
    FROM places WHERE kind = 'city' AND cell IN ({marks})
    ORDER BY (latitude - ?) * (latitude - ?) + ? * min(abs(longitude - ?), 360 - abs(longitude - ?))
        * min(abs(longitude - ?), 360 - abs(longitude - ?)) LIMIT {limit}
"""


class _Connection(sqlite3.Connection):
    """A connection that closes with the thread that it belonged to."""

    def __del__(self) -> None:
        # One that could not be opened cannot be closed either.
        with suppress(sqlite3.ProgrammingError):
            self.close()


class GazetteerStore:
    """The tables of one gazetteer file, opened read-only once for every thread and process."""

    def __init__(self, path: Path, *, fingerprint: str) -> None:
        """Open ``path``; raise GazetteerMissing unless it was made from ``fingerprint``'s data."""
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()
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

    def named(self, key: str, *, state: str = "") -> list[NamedPlace]:
        """Return the places called ``key``, in ``state`` if given: best first, each once."""
        where = " WHERE key = ?" + (" AND names.state = ?" if state else "")
        rows = self._execute(
            f"{_NAMED}{where} ORDER BY score DESC LIMIT {MOST_NAMESAKES}",
            (key, state) if state else (key,),
        )
        return [NamedPlace._make(row) for row in rows]

    def named_each(self, keys: Sequence[str], *, state: str = "") -> dict[str, list[NamedPlace]]:
        """Return for each key the first few places called so, as ``named`` does for one."""
        places: dict[str, list[NamedPlace]] = {key: [] for key in keys}
        marks = ",".join("?" * len(keys))
        rows = self._execute(
            _NAMED_EACH.format(marks=marks) + (" AND names.state = ?" if state else ""),
            (*keys, state) if state else tuple(keys),
        )
        for key, *row in sorted(rows, key=_by_score):
            if len(places[key]) < FEW_NAMESAKES:
                places[key].append(NamedPlace._make(row))
        return places

    def people_abroad(self, key: str) -> int:
        """Return the population of the largest foreign city called ``key``, 0 if none is known."""
        row = self._execute("SELECT population FROM abroad WHERE key = ?", (key,)).fetchone()
        return row[0] if row else 0

    def beginning_with(self, start: str, *, limit: int) -> list[NamedPlace]:
        """Return the places with a name that begins with the key ``start``, heaviest first."""
        rows = self._execute(_LISTED, (start, limit)).fetchall()
        if not rows:
            ends = start, start + AFTER_LETTERS
            rows = self._execute(_BEGINNING, ends).fetchall()
        places: dict[int, NamedPlace] = {}
        for row in rows:
            places.setdefault(row[0], NamedPlace._make(row))
        return list(places.values())[:limit]

    def spelled_like(self, key: str, *, state: str = "") -> list[NearSpelling]:
        """Return the stored names within the typing errors allowed for ``key``, nearest first.

        With ``state``, only names of places there, weighed by those.
        """
        edits = edits_allowed(key)
        if not edits:
            return []
        sums = deletion_sums(key, edits=edits)
        marks = ",".join("?" * len(sums))
        if state:
            rows = self._execute(_SPELLED_IN_STATE.format(marks=marks), (state, *sums))
        elif edits > 1 and len(key) <= _SHORT:
            few = deletion_sums(key, edits=1)
            closer = _SPELLED_SHORT.format(marks=marks, few=",".join("?" * len(few)))
            rows = self._execute(closer, (*sums, *few))
        else:
            rows = self._execute(_SPELLED.format(marks=marks), tuple(sums))
        near = [
            NearSpelling(spelling, word, weight, typing_errors(key, spelling, most=edits))
            for spelling, word, weight in rows
            if -edits <= len(spelling) - len(key) <= edits
        ]
        near = [spelling for spelling in near if 0 < spelling.edits <= edits]
        return sorted(near, key=lambda spelling: (spelling.edits, spelling.spelling))

    def sounding_like(self, key: str, *, state: str = "") -> list[NearSpelling]:
        """Return the stored names that sound like ``key``; their edits are what that is worth."""
        sound = sound_of(key[:LONGEST_WORD])
        consonants = consonants_of(sound)
        if len(consonants) < (SHORTEST_SOUND if state else SHORTEST_SOUND_ANYWHERE):
            return []
        if state:
            rows = self._execute(_SOUNDING_IN_STATE, (state, consonants))
        else:
            rows = self._execute(_SOUNDING, (consonants,))
        near = []
        for spelling, meant, word, weight in rows:
            sounds = typing_errors(sound, meant, most=_MOST_SOUNDS)
            if sounds <= _MOST_SOUNDS and spelling != key:
                edits = _EDITS_BY_EAR + _EDITS_A_SOUND * sounds
                near.append(NearSpelling(spelling, word, weight, edits))
        return near

    def zip_area(self, code: str) -> ZipArea | None:
        """Return the area of a five-digit ZIP code, None where it is unknown."""
        row = self._execute("SELECT * FROM zips WHERE code = ?", (int(code),)).fetchone()
        return ZipArea._make(row) if row else None

    def zip_areas(self, codes: Iterable[int]) -> list[ZipArea]:
        """Return the areas of those of ``codes`` that are known."""
        wanted = tuple(codes)
        marks = ",".join("?" * len(wanted))
        rows = self._execute(f"SELECT * FROM zips WHERE code IN ({marks})", wanted)  # noqa: S608
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
        return [NamedPlace._make(found) for found in self._execute(statement, (*wanted, *near))]

    def _execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        # SQLite connections must not cross a fork, nor be used by two threads at once.
        if getattr(self._local, "process", None) != os.getpid():
            self._local.connection = sqlite3.connect(
                self._uri, uri=True, check_same_thread=False, factory=_Connection
            )
            self._local.process = os.getpid()
        cursor: sqlite3.Cursor = self._local.connection.execute(statement, values)
        return cursor


def grid_cell(latitude: float, longitude: float) -> tuple[int, int]:
    """Return row and column of the grid cell that holds a point."""
    return math.floor(latitude / CELL_DEGREES), math.floor(longitude / CELL_DEGREES)


def cell_number(row: int, column: int) -> int:
    """Return the number of a grid cell; columns go round the Earth."""
    return row * CELLS_AROUND + column % CELLS_AROUND


def _by_score(row: Sequence[int]) -> int:
    """Return the negative score of a row that a key stands before."""
    return -row[1 + NamedPlace._fields.index("score")]
