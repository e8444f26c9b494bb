"""What each wish of a search costs: how many programs would be found without it.

All of it is counted from the candidates of one place, which are read once. Knows nothing of what
the wishes are called, nor of a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from finder.facilities.search.candidates import Candidates, count_bits
from finder.facilities.search.execution import (
    Origin,
    Places,
    candidates_of,
    find_origin,
    state_meant,
)
from finder.facilities.search.facet_counts import Selection
from finder.facilities.search.request import SearchRequest
from finder.geocoding import NothingFound


@dataclass(frozen=True, slots=True)
class FilterCosts:
    """How many programs a search finds, and how many each of its variants."""

    origin: Origin | None
    """None where no place was asked for, or where it is not known: then all programs count"""
    nothing_found: NothingFound | None
    """why a place could not be found"""
    whole_state: str
    """the USPS code of the state that counts as a whole; empty where none does"""
    total: int
    more: tuple[int, ...]
    """how many more programs each variant finds; negative where it finds fewer"""


def filter_costs(
    session: Session, places: Places, request: SearchRequest, variants: Sequence[SearchRequest]
) -> FilterCosts:
    """Return how many programs a search finds, and how many more each variant of it.

    One SELECT, then O(n / 64) words a filter value of n candidates for each variant.

    :param variants: the search with other filters or for another person; their place, radius and
        name do not count.
    """
    origin, meant = find_origin(places, request)
    candidates = candidates_of(session, origin, request)
    total = _total(candidates, request)
    return FilterCosts(
        origin=origin,
        nothing_found=meant.nothing_found,
        whole_state=state_meant(origin, request),
        total=total,
        more=tuple(_total(candidates, variant) - total for variant in variants),
    )


def _total(candidates: Candidates, request: SearchRequest) -> int:
    return count_bits(Selection(candidates, request).matching)
