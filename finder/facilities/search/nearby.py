"""The nearest other programs to one, for a person whom it cannot take.

Only programs that treat the same kind of condition. Those of the same kind of care (overnight,
visits, or both) come before all others. Reads the search index; knows nothing of a page.
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
from finder.facilities.search.facet_counts import Selection
from finder.facilities.search.request import SearchRequest
from finder.facilities.search.retrieval import find_candidates
from finder.facilities.vocabulary import Treats

SHOWN = 3
DISTANCES = (25.0, 100.0)
"""miles: the second is tried only where the first holds too few"""
_READ = 4 * SHOWN
"""candidates that are read: several of one organisation may share an address, and show once"""
_KINDS_OF_CARE = [LAYOUT.bit("setting", value) for value in ("inpatient", "outpatient")]


def nearby_facilities(session: Session, facility: FacilityView) -> tuple[Hit, ...]:
    """Return up to `SHOWN` open programs near one; none where it has no coordinates."""
    if facility.latitude is None or facility.longitude is None:
        return ()
    mask = int.from_bytes(LAYOUT.mask_of(facility.main_codes), "little")
    kinds = [bit for bit in _KINDS_OF_CARE if mask >> bit & 1]
    found: tuple[Hit, ...] = ()
    for miles in DISTANCES:
        candidates = find_candidates(
            session,
            center=(facility.latitude, facility.longitude),
            radius_miles=miles,
            treats=_sought(facility),
        )
        found = _others(session, facility, candidates, kinds)
        if len(found) == SHOWN:
            break
    return found


def _others(
    session: Session, facility: FacilityView, candidates: Candidates, kinds: Sequence[int]
) -> tuple[Hit, ...]:
    request = SearchRequest(treats=_sought(facility))
    eligible = Selection(candidates, request).eligible
    none = np.zeros_like(eligible)
    same = functools.reduce(np.bitwise_or, map(candidates.with_bit, kinds), none) & eligible
    # The facility itself is among them.
    nearest = [
        position
        for subset in (same, eligible & ~same)
        for position in candidates.nearest(subset, _READ + 1)
    ]
    hits = hits_of(session, candidates, nearest[: _READ + 1], request)
    return tuple(
        hit
        for hit in hits
        if hit.facility.id != facility.id and not _same_address(hit.facility, facility)
    )[:SHOWN]


def _sought(facility: FacilityView) -> Treats:
    """Return what a person seeks who looks at a facility: substance use, unless it treats none."""
    treated = facility.treats
    return Treats(treated[0].value) if treated else Treats.ALL


def _same_address(one: FacilityView, other: FacilityView) -> bool:
    return _address_key(one) == _address_key(other)


def _address_key(facility: FacilityView) -> tuple[str, str, str]:
    return fold_name(facility.name), fold_name(facility.street), facility.postal_code
