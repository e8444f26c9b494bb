"""The order of a search's results: what wishes and preferences add to distance, name or date.

Published on /about and in ``docs/search-index.md``. By distance, the default:

1. with ``unsaid``, programs that say yes to all that is asked come before the others;
2. with a name, how well names fit (``docs/names.md``), in the orders by distance and by name;
3. with preferences, a nearer range of distance (`DISTANCE_BANDS`) comes before one further away,
   and within a range the programs that say yes to more of the preferences come first;
4. the distance; programs of one area without a place of their own all have that of its middle;
5. at equal distance, programs that say yes to more of what is asked;
6. then exact places before areas, and newer listings before older and undated ones
   (`candidates.SortKeys.standing`);
7. then the name, and last the id, which is the order in which programs came to us.

The orders by name and by date have their own first key, then go on from 4. Without a place there
are no distances, and only the name and the id remain of 4 to 7. Nothing else plays a part: no key
can be bought. Knows `LAYOUT`; nothing of databases.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from finder.facilities.index import LAYOUT, Bitmap
from finder.facilities.search.candidates import (
    UNPLACED_CHORD,
    Candidates,
    Merit,
    Positions,
    SortKey,
    count_bits,
    squared_chord_of,
)
from finder.facilities.search.facet_counts import Selection
from finder.facilities.search.request import OFFERED_RADII, SearchRequest, Sort

DISTANCE_BANDS = OFFERED_RADII
"""miles, the ends of the ranges of distance in which preferences order; the last has no end"""
_ENDS = np.array([*map(squared_chord_of, DISTANCE_BANDS), UNPLACED_CHORD / 2])
"""squared chords; beyond the last one are those without coordinates"""
_A_WISH = 256
"""the weight of a wish that is met: more than there are filter values"""
_ORDERS: Mapping[Sort, Callable[..., list[int]]] = {
    Sort.DISTANCE: Candidates.nearest,
    Sort.NAME: Candidates.by_name,
    Sort.UPDATED: Candidates.newest,
}


def page_of(selection: Selection, request: SearchRequest, *, in_bands: bool) -> list[int]:
    """Return the positions of the hits of the page that was asked for, in order.

    :param in_bands: see `merit_of`.
    """
    first = (request.page - 1) * request.per_page
    last = first + request.per_page
    merit = merit_of(selection.candidates, request, in_bands=in_bands)
    in_order = functools.partial(_ORDERS[request.sort], selection.candidates, merit=merit)
    if not request.unsaid:
        return in_order(selection.matching, last, first)
    confirmed = count_bits(selection.confirmed)
    found = in_order(selection.confirmed, min(last, confirmed), first) if first < confirmed else []
    if last > confirmed:
        others = selection.matching & ~selection.confirmed
        found += in_order(others, last - confirmed, max(0, first - confirmed))
    return found


def nearest_of(
    candidates: Candidates, subset: Bitmap, last: int, request: SearchRequest
) -> list[int]:
    """Return the first ``last`` of a subset by distance, as a search would list them."""
    merit = merit_of(candidates, request, in_bands=True)
    return candidates.nearest(subset, last, merit=merit)


def merit_of(candidates: Candidates, request: SearchRequest, *, in_bands: bool) -> Merit:
    """Return the keys that a search adds; none that leaves all candidates equal.

    :param in_bands: whether preferences order within ranges of distance; else before it, where
        the distance means little: in a whole state it is that to the state's middle.
    """
    before: tuple[SortKey, ...] = ()
    if request.preferred:
        before = (functools.partial(_preferences, candidates, request.preferred),)
        if in_bands:
            before = (functools.partial(_bands, candidates.chords), *before)
    wishes = request.asked
    if not request.unsaid and all(len(values) == 1 for _, values in wishes):
        return Merit(before)
    return Merit(before, (functools.partial(_wishes, candidates, wishes),))


def _bands(chords: npt.NDArray[np.float64], chosen: Positions) -> npt.NDArray[np.intp]:
    """Return the number of the range of distance at each of some positions."""
    return np.searchsorted(_ENDS, chords[chosen])


def _preferences(
    candidates: Candidates, preferred: Sequence[tuple[str, str]], chosen: Positions
) -> npt.NDArray[np.int16]:
    """Return how many of the preferences each of some positions says yes to, negated."""
    said = np.zeros(len(chosen), np.int16)
    for facet, value in preferred:
        said -= candidates.bits_at(LAYOUT.bit(facet, value), chosen)
    return said


def _wishes(
    candidates: Candidates,
    wishes: Sequence[tuple[str, tuple[str, ...]]],
    chosen: Positions,
) -> npt.NDArray[np.int32]:
    """Return a rank of how much of what is asked each of some positions says yes to, negated.

    Wishes that are met count first, then the values of them that it says yes to. O(k · n) for k
    values and n positions.
    """
    said = np.zeros(len(chosen), np.int32)
    for facet, values in wishes:
        yes: list[npt.NDArray[Any]] = [
            candidates.bits_at(LAYOUT.bit(facet, value), chosen) for value in values
        ]
        count = functools.reduce(np.add, yes)
        said -= count + _A_WISH * (count > 0).astype(np.int32)
    return said
