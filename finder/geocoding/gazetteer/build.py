"""Builds the gazetteer, one SQLite file, from the data files; and tells whether it is current.

Knows the format of both. Reads nothing but the package's own ``data`` folder, never a network.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from statistics import median

from finder.geocoding import spelling as comparing
from finder.geocoding.distance import miles_between
from finder.geocoding.gazetteer.store import (
    NAME_BLOOM_MASK,
    NameGrade,
    ZipArea,
    ZipRegion,
    bloom_bits,
    cell_number,
    grid_cell,
)
from finder.geocoding.model import PlaceKind
from finder.geocoding.spelling import (
    LONGEST_WORD,
    Word,
    consonants_of,
    key_of,
    key_of_text,
    pack,
    sound_of,
    tokenise,
)

DATA = Path(__file__).parent / "data"
SCHEMA_VERSION = 4

# A state outranks its namesakes but the few cities larger than this: New York and Washington.
STATE_SCORE = 500_000
STATE_WEIGHT = 200_000
LONGEST_ABBREVIATION = 5
NICKNAME_SCORE = 100_000_000
ALIAS_DISCOUNT = 5
# "sp" is the beginning of "Spokane" rather than of "Space City".
NICKNAME_DISCOUNT = 50
POPULATION_WITH_FOREIGN_NAMES = 100_000
# A town called like a region or an airport is meant where it is larger than these.
LANDMARK_SCORE = 20_000
REGION_SCORE = 5_000
# Who types the beginning of a county's name means a city more often than the county.
COUNTY_DISCOUNT = 10
# Beginnings that more names share than this are answered from a list made in advance.
NAMES_READ_AT_ONCE = 60
PLACES_OF_A_BEGINNING = 20

# A country ZIP code's middle is fields; its people, and whom they look for, are in its one town.
# Of 10,899 addresses with street-level coordinates this placed 49 % within a mile instead of 41 %.
ZIPS_OF_A_SMALL_TOWN = 2
MILES_AROUND_A_TOWN = 20.0

_LIKE_BOROUGHS = {" City and Borough", " Borough", " Municipality"}
_SHORTENED = {"saint": "st", "fort": "ft", "mount": "mt"}
_COUNTY_WORDS = (
    " City and Borough",
    " Census Area",
    " Borough",
    " Parish",
    " Municipality",
    " Municipio",
    " County",
)

_SCHEMA = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
    CREATE TABLE names (
        key TEXT NOT NULL, rank INTEGER NOT NULL, place_id INTEGER NOT NULL, kind TEXT NOT NULL,
        name TEXT NOT NULL, state TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL,
        population INTEGER NOT NULL, grade INTEGER NOT NULL, score INTEGER NOT NULL,
        weight INTEGER NOT NULL, PRIMARY KEY (key, rank)
    ) WITHOUT ROWID;
    CREATE TABLE cities (
        cell INTEGER NOT NULL, place_id INTEGER NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
        latitude REAL NOT NULL, longitude REAL NOT NULL, population INTEGER NOT NULL,
        PRIMARY KEY (cell, place_id)
    ) WITHOUT ROWID;
    CREATE TABLE beginnings (
        start TEXT NOT NULL, position INTEGER NOT NULL, key TEXT NOT NULL, rank INTEGER NOT NULL,
        PRIMARY KEY (start, position)
    ) WITHOUT ROWID;
    CREATE TABLE sounds (
        consonants TEXT NOT NULL, word_number INTEGER NOT NULL, sound TEXT NOT NULL,
        PRIMARY KEY (consonants, word_number)
    ) WITHOUT ROWID;
    CREATE TABLE packed_words (name TEXT PRIMARY KEY, value BLOB NOT NULL);
    CREATE TABLE zips (
        code INTEGER PRIMARY KEY, city TEXT NOT NULL, state TEXT NOT NULL,
        latitude REAL NOT NULL, longitude REAL NOT NULL
    );
    CREATE TABLE namesakes (place_id INTEGER PRIMARY KEY, county TEXT NOT NULL);
    CREATE TABLE abroad (key TEXT PRIMARY KEY, population INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE zip_regions (
        prefix INTEGER PRIMARY KEY, city TEXT NOT NULL, state TEXT NOT NULL,
        latitude REAL NOT NULL, longitude REAL NOT NULL, lowest INTEGER NOT NULL,
        highest INTEGER NOT NULL
    );
    CREATE TABLE states (
        key TEXT PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, latitude REAL NOT NULL,
        longitude REAL NOT NULL
    ) WITHOUT ROWID;
"""


