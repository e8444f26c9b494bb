"""Compares the speed of two checkouts of Finder, in interleaved rounds on one machine.

    python -m benchmarks.compare OTHER [--rounds 5] [--file FACILITIES] [--searches 200]

OTHER is the folder of another checkout, an older state for instance; both run with this Python and
its packages. Each round measures both, one after the other and in turns who comes first: a start
of the application, an import into an empty database, look-ups of places, pages of
results and answers of the API (each search once, as a first visitor finds it, then all again). A
start is that of a command that looks at the database and ends.
Printed are medians of processor time, and the ratio this / other with its spread over the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parents[1]
VISITS = Path(__file__).with_name("compare_visits.py")
PLACES = HERE / "finder" / "geocoding" / "gazetteer" / "data" / "places.tsv"
FILTERS = (
    {"setting": "outpatient"},
    {"setting": "residential"},
    {"medication": "buprenorphine"},
    {"medication": "methadone"},
    {"payment": "medicaid"},
    {"population": "women"},
    {"setting": "outpatient", "payment": "medicaid"},
)
SHARE_WITH_FILTERS = 0.4


def draw_searches(count: int, seed: int = 7) -> list[dict[str, str]]:
    """Return the parameters of searches as people make them: towns by population, few filters."""
    rows = [line.split("\t") for line in PLACES.read_text("utf-8").splitlines()]
    towns = [row for row in rows if not row[0].startswith("#")]
    chance = random.Random(seed)
    drawn = chance.choices(towns, [max(int(town[4] or 0), 1) for town in towns], k=count)
    return [
        {"near": f"{town[0]}, {town[1]}"}
        | (chance.choice(FILTERS) if chance.random() < SHARE_WITH_FILTERS else {})
        for town in drawn
    ]


def environment(checkout: Path, data: Path) -> dict[str, str]:
    """Return the environment of a process that runs a checkout with a data folder."""
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("FINDER_")},
        "FINDER_DATA_DIR": str(data),
        "FINDER_API_LIMIT": "1000000 per minute",
        "PYTHONPATH": str(checkout),
        "PYTHONUNBUFFERED": "1",
    }


def milliseconds_of_a_process(command: list[str], checkout: Path, data: Path) -> float:
    """Run a command to its end; return its processor time in ms, that of its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "finder", *command],
        env=environment(checkout, data),
        cwd=checkout,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def measure(checkout: Path, data: Path, file: Path, searches: str) -> Mapping[str, float]:
    """Measure one checkout once; ``data`` holds its gazetteer and the imported facilities."""
    measured = {"start (ms)": milliseconds_of_a_process(["db", "check"], checkout, data)}
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "gazetteer.sqlite").symlink_to(data / "gazetteer.sqlite")
        measured["import (ms)"] = milliseconds_of_a_process(
            ["facilities", "import", str(file)], checkout, Path(empty)
        )
    visited = subprocess.run(
        [sys.executable, str(VISITS)],
        env=environment(checkout, data),
        cwd=checkout,
        check=True,
        input=searches,
        capture_output=True,
        text=True,
    )
    costs: Mapping[str, float] = json.loads(visited.stdout)
    return {**measured, **{f"{name} (µs)": cost for name, cost in costs.items()}}


def table(here: list[Mapping[str, float]], other: list[Mapping[str, float]]) -> Iterator[str]:
    """Yield the lines of a table: medians, and the ratio with its least and greatest."""
    yield "| processor time | other | this | this / other (least to greatest) |"
    yield "| --- | --- | --- | --- |"
    for name in here[0]:
        ratios = [a[name] / b[name] for a, b in zip(here, other, strict=True)]
        yield (
            f"| {name} | {statistics.median(b[name] for b in other):,.0f} "
            f"| {statistics.median(a[name] for a in here):,.0f} "
            f"| {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}) |"
        )


def main() -> None:
    """Prepare both, measure by turns, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("other", type=Path, help="the folder of the other checkout")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--file", type=Path, default=HERE / "seed_facilities.csv")
    parser.add_argument("--searches", type=int, default=200)
    options = parser.parse_args()
    checkouts = (HERE, options.other.resolve())
    file = options.file.resolve()
    searches = json.dumps(draw_searches(options.searches))
    measured: dict[Path, list[Mapping[str, float]]] = {checkout: [] for checkout in checkouts}
    with tempfile.TemporaryDirectory() as folder:
        data = {checkout: Path(folder) / str(n) for n, checkout in enumerate(checkouts)}
        for checkout in checkouts:
            milliseconds_of_a_process(["facilities", "import", str(file)], checkout, data[checkout])
        for number in range(options.rounds):
            for checkout in checkouts if number % 2 else reversed(checkouts):
                measured[checkout].append(measure(checkout, data[checkout], file, searches))
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
    print("\n".join(table(measured[checkouts[0]], measured[checkouts[1]])))


if __name__ == "__main__":
    main()
