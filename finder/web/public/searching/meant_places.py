"""What a page makes of a place that was typed: searched for, searched for and told, or asked about.

A person reads a page, and can say what they meant; so the page leaves weak guesses to them, which
the API only marks by their confidence. Knows no facility and keeps nothing after the answer.
"""

from __future__ import annotations

from dataclasses import replace

from finder.facilities.search import Places
from finder.geocoding import Doubt, NothingFound, Place, PlacesFound

LEAST_SURE = 0.44
"""Below this a corrected name is offered and not searched for.

Slips in the names of cities lie above it ("Pitsberg" 0.443, "Philedelpha" 0.499, "Pheonix" 0.698),
words that are no place below ("Hazelden" 0.4, "Walmart" 0.396, "socal" 0.357)."""

OPEN_CHOICES = 3
AS_LIKELY = 0.1
"""The confidence from which on a namesake may well be the one that was meant."""


class MeantPlaces:
    """Asks a geocoder on behalf of one page, and remembers what it said."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._found = PlacesFound("", (), ())

    def find_places(
        self, text: str, *, limit: int = 10, near: tuple[float, float] | None = None
    ) -> PlacesFound:
        """Return the places that a text may mean; a weak guess only as a spelling to offer."""
        found = self._places.find_places(text, limit=limit, near=near)
        if found.doubt == Doubt.CORRECTED and found.places[0].confidence < LEAST_SURE:
            found = replace(found, places=(), nothing_found=NothingFound.UNKNOWN, doubt=None)
        self._found = found
        return found

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """Return the town nearest to a point, where there is one."""
        return self._places.nearest(latitude, longitude)

    @property
    def doubt(self) -> Doubt | None:
        """Why the place that was taken may be another than was meant."""
        return self._found.doubt

    @property
    def choices(self) -> tuple[str, ...]:
        """The other places to show openly: what a doubtful text, or an ambiguous name, may mean."""
        return tuple(
            place.label
            for place in self._found.places[1 : 1 + OPEN_CHOICES]
            if self.doubt or place.confidence >= AS_LIKELY
        )

    @property
    def further(self) -> tuple[str, ...]:
        """The other places that are hardly meant."""
        return tuple(place.label for place in self._found.places[1 + len(self.choices) :])
