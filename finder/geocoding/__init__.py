"""Geocoding: free text to ranked places in the United States, offline.

Answers come from one read-only file that is built from the data files in ``gazetteer/data``; only
``online`` makes requests, and is off by default. Knows nothing of facilities, pages or the
application's database.
"""

from __future__ import annotations

from finder.geocoding.distance import miles_between
from finder.geocoding.gazetteer import build_gazetteer, is_current
from finder.geocoding.geocoder import Gazetteer
from finder.geocoding.geopy_geocoder import OfflineGeocoder
from finder.geocoding.model import (
    Doubt,
    GazetteerMissing,
    NothingFound,
    Place,
    PlacedAddress,
    PlaceKind,
    PlacesFound,
    Precision,
    unmistakable,
)
from finder.geocoding.reading import danger_span, here_span, says_distress
from finder.geocoding.spelling import join_initials, tokenise, typing_errors

__all__ = [
    "Doubt",
    "Gazetteer",
    "GazetteerMissing",
    "NothingFound",
    "OfflineGeocoder",
    "Place",
    "PlaceKind",
    "PlacedAddress",
    "PlacesFound",
    "Precision",
    "build_gazetteer",
    "danger_span",
    "here_span",
    "is_current",
    "join_initials",
    "miles_between",
    "says_distress",
    "tokenise",
    "typing_errors",
    "unmistakable",
]
