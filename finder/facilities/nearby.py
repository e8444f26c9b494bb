"""Other programs near one: what a person looks for whom this one cannot take.

The nearest open ones, those before all others that give the same kind of care: overnight, visits,
or both. Reads the search's own index, and knows nothing of a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from finder.facilities.bits import LAYOUT
from finder.facilities.candidates import find_candidates
from finder.facilities.indexing import fold_name
from finder.facilities.search import Hit, by_distance, hits_of
from finder.facilities.search_request import SearchRequest
from finder.facilities.views import FacilityView

SHOWN = 3
DISTANCES = (25.0, 100.0)
"""miles: the second is looked at only where the first holds too few"""
_READ = 4 * SHOWN
"""programs that are read: several of one organisation may share a house"""
_FAMILIES = sum(1 << LAYOUT.bit("setting", value) for value in ("inpatient", "outpatient"))


def nearby_facilities(session: Session, facility: FacilityView) -> tuple[Hit, ...]:
    """Return up to `SHOWN` open programs near one; none where its place is not known."""
    if facility.latitude is None or facility.longitude is None:
        return ()
    ours = int.from_bytes(LAYOUT.mask_of(facility.codes), "little") & _FAMILIES
    found: tuple[Hit, ...] = ()
    for miles in DISTANCES:
        rows = find_candidates(
            session, center=(facility.latitude, facility.longitude), radius_miles=miles
        )
        found = _others(session, facility, rows, ours)
        if len(found) == SHOWN:
            break
    return found


def _others(
    session: Session, facility: FacilityView, rows: Sequence[Any], ours: int
) -> tuple[Hit, ...]:
    def order(row: Any) -> tuple[Any, ...]:
        other_kind = not int.from_bytes(row.mask, "little") & ours
        return other_kind, by_distance(row)

    nearest = sorted((row for row in rows if row.facility_id != facility.id), key=order)
    hits = hits_of(session, nearest[:_READ], SearchRequest())
    return tuple(hit for hit in hits if not _same_house(hit.facility, facility))[:SHOWN]


def _same_house(one: FacilityView, other: FacilityView) -> bool:
    return _house(one) == _house(other)


def _house(facility: FacilityView) -> tuple[str, str, str]:
    return fold_name(facility.name), fold_name(facility.street), facility.postal_code