def build_gazetteer(target: Path) -> None:
    """Write the gazetteer file, complete or not at all; one that is in use stays whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        unfinished = Path(folder) / target.name
        with closing(sqlite3.connect(unfinished)) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            connection.executescript(_SCHEMA)
            with connection:
                _Builder(connection).bake()
        unfinished.replace(target)


def is_current(target: Path) -> bool:
    """Tell whether ``target`` is a gazetteer made from the present data by the present code."""
    if not target.is_file():
        return False
    uri = f"{target.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            found = connection.execute(
                "SELECT value FROM meta WHERE name = 'fingerprint'"
            ).fetchone()
    except sqlite3.Error:
        return False
    return bool(found == (data_fingerprint(),))


@cache
def data_fingerprint() -> str:
    """Return a digest of the format's version, of every data file and of the code that builds."""
    # Numbers are packed as this machine writes them.
    digest = blake2b(f"{SCHEMA_VERSION} {sys.byteorder}".encode(), digest_size=16)
    code = [Path(__file__), *sorted(Path(str(comparing.__file__)).parent.glob("*.py"))]
    for path in (*sorted(DATA.glob("*.tsv")), *code):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_rows(name: str) -> Iterator[list[str]]:
    """Yield the fields of every row of a data file, without its comments."""
    with (DATA / name).open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


