"""Query relaxation: what a page offers beside the results of a search that finds few.

Below `FEW_RESULTS`: a wider radius, and the filter whose removal finds most. With no result also:
near misses (the fewest unmet facets, the nearest first), telehealth in the same state, and
corrected spellings of the name. Never part of the search's own results, nor of the API.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from sqlalchemy.orm import Session

from finder.facilities.index import LAYOUT, Bitmap
from finder.facilities.search.candidates import (
    Candidates,
    count_bits,
    positions,
    squared_chord_of,
)
from finder.facilities.search.execution import Hit, SearchResults, hits_of
from finder.facilities.search.facet_counts import Selection
from finder.facilities.search.name_correction import similar_names
from finder.facilities.search.ranking import nearest_of
from finder.facilities.search.request import (
    GREATEST_RADIUS_MILES,
    OFFERED_RADII,
    SearchRequest,
)
from finder.facilities.search.retrieval import find_candidates
from finder.facilities.vocabulary import FILTERS, Facet

FEW_RESULTS = 3
"""A search with fewer results is relaxed."""
SHOWN = 5
"""programs of each relaxation"""
FURTHEST_SHOWN = GREATEST_RADIUS_MILES
"""miles; beyond, a program is counted but not shown"""
_FURTHEST_OFFERED = float(OFFERED_RADII[-1])
_TELEHEALTH = LAYOUT.bit("setting", "telehealth")


@dataclass(frozen=True, slots=True)
class WiderRadius:
    """The same search at the smallest offered radius that finds more; None is any distance."""

    radius_miles: float | None
    total: int
    hits: tuple[Hit, ...]
    """the nearest that the search itself did not find, at least one; within `FURTHEST_SHOWN`,
    unless a name was asked for"""


@dataclass(frozen=True, slots=True)
class DroppedFilters:
    """The filter without which most programs match; all filters where no single one helps."""

    facets: tuple[Facet, ...]
    radius_miles: float | None
    """None for any distance, and where a whole state was searched"""
    total: int


@dataclass(frozen=True, slots=True)
class TelehealthElsewhere:
    """Telehealth programs in a state, beyond the radius that was asked for."""

    state: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SimilarName:
    """Programs under a corrected spelling of the name, with no filter applied, nearest first."""

    name: str
    others: tuple[str, ...]
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Relaxations:
    """The relaxations of a search; None or empty where one finds nothing."""

    wider: WiderRadius | None = None
    dropped: DroppedFilters | None = None
    near_misses: tuple[Hit, ...] = ()
    """each says in ``unmet`` which facets it does not meet"""
    telehealth: TelehealthElsewhere | None = None
    similar: SimilarName | None = None

    @property
    def is_anything(self) -> bool:
        """Whether any relaxation finds something."""
        return self != _NOTHING


_NOTHING = Relaxations()


def relax_search(session: Session, results: SearchResults) -> Relaxations:
    """Return the relaxations of a search; none, and no query, where it found enough."""
    if results.unplaced or results.total >= FEW_RESULTS:
        return _NOTHING
    areas = _Areas(session, results)
    area = areas.within(_first_radius(results))
    wider = _wider_radius(session, results, area)
    if wider is None and not results.total and area.radius_miles is not None:
        everywhere = areas.within(None)
        wider = _wider_radius(session, results, everywhere)
        if not count_bits(area.selection.eligible):
            area = everywhere
    dropped = _dropped_filters(results, area)
    if results.total:
        return Relaxations(wider=wider, dropped=dropped)
    near_misses = _near_misses(session, results, area)
    shown = [hit.facility.id for hit in (*(wider.hits if wider else ()), *near_misses)]
    return Relaxations(
        wider=wider,
        dropped=dropped,
        near_misses=near_misses,
        telehealth=_telehealth(session, results, areas, shown),
        similar=None if wider or near_misses else _similar_name(session, results),
    )


class _Area:
    """The candidates within a radius that is not less than the one asked for."""

    def __init__(
        self, candidates: Candidates, request: SearchRequest, radius_miles: float | None
    ) -> None:
        self.candidates = candidates
        self.radius_miles = radius_miles
        self.selection = Selection(candidates, request)
        self._request = request

    def within(self, miles: float | None) -> Bitmap:
        """Return the candidates within a radius; None for any distance."""
        if miles is None:
            return self.candidates.present
        return self.candidates.within(squared_chord_of(miles))

    def nearest(self, subset: Bitmap) -> list[int]:
        """Return the positions of the nearest `SHOWN` of a subset."""
        return nearest_of(self.candidates, subset, SHOWN, self._request)

    def fewest_unmet(self, subset: Bitmap, *, but: str = "") -> Iterator[Bitmap]:
        """Yield a subset in groups, those that meet most facets first.

        :param but: a facet that does not count.
        """
        met = np.zeros(len(self.candidates.chords), np.uint8)
        for name, bitmap in self.selection.by_facet.items():
            if name != but:
                met += np.unpackbits(bitmap, bitorder="little")
        present = np.unique(met[positions(subset)])
        for best in present[::-1]:
            yield subset & np.packbits(met == best, bitorder="little")


def _radius_asked(results: SearchResults) -> float | None:
    """Return the radius asked for; None for any distance, for a state, and without a place."""
    return results.request.radius_miles if results.origin and not results.whole_state else None


def _inside_asked(results: SearchResults, area: _Area) -> Bitmap:
    """Return the candidates where the search itself looked."""
    if results.whole_state:
        return area.candidates.matching(LAYOUT.state_bits(results.whole_state))
    return area.within(_radius_asked(results))


def _first_radius(results: SearchResults) -> float | None:
    asked = _radius_asked(results)
    return None if asked is None else max(asked, _FURTHEST_OFFERED)


class _Areas:
    """The candidates of a search by radius; each radius is read from the database once at most."""

    def __init__(self, session: Session, results: SearchResults) -> None:
        self._session = session
        self._results = results
        self._by_radius: dict[float | None, _Area] = {}

    def within(self, radius_miles: float | None) -> _Area:
        """Return the candidates within a radius; None for any distance."""
        if radius_miles not in self._by_radius:
            request = self._results.request
            origin = self._results.origin
            candidates = find_candidates(
                self._session,
                center=origin.point if origin else None,
                radius_miles=radius_miles,
                name=request.name,
                treats=request.kind,
            )
            self._by_radius[radius_miles] = _Area(candidates, request, radius_miles)
        return self._by_radius[radius_miles]


def _wider_radius(session: Session, results: SearchResults, area: _Area) -> WiderRadius | None:
    asked = _radius_asked(results)
    if asked is None and not results.whole_state:
        return None
    matching = area.selection.matching
    radii = [float(miles) for miles in OFFERED_RADII if asked is not None and miles > asked]
    for radius in radii if area.radius_miles is not None else (None,):
        inside = matching & area.within(radius)
        if (total := count_bits(inside)) > results.total:
            beyond = area.nearest(inside & ~_inside_asked(results, area))
            chords = area.candidates.chords
            # A named program is shown wherever it is.
            furthest = math.inf if results.request.name else squared_chord_of(FURTHEST_SHOWN)
            shown = [position for position in beyond if chords[position] <= furthest]
            hits = hits_of(session, area.candidates, shown, results.request)
            return WiderRadius(radius, total, hits) if hits else None
    return None


def _dropped_filters(results: SearchResults, area: _Area) -> DroppedFilters | None:
    chosen = [facet for facet in FILTERS if facet.name in area.selection.by_facet]
    if not chosen:
        return None
    places = {_radius_asked(results): _inside_asked(results, area)}
    if not results.whole_state:
        # A filter is not the reason where no program is within reach.
        is_anywhere = area.radius_miles is None and results.origin
        widest = FURTHEST_SHOWN if is_anywhere else area.radius_miles
        places.setdefault(widest, area.within(widest))
    without = {facet.name: area.selection.matching_without(facet.name) for facet in chosen}
    for radius, inside in places.items():
        totals = {facet.name: count_bits(without[facet.name] & inside) for facet in chosen}
        # Ties go to the first in the registry's order.
        facet = max(chosen, key=lambda each: totals[each.name])
        if totals[facet.name] > results.total:
            return DroppedFilters((facet,), radius, totals[facet.name])
    for radius, inside in places.items():
        total = count_bits(area.selection.eligible & inside)
        if total > results.total:
            return DroppedFilters(tuple(chosen), radius, total)
    return None


def _near_misses(session: Session, results: SearchResults, area: _Area) -> tuple[Hit, ...]:
    if results.origin is None or not results.request.chosen:
        return ()
    near = _inside_asked(results, area) if results.whole_state else area.within(FURTHEST_SHOWN)
    others = area.selection.eligible & ~area.selection.matching & near
    for group in islice(area.fewest_unmet(others), 1):
        return hits_of(session, area.candidates, area.nearest(group), results.request)
    return ()


def _telehealth(
    session: Session, results: SearchResults, areas: _Areas, shown: Collection[int]
) -> TelehealthElsewhere | None:
    asked = _radius_asked(results)
    state = results.origin.place.state if results.origin else ""
    if asked is None or not state or results.request.name:
        return None
    for radius in (_FURTHEST_OFFERED, GREATEST_RADIUS_MILES):
        if radius <= asked:
            continue
        area = areas.within(radius)
        candidates = area.candidates
        telehealth = candidates.with_bit(_TELEHEALTH) & area.selection.eligible
        if count_bits(telehealth & area.within(asked)):
            return None
        in_state = telehealth & candidates.matching(LAYOUT.state_bits(state))
        best_first = (
            position
            for group in area.fewest_unmet(in_state, but="setting")
            for position in nearest_of(candidates, group, SHOWN + len(shown), results.request)
            if candidates.ids([position])[0] not in shown
        )
        if chosen := list(islice(best_first, SHOWN)):
            return TelehealthElsewhere(state, hits_of(session, candidates, chosen, results.request))
    return None


def _similar_name(session: Session, results: SearchResults) -> SimilarName | None:
    if not results.request.name:
        return None
    spellings = similar_names(session, results.request.name)
    for name in spellings[:1]:
        center = results.origin.point if results.origin else None
        candidates = find_candidates(session, center=center, name=name, treats=results.request.kind)
        area = _Area(candidates, results.request, radius_miles=None)
        nearest = area.nearest(area.selection.eligible)
        hits = hits_of(session, candidates, nearest, results.request)
        return SimilarName(name, spellings[1:], hits)
    return None
