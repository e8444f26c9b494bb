"""Finds facilities: one query builder for SQLite and PostgreSQL, no database extension.

The database gives the candidates of the place and the name (a box on a covering index, then the
true circle); the answers to all filters, which every candidate carries as bits, are then counted
here, a whole column of candidates at a time. So every total, page and facet count comes from the
same few integers, and a search costs one scan however many filters it has.

Knows nothing of HTTP, and reads facilities only through ``views``.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.bits import LAYOUT
from finder.facilities.filters import FILTERS, Facet, Option, option
from finder.facilities.indexing import fold_name, unit_vector
from finder.facilities.models import SearchEntry
from finder.facilities.search_request import SearchRequest, Sort
from finder.facilities.views import FacilityView, facilities_by_id
from finder.geocoding import Place, PlaceKind, PlacesFound

EARTH_RADIUS_MILES = 3958.7613
_FAR = 9.0
"""the squared chord of a facility whose place is not known; that of the antipodes is 4"""
_ROUNDING = 1 + 1e-12
"""A facility at the very edge of the circle is not lost to the last bit."""


class Places(Protocol):
    """What search asks of a geocoder."""

    def find_places(self, text: str, *, limit: int = 10) -> PlacesFound:
        """Return the places that a text may mean, best first."""

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """Return the town nearest to a point, where there is one."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The place that distances are measured from, and the others that were perhaps meant."""

    place: Place
    alternatives: tuple[Place, ...]
    nearest: str = ""
    """the town nearest to a point that was given by its coordinates"""


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """How many facilities answer each way to one filter value."""

    yes: int
    no: int
    not_stated: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One facility found: how far it is (statute miles, straight line) and what it matches."""

    facility: FacilityView
    distance_miles: float | None
    matches: tuple[Option, ...]
    settings: tuple[Option, ...]
    """the main kinds of care that it gives and that were not asked for"""
    provides_medication: bool
    """for opioid use disorder, itself"""


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The answer to exactly what was asked.

    ``origin`` is None where no place was asked for, or where it could not be placed: then
    ``unplaced`` is true, nothing is found and ``did_you_mean`` holds spellings. ``facets`` counts
    with every other facet applied but not the counted one's own.
    """

    request: SearchRequest
    origin: Origin | None
    unplaced: bool
    did_you_mean: tuple[str, ...]
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, FacetCounts]]

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, math.ceil(self.total / self.request.per_page))


def search_facilities(session: Session, places: Places, request: SearchRequest) -> SearchResults:
    """Answer a search."""
    origin, did_you_mean = find_origin(places, request)
    unplaced = request.has_place and origin is None
    rows = [] if unplaced else _candidates(session, origin, request)
    answers = _Answers([row.mask for row in rows])
    matching = [answers.any_of(facet, request.chosen.get(facet.name, ())) for facet in FILTERS]
    found = list(compress(rows, answers.as_flags(functools.reduce(int.__and__, matching))))
    found.sort(key=_ORDERS[request.sort])
    first = (request.page - 1) * request.per_page
    return SearchResults(
        request=request,
        origin=origin,
        unplaced=unplaced,
        did_you_mean=did_you_mean,
        total=len(found),
        hits=_hits(session, found[first : first + request.per_page], request),
        facets=_facet_counts(answers, matching),
    )


def find_origin(places: Places, request: SearchRequest) -> tuple[Origin | None, tuple[str, ...]]:
    """Return where a search measures from, and spellings where its place is not known."""
    if request.latitude is not None and request.longitude is not None:
        label = request.near or f"{request.latitude:g}, {request.longitude:g}"
        place = Place(
            label=label,
            kind=PlaceKind.COORDINATES,
            state="",
            latitude=request.latitude,
            longitude=request.longitude,
            population=0,
            confidence=1.0,
        )
        return _named(places, place), ()
    if not request.near:
        return None, ()
    found = places.find_places(request.near)
    if not found.places:
        return None, found.did_you_mean
    best = found.places[0]
    if best.kind == PlaceKind.COORDINATES:
        return _named(places, best), ()
    return Origin(best, found.places[1:]), found.did_you_mean


