from __future__ import annotations

import csv
from pathlib import Path
from statistics import median

from finder.geocoding import Gazetteer
from finder.geocoding.distance import miles_between


def test_real_addresses_are_placed_near_where_they_are(
    gazetteer: Gazetteer, shared_data: Path
) -> None:
    path = shared_data / "directory_2022_with_coordinates.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["latitude"]]
    misses = []
    for row in rows:
        placed = gazetteer.place_address(
            street=row["street1"], city=row["city"], state=row["state"], postal_code=row["zip"]
        )
        assert placed is not None, row
        truth = float(row["latitude"]), float(row["longitude"])
        misses.append(miles_between(*truth, placed.latitude, placed.longitude))
    assert len(misses) > 10_000
    assert median(misses) < 1.2
    assert sum(miss <= 5 for miss in misses) / len(misses) > 0.95
    assert sum(miss <= 10 for miss in misses) / len(misses) > 0.98


def test_real_cities_and_states_are_read_as_written(
    gazetteer: Gazetteer, shared_data: Path
) -> None:
    path = shared_data / "directory_2022_with_coordinates.csv"
    with path.open(encoding="utf-8", newline="") as file:
        cities = {(row["city"], row["state"]) for row in csv.DictReader(file)}
    read = 0
    for city, state in cities:
        found = gazetteer.find_places(f"{city}, {state}")
        read += bool(found.places) and found.places[0].state == state
    assert read / len(cities) > 0.99
