"""Geocodes addresses whose coordinates are known and held back, and measures the error."""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.geocoding.cases import Geocode
from finder.geocoding import Gazetteer
from finder.geocoding.distance import miles_between

COLUMNS = {"street1", "city", "state", "zip", "latitude", "longitude"}
Row = dict[str, str]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class AddressScore:
    """Shares of all addresses, and the median error in miles of those that were placed."""

    placed: float
    median_miles: float
    within_mile: float
    within_five_miles: float
    a_second: float


def read_addresses(path: Path) -> list[Row]:
    """Return the rows with coordinates; raise ValueError where columns are missing."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if missing := sorted(COLUMNS - set(reader.fieldnames or ())):
            raise ValueError(f"{path} lacks: {', '.join(missing)}")
        return [row for row in reader if row["latitude"] and row["longitude"]]


def ours(gazetteer: Gazetteer) -> Callable[[Row], Point | None]:
    """Return this geocoder as a function from rows to coordinates."""

    def place(row: Row) -> Point | None:
        placed = gazetteer.place_address(
            street=row["street1"], city=row["city"], state=row["state"], postal_code=row["zip"]
        )
        return (placed.latitude, placed.longitude) if placed else None

    return place


def by_text(geocode: Geocode) -> Callable[[Row], Point | None]:
    """Return a peer as such a function: asked for the ZIP code, then for city and state."""

    def place(row: Row) -> Point | None:
        for text in (row["zip"][:5], f"{row['city']}, {row['state']}"):
            if answers := geocode(text):
                return answers[0].latitude, answers[0].longitude
        return None

    return place


def measure_addresses(rows: Sequence[Row], place: Callable[[Row], Point | None]) -> AddressScore:
    """Geocode every row and compare with its coordinates."""
    started = time.perf_counter()
    points = [place(row) for row in rows]
    seconds = time.perf_counter() - started
    errors = [
        miles_between(float(row["latitude"]), float(row["longitude"]), *point)
        for row, point in zip(rows, points, strict=True)
        if point is not None
    ]
    return AddressScore(
        placed=len(errors) / len(rows),
        median_miles=statistics.median(errors) if errors else float("nan"),
        within_mile=sum(error <= 1 for error in errors) / len(rows),
        within_five_miles=sum(error <= 5 for error in errors) / len(rows),
        a_second=len(rows) / seconds,
    )