def _named(places: Places, point: Place) -> Origin:
    """Return a point as an origin, with the town that it is near."""
    town = places.nearest(point.latitude, point.longitude)
    return Origin(point, (), nearest=town.label if town else "")


def miles_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two (latitude, longitude) points, in statute miles."""
    chord = sum((p - q) ** 2 for p, q in zip(unit_vector(*a), unit_vector(*b), strict=True))
    return _miles(chord)


def _miles(squared_chord: float) -> float:
    return 2 * EARTH_RADIUS_MILES * math.asin(min(1.0, math.sqrt(squared_chord) / 2))


def _squared_chord(miles: float) -> float:
    return (2 * math.sin(min(math.pi, miles / EARTH_RADIUS_MILES) / 2)) ** 2


# --- candidates: the part that the database does -------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides the SQL text; everything else is a bound value."""

    has_origin: bool
    longitudes: int
    """how many ranges: 0 for all longitudes, 2 for a box across the 180° meridian"""
    has_box: bool
    words: int
    dated: bool
    """whether the order needs the date, which is not in the index"""


def _candidates(session: Session, origin: Origin | None, request: SearchRequest) -> Sequence[Any]:
    words = fold_name(request.name).split()
    if request.name and not words:
        return []
    values: dict[str, object] = {f"word{i}": f"%{word}%" for i, word in enumerate(words)}
    ranges: list[tuple[float, float]] = []
    if origin is not None:
        place = origin.place
        values |= dict(zip("xyz", unit_vector(place.latitude, place.longitude), strict=True))
        if request.radius_miles is not None:
            south, north, ranges = box_around(place.latitude, place.longitude, request.radius_miles)
            values |= {"south": south, "north": north}
            values["furthest"] = _squared_chord(request.radius_miles) * _ROUNDING
            for i, (west, east) in enumerate(ranges):
                values |= {f"west{i}": west, f"east{i}": east}
    shape = _Shape(
        has_origin=origin is not None,
        longitudes=len(ranges),
        has_box="south" in values,
        words=len(words),
        dated=request.sort == Sort.UPDATED,
    )
    return session.execute(_statement(shape), values).all()


@functools.lru_cache(maxsize=256)
def _statement(shape: _Shape) -> sa.Select[Any]:
    """Return the statement of a shape; building one costs more than running it."""
    entry = SearchEntry.__table__.c
    chord: sa.ColumnElement[Any] = sa.literal(_FAR, sa.Double())
    conditions: list[sa.ColumnElement[bool]] = [
        entry.sort_name.like(sa.bindparam(f"word{i}")) for i in range(shape.words)
    ]
    if shape.has_origin:
        differences = [entry[axis] - sa.bindparam(axis, type_=sa.Double()) for axis in "xyz"]
        chord = functools.reduce(lambda a, b: a + b, (d * d for d in differences))
        if not shape.has_box:
            chord = sa.func.coalesce(chord, sa.literal(_FAR, sa.Double()))
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
    return sa.select(
        chord.label("chord"),
        entry.sort_name,
        entry.facility_id,
        entry.mask,
        (entry.listed_as_of if shape.dated else sa.null()).label("listed_as_of"),
    ).where(*conditions)


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


# --- answers: the part that is counted here ------------------------------------------------------


