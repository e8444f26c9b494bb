"""The US Census Bureau's geocoder as a geopy geocoder; geopy itself has none.

Places street addresses of the United States, Puerto Rico and the Island Areas along address
ranges. Documented at https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html; needs
no key. Knows geopy's conventions and nothing of the chain.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from geopy.exc import GeocoderParseError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

_DIRECTIONS = frozenset(["NE", "NW", "SE", "SW"])


class Census(Geocoder):  # type: ignore[misc]  # no types
    """The Census Bureau's geocoder: one line of address to points on the map.

    It finds street addresses only: no town, county or ZIP code on its own.
    """

    geocode_path = "/geocoder/locations/onelineaddress"

    def __init__(
        self,
        *,
        domain: str = "geocoding.geo.census.gov",
        benchmark: str = "Public_AR_Current",
        scheme: str | None = None,
        timeout: Any = DEFAULT_SENTINEL,
        proxies: Any = DEFAULT_SENTINEL,
        user_agent: str | None = None,
        ssl_context: Any = DEFAULT_SENTINEL,
        adapter_factory: Any = None,
    ) -> None:
        """Take where it is asked and which of its address files; the rest are geopy's options."""
        super().__init__(
            scheme=scheme,
            timeout=timeout,
            proxies=proxies,
            user_agent=user_agent,
            ssl_context=ssl_context,
            adapter_factory=adapter_factory,
        )
        self.domain = domain.strip("/")
        self.benchmark = benchmark
        self.api = f"{self.scheme}://{self.domain}{self.geocode_path}"

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
    ) -> Any:
        """Return the best location of an address, or up to ``limit`` of them; None if none.

        ``timeout`` is in seconds. Raises geopy's exceptions; GeocoderParseError for an answer
        that is not shaped as documented.
        """
        params = {"address": query, "benchmark": self.benchmark, "format": "json"}
        callback = partial(_parse, exactly_one=exactly_one, limit=limit)
        return self._call_geocoder(f"{self.api}?{urlencode(params)}", callback, timeout=timeout)


def _parse(
    answer: Any, *, exactly_one: bool, limit: int | None
) -> Location | list[Location] | None:
    try:
        matches = [_location(match) for match in answer["result"]["addressMatches"]]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise GeocoderParseError("The Census geocoder's answer has an unknown shape") from None
    if not matches:
        return None
    return matches[0] if exactly_one else matches[:limit]


def _location(match: Mapping[str, Any]) -> Location:
    point = match["coordinates"]
    return Location(
        _readable(match["matchedAddress"]), (float(point["y"]), float(point["x"])), match
    )


def _readable(address: str) -> str:
    """Return "4600 SILVER HILL RD, WASHINGTON, DC, 20233" as people write it."""
    street_and_city, *state_and_zip = address.rsplit(", ", 2)
    words = [
        word if word.strip(",") in _DIRECTIONS else string.capwords(word)
        for word in street_and_city.split()
    ]
    return ", ".join([" ".join(words), *([" ".join(state_and_zip)] if state_and_zip else [])])
