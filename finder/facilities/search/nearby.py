"""Other programs near one: what a person looks for whom this one cannot take.

The nearest open ones, those before all others that give the same kind of care: overnight, visits,
or both. Reads the search's own index, and knows nothing of a page.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from finder.facilities.index import LAYOUT, fold_name
from finder.facilities.listings import FacilityView
from finder.facilities.search.candidates import Candidates
from finder.facilities.search.execution import Hit, hits_of
from finder.facilities.search.request import SearchRequest
from finder.facilities.search.retrieval import find_candidates

SHOWN = 3
DISTANCES = (25.0, 100.0)
"""miles: the second is looked at only where the first holds too few"""
_READ = 4 * SHOWN
"""programs that are read: several of one organisation may share a house"""
_FAMILIES = [LAYOUT.bit("setting", value) for value in ("inpatient", "outpatient")]


def nearby_facilities(session: Session, facility: FacilityView) -> tuple[Hit, ...]:
    """Return up to `SHOWN` open programs near one; none where its place is not known."""
    if facility.latitude is None or facility.longitude is None:
        return ()
    mask = int.from_bytes(LAYOUT.mask_of(facility.codes), "little")
    kinds = [bit for bit in _FAMILIES if mask >> bit & 1]
    found: tuple[Hit, ...] = ()
    for miles in DISTANCES:
        candidates = find_candidates(
            session, center=(facility.latitude, facility.longitude), radius_miles=miles
        )
        found = _others(session, facility, candidates, kinds)
        if len(found) == SHOWN:
            break
    return found


def _others(
    session: Session, facility: FacilityView, candidates: Candidates, kinds: Sequence[int]
) -> tuple[Hit, ...]:
    none = np.zeros_like(candidates.everyone)
    same = functools.reduce(np.bitwise_or, map(candidates.having, kinds), none)
    # The facility itself is among them.
    nearest = [
        position
        for those in (same, candidates.everyone & ~same)
        for position in candidates.nearest(those, _READ + 1)
    ]
    hits = hits_of(session, candidates, nearest[: _READ + 1], SearchRequest())
    return tuple(
        hit
        for hit in hits
        if hit.facility.id != facility.id and not _same_house(hit.facility, facility)
    )[:SHOWN]


def _same_house(one: FacilityView, other: FacilityView) -> bool:
    return _house(one) == _house(other)


def _house(facility: FacilityView) -> tuple[str, str, str]:
    return fold_name(facility.name), fold_name(facility.street), facility.postal_code
