"""Compares searches by name of two checkouts of Finder, in interleaved rounds on one machine.

    python -m benchmarks.compare_names OTHER --database URL --other-database URL [--rounds 3]

OTHER is the folder of another checkout, an older state for instance. Each has a database with the
same facilities and its own search index (``python -m benchmarks.search generate``). Both run with
this Python and its packages, one after the other and in turns who comes first; each process warms
up and makes every search fifteen times, of which the middle one counts. Printed are medians of
processor time over the rounds, the ratio this / other of each, and the most memory of a process.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from benchmarks.compare import HERE, environment

SEARCHES: Mapping[str, Mapping[str, object]] = {
    "a common word (recovery)": {"name": "recovery"},
    "two common words": {"name": "health center"},
    "three common words": {"name": "harbor bridge counseling"},
    "two common words, two filters": {
        "name": "program harbor",
        "chosen": {"setting": ("outpatient",), "medication": ("buprenorphine",)},
    },
    "a part of many words (er)": {"name": "er"},
    "a rare word (poughkeepsie)": {"name": "poughkeepsie"},
    "a word that no name has": {"name": "zzyqq"},
    "a common word, 50 miles": {"name": "recovery", "radius_miles": 50.0, "placed": True},
    "a common word, any distance": {"name": "recovery", "radius_miles": None, "placed": True},
    "a rare word, any distance": {"name": "poughkeepsie", "radius_miles": None, "placed": True},
    "two filters, no name": {
        "chosen": {"setting": ("outpatient",), "medication": ("buprenorphine",)}
    },
    "50 miles, no name": {"radius_miles": 50.0, "placed": True},
}
TIMES = 15


def measure(url: str) -> dict[str, float]:
    """Return the milliseconds of each search on a database, and the memory in MB."""
    from benchmarks.search.growth import NEW_YORK, NoPlaces
    from finder.db import create_engine
    from finder.facilities.search import SearchRequest, search_facilities

    engine = create_engine(url)
    found = {}
    with Session(engine) as session:
        for name, asked in SEARCHES.items():
            values = dict(asked)
            if values.pop("placed", False):
                values |= {"latitude": NEW_YORK[0], "longitude": NEW_YORK[1]}
            request = SearchRequest(**values)  # type: ignore[arg-type]  # by name
            times = []
            for _ in range(TIMES + 1):
                started = time.process_time()
                search_facilities(session, NoPlaces(), request)
                times.append(time.process_time() - started)
            found[name] = statistics.median(times[1:]) * 1e3
    engine.dispose()
    found["memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def in_checkout(checkout: Path, url: str) -> Mapping[str, float]:
    """Return what a process measures that runs another checkout with this file."""
    ran = subprocess.run(
        [sys.executable, __file__, "--measure", url],
        env=environment(checkout, checkout / "instance"),
        cwd=checkout,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    measured: dict[str, float] = json.loads(ran.stdout)
    return measured


def main() -> None:
    """Measure by turns and print the table; or measure once, in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", type=Path, nargs="?")
    parser.add_argument("--database")
    parser.add_argument("--other-database")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    sides = [(HERE, options.database), (options.other.resolve(), options.other_database)]
    rounds: list[list[Mapping[str, float]]] = [[], []]
    for number in range(options.rounds):
        for side in (0, 1) if number % 2 else (1, 0):
            rounds[side].append(in_checkout(*sides[side]))
    print("| search, ms | other | this | ratio |\n| --- | --- | --- | --- |")
    for name in rounds[0][0]:
        this, other = (statistics.median(each[name] for each in side) for side in rounds)
        print(f"| {name} | {other:.1f} | {this:.1f} | {this / other:.2f} |")


if __name__ == "__main__":
    main()
