"""Fallback chain of geocoders, the offline one among them, within a time budget.

An online geocoder is asked in its order, while no earlier answer is good enough, and never waited
for beyond the budget. Its failures are logged without the query. Coordinates are never sent.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from geopy.exc import GeocoderQueryError, GeocoderRateLimited
from geopy.location import Location

from finder.geocoding.distance import miles_between
from finder.geocoding.geocoder import Gazetteer
from finder.geocoding.model import NothingFound, Place, PlaceKind, PlacesFound
from finder.geocoding.online.answers import places_from
from finder.geocoding.online.cache import Memory
from finder.geocoding.online.providers import OFFLINE, Provider, providers_of
from finder.geocoding.reading import says_distress
from finder.geocoding.spelling import clean, tokenise

BUDGET_SECONDS = 1.5
"""How long all online geocoders together may take in one search."""

SHORTEST_WAIT_SECONDS = 0.1
"""With less than this left, a geocoder is not asked."""

MOST_WAITING = 8
"""How many requests to one geocoder may hang in this process."""

NEAR_MILES = 60.0
SURE_OF_TOWN = 0.8
FEWEST_LETTERS = 3
_log = logging.getLogger(__name__)


class GeocoderChain:
    """Geocoders in the order in which an operator wants them asked; answers as a gazetteer does.

    Safe to share between threads, and between processes by way of its file.
    """

    def __init__(
        self,
        gazetteer: Gazetteer,
        names: Sequence[str],
        *,
        cache_path: Path,
        secret: bytes,
        user_agent: str,
        options: Mapping[str, Mapping[str, str]],
        clock: Callable[[], dt.datetime],
        budget: float = BUDGET_SECONDS,
    ) -> None:
        """Set up the geocoders ``names``; raises SettingError where one of them cannot be.

        ``cache_path`` is made at the first request, and ``secret`` hides what is kept in it.
        ``budget`` is in seconds.
        """
        self._gazetteer = gazetteer
        self._names = tuple(names)
        self._providers = providers_of(names, options, user_agent=user_agent)
        self._memory = Memory(cache_path, secret=secret, clock=clock)
        if cache_path.exists():
            self._memory.purge()
        self._budget = budget
        self._waiting: dict[str, list[threading.Thread]] = {}
        # geopy's messages hold addresses with what was searched, and the bodies of answers.
        logging.getLogger("geopy").setLevel(logging.CRITICAL)

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """Return the town nearest to a point; asked offline alone."""
        return self._gazetteer.nearest(latitude, longitude)

    def is_place_name(self, text: str) -> bool:
        """Tell whether a text is exactly the name of a place; asked offline alone."""
        return self._gazetteer.is_place_name(text)

    def find_places(
        self, text: str, *, limit: int = 10, near: tuple[float, float] | None = None
    ) -> PlacesFound:
        """Return the places that any text may mean, best first; no text and no geocoder raises.

        ``near`` (latitude and longitude in degrees) orders namesakes; it is never sent to anybody.
        """
        offline = self._gazetteer.find_places(text, near=near)
        found = self._find(clean(text), offline)
        return replace(found, places=found.places[:limit])

    def _find(self, query: str, offline: PlacesFound) -> PlacesFound:
        kinds = {place.kind for place in offline.places}
        says_enough = sum(map(str.isalnum, query)) >= FEWEST_LETTERS
        # No geocoder knows "near me", and words of distress are never sent.
        is_here = offline.nothing_found == NothingFound.HERE
        is_no_place = is_here or says_distress(tokenise(query))
        if PlaceKind.COORDINATES in kinds or is_no_place or not says_enough:
            return offline
        deadline = time.monotonic() + self._budget
        for name in self._names:
            if name == OFFLINE:
                # No house is known offline: an address was placed at the middle of something.
                if kinds - {PlaceKind.ADDRESS}:
                    return offline
                continue
            places = self._ask(self._providers[name], query, deadline)
            if better := _better_than(offline.places, places):
                return PlacesFound(offline.query, better, ())
        return offline

    def _ask(self, provider: Provider, query: str, deadline: float) -> tuple[Place, ...]:
        """Return what one geocoder knows, from memory where it can be."""
        name, key = provider.name, query.casefold()
        known = self._memory.recall(name, key)
        if known is not None:
            return known
        seconds = min(provider.timeout, deadline - time.monotonic())
        waiting = [thread for thread in self._waiting.get(name, ()) if thread.is_alive()]
        if seconds < SHORTEST_WAIT_SECONDS or len(waiting) >= MOST_WAITING:
            return ()
        asked_at = self._memory.take_turn(name, interval=provider.interval)
        if asked_at is None:
            return ()
        try:
            locations = self._within(seconds, provider, query, waiting)
            places = places_from(locations, provider.row, self._gazetteer)
        except GeocoderQueryError:
            # This text was refused, which says nothing about the next one; or every text is.
            _log.warning("The geocoder %s refused a request", name)
            return ()
        except Exception as error:
            # The error's own words may repeat what was searched.
            _log.warning("The geocoder %s failed: %s", name, type(error).__name__)
            wanted = error.retry_after if isinstance(error, GeocoderRateLimited) else None
            self._memory.note_failure(name, asked_at=asked_at, at_least=wanted or 0.0)
            return ()
        self._memory.note_success(name)
        self._memory.remember(name, key, places, days=provider.cache_days)
        return places

    def _within(
        self, seconds: float, provider: Provider, query: str, waiting: list[threading.Thread]
    ) -> Sequence[Location]:
        """Ask, and wait so long at most.

        A socket's own time-out begins anew with every byte and leaves out the name look-up.
        """
        answer: Future[Sequence[Location]] = Future()

        def ask() -> None:
            try:
                answer.set_result(provider.ask(query, timeout=seconds))
            except BaseException as error:
                answer.set_exception(error)

        thread = threading.Thread(target=ask, name=f"geocoder-{provider.name}", daemon=True)
        self._waiting[provider.name] = [*waiting, thread]
        thread.start()
        return answer.result(timeout=seconds)


def _better_than(offline: Sequence[Place], online: Sequence[Place]) -> tuple[Place, ...]:
    """Return the online places to believe.

    Where an address was placed offline, it takes a finer place in the same town or state.
    """
    if not offline or {place.kind for place in offline} != {PlaceKind.ADDRESS}:
        return tuple(online)
    towns = [place for place in offline if place.confidence >= SURE_OF_TOWN]
    return tuple(
        place
        for place in online
        if place.kind == PlaceKind.ADDRESS
        and (not towns or any(_agree(place, town) for town in towns))
    )


def _agree(place: Place, town: Place) -> bool:
    points = place.latitude, place.longitude, town.latitude, town.longitude
    return place.state == town.state or miles_between(*points) <= NEAR_MILES
