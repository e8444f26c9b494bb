"""The offline geocoder: forward, reverse, completion and addresses, over one gazetteer file.

Thread-safe and fork-safe. Knows neither pages nor facilities.
"""

from __future__ import annotations

import math
from pathlib import Path

from finder.geocoding.distance import MILES_A_DEGREE, miles_between
from finder.geocoding.gazetteer import (
    CELL_DEGREES,
    GazetteerStore,
    NamedPlace,
    ZipArea,
    data_fingerprint,
    grid_cell,
)
from finder.geocoding.model import Place, PlacedAddress, PlaceKind, PlacesFound, Precision
from finder.geocoding.reading import PlaceReader, PlaceSuggester, zip_of
from finder.geocoding.spelling import clean, key_of_text, tokenise

FARTHEST_NEAREST_MILES = 100.0
_PRECISION = {PlaceKind.CITY: Precision.CITY, PlaceKind.COUNTY: Precision.COUNTY}


class Gazetteer:
    """The places of the United States, read from the file that ``build_gazetteer`` made."""

    def __init__(self, path: Path) -> None:
        """Open the file at ``path``; raise GazetteerMissing where it is absent or outdated."""
        self._store = GazetteerStore(path, fingerprint=data_fingerprint())
        self._reader = PlaceReader(self._store)
        self._suggester = PlaceSuggester(self._store, self._reader)

    def find_places(
        self, text: str, *, limit: int = 10, near: tuple[float, float] | None = None
    ) -> PlacesFound:
        """Return the places that any text may mean, best first.

        With ``near``, latitude and longitude in degrees, namesakes near that point come before
        larger ones that are far. Only the first 200 characters are read, and no text raises.
        """
        return self._reader.read(text, limit=limit, near=near)

    def is_place_name(self, text: str) -> bool:
        """Tell whether a text is exactly the name of a place, alone or with its state."""
        return self._reader.is_name(text)

    def suggest_places(self, text: str, *, limit: int = 8) -> tuple[Place, ...]:
        """Return the places that a text may become when typed on, likeliest first.

        Nothing for fewer than two letters or digits; no text raises.
        """
        return self._suggester.suggest(text, limit=limit)

    def place_address(
        self, *, street: str, city: str, state: str, postal_code: str
    ) -> PlacedAddress | None:
        """Return the middle of the address's ZIP code, else of its city, else None.

        A ZIP code of another state than the one given loses against a city that is known there.
        ``street`` is not used: no street can be placed offline.
        """
        del street
        code = zip_of(postal_code)
        area = self._store.zip_area(code) if code else None
        state_code = self._state_code(state)
        if area and state_code in ("", area.state):
            return _in_area(area)
        if state_code and (placed := self._place_city(city, state_code)):
            return placed
        return _in_area(area) if area else None

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """Return the nearest city within 100 miles of a point in degrees, else None."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return None
        for cells in (0, 1, 4):
            cities = self._store.cities_around(latitude, longitude, cells=cells)
            ranked = [
                (miles_between(latitude, longitude, city.latitude, city.longitude), city)
                for city in cities
            ]
            if not ranked:
                continue
            miles, city = min(ranked)
            # Beyond the cells that were read, there may be a nearer city.
            if miles <= _miles_to_edge(latitude, longitude, cells) or cells > 1:
                return _place(city) if miles <= FARTHEST_NEAREST_MILES else None
        return None

    def _state_code(self, state: str) -> str:
        if state in self._store.states:
            return state
        return self._store.state_of_key.get("".join(tokenise(clean(state))), "")

    def _place_city(self, city: str, state: str) -> PlacedAddress | None:
        key = key_of_text(clean(city))
        for place in self._store.named(key, state=state) or self._corrected(key, state):
            if precision := _PRECISION.get(PlaceKind(place.kind)):
                return PlacedAddress(place.latitude, place.longitude, precision, place.state)
        return None

    def _corrected(self, key: str, state: str) -> list[NamedPlace]:
        """Return the place one slip away from ``key``, if there is just one: no guesses here."""
        near = {
            spelling.key: None
            for spelling in self._store.spelled_like(key, state=state)
            if spelling.edits == 1
        }
        places = [place for word in near for place in self._store.named(word, state=state)]
        return places if len({place.place_id for place in places}) == 1 else []


def _miles_to_edge(latitude: float, longitude: float, cells: int) -> float:
    """Return a lower bound of the miles from a point to beyond the grid cells ``cells`` away."""
    row, column = grid_cell(latitude, longitude)
    north, east = latitude / CELL_DEGREES - row, longitude / CELL_DEGREES - column
    # The nearer to a pole, the narrower a cell.
    narrowest = min(90.0, max(abs(row - cells), abs(row + 1 + cells)) * CELL_DEGREES)
    up = cells + min(north, 1 - north)
    across = (cells + min(east, 1 - east)) * math.cos(math.radians(narrowest))
    return min(up, across) * CELL_DEGREES * MILES_A_DEGREE


def _in_area(area: ZipArea) -> PlacedAddress:
    return PlacedAddress(area.latitude, area.longitude, Precision.ZIP, area.state)


def _place(city: NamedPlace) -> Place:
    point = city.latitude, city.longitude
    return Place(city.label, PlaceKind.CITY, city.state, *point, city.population, 1.0)
