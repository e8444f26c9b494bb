"""Spatial index: a grid of cells with one packed tile each; what a search in a circle reads.

A *cell* is a quarter of a degree square, numbered eastward in rows from the south pole; facilities
without coordinates are in a cell of their state, which has a negative number. A *tile* packs the
entries of one cell as arrays in order of (name, id), padded to a multiple of 8 with entries of id
0, so that the bitmaps of several tiles can be concatenated. A search reads some dozens of tiles,
however many facilities there are.

Knows the shape of ``search_tile``, and nothing of how a search is asked.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from finder.facilities.index.bitmap_index import LAYOUT, SERVICE_LAYOUT, state_number
from finder.geocoding.distance import EARTH_RADIUS_MILES

CELLS_A_DEGREE = 4
_COLUMNS = 360 * CELLS_A_DEGREE
_ROWS = 180 * CELLS_A_DEGREE
BITMAPS = 8 * LAYOUT.width
"""bitmaps of a tile or segment: one for each bit of a mask"""
SERVICE_BITMAPS = 8 * SERVICE_LAYOUT.width
ENTRY_DTYPE = np.dtype([("id", "<i8"), ("version", "<i8"), ("day", "<i4")])
"""20 bytes; ``day`` is the proleptic Gregorian ordinal of ``listed_as_of``, 0 for unknown"""

Bitmap = npt.NDArray[np.uint8]
"""A set of entries: one bit a position, the lowest bit of a byte first."""


class Entry(Protocol):
    """A row of ``search_entry``."""

    facility_id: int
    cell: int
    x: float | None
    y: float | None
    z: float | None
    mask: bytes
    mask_all: bytes
    mask_mental_health: bytes
    version: int
    sort_name: str
    match_form: str
    services: bytes
    listed_as_of: dt.date | None


def cell_of(latitude: float | None, longitude: float | None, state: str) -> int:
    """Return the cell of a point in degrees, or its state's cell where there is none.

    :param state: two letters, or anything else.
    """
    if latitude is None or longitude is None:
        return unplaced_cell(state)
    row = min(int((latitude + 90) * CELLS_A_DEGREE), _ROWS - 1)
    return row * _COLUMNS + int((longitude + 180) * CELLS_A_DEGREE) % _COLUMNS


def unplaced_cell(state: str) -> int:
    """Return the cell of a state's facilities without coordinates."""
    return -1 - state_number(state)


def cells_around(latitude: float, longitude: float, miles: float) -> list[tuple[int, int]]:
    """Return runs of cells (first, last) that cover a circle: one or two for each row of the grid.

    They cover a little more, so that rounding loses no facility at the edge.
    """
    reach = min(math.pi, miles / EARTH_RADIUS_MILES * (1 + 1e-9) + 1e-9)
    middle, turn = math.radians(latitude), math.radians(longitude)
    south, north = middle - reach, middle + reach
    first = max(0, int((math.degrees(south) + 90) * CELLS_A_DEGREE))
    last = min(_ROWS - 1, int((math.degrees(north) + 90) * CELLS_A_DEGREE))
    return [
        (row * _COLUMNS + west, row * _COLUMNS + east)
        for row in range(first, last + 1)
        for west, east in _columns(row, middle, turn, reach)
    ]


def _columns(row: int, middle: float, turn: float, reach: float) -> Iterator[tuple[int, int]]:
    """Yield the runs of columns that a circle touches in one row of the grid; radians."""
    low, high = (math.radians(edge / CELLS_A_DEGREE - 90) for edge in (row, row + 1))
    low, high = max(low, middle - reach), min(high, middle + reach)
    # The circle is widest on a parallel that lies nearer to the pole than its middle.
    ratio = math.sin(middle) / math.cos(reach) if reach < math.pi / 2 else math.copysign(1, middle)
    widest = min(max(math.asin(min(1.0, max(-1.0, ratio))), low), high)
    width = max(_half_width(at, middle, reach) for at in (low, high, widest)) + 1e-9
    if width >= math.pi - math.radians(1 / CELLS_A_DEGREE):
        yield 0, _COLUMNS - 1
        return
    west, east = (
        math.floor((math.degrees(turn + side) + 180) * CELLS_A_DEGREE) for side in (-width, width)
    )
    if west < 0:
        yield west + _COLUMNS, _COLUMNS - 1
    if east >= _COLUMNS:
        yield 0, east - _COLUMNS
    yield max(west, 0), min(east, _COLUMNS - 1)


