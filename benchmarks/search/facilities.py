"""Generates synthetic facilities, distributed by population, with the demonstration's services.

Towns of the gazetteer are drawn by population, and a facility is some miles from the middle of its
town. Each service code is drawn independently, with its frequency in the demonstration file. One
name in four begins with its town, so that some words are rare. The rows go straight into
``facility``; the search index is then built by the project's own ``reindex_all``, so that the
search finds what an import would have left.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import Settings
from finder import create_app
from finder.db import create_engine, write_transaction
from finder.extensions import db
from finder.facilities.index import reindex_all
from finder.facilities.listings import Facility
from finder.migrating import alembic

_ROOT = Path(__file__).parents[2]
_PLACES = _ROOT / "finder" / "geocoding" / "gazetteer" / "data" / "places.tsv"
_SEED = _ROOT / "seed_facilities.csv"
_SETS = 5_000
"""different sets of codes; two million draws of 150 codes would take longer than the index"""
_BATCH = 10_000
_MILES_OF_A_DEGREE = 69.1
_FIRST = [
    "Bronze",
    "Linen",
    "Cedar",
    "River",
    "Harbor",
    "Summit",
    "Maple",
    "Prairie",
    "Canyon",
    "Willow",
    "Beacon",
    "Horizon",
]
_SECOND = [
    "Sundial",
    "Lantern",
    "Bridge",
    "Meadow",
    "Path",
    "Orchard",
    "Anchor",
    "Compass",
    "Spring",
    "Garden",
    "Gate",
]
_THIRD = (
    "Recovery Program",
    "Health Center",
    "Treatment Services",
    "Behavioral Health",
    "Counseling",
    "House",
)


def generate(url: str, number: int, *, seed: int = 1) -> float:
    """Fill an empty or new database with made-up facilities; return the seconds that it took."""
    started = time.perf_counter()
    _migrate(url)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _hurry)
    with Session(engine) as session:
        if session.scalar(sa.select(sa.exists().where(Facility.id.is_not(None)))):
            raise SystemExit("There are facilities in this database already: name another one.")
        with write_transaction(session):
            rows = iter(_facilities(random.Random(seed), number))
            while batch := list(islice(rows, _BATCH)):
                session.execute(sa.insert(Facility), batch)
            reindex_all(session)
        session.execute(sa.text("ANALYZE"))
        session.commit()
    engine.dispose()
    return time.perf_counter() - started


def _migrate(url: str) -> None:
    settings = Settings.from_environment({"FINDER_DATABASE_URL": url})
    app = create_app(settings)
    with app.app_context():
        alembic.upgrade()
        db.session.close()
        db.engine.dispose()


def _hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-1000000")


def _facilities(chance: random.Random, number: int) -> Iterator[dict[str, object]]:
    places = list(_places())
    towns = chance.choices(places, [place[4] for place in places], k=number)
    # In order of state and town, as directories are; an index grows faster at one end.
    towns.sort(key=lambda place: place[:2])
    offers = _offers(chance, _SETS)
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for i, (state, city, latitude, longitude, population) in enumerate(towns):
        # A big city is wide: half a mile for a village, twelve for eight million people.
        miles = abs(chance.gauss(0, 0.5 + math.sqrt(population) / 250))
        angle = chance.uniform(0, 2 * math.pi)
        south = miles * math.sin(angle) / _MILES_OF_A_DEGREE
        west = miles * math.cos(angle) / _MILES_OF_A_DEGREE / math.cos(math.radians(latitude))
        first, *others = map(chance.choice, (_FIRST, _SECOND, _THIRD))
        yield {
            "natural_key": str(i),
            "name": " ".join([first if i % 4 else city, *others]),
            "program_name": "",
            "street": f"{chance.randrange(1, 9_999)} Sample Street",
            "city": city,
            "state": state,
            "postal_code": "00000",
            "phone": "(555) 555-0100",
            "latitude": round(latitude + south, 6),
            "longitude": round(longitude + west, 6),
            "location_precision": "exact",
            "substance_use_codes": chance.choice(offers),
            "source": "operator",
            "listed_as_of": dt.date(2026, 1, 1),
            "updated_at": now,
        }


def _places() -> Iterator[tuple[str, str, float, float, int]]:
    with _PLACES.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                name, state, latitude, longitude, population, *_ = line.split("\t")
                if int(population) >= 50 and -180 < float(longitude) < -60:
                    yield state, name, float(latitude), float(longitude), int(population)


def _offers(chance: random.Random, number: int) -> list[str]:
    """Return sets of codes, each code in as many of them as in the demonstration's programs."""
    counts: Counter[str] = Counter()
    with _SEED.open(encoding="utf-8", newline="") as file:
        programs = [row["services"].split() for row in csv.DictReader(file)]
    for codes in programs:
        counts.update(codes)
    shares = {code: count / len(programs) for code, count in sorted(counts.items())}
    return [
        " ".join(code for code, share in shares.items() if chance.random() < share)
        for _ in range(number)
    ]
