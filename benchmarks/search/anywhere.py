"""Times of searches without a radius: by name, by filters alone, at any distance."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.search.growth import NEW_YORK, NoPlaces
from finder.db import create_engine
from finder.facilities.index import SearchEntry
from finder.facilities.search import SearchRequest, Sort, search_facilities, similar_names

_FILTERS = {"setting": ("outpatient",), "medication": ("buprenorphine",)}
_TIMES = 3
"""each search is made in each repeat; the middle one counts"""


def _search(**asked: object) -> Callable[[Session], int]:
    request = SearchRequest(**asked)  # type: ignore[arg-type]  # by name
    return lambda session: search_facilities(session, NoPlaces(), request).total


def _around(**asked: object) -> Callable[[Session], int]:
    return _search(latitude=NEW_YORK[0], longitude=NEW_YORK[1], **asked)


SEARCHES: dict[str, Callable[[Session], int]] = {
    "two filters": _search(chosen=_FILTERS),
    "two filters, newest first": _search(chosen=_FILTERS, sort=Sort.UPDATED),
    "two filters, page 500": _search(chosen=_FILTERS, page=500),
    "two filters, any distance": _around(chosen=_FILTERS, radius_miles=None),
    "a common word (recovery)": _search(name="recovery"),
    "two common words, two filters": _search(name="program harbor", chosen=_FILTERS),
    "a part of many words (er)": _search(name="er"),
    "a rare word (poughkeepsie)": _search(name="poughkeepsie"),
    "a word that no name has": _search(name="zzyqq"),
    "a common word, 50 miles": _around(name="recovery", radius_miles=50.0),
    "a rare word, any distance": _around(name="poughkeepsie", radius_miles=None),
    "spellings of poukeepsie": lambda session: len(similar_names(session, "poukeepsie")),
}


@dataclass(frozen=True, slots=True)
class Anywhere:
    """Milliseconds of every search on one database, medians, and how many each finds."""

    database: str
    facilities: int
    milliseconds: dict[str, float]
    found: dict[str, int]


def measure(urls: list[str], repeats: int) -> list[Anywhere]:
    """Measure every database by turns, warm; return medians of the repeats."""
    engines = {url: create_engine(url) for url in urls}
    times: dict[str, dict[str, list[float]]] = {
        url: {name: [] for name in SEARCHES} for url in urls
    }
    found: dict[str, dict[str, int]] = {}
    sizes: dict[str, int] = {}
    for url, engine in engines.items():
        with Session(engine) as session:
            count = sa.select(sa.func.count(SearchEntry.facility_id))
            sizes[url] = session.scalar(count) or 0
            found[url] = {name: search(session) for name, search in SEARCHES.items()}
    for _ in range(repeats):
        for name, search in SEARCHES.items():
            for url, engine in engines.items():
                with Session(engine) as session:
                    times[url][name].append(_milliseconds(session, search))
    measured = []
    for url, engine in engines.items():
        medians = {name: statistics.median(each) for name, each in times[url].items()}
        measured.append(Anywhere(engine.dialect.name, sizes[url], medians, found[url]))
        engine.dispose()
    return measured


def _milliseconds(session: Session, search: Callable[[Session], int]) -> float:
    times = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        search(session)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e3


def table(measured: list[Anywhere]) -> str:
    """Return the figures as a Markdown table, a column a database."""
    lines = [
        "| search, ms |" + "".join(f" {each.database}, {each.facilities:,} |" for each in measured),
        "| --- |" + " --- |" * len(measured),
    ]
    for name in SEARCHES:
        lines.append(
            f"| {name} |" + "".join(f" {each.milliseconds[name]:.1f} |" for each in measured)
        )
    largest = max(measured, key=lambda each: each.facilities)
    found = ", ".join(f"{name}: {largest.found[name]:,}" for name in SEARCHES)
    return "\n".join([*lines, "", f"Found among {largest.facilities:,}: {found}."])
