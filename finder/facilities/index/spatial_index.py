"""Facilities of one small piece of the map, packed side by side: what a search in a circle reads.

A *cell* is a quarter of a degree square, numbered from the south pole eastward; facilities whose
place is not known stand in a cell of their state, which has a negative number. A *block* holds the
entries of one cell as arrays, so that a search reads some dozens of rows however many facilities
there are. Its entries are in order of name and id, filled up to a multiple of eight with entries
that have no id, so that arrays of bits of several blocks can be put in a row.

Knows the shape of ``search_block``, and nothing of how a search is asked.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from finder.facilities.index.bitmap_index import LAYOUT, state_number
from finder.geocoding.distance import EARTH_RADIUS_MILES

CELLS_A_DEGREE = 4
_COLUMNS = 360 * CELLS_A_DEGREE
_ROWS = 180 * CELLS_A_DEGREE
PLANES = 8 * LAYOUT.width
"""one for each bit of a mask"""
PROGRAM = np.dtype([("id", "<i8"), ("version", "<i8"), ("day", "<i4")])
"""``day`` is that of ``listed_as_of`` in the proleptic calendar, 0 where it is not known"""

Bits = npt.NDArray[np.uint8]
"""A set of entries, one bit each, the lowest bit of a byte first."""


class Entry(Protocol):
    """A row of ``search_entry``."""

    facility_id: int
    cell: int
    x: float | None
    y: float | None
    z: float | None
    mask: bytes
    version: int
    sort_name: str
    listed_as_of: dt.date | None


def cell_of(latitude: float | None, longitude: float | None, state: str) -> int:
    """Return the cell of a place in degrees; of a state's where there is none.

    :param state: two letters, or anything else.
    """
    if latitude is None or longitude is None:
        return unplaced_cell(state)
    row = min(int((latitude + 90) * CELLS_A_DEGREE), _ROWS - 1)
    return row * _COLUMNS + int((longitude + 180) * CELLS_A_DEGREE) % _COLUMNS


def unplaced_cell(state: str) -> int:
    """Return the cell of those of a state whose place is not known."""
    return -1 - state_number(state)


def cells_around(latitude: float, longitude: float, miles: float) -> list[tuple[int, int]]:
    """Return runs of cells, first and last, that hold a circle: one or two for each row of cells.

    They hold a little more, so that rounding loses nobody.
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
    """Yield the runs of columns that a circle touches in a row of cells; radians."""
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
    """Return how far east and west of its middle a circle goes on a parallel; radians."""
    across = math.cos(parallel) * math.cos(middle)
    if across < 1e-12:
        return math.pi
    cosine = (math.cos(reach) - math.sin(parallel) * math.sin(middle)) / across
    return math.acos(min(1.0, max(-1.0, cosine)))


class Block(NamedTuple):
    """All entries of a cell: a row of ``search_block``."""

    cell: int
    points: bytes
    """x, y, z of each on the unit sphere (doubles); not a number where the place is unknown"""
    programs: bytes
    """a `PROGRAM` of each"""
    planes: bytes
    """for each bit of a mask, the set of those that have it"""
    names: str = ""
    """one a line, without the entries that only fill up"""


def pack(cell: int, entries: Iterable[Entry]) -> Block:
    """Return the block of a cell that holds these entries."""
    ordered = sorted(entries, key=lambda each: (each.sort_name, each.facility_id))
    count = -(-len(ordered) // 8) * 8
    programs = np.zeros(count, PROGRAM)
    programs["id"][: len(ordered)] = [each.facility_id for each in ordered]
    programs["version"][: len(ordered)] = [each.version for each in ordered]
    programs["day"] = days_of(ordered, count)
    return Block(
        cell,
        points_of(ordered, count).tobytes(),
        programs.tobytes(),
        planes_of(ordered, count).tobytes(),
        "\n".join(each.sort_name for each in ordered),
    )


def points_of(entries: Sequence[Entry], count: int) -> npt.NDArray[np.float64]:
    """Return where each entry is, filled up to a count; shape (count, 3)."""
    points = np.full((count, 3), np.nan, "<f8")
    if entries:
        # None becomes not a number.
        points[: len(entries)] = np.array([(each.x, each.y, each.z) for each in entries], "<f8")
    return points


def days_of(entries: Sequence[Entry], count: int) -> npt.NDArray[np.int32]:
    """Return the day of each entry, filled up to a count."""
    days = np.zeros(count, "<i4")
    days[: len(entries)] = [
        each.listed_as_of.toordinal() if each.listed_as_of else 0 for each in entries
    ]
    return days


def planes_of(entries: Sequence[Entry], count: int) -> Bits:
    """Return for each bit of a mask the set of those that have it; shape (`PLANES`, count / 8)."""
    masks = np.zeros((count, LAYOUT.width), np.uint8)
    theirs = np.frombuffer(b"".join([each.mask for each in entries]), np.uint8)
    masks[: len(entries)] = theirs.reshape(-1, LAYOUT.width)
    bits = np.unpackbits(masks, axis=1, bitorder="little")
    planes: Bits = np.packbits(bits, axis=0, bitorder="little").T
    return planes
