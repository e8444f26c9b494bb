"""The gazetteer behind geopy's Geocoder interface, interchangeable with online providers."""

from __future__ import annotations

from typing import Any

from geopy.exc import GeocoderQueryError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from finder.geocoding.geocoder import Gazetteer
from finder.geocoding.model import Place

MOST_RESULTS = 10


class OfflineGeocoder(Geocoder):  # type: ignore[misc]  # no types
    """Answers from a gazetteer on this machine; makes no request."""

    def __init__(self, gazetteer: Gazetteer, **options: Any) -> None:
        """Take the gazetteer to answer from; ``options`` are geopy's and without effect."""
        super().__init__(**options)
        self._gazetteer = gazetteer

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        timeout: object = DEFAULT_SENTINEL,
        limit: int | None = None,
    ) -> Location | list[Location] | None:
        """Return the best location for ``query``, or up to ``limit`` of them; None if none.

        ``timeout`` is geopy's and has no effect.
        """
        del timeout
        wanted = 1 if exactly_one else limit or MOST_RESULTS
        found = self._gazetteer.find_places(query, limit=wanted)
        return _answer([_location(place) for place in found.places], exactly_one=exactly_one)

    def reverse(
        self,
        query: Point | tuple[float, float] | str,
        *,
        exactly_one: bool = True,
        timeout: object = DEFAULT_SENTINEL,
    ) -> Location | list[Location] | None:
        """Return the city nearest to ``query``, any point that geopy reads; None if none is near.

        Raises GeocoderQueryError where ``query`` is no point.
        """
        del timeout
        try:
            point = query if isinstance(query, Point) else Point(query)
        except (TypeError, ValueError) as error:
            raise GeocoderQueryError(f"Not a point: {error}") from error
        place = self._gazetteer.nearest(point.latitude, point.longitude)
        return _answer([_location(place)] if place else [], exactly_one=exactly_one)


def _answer(locations: list[Location], *, exactly_one: bool) -> Location | list[Location] | None:
    if not locations:
        return None
    return locations[0] if exactly_one else locations


def _location(place: Place) -> Location:
    raw = {
        "label": place.label,
        "kind": str(place.kind),
        "state": place.state,
        "population": place.population,
        "confidence": place.confidence,
    }
    return Location(place.label, (place.latitude, place.longitude), raw)