class _Builder:
    """Fills the tables of an empty gazetteer file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._places: list[tuple[int, PlaceKind, str, str, float, float, int]] = []
        self._points: dict[int, tuple[float, float]] = {}
        self._names: dict[tuple[str, str, int], tuple[NameGrade, int, int]] = {}
        self._ranks: dict[tuple[str, str, int], int] = {}
        self._state_codes: set[str] = set()
        self._spellings: dict[str, str] = {}
        self._never_misspelt: set[str] = set()
        self._largest: dict[tuple[str, str], tuple[int, int]] = {}

    def bake(self) -> None:
        """Read every data file and write every table."""
        self._add_states()
        self._add_counties()
        self._add_cities()
        self._add_extra_places()
        self._add_landmarks()
        self._add_airports()
        self._add_counties_of_namesakes()
        self._add_nicknames()
        self._add_former_names()
        self._add_zips()
        self._add_names()
        self._add_cities_abroad()
        self._add_beginnings()
        self._add_spellings()
        self._insert("meta", [("fingerprint", data_fingerprint())])

    def _add_states(self) -> None:
        keys: dict[str, tuple[str, ...]] = {}
        for code, name, latitude, longitude, abbreviations in read_rows("states.tsv"):
            self._state_codes.add(code)
            spellings = [code, name, *filter(None, abbreviations.split("|"))]
            for spelling in spellings:
                keys["".join(tokenise(spelling))] = (code, name, latitude, longitude)
            place_id = self._add_place(PlaceKind.STATE, name, code, latitude, longitude, 0)
            for spelling in spellings[1:]:
                grade = NameGrade.PRIMARY if spelling == name else NameGrade.ALIAS
                self._add_name(spelling, code, place_id, grade, STATE_SCORE, STATE_WEIGHT)
                if spelling != name and len(spelling) <= LONGEST_ABBREVIATION:
                    self._never_misspelt.add(key_of_text(spelling))
        self._insert("states", [(key, *state) for key, state in keys.items()])

    def _add_counties(self) -> None:
        for name, state, latitude, longitude, weight in read_rows("counties.tsv"):
            self._add_county(name, state, latitude, longitude, weight=int(weight))

    def _add_county(
        self, name: str, state: str, latitude: str, longitude: str, *, weight: int
    ) -> None:
        place_id = self._add_place(PlaceKind.COUNTY, name, state, latitude, longitude, 0)
        typed = weight // COUNTY_DISCOUNT
        self._add_name(name, state, place_id, NameGrade.PRIMARY, weight, typed)
        self._largest[key_of_text(name), state] = place_id, weight
        word = next((word for word in _COUNTY_WORDS if name.endswith(word)), None)
        if word is None:
            return
        # People say county, or leave out half of the formal word, everywhere.
        plain = name.removesuffix(word)
        for said in {" County", " Borough", f" {word.split()[-1]}"} - {word}:
            if said != " Borough" or word in _LIKE_BOROUGHS:
                self._add_name(plain + said, state, place_id, NameGrade.ALIAS, weight, typed)

    def _add_cities(self) -> None:
        for name, state, latitude, longitude, population, aliases in read_rows("places.tsv"):
            people = int(population)
            self._add_city(name, state, latitude, longitude, people, aliases, weight=people)

    def _add_extra_places(self) -> None:
        for kind, name, state, latitude, longitude, weight, aliases in read_rows(
            "extra_places.tsv"
        ):
            if kind == PlaceKind.COUNTY:
                self._add_county(name, state, latitude, longitude, weight=int(weight))
                continue
            point = float(latitude), float(longitude)
            known, _ = self._largest.get((key_of_text(name), state), (0, 0))
            is_known = known and miles_between(*point, *self._points[known]) < MILES_AROUND_A_TOWN
            self._add_city(
                name,
                state,
                latitude,
                longitude,
                0,
                aliases,
                weight=int(weight),
                place_id=known if is_known else 0,
            )

    def _add_landmarks(self) -> None:
        """Add universities at their town, and regions at a point."""
        for name, state, where, aliases in read_rows("landmarks.tsv"):
            if where[0].isdigit():
                latitude, longitude = where.split(",")
                self._add_landmark(name, state, latitude, longitude, aliases, REGION_SCORE)
            else:
                town, _ = self._largest[key_of_text(where), state]
                latitude, longitude = map(str, self._points[town])
                self._add_landmark(name, state, latitude, longitude, aliases, LANDMARK_SCORE)

    def _add_airports(self) -> None:
        for name, state, latitude, longitude, aliases in read_rows("airports.tsv"):
            self._add_landmark(name, state, latitude, longitude, aliases, LANDMARK_SCORE)

    def _add_landmark(
        self, name: str, state: str, latitude: str, longitude: str, aliases: str, score: int
    ) -> None:
        """Add a landmark under names that nothing misspelt is corrected to."""
        place_id = self._add_place(PlaceKind.LANDMARK, name, state, latitude, longitude, 0)
        for each in (name, *filter(None, aliases.split("|"))):
            grade = NameGrade.PRIMARY if each == name else NameGrade.ALIAS
            self._add_name(each, state, place_id, grade, score, 0)
            self._never_misspelt.add(key_of_text(each))

    def _add_city(
        self,
        name: str,
        state: str,
        latitude: str,
        longitude: str,
        population: int,
        aliases: str,
        *,
        weight: int,
        place_id: int = 0,
    ) -> None:
        """Add a city, or other names and a weight to the one that ``place_id`` says."""
        place_id = place_id or self._add_place(
            PlaceKind.CITY, name, state, latitude, longitude, population
        )
        self._add_name(name, state, place_id, NameGrade.PRIMARY, weight, weight)
        if name.startswith("The "):
            self._add_name(name[4:], state, place_id, NameGrade.ALIAS, weight // 2, weight)
        for alias in filter(None, aliases.split("|")):
            score = weight // ALIAS_DISCOUNT
            # Other names of large cities are often of other languages, near to very much.
            typed = weight if weight < POPULATION_WITH_FOREIGN_NAMES else 0
            self._add_name(alias, state, place_id, NameGrade.ALIAS, score, typed)
            if not typed and score:
                self._never_misspelt.add(key_of_text(alias))
        city = key_of_text(name), state
        known = self._largest.get(city, (0, -1))
        self._largest[city] = max(known, (place_id, weight), key=lambda pair: pair[1])

    def _add_counties_of_namesakes(self) -> None:
        known = {
            (name, state, *point): place_id
            for place_id, kind, name, state, *point, _ in self._places
            if kind == PlaceKind.CITY
        }
        counties: dict[int, str] = {}
        for name, state, latitude, longitude, county in read_rows("namesakes.tsv"):
            # A quarter of extra_places.tsv that GeoNames has too is one place here.
            if place_id := known.get((name, state, float(latitude), float(longitude))):
                counties[place_id] = county
        self._insert("namesakes", list(counties.items()))

    def _add_former_names(self) -> None:
        for former, name, state in read_rows("former_names.tsv"):
            place_id, weight = self._largest[key_of_text(name), state]
            score = weight // ALIAS_DISCOUNT
            self._add_name(former, state, place_id, NameGrade.ALIAS, score, score)

    def _add_nicknames(self) -> None:
        for nickname, name, state in read_rows("nicknames.tsv"):
            place_id, people = self._largest[key_of_text(name), state]
            score = NICKNAME_SCORE + people
            self._add_name(
                nickname, state, place_id, NameGrade.NICKNAME, score, people // NICKNAME_DISCOUNT
            )

    def _add_zips(self) -> None:
        rows = list(read_rows("zips.tsv"))
        served = Counter((key_of_text(city), state) for _, city, state, *_ in rows)
        areas: list[ZipArea] = []
        for code, city, state, latitude, longitude in rows:
            point = float(latitude), float(longitude)
            office = key_of_text(city), state
            if served[office] <= ZIPS_OF_A_SMALL_TOWN:
                point = self._town_centre(office, near=point) or point
            areas.append(ZipArea(int(code), city, state, *point))
        self._insert("zips", areas)
        self._insert("zip_regions", _zip_regions(areas))

    def _town_centre(
        self, office: tuple[str, str], *, near: tuple[float, float]
    ) -> tuple[float, float] | None:
        """Return where the town of a post office lies, if it is the one that is ``near``."""
        town, people = self._largest.get(office, (0, 0))
        if not people:
            return None
        centre = self._points[town]
        return centre if miles_between(*near, *centre) <= MILES_AROUND_A_TOWN else None

    def _add_names(self) -> None:
        """Store every name with all that is said of its place: one look-up reads one page."""
        ordered = sorted(self._names, key=lambda name: (name[0], -self._names[name][1], *name[1:]))
        rows: list[tuple[object, ...]] = []
        bloom = bytearray((NAME_BLOOM_MASK + 1) // 8)
        for key, namesakes in groupby(ordered, key=lambda name: name[0]):
            for bit in bloom_bits(key):
                bloom[bit >> 3] |= 1 << (bit & 7)
            for rank, name in enumerate(namesakes):
                self._ranks[name] = rank
                rows.append((key, rank, *self._places[name[2] - 1], *self._names[name]))
        self._insert("names", rows)
        self._insert("meta", [("name bloom filter", bytes(bloom))])
        cities = [place for place in self._places if place[1] == PlaceKind.CITY]
        self._insert(
            "cities",
            [
                (
                    cell_number(*grid_cell(latitude, longitude)),
                    number,
                    *said,
                    latitude,
                    longitude,
                    people,
                )
                for number, _, *said, latitude, longitude, people in cities
            ],
        )

    def _add_cities_abroad(self) -> None:
        largest: dict[str, int] = {}
        for name, population in read_rows("abroad.tsv"):
            key = key_of_text(name)
            largest[key] = max(largest.get(key, 0), int(population))
        self._insert("abroad", list(largest.items()))

    def _add_beginnings(self) -> None:
        """List the heaviest places for every beginning that very many names share."""
        heaviest = sorted(self._names, key=lambda name: (-self._names[name][2], name))
        shared: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for name in heaviest:
            key = name[0]
            for length in range(1, len(key) + 1):
                shared[key[:length]].append(name)
        rows: list[tuple[object, ...]] = []
        for start, names in shared.items():
            if len(names) <= NAMES_READ_AT_ONCE:
                continue
            places = {name[2]: name for name in reversed(names)}
            chosen = sorted(places.values(), key=lambda name: (-self._names[name][2], name))
            listed = enumerate(chosen[:PLACES_OF_A_BEGINNING])
            rows.extend((start, at, name[0], self._ranks[name]) for at, name in listed)
        self._insert("beginnings", rows)

    def _add_spellings(self) -> None:
        weights: dict[str, int] = {}
        for (key, _, _), (grade, _, weight) in self._names.items():
            if grade < NameGrade.ALIAS or key not in self._never_misspelt:
                weights[key] = max(weights.get(key, 0), weight)
        others = {other: key for other, key in self._spellings.items() if key in weights}
        spellings = others | {key: key for key in weights}
        states: dict[str, int] = defaultdict(int)
        bits = {code: 1 << at for at, code in enumerate(sorted(self._state_codes))}
        for key, state, _ in self._names:
            states[key] |= bits[state]
        words = [
            Word(spelling, key, weights[key], states[key])
            for spelling, key in sorted(spellings.items())
            if len(spelling) <= LONGEST_WORD
        ]
        sounds = []
        for number, word in enumerate(words):
            sound = sound_of(word.spelling)
            if consonants := consonants_of(sound):
                sounds.append((consonants, number, sound))
        self._insert("sounds", sorted(sounds))
        self._insert("packed_words", list(pack(words).items()))

    def _add_place(
        self,
        kind: PlaceKind,
        name: str,
        state: str,
        latitude: str,
        longitude: str,
        population: int,
    ) -> int:
        place_id = len(self._places) + 1
        point = float(latitude), float(longitude)
        self._points[place_id] = point
        self._places.append((place_id, kind, name, state, *point, population))
        return place_id

    def _add_name(
        self, name: str, state: str, place_id: int, grade: NameGrade, score: int, weight: int
    ) -> None:
        tokens = tokenise(name)
        key = key_of(tokens)
        known = self._names.get((key, state, place_id))
        if known is None or (grade, -score) < (known[0], -known[1]):
            self._names[key, state, place_id] = grade, score, weight
        # A typing error in "St." is far from one in "Saint".
        for spelling in {"".join(tokens), key_of(tokens, expansions=_SHORTENED)} - {key}:
            self._spellings.setdefault(spelling, key)

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        marks = ",".join("?" * len(rows[0]))
        self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own name


def _zip_regions(areas: Iterable[ZipArea]) -> list[ZipRegion]:
    """Return the regions of the ZIP codes that share three digits."""
    sharing: dict[int, list[ZipArea]] = defaultdict(list)
    for area in areas:
        sharing[area.code // 100].append(area)
    regions = []
    for prefix, members in sharing.items():
        (city, state), _ = Counter((area.city, area.state) for area in members).most_common(1)[0]
        # The median, for some of them lie on far islands.
        latitude = median(area.latitude for area in members)
        longitude = median(area.longitude for area in members)
        codes = [area.code for area in members]
        regions.append(ZipRegion(prefix, city, state, latitude, longitude, min(codes), max(codes)))
    return regions
