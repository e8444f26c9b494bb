"""Fetches who may be in a search's answer: by place and by name, on SQLite and PostgreSQL alike.

A box on a covering index, then the true circle; the order by distance is that of the squared chord
between points of the unit sphere, so no database needs trigonometry. Statements are kept by shape.
Knows nothing of what the candidates answer to filters.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.indexing import fold_name, unit_vector
from finder.facilities.models import SearchEntry
from finder.geocoding.distance import EARTH_RADIUS_MILES

FAR = 9.0
"""the squared chord of a facility whose place is not known; that of the antipodes is 4"""
_ROUNDING = 1 + 1e-12
"""A facility at the very edge of the circle is not lost to the last bit."""


def miles_of(squared_chord: float) -> float:
    """Return the great-circle distance that a squared chord of the unit sphere stands for."""
    return 2 * EARTH_RADIUS_MILES * math.asin(min(1.0, math.sqrt(squared_chord) / 2))


def chord_of(miles: float) -> float:
    """Return the squared chord of a distance, with what rounding may take away."""
    return (2 * math.sin(min(math.pi, miles / EARTH_RADIUS_MILES) / 2)) ** 2 * _ROUNDING


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides the SQL text; everything else is a bound value."""

    has_origin: bool
    longitudes: int
    """how many ranges: 0 for all longitudes, 2 for a box across the 180° meridian"""
    has_box: bool
    words: int
    in_state: bool
    """whether those of a state whose place is not known are asked for too"""
    dated: bool
    """whether the order needs the date, which is not in the index"""


def find_candidates(
    session: Session,
    *,
    center: tuple[float, float] | None = None,
    radius_miles: float | None = None,
    name: str = "",
    dated: bool = False,
    state: str = "",
) -> Sequence[Any]:
    """Return the entries of a place and a name, in no order, whatever they answer to filters.

    Each row has ``chord`` (squared, of the unit sphere; see `miles_of`), ``sort_name``,
    ``facility_id``, ``mask``, ``version``, and ``listed_as_of`` where ``dated``.

    :param center: latitude and longitude in degrees.
    :param radius_miles: None for any distance.
    :param name: words that must all be parts of the name.
    :param state: the USPS code of a state, all of which is meant: also those of its programs whose
        place is not known.
    """
    words = fold_name(name).split()
    if name and not words:
        return []
    values: dict[str, object] = {f"word{i}": f"%{word}%" for i, word in enumerate(words)}
    ranges: list[tuple[float, float]] = []
    if center is not None:
        values |= dict(zip("xyz", unit_vector(*center), strict=True))
        if radius_miles is not None:
            south, north, ranges = box_around(*center, radius_miles)
            values |= {"south": south, "north": north}
            values["furthest"] = chord_of(radius_miles)
            for i, (west, east) in enumerate(ranges):
                values |= {f"west{i}": west, f"east{i}": east}
    in_state = "south" in values and bool(state)
    if in_state:
        values["state"] = state
    shape = _Shape(
        has_origin=center is not None,
        longitudes=len(ranges),
        has_box="south" in values,
        words=len(words),
        in_state=in_state,
        dated=dated,
    )
    return session.execute(_statement(shape), values).all()


@functools.lru_cache(maxsize=256)
def _statement(shape: _Shape) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """Return the statement of a shape; building one costs more than running it."""
    entry = SearchEntry.__table__.c
    chord: sa.ColumnElement[Any] = sa.literal(FAR, sa.Double())
    named: list[sa.ColumnElement[bool]] = [
        entry.sort_name.like(sa.bindparam(f"word{i}")) for i in range(shape.words)
    ]
    conditions = list(named)
    if shape.has_origin:
        differences = [entry[axis] - sa.bindparam(axis, type_=sa.Double()) for axis in "xyz"]
        chord = functools.reduce(lambda a, b: a + b, (d * d for d in differences))
        if not shape.has_box:
            chord = sa.func.coalesce(chord, sa.literal(FAR, sa.Double()))
    if shape.has_box:
        conditions.append(entry.latitude.between(_bound("south"), _bound("north")))
        if shape.longitudes:
            conditions.append(
                sa.or_(
                    *(
                        entry.longitude.between(_bound(f"west{i}"), _bound(f"east{i}"))
                        for i in range(shape.longitudes)
                    )
                )
            )
        conditions.append(chord <= _bound("furthest"))
    around = _columns(chord, shape).where(*conditions)
    if not shape.in_state:
        return around
    unplaced = _columns(sa.literal(FAR, sa.Double()), shape)
    return around.union_all(
        unplaced.where(entry.unplaced_in == sa.bindparam("state", type_=sa.Text()), *named)
    )


def _columns(chord: sa.ColumnElement[Any], shape: _Shape) -> sa.Select[Any]:
    entry = SearchEntry.__table__.c
    return sa.select(
        chord.label("chord"),
        entry.sort_name,
        entry.facility_id,
        entry.mask,
        entry.version,
        (entry.listed_as_of if shape.dated else sa.null()).label("listed_as_of"),
    )


def _bound(name: str) -> sa.BindParameter[float]:
    return sa.bindparam(name, type_=sa.Double())


def box_around(
    latitude: float, longitude: float, miles: float
) -> tuple[float, float, list[tuple[float, float]]]:
    """Return the box that holds a circle: south, north, and its ranges of longitude.

    One range as a rule, two where the box crosses the 180° meridian, none (all longitudes) where
    it holds a pole. A little larger than the circle, so that rounding loses nobody.
    """
    reach = math.degrees(miles / EARTH_RADIUS_MILES) * (1 + 1e-9) + 1e-9
    south, north = latitude - reach, latitude + reach
    if south <= -90 or north >= 90:
        return max(south, -90.0), min(north, 90.0), []
    # The circle's widest parallel is not its middle one.
    ratio = math.sin(math.radians(reach)) / math.cos(math.radians(latitude))
    width = math.degrees(math.asin(min(1.0, ratio))) + 1e-9
    west, east = longitude - width, longitude + width
    if west < -180:
        return south, north, [(west + 360, 180.0), (-180.0, east)]
    if east > 180:
        return south, north, [(west, 180.0), (-180.0, east - 360)]
    return south, north, [(west, east)]
