"""Throughput of the search page and the API against peers, interleaved, one process each.

- A plain Jinja page of the same bytes, rendered at each request, and a static file of ours, both on
  the same server as the search page.
- Datasette on the same facilities and the same work: a page of twenty, the total, and the counts of
  every facet. It gets the box around the circle instead of the circle, and no order by distance.
"""

from __future__ import annotations

import importlib.util
import json
import math
import sqlite3
import statistics
import sys
import tempfile
import urllib.parse
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from benchmarks.search.growth import CENTERS
from benchmarks.search.serving import Server, datasette, finder
from finder.db import create_engine
from finder.facilities.listings import Facility
from finder.facilities.vocabulary import FILTERS
from finder.geocoding import build_gazetteer
from finder.geocoding.distance import EARTH_RADIUS_MILES

_FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"setting": "outpatient", "medication": "buprenorphine"},
    {"payment": "medicaid", "setting": "outpatient"},
)
_MILES = 25
_CARDS = 20
_STATIC = "/static/finder.css"


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of the table."""

    name: str
    a_second: list[float]
    beside: str
    """what it is a ratio of; "" where it is none"""


def measure(database: str, *, rounds: int, seconds: float) -> tuple[list[Compared], list[str]]:
    """Measure everything by turns; return the rows, and what else there is to tell."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        build_gazetteer(folder / "gazetteer.sqlite")
        with finder(database, folder, plain_page_bytes=0) as server:
            searches, size = _full_pages(server)
        ours = stack.enter_context(finder(database, folder, plain_page_bytes=size))
        asked: dict[str, tuple[Server, list[str]]] = {
            "plain Jinja page": (ours, ["/plain"]),
            "static file": (ours, [_STATIC]),
            "search page": (ours, searches),
            "search page, cold cards": (ours, [f"{path}&cold=cards" for path in searches]),
            "search page, all cold": (ours, [f"{path}&cold=all" for path in searches]),
            "API": (ours, [f"/api/v1/facilities?{_query(*each)}" for each in _all()]),
        }
        if importlib.util.find_spec("datasette"):
            path = folder / "facilities.db"
            _copy(database, path)
            peer = stack.enter_context(datasette(path))
            asked["Datasette"] = (peer, [_datasette_path(*each) for each in _all()])
        else:
            print("left out: Datasette (pip install datasette)", file=sys.stderr)
        results: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(rounds):
            for name, (server, paths) in asked.items():
                results[name].append(server.throughput(paths, seconds))
        notes = [
            f"Pages of {size:,} bytes (median of {len(searches)} searches with {_CARDS} cards).",
            f"The worker held {ours.megabytes():.0f} MB after the run.",
        ]
    beside = {
        "search page": "plain Jinja page",
        "search page, cold cards": "plain Jinja page",
        "search page, all cold": "plain Jinja page",
        "static file": "plain Jinja page",
        "API": "Datasette" if "Datasette" in results else "",
    }
    return [Compared(name, results[name], beside.get(name, "")) for name in results], notes


def table(rows: list[Compared], notes: list[str]) -> str:
    """Return the figures as Markdown; a ratio is the median of those of each round."""
    by_name = {row.name: row for row in rows}
    lines = [
        "| what | answers a second (median) | lowest to highest | ratio | to |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        low, high = min(row.a_second), max(row.a_second)
        ratio = ""
        if row.beside:
            pairs = zip(row.a_second, by_name[row.beside].a_second, strict=True)
            ratio = f"{statistics.median(one / other for one, other in pairs):.2f}"
        median = statistics.median(row.a_second)
        lines.append(
            f"| {row.name} | {median:.0f} | {low:.0f} to {high:.0f} | {ratio} | {row.beside} |"
        )
    return "\n".join([*notes, "", *lines])


def _all() -> list[tuple[str, dict[str, str]]]:
    return [(town, chosen) for town in CENTERS for chosen in _FILTERS]


def _query(town: str, chosen: dict[str, str]) -> str:
    return urllib.parse.urlencode({"near": town, "radius": _MILES, "per_page": _CARDS, **chosen})


def _full_pages(server: Server) -> tuple[list[str], int]:
    """Return the searches that fill a page, and the bytes of the middle one."""
    searches, sizes = [], []
    for town, chosen in _all():
        path = f"/search?{_query(town, chosen)}"
        body = server.get(path)[1]
        if body.count(b'<li class="card">') == _CARDS:
            searches.append(path)
            sizes.append(len(body))
    return searches, sorted(sizes)[len(sizes) // 2]


def _copy(database: str, path: Path) -> None:
    """Write the same facilities as one table: a JSON list a facet, as Datasette counts them."""
    engine = create_engine(database)
    facets = [facet.name for facet in FILTERS]
    columns = ", ".join(["name", "city", "state", "latitude REAL", "longitude REAL", *facets])
    with engine.connect() as source, sqlite3.connect(path) as target:
        target.execute(f"CREATE TABLE facility (id INTEGER PRIMARY KEY, {columns})")
        rows = source.execute(
            sa.select(
                Facility.id,
                Facility.name,
                Facility.city,
                Facility.state,
                Facility.latitude,
                Facility.longitude,
                Facility.substance_use_codes,
            ).where(Facility.latitude.is_not(None))
        )
        marks = ",".join("?" * (6 + len(facets)))
        target.executemany(
            f"INSERT INTO facility VALUES ({marks})",
            ((*row[:6], *_answers(row[6] or "")) for row in rows),
        )
        target.execute("CREATE INDEX place ON facility (latitude, longitude)")
    engine.dispose()


def _answers(codes: str) -> list[str]:
    offered = set(codes.split())
    return [
        json.dumps([each.value for each in facet.options if offered & set(each.codes)])
        for facet in FILTERS
    ]


def _datasette_path(town: str, chosen: dict[str, str]) -> str:
    latitude, longitude = CENTERS[town]
    up = math.degrees(_MILES / EARTH_RADIUS_MILES)
    across = up / math.cos(math.radians(abs(latitude) + up))
    pairs = [
        ("latitude__gte", str(latitude - up)),
        ("latitude__lte", str(latitude + up)),
        ("longitude__gte", str(longitude - across)),
        ("longitude__lte", str(longitude + across)),
        ("_size", str(_CARDS)),
        *((f"{name}__arraycontains", value) for name, value in chosen.items()),
        *(("_facet_array", facet.name) for facet in FILTERS),
    ]
    return f"/facilities/facility.json?{urllib.parse.urlencode(pairs)}"
