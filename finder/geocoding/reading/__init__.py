"""Query understanding: numbers, phrases, spelling correction, intent and ranking of places."""

from __future__ import annotations

from finder.geocoding.reading.intent import danger_span, here_span, says_distress
from finder.geocoding.reading.interpretation import PlaceReader
from finder.geocoding.reading.numbers import zip_of
from finder.geocoding.reading.suggestions import PlaceSuggester

__all__ = ["PlaceReader", "PlaceSuggester", "danger_span", "here_span", "says_distress", "zip_of"]
