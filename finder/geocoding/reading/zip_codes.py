"""Reads ZIP codes: alone, beside a city, within other words, unknown ones by their neighbours.

Knows the stored ZIP codes and how they are written, no names of places.
"""

from __future__ import annotations

from collections.abc import Sequence

from finder.geocoding.gazetteer import GazetteerStore, ZipArea
from finder.geocoding.model import Place, PlaceKind
from finder.geocoding.reading.numbers import is_military, mistyped_zips, zips_within
from finder.geocoding.reading.phrases import has_number
from finder.geocoding.reading.ranking import (
    AROUND_HERE,
    MOST_SUGGESTIONS,
    PARTLY_READ,
    SURE,
    region_label,
    zip_label,
)
from finder.geocoding.reading.vocabulary import MILITARY_OFFICES, MILITARY_STATES
from finder.geocoding.spelling import Tokens

_MOST_LONGER = 3


def zip_place(area: ZipArea, *, state: str = "", parts: Sequence[Tokens] = ()) -> Place:
    """Return the place of a ZIP code; ``state`` and the other ``parts`` are written beside it."""
    certainty = SURE if state in ("", area.state) else PARTLY_READ
    kind = PlaceKind.ADDRESS if has_number(parts) else PlaceKind.ZIP
    point = area.latitude, area.longitude
    return Place(zip_label(area), kind, area.state, *point, 0, certainty)


def zip_inside(store: GazetteerStore, words: str) -> Place | None:
    """Return the one ZIP code within words that name nothing else."""
    areas = [store.zip_area(code) for code in zips_within(words)]
    if len(areas) != 1 or areas[0] is None:
        return None
    return zip_place(areas[0])._replace(confidence=PARTLY_READ)


def region_place(store: GazetteerStore, code: str) -> Place | None:
    """Return the three-digit area of a code that is younger than the data, or mistyped."""
    region = store.zip_region(int(code))
    if region is None:
        return None
    point = region.latitude, region.longitude
    label = region_label(region)
    return Place(label, PlaceKind.ZIP_AREA, region.state, *point, 0, AROUND_HERE)


def zips_like(store: GazetteerStore, code: str, *, begun: str = "") -> tuple[str, ...]:
    """Return labels of known ZIP codes that ``code`` may be a slip for.

    ``begun`` holds the digits as they were written: the first ones of a code, or its last ones.
    """
    number = int(code)
    areas = {area.code: area for area in store.zip_neighbours(number)}
    areas |= {area.code: area for area in store.zip_areas([number, *mistyped_zips(code)])}
    nearest = sorted(areas.values(), key=lambda area: abs(area.code - number))
    if begun:
        unknown = 10 ** (len(code) - len(begun))
        first = int(begun) * unknown
        longer = store.zips_between(first, first + unknown - 1, limit=_MOST_LONGER)
        nearest = [*longer, *nearest]
    labels = dict.fromkeys(zip_label(area) for area in nearest)
    return tuple(labels)[:MOST_SUGGESTIONS]


def is_military_address(code: str, tokens: Tokens) -> bool:
    """Tell whether a text means a military post office: by its ZIP code, or as "APO AE"."""
    if code and is_military(code):
        return True
    return not (MILITARY_OFFICES.isdisjoint(tokens) or MILITARY_STATES.isdisjoint(tokens))
