"""Measures how well and how fast addresses are placed, against coordinates known to be right.

Takes a CSV file with the columns ``street1,city,state,zip,latitude,longitude``, hides the
coordinates, places every address and compares. Run from the project's folder:
``python -m benchmarks.geocoding_accuracy FILE.csv``.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from finder.geocoding import Gazetteer, PlacedAddress, build_gazetteer
from finder.geocoding.distance import miles_between

COLUMNS = {"street1", "city", "state", "zip", "latitude", "longitude"}
RADII_MILES = (1, 5, 10, 25)


def main() -> int:
    """Read the arguments, measure, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("addresses", type=Path, help="CSV file with known coordinates")
    parser.add_argument("--gazetteer", type=Path, help="a built gazetteer; made afresh without")
    parser.add_argument("--worst", type=int, default=0, help="how many of the worst to print")
    arguments = parser.parse_args()
    with arguments.addresses.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = sorted(COLUMNS - set(reader.fieldnames or ()))
        if missing:
            print(f"{arguments.addresses} lacks: {', '.join(missing)}", file=sys.stderr)
            return 1
        rows = [row for row in reader if row["latitude"] and row["longitude"]]
    if not rows:
        print(f"{arguments.addresses} has no row with coordinates.", file=sys.stderr)
        return 1
    if arguments.gazetteer:
        measure(Gazetteer(arguments.gazetteer), rows, worst=arguments.worst)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gazetteer.sqlite"
        started = time.perf_counter()
        build_gazetteer(path)
        print(f"gazetteer built in {time.perf_counter() - started:.1f} s")
        measure(Gazetteer(path), rows, worst=arguments.worst)
    return 0


def measure(gazetteer: Gazetteer, rows: list[dict[str, str]], *, worst: int) -> None:
    """Place every row and print shares, errors in miles and speed."""
    started = time.perf_counter()
    placed = [place(gazetteer, row) for row in rows]
    seconds = time.perf_counter() - started
    errors = []
    for answer, row in zip(placed, rows, strict=True):
        if answer is not None:
            truth = float(row["latitude"]), float(row["longitude"])
            error = miles_between(*truth, answer.latitude, answer.longitude)
            errors.append((error, f"{row['city']}, {row['state']} {row['zip']}"))
    miles = [error for error, _ in errors]
    precisions = Counter(str(answer.precision) for answer in placed if answer)
    print(f"addresses           {len(rows):,}")
    print(f"placed              {len(miles) / len(rows):.2%} ({dict(precisions)})")
    for radius in RADII_MILES:
        share = sum(error <= radius for error in miles) / len(rows)
        print(f"within {radius:>2} miles     {share:.2%}")
    if miles:
        print(f"median error        {statistics.median(miles):.2f} miles")
    print(f"addresses a second  {len(rows) / seconds:,.0f}")
    for error, address in sorted(errors, reverse=True)[:worst]:
        print(f"{error:10.1f} miles  {address}")


def place(gazetteer: Gazetteer, row: dict[str, str]) -> PlacedAddress | None:
    """Place one row by its address alone."""
    return gazetteer.place_address(
        street=row["street1"], city=row["city"], state=row["state"], postal_code=row["zip"]
    )


if __name__ == "__main__":
    sys.exit(main())
