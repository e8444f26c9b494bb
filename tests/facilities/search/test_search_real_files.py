"""The search on the real directory of 2022, held against a plain loop over its rows."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from finder.facilities.search.execution import find_origin, search_facilities
from finder.facilities.search.request import parse_search
from finder.facilities.vocabulary.filters import option
from finder.geocoding import Gazetteer
from finder.geocoding.distance import EARTH_RADIUS_MILES
from tests.facilities.conftest import OpenDirectory

PLACES = ("Philadelphia, PA", "83702", "Bronx", "Anchorage AK")
FILTERS: tuple[Mapping[str, str], ...] = (
    {"setting": "outpatient", "medication": "buprenorphine"},
    {"setting": "inpatient", "payment": "medicaid"},
    {"support": "self-help"},
    {"medication": "accepts"},
)


def miles(a: tuple[float, float], b: tuple[float, float]) -> float:
    (p, q), (r, s) = [tuple(map(math.radians, point)) for point in (a, b)]
    h = math.sin((r - p) / 2) ** 2 + math.cos(p) * math.cos(r) * math.sin((s - q) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * math.asin(math.sqrt(h))


def sites(path: Path) -> list[dict[str, Any]]:
    """The file's rows, those of one site united, read with nothing of the project's."""
    known: dict[tuple[str, ...], dict[str, Any]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            parts = (row["name1"], row["name2"], row["street1"], row["zip"])
            key = tuple(" ".join(part.casefold().split()) for part in parts)
            codes = set(row["service_code_info"].replace("*", " ").split())
            if key in known:
                known[key]["codes"] |= codes
                continue
            known[key] = {
                "name": " ".join(row["name1"].split()),
                "program": " ".join(row["name2"].split()),
                "point": (float(row["latitude"]), float(row["longitude"])),
                "codes": codes,
            }
    return list(known.values())


def loop(rows: list[dict[str, Any]], center: tuple[float, float], asked: Mapping[str, str]) -> Any:
    """Every site within 25 miles that offers all that is asked, nearest first."""
    found = []
    for row in rows:
        distance = miles(center, row["point"])
        offers = all(
            row["codes"] & set(option(facet, value).codes) for facet, value in asked.items()
        )
        if distance <= 25 and offers:
            found.append((distance, row["name"], row["program"]))
    return sorted(found)


@pytest.fixture(params=["sqlite", "postgresql"])
def directory(request: pytest.FixtureRequest, open_directory: OpenDirectory) -> Iterator[Session]:
    """The real directory on each database."""
    with open_directory(request.param) as session:
        yield session


def test_totals_and_order_are_those_of_a_plain_loop(
    directory: Session, directory_2022: Path, gazetteer_path: Path
) -> None:
    gazetteer = Gazetteer(gazetteer_path)
    rows = sites(directory_2022)
    for near, asked in itertools.product(PLACES, FILTERS):
        parameters = {"near": [near], **{name: [value] for name, value in asked.items()}}
        request = parse_search(parameters)
        origin, _ = find_origin(gazetteer, request)
        assert origin is not None
        results = search_facilities(directory, gazetteer, request)
        expected = loop(rows, (origin.place.latitude, origin.place.longitude), asked)
        assert results.total == len(expected) > 0
        assert [hit.distance_miles for hit in results.hits[:10]] == pytest.approx(
            [distance for distance, _, _ in expected[:10]], abs=1e-6
        )
        # Programs of one house are equally near: their order among themselves is by name.
        assert sorted((h.facility.name, h.facility.program_name) for h in results.hits[:10]) == (
            sorted((name, program) for _, name, program in expected[:10])
        )
