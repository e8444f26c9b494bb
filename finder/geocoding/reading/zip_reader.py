"""Reads a ZIP code with what stands beside it, and points in degrees.

Knows the stored ZIP codes and the names of places; no spelling correction.
"""

from __future__ import annotations

from collections.abc import Sequence

from finder.geocoding.distance import miles_between
from finder.geocoding.gazetteer import GazetteerStore, NamedPlace, ZipArea
from finder.geocoding.model import Doubt, Place, PlaceKind, PlacesFound
from finder.geocoding.reading.name_lookup import NameBook
from finder.geocoding.reading.numbers import in_united_states, shortened_zip_at_end, zip_of
from finder.geocoding.reading.phrases import endings, has_number, joined, parts_of
from finder.geocoding.reading.ranking import (
    MOST_SUGGESTIONS,
    PARTLY_READ,
    POPULATION_OF_TOWN,
    Reading,
    labels_of,
    ranked_places,
)
from finder.geocoding.reading.vocabulary import AROUND_A_PLACE
from finder.geocoding.reading.zip_codes import zip_place
from finder.geocoding.spelling import Tokens, key_of, tokenise

MILES_OF_A_ZIP = 60.0
"""A ZIP code is so near to the towns that write it; a rural one may be large."""


class ZipReader:
    """Reads texts that hold a ZIP code, against one gazetteer."""

    def __init__(self, store: GazetteerStore, names: NameBook) -> None:
        self._store = store
        self._names = names

    def read(
        self, query: str, area: ZipArea, parts: Sequence[Tokens], *, limit: int
    ) -> PlacesFound:
        """Read a known ZIP code and what stands before it; where they disagree, the code wins."""
        if not parts:
            return found_places(query, [zip_place(area)], limit)
        state, rest = self._names.split_state(parts)
        place = zip_place(area, state=state, parts=rest)
        towns = self._elsewhere(area, parts, state, rest)
        if not towns:
            return found_places(query, [place], limit, unused=self._beside(area, rest))
        others = ranked_places(
            Reading(towns, PARTLY_READ), limit=limit, near=None, county_of=self._store.county_of
        )
        place = place._replace(confidence=PARTLY_READ)
        labels = (place.label, *labels_of(towns))[:MOST_SUGGESTIONS]
        return found_places(query, [place, *others], limit, labels, doubt=Doubt.CONTRADICTORY)

    def shortened(self, words: str) -> tuple[ZipArea, list[Tokens]] | None:
        """Return the ZIP code of "Cambridge MA 2139", after a state that agrees, and the rest."""
        before, code = shortened_zip_at_end(words)
        area = self._store.zip_area(code) if code else None
        parts = parts_of(before) if area else []
        state, _ = self._names.split_state(parts)
        return (area, parts) if area and state == area.state else None

    def _beside(self, area: ZipArea, rest: Sequence[Tokens]) -> Tokens:
        """Return what stands beside a ZIP code and names no town: a street, or other words."""
        if not rest:
            return ()
        city = tokenise(area.city)
        for ending in endings(rest[-1]):
            if key_of(ending) == key_of(city) or self._names.called(ending):
                return joined([*rest[:-1], rest[-1][: -len(ending)]])
        return joined(rest)

    def _elsewhere(
        self, area: ZipArea, parts: Sequence[Tokens], state: str, rest: Sequence[Tokens]
    ) -> tuple[NamedPlace, ...]:
        """Return the town or state beside a ZIP code that cannot be meant with it."""
        town = rest[-1] if rest else ()
        is_its_own = state in ("", area.state) and key_of(town) == key_of(tokenise(area.city))
        if is_its_own or has_number([town]):
            return ()
        tokens = joined(parts)
        if town:
            towns = self._names.called(town, state=state)
        elif state != area.state and tokens[-1] not in AROUND_A_PLACE:
            towns = self._names.state_places(state)
        else:
            towns = ()
        if not towns or not (state or towns[0].weight >= POPULATION_OF_TOWN):
            return ()
        whole = self._names.called(tokens)  # "LA 90001" is not in Louisiana
        point = area.latitude, area.longitude
        for place in (*whole, *towns):
            if miles_between(*point, place.latitude, place.longitude) <= MILES_OF_A_ZIP:
                return ()
        return towns

    def leading(self, parts: Sequence[Tokens]) -> Place | None:
        """Return the ZIP code of "83702 Boise": one before its own city or state, no street."""
        tokens = joined(parts)
        if len(tokens) < 2 or zip_of(tokens[0]) != tokens[0]:
            return None
        area = self._store.zip_area(tokens[0])
        state, city = self._names.split_state([tokens[1:]])
        if area is None or state not in ("", area.state):
            return None
        if city and key_of(city[0]) != key_of(tokenise(area.city)):
            near = self._store.spelled_like(key_of(city[0]), state=area.state)
            if key_of(tokenise(area.city)) not in [spelling.key for spelling in near]:
                return None
        return zip_place(area)


def read_point(query: str, point: tuple[float, float], limit: int) -> PlacesFound:
    """Return a point as it is written, or as it must be meant where it lies abroad."""
    latitude, longitude = point
    turned = (
        (longitude, latitude),
        (latitude, -longitude),
        (longitude, -latitude),
    )
    if not in_united_states(*point):
        for each in turned:
            if in_united_states(*each):
                return found_places(query, [_at(*each)], limit, doubt=Doubt.EXCHANGED)
    return found_places(query, [_at(*point)], limit)


def _at(latitude: float, longitude: float) -> Place:
    label = f"{latitude:.4f}, {longitude:.4f}"
    return Place(label, PlaceKind.COORDINATES, "", latitude, longitude, 0, 1.0)


def found_places(
    query: str,
    places: Sequence[Place],
    limit: int,
    suggestions: tuple[str, ...] = (),
    *,
    doubt: Doubt | None = None,
    unused: Tokens = (),
) -> PlacesFound:
    """Return the result of a query, at most ``limit`` places."""
    return PlacesFound(query, tuple(places[:limit]), suggestions, doubt=doubt, unused=unused)