def _half_width(parallel: float, middle: float, reach: float) -> float:
    """Return half the width of a circle along a parallel; radians of longitude."""
    across = math.cos(parallel) * math.cos(middle)
    if across < 1e-12:
        return math.pi
    cosine = (math.cos(reach) - math.sin(parallel) * math.sin(middle)) / across
    return math.acos(min(1.0, max(-1.0, cosine)))


class Tile(NamedTuple):
    """A row of ``search_tile``: the n entries of a cell with the padding."""

    cell: int
    points: bytes
    """float64[n, 3]: unit vectors, NaN without coordinates"""
    entries: bytes
    """`ENTRY_DTYPE`[n]"""
    bitmaps: bytes
    """uint8[`BITMAPS`, n / 8]: a bitmap for each bit of a mask"""
    names: str = ""
    """one a line, without the padding"""
    forms: str = ""
    """match forms, one a line, without the padding"""
    bitmaps_all: bytes = b""
    bitmaps_mental_health: bytes = b""
    services: bytes = b""
    """uint8[`SERVICE_BITMAPS`, n / 8]: a bitmap for each service that is found by a word"""


def pack_tile(cell: int, entries: Iterable[Entry]) -> Tile:
    """Return the tile of a cell with these entries, which may come in any order."""
    ordered = sorted(entries, key=lambda each: (each.sort_name, each.facility_id))
    count = -(-len(ordered) // 8) * 8
    packed = np.zeros(count, ENTRY_DTYPE)
    packed["id"][: len(ordered)] = [each.facility_id for each in ordered]
    packed["version"][: len(ordered)] = [each.version for each in ordered]
    packed["day"] = days_of(ordered, count)
    return Tile(
        cell,
        points_of(ordered, count).tobytes(),
        packed.tobytes(),
        bitmaps_of([each.mask for each in ordered], count),
        "\n".join(each.sort_name for each in ordered),
        "\n".join(each.match_form for each in ordered),
        bitmaps_of([each.mask_all for each in ordered], count),
        bitmaps_of([each.mask_mental_health for each in ordered], count),
        services_of(ordered, count),
    )


def points_of(entries: Sequence[Entry], count: int) -> npt.NDArray[np.float64]:
    """Return the unit vectors of entries, padded to a count; shape (count, 3)."""
    points = np.full((count, 3), np.nan, "<f8")
    if entries:
        # None becomes NaN.
        points[: len(entries)] = np.array([(each.x, each.y, each.z) for each in entries], "<f8")
    return points


def days_of(entries: Sequence[Entry], count: int) -> npt.NDArray[np.int32]:
    """Return the days of entries as in `ENTRY_DTYPE`, padded to a count."""
    days = np.zeros(count, "<i4")
    days[: len(entries)] = [
        each.listed_as_of.toordinal() if each.listed_as_of else 0 for each in entries
    ]
    return days


def bitmaps_of(stored: Sequence[bytes], count: int) -> bytes:
    """Return the bitmaps of masks: transposed; uint8 of shape (`BITMAPS`, count / 8)."""
    return _transposed(stored, LAYOUT.width, count)


def services_of(entries: Sequence[Entry], count: int) -> bytes:
    """Return the bitmaps of services; uint8 of shape (`SERVICE_BITMAPS`, count / 8)."""
    none = bytes(SERVICE_LAYOUT.width)
    return _transposed([each.services or none for each in entries], SERVICE_LAYOUT.width, count)


def _transposed(stored: Sequence[bytes], width: int, count: int) -> bytes:
    masks = np.zeros((count, width), np.uint8)
    masks[: len(stored)] = np.frombuffer(b"".join(stored), np.uint8).reshape(-1, width)
    bits = np.unpackbits(masks, axis=1, bitorder="little")
    return np.packbits(bits, axis=0, bitorder="little").T.tobytes()
