"""The values that geocoding returns: a place, the result of a query, a geocoded address.

Knows neither how places are found nor where they are stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from finder.errors import FinderError

_NAMED_LIKE_CITIES = frozenset({"New York", "Washington"})
"""states whose name alone is read as a larger city"""


class PlaceKind(StrEnum):
    """The kind of a place."""

    ZIP = "zip"
    ZIP_AREA = "zip-area"
    """the codes that share three digits: approximate, for a ZIP code that is not known itself"""
    CITY = "city"
    COUNTY = "county"
    STATE = "state"
    LANDMARK = "landmark"
    """an airport, a university, or a region without a border"""
    ADDRESS = "address"
    COORDINATES = "coordinates"


class NothingFound(StrEnum):
    """Why a text gave no place, where that is known."""

    MILITARY = "military"
    """a military or diplomatic post office (APO, FPO, DPO): it is no place on a map"""
    ABROAD = "abroad"
    UNKNOWN_ZIP = "unknown-zip"
    UNKNOWN = "unknown"
    HERE = "here"
    """"near me": only the device knows where that is"""
    DISTRESS = "distress"
    """words of distress, and no place"""


class Doubt(StrEnum):
    """Why the first place may not be the one meant, where people are told so."""

    CORRECTED = "corrected"
    """nothing is called as was written; a name much like it was taken"""
    LIKELIER = "likelier"
    """a hamlet is called so, but a well-known name one slip away was taken"""
    CONTRADICTORY = "contradictory"
    """the ZIP code lies elsewhere than the town beside it; the code was taken"""
    EXCHANGED = "exchanged"
    """the coordinates lie abroad, but not with latitude and longitude exchanged, or west of 0"""
    SHORTENED = "shortened"
    """four digits are a ZIP code without the zero that it begins with"""


class Precision(StrEnum):
    """The precision of a geocoded address: the middle of its ZIP code, city or county."""

    ZIP = "zip"
    CITY = "city"
    COUNTY = "county"


class Place(NamedTuple):
    """A place that a text may mean; a tuple, because a result may hold many.

    ``state`` is the USPS code, empty where unknown. Coordinates are WGS 84 degrees. ``population``
    is 0 where unknown (ZIP codes, counties and states always). ``confidence`` runs from 0 to 1:
    near 1 for an unambiguous text.
    """

    label: str
    kind: PlaceKind
    state: str
    latitude: float
    longitude: float
    population: int
    confidence: float


@dataclass(frozen=True, slots=True)
class PlacesFound:
    """The result of a query: ``places`` best first, and spellings to offer where it is doubtful.

    ``nothing_found`` says why there are no places, None where there are some; ``doubt`` why the
    first of them may not be the one.
    """

    query: str
    places: tuple[Place, ...]
    did_you_mean: tuple[str, ...]
    nothing_found: NothingFound | None = None
    doubt: Doubt | None = None
    unused: tuple[str, ...] = ()
    """the words, as tokens in their order, that the first place was found without"""


@dataclass(frozen=True, slots=True)
class PlacedAddress:
    """The coordinates of a postal address in WGS 84 degrees, and their precision."""

    latitude: float
    longitude: float
    precision: Precision
    state: str = ""
    """its USPS code, empty where it is not known"""


def unmistakable(label: str, kind: str) -> str:
    """Return the words that lead back to a place: "New York" alone is the city, not the state."""
    return f"{label} State" if kind == PlaceKind.STATE and label in _NAMED_LIKE_CITIES else label


class GazetteerMissing(FinderError):
    """The gazetteer file is absent, unreadable or made from other data than this version's."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} Run: ./run gazetteer build")
