"""How far a program is, in words.

A program whose own place is not known stands in the middle of an area; what is known is the area,
and no figure about it is more precise than a mile.
"""

from __future__ import annotations

import functools

from flask_babel import format_number, gettext, ngettext

from finder.facilities.listings import FacilityView, LocationPrecision
from finder.translatable import N_

_SAME_AREA = 0.1
"""miles: nearer to an area's middle than this, the area is the place that was searched for"""
_AREAS = {
    LocationPrecision.ZIP: (
        N_("In the ZIP %(place)s area"),
        N_("ZIP %(place)s area, about %(distance)s"),
    ),
    LocationPrecision.CITY: (
        N_("In the %(place)s area"),
        N_("%(place)s area, about %(distance)s"),
    ),
    LocationPrecision.COUNTY: (
        N_("In this county"),
        N_("We know only its county, about %(distance)s"),
    ),
}
"""how far an area is: in words where it was searched for, and with a distance"""


def distance_words(
    facility: FacilityView, distance: float, locale: str, *, from_area: bool = False
) -> str:
    """Return how far a program is: ``0.4 miles``, ``ZIP 19122 area, about 2 miles``.

    :param distance: statute miles, to the middle of its area where its own place is not known.
    :param from_area: whether it is measured from the middle of an area, too.
    """
    precision = LocationPrecision(facility.location_precision)
    if precision not in _AREAS:
        return _about(_whole(distance), locale) if from_area else miles(distance, locale)
    place = facility.city if precision == LocationPrecision.CITY else facility.postal_code[:5]
    return _area(precision, place, 0 if distance < _SAME_AREA else _whole(distance), locale)


def miles(distance: float, locale: str) -> str:
    """Return a distance in words: ``0.4 miles``, ``1 mile``, ``less than 0.1 mile``."""
    return _miles(round(distance, 1) if distance < 10 else round(distance), locale)


def _whole(distance: float) -> int:
    return max(1, round(distance))


@functools.lru_cache(maxsize=1_024)
def _miles(rounded: float, _locale: str) -> str:
    if rounded < 0.1:
        return str(gettext("less than %(distance)s mile", distance=format_number(0.1)))
    several = 1 if rounded == 1 else 2  # fractions take the plural
    words = ngettext("%(distance)s mile", "%(distance)s miles", several, distance=_number(rounded))
    return str(words)


def _number(value: float) -> str:
    return str(format_number(value))


@functools.lru_cache(maxsize=1_024)
def _about(whole: int, locale: str) -> str:
    return str(gettext("about %(distance)s", distance=_miles(whole, locale)))


@functools.lru_cache(maxsize=4_096)
def _area(precision: LocationPrecision, place: str, whole: int, locale: str) -> str:
    """Return how far an area is; 0 whole miles for the one that was searched for."""
    here, far = _AREAS[precision]
    if not whole:
        return str(gettext(here, place=place))
    return str(gettext(far, place=place, distance=_miles(whole, locale)))
