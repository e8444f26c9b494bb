"""Scaling of a search with the number of facilities: the domain function, warm."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine
from finder.facilities.index import SearchEntry
from finder.facilities.search import SearchRequest, search_facilities
from finder.geocoding import PlacesFound

NEW_YORK = (40.7143, -74.006)
CENTERS = {
    "New York, NY": NEW_YORK,
    "Los Angeles, CA": (34.0522, -118.2437),
    "Chicago, IL": (41.85, -87.65),
    "Philadelphia, PA": (39.9524, -75.1636),
    "Boise, ID": (43.6135, -116.2035),
    "Bend, OR": (44.0582, -121.3153),
    "Omaha, NE": (41.2586, -95.9378),
    "Jackson, MS": (32.2988, -90.1848),
}
_CHOSEN: tuple[dict[str, tuple[str, ...]], ...] = (
    {},
    {"setting": ("outpatient",), "medication": ("buprenorphine",)},
    {"payment": ("medicaid",), "setting": ("inpatient",)},
)


@dataclass(frozen=True, slots=True)
class Grown:
    """Figures of one database; milliseconds, and microseconds for a candidate."""

    database: str
    facilities: int
    median: float
    a_candidate: float
    dense: float
    in_dense: int


class NoPlaces:
    """A geocoder that knows no place."""

    def find_places(
        self, text: str, *, limit: int = 10, near: tuple[float, float] | None = None
    ) -> PlacesFound:
        """Find nothing."""
        return PlacesFound(text, (), ())

    def nearest(self, latitude: float, longitude: float) -> None:
        """Know no town."""
        return


def measure(urls: list[str], repeats: int) -> list[Grown]:
    """Measure every database by turns and return medians."""
    engines = {url: create_engine(url) for url in urls}
    runs: dict[str, list[tuple[float, float, float]]] = {url: [] for url in urls}
    sizes: dict[str, tuple[int, int]] = {}
    for _ in range(repeats + 1):
        for url, engine in engines.items():
            with Session(engine) as session:
                runs[url].append(_run(session))
                if url not in sizes:
                    count = session.scalar(sa.select(sa.func.count(SearchEntry.facility_id))) or 0
                    sizes[url] = count, _search(session, NEW_YORK, {}, 50)[1]
    grown = []
    for url, engine in engines.items():
        median, each, dense = (statistics.median(run[i] for run in runs[url][1:]) for i in range(3))
        grown.append(Grown(engine.dialect.name, sizes[url][0], median, each, dense, sizes[url][1]))
        engine.dispose()
    return grown


def _run(session: Session) -> tuple[float, float, float]:
    times, candidates = [], 0
    for center in CENTERS.values():
        everyone = _search(session, center, {}, 25)[1]
        for chosen in _CHOSEN:
            times.append(_search(session, center, chosen, 25)[0])
            candidates += everyone
    dense = statistics.median(_search(session, NEW_YORK, _CHOSEN[1], 50)[0] for _ in range(3))
    return statistics.median(times) * 1e3, sum(times) * 1e6 / candidates, dense * 1e3


def _search(
    session: Session, center: tuple[float, float], chosen: dict[str, tuple[str, ...]], miles: float
) -> tuple[float, int]:
    request = SearchRequest(
        latitude=center[0], longitude=center[1], radius_miles=miles, chosen=chosen
    )
    started = time.perf_counter()
    total = search_facilities(session, NoPlaces(), request).total
    return time.perf_counter() - started, total


def table(grown: list[Grown]) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        "| database | facilities | median search, ms | µs a candidate | New York, 50 miles, ms"
        " | programs there |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {each.database} | {each.facilities:,} | {each.median:.2f} | {each.a_candidate:.2f}"
        f" | {each.dense:.1f} | {each.in_dense:,} |"
        for each in grown
    ]
    return "\n".join(lines)
