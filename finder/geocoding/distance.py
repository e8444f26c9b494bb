"""Great-circle distance on a spherical Earth, with the radius that search uses."""

from __future__ import annotations

import math

EARTH_RADIUS_MILES = 3958.7613
MILES_A_DEGREE = math.pi * EARTH_RADIUS_MILES / 180


def miles_between(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Return the great-circle distance in miles between two points in degrees (haversine)."""
    north = math.radians(other_latitude - latitude)
    east = math.radians(other_longitude - longitude)
    chord = (
        math.sin(north / 2) ** 2
        + math.cos(math.radians(latitude))
        * math.cos(math.radians(other_latitude))
        * math.sin(east / 2) ** 2
    )
    return 2 * EARTH_RADIUS_MILES * math.asin(min(1.0, math.sqrt(chord)))