class _Answers:
    """The answers of all candidates, as columns of bits.

    A set of candidates is an integer in which the lowest bit of byte *i* stands for candidate
    *i*: Python's own big integers then intersect and count thousands of them at a time.
    """

    def __init__(self, masks: Sequence[bytes]) -> None:
        self.size = len(masks)
        self.everyone = int.from_bytes(b"\x01" * self.size, "little")
        joined = b"".join(masks)
        self._planes = [
            int.from_bytes(joined[i :: LAYOUT.width], "little") for i in range(LAYOUT.width)
        ]

    def having(self, bit: int) -> int:
        """Return the set of candidates whose mask has a bit."""
        return (self._planes[bit >> 3] >> (bit & 7)) & self.everyone

    def any_of(self, facet: Facet, values: Sequence[str]) -> int:
        """Return the set that says yes to at least one of a facet's values; all where none."""
        if not values:
            return self.everyone
        return functools.reduce(
            int.__or__, (self.having(LAYOUT.bit(facet.name, value)) for value in values)
        )

    def as_flags(self, candidates: int) -> bytes:
        """Return a set as one byte a candidate, 0 or 1."""
        return candidates.to_bytes(self.size, "little")


def _facet_counts(answers: _Answers, matching: Sequence[int]) -> dict[str, dict[str, FacetCounts]]:
    return {
        facet.name: dict(_count(answers, facet, base))
        for facet, base in zip(FILTERS, _all_but_one(matching, answers.everyone), strict=True)
    }


def _all_but_one(sets: Sequence[int], everyone: int) -> list[int]:
    """Return, for each set, the intersection of all the others."""
    before, after = [everyone], [everyone]
    for one in sets[:-1]:
        before.append(before[-1] & one)
    for one in reversed(sets[1:]):
        after.append(after[-1] & one)
    return [a & b for a, b in zip(before, reversed(after), strict=True)]


def _count(answers: _Answers, facet: Facet, base: int) -> Iterator[tuple[str, FacetCounts]]:
    everyone = base.bit_count()
    for each in facet.options:
        yes = (answers.having(LAYOUT.bit(facet.name, each.value)) & base).bit_count()
        no_bit = LAYOUT.no_bit(facet.name, each.value)
        no = 0 if no_bit is None else (answers.having(no_bit) & base).bit_count()
        yield each.value, FacetCounts(yes=yes, no=no, not_stated=everyone - yes - no)


# --- order and page ------------------------------------------------------------------------------


# Programs of one house stand in order of name, those of unknown place at the end.
_by_distance = itemgetter(0, 1, 2)


def _by_name(row: Any) -> tuple[Any, ...]:
    return row.sort_name, row.chord, row.facility_id


def _by_update(row: Any) -> tuple[Any, ...]:
    newest_first = -row.listed_as_of.toordinal() if row.listed_as_of else 0
    return newest_first, _by_distance(row)


_ORDERS: Mapping[Sort, Callable[[Any], Any]] = {
    Sort.DISTANCE: _by_distance,
    Sort.NAME: _by_name,
    Sort.UPDATED: _by_update,
}


_MAIN_SETTINGS = tuple(
    (LAYOUT.bit("setting", value), option("setting", value))
    for value in ("inpatient", "outpatient", "telehealth")
)
_PROVIDES_MEDICATION = LAYOUT.bit("medication", "any")


def _hits(session: Session, rows: Sequence[Any], request: SearchRequest) -> tuple[Hit, ...]:
    facilities = facilities_by_id(session, [row.facility_id for row in rows])
    wanted = [
        (LAYOUT.bit(name, value), option(name, value))
        for name, values in request.chosen.items()
        for value in values
    ]
    unasked = [setting for setting in _MAIN_SETTINGS if setting not in wanted]
    return tuple(_hit(facilities[row.facility_id], row, wanted, unasked) for row in rows)


def _hit(
    facility: FacilityView,
    row: Any,
    wanted: Sequence[tuple[int, Option]],
    unasked: Sequence[tuple[int, Option]],
) -> Hit:
    mask = int.from_bytes(row.mask, "little")
    return Hit(
        facility=facility,
        distance_miles=None if row.chord == _FAR else _miles(row.chord),
        matches=tuple(option for bit, option in wanted if mask >> bit & 1),
        settings=tuple(option for bit, option in unasked if mask >> bit & 1),
        provides_medication=bool(mask >> _PROVIDES_MEDICATION & 1),
    )
