"""Confidence threshold and alternatives of a typed place, for the results page.

A geocoder's weak correction is offered as a spelling instead of searched for, since a person can
choose (the API returns it with its confidence). Knows nothing of facilities.
"""

from __future__ import annotations

from dataclasses import replace

from finder.facilities.search import PlaceNames
from finder.geocoding import Doubt, NothingFound, Place, PlacesFound, unmistakable

MIN_CONFIDENCE = 0.44
"""Below this a corrected name is offered and not searched for.

Misspelt names of cities lie above it ("Pitsberg" 0.443, "Philedelpha" 0.499, "Pheonix" 0.698),
words that are no place below ("Hazelden" 0.4, "Walmart" 0.396)."""

MAX_CHOICES = 3
MIN_CHOICE_CONFIDENCE = 0.1
"""A namesake of at least this confidence is shown openly."""


class PlaceAlternatives:
    """A geocoder for one request that keeps the alternatives to the place it found."""

    def __init__(self, places: PlaceNames) -> None:
        self._places = places
        self._found = PlacesFound("", (), ())

    def find_places(
        self, text: str, *, limit: int = 10, near: tuple[float, float] | None = None
    ) -> PlacesFound:
        """Return the places that a text may mean; a weak correction as a suggested spelling."""
        found = self._places.find_places(text, limit=limit, near=near)
        if found.doubt == Doubt.CORRECTED and found.places[0].confidence < MIN_CONFIDENCE:
            found = replace(found, places=(), nothing_found=NothingFound.UNKNOWN, doubt=None)
        self._found = found
        return found

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """Return the town nearest to a point; None where there is none."""
        return self._places.nearest(latitude, longitude)

    def is_place_name(self, text: str) -> bool:
        """Tell whether a text is exactly the name of a place, alone or with its state."""
        return self._places.is_place_name(text)

    @property
    def doubt(self) -> Doubt | None:
        """Why the place found may not be the one that was meant; None where it is sure."""
        return self._found.doubt

    @property
    def choices(self) -> tuple[str, ...]:
        """The labels of the likely alternatives, at most MAX_CHOICES."""
        return tuple(
            unmistakable(place.label, place.kind)
            for place in self._found.places[1 : 1 + MAX_CHOICES]
            if self.doubt or place.confidence >= MIN_CHOICE_CONFIDENCE
        )

    @property
    def further(self) -> tuple[str, ...]:
        """The labels of the unlikely alternatives."""
        return tuple(
            unmistakable(place.label, place.kind)
            for place in self._found.places[1 + len(self.choices) :]
        )
