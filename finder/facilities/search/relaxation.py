"""What a page offers where a search finds little. Never a part of the search's own answer.

Below `LITTLE` results: the same search further away, and the filter that costs the most. With no
result at all also: the nearest programs that miss the fewest wishes, programs by phone or video in
the same state, and names that are spelled alike. Each says what it is, so that nobody takes it for
what was asked; the API never gives it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from sqlalchemy.orm import Session

from finder.facilities.index import LAYOUT, Bits
from finder.facilities.search.candidates import (
    Candidates,
    chord_of,
    positions,
    size,
)
from finder.facilities.search.execution import Hit, SearchResults, hits_of
from finder.facilities.search.facet_counts import Selection
from finder.facilities.search.name_correction import similar_names
from finder.facilities.search.request import (
    GREATEST_RADIUS_MILES,
    OFFERED_RADII,
    SearchRequest,
)
from finder.facilities.search.retrieval import find_candidates
from finder.facilities.vocabulary import FILTERS, Facet

LITTLE = 3
"""Fewer results than this are little."""
SHOWN = 5
"""programs in each part"""
FURTHEST_SHOWN = GREATEST_RADIUS_MILES
"""miles: nobody on Guam is helped by a card of a program in Hartford"""
_FURTHEST_OFFERED = float(OFFERED_RADII[-1])
_TELEHEALTH = LAYOUT.bit("setting", "telehealth")


@dataclass(frozen=True, slots=True)
class Wider:
    """The same search at the nearest offered distance that finds more; None is any distance."""

    radius_miles: float | None
    total: int
    hits: tuple[Hit, ...]
    """the nearest of those that the search itself did not find, at least one; none beyond
    `FURTHEST_SHOWN`, unless a name was asked for"""


@dataclass(frozen=True, slots=True)
class Costliest:
    """The filter without which the most programs fit; all of them where no single one helps."""

    facets: tuple[Facet, ...]
    radius_miles: float | None
    """None for any distance, and where all of a state was searched"""
    total: int


@dataclass(frozen=True, slots=True)
class Remote:
    """Programs by phone or video in a state, beyond the distance that was asked for."""

    state: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SimilarName:
    """Programs under another spelling of the name, whatever they offer, the nearest first."""

    name: str
    others: tuple[str, ...]
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class More:
    """What is offered beside a search's answer; a part is None or empty where there is none."""

    wider: Wider | None = None
    costliest: Costliest | None = None
    nearly: tuple[Hit, ...] = ()
    """each says in ``unmet`` what it misses"""
    remote: Remote | None = None
    similar: SimilarName | None = None

    @property
    def is_anything(self) -> bool:
        """Whether there is anything to offer."""
        return self != _NOTHING


_NOTHING = More()


def offer_more(session: Session, results: SearchResults) -> More:
    """Return what to offer beside these results; nothing, and no query, where there is enough."""
    if results.unplaced or results.total >= LITTLE:
        return _NOTHING
    areas = _Areas(session, results)
    area = areas.within(_first_radius(results))
    wider = _wider(session, results, area)
    if wider is None and not results.total and area.radius_miles is not None:
        everywhere = areas.within(None)
        wider = _wider(session, results, everywhere)
        if not size(area.selection.able):
            area = everywhere
    costliest = _costliest(results, area)
    if results.total:
        return More(wider=wider, costliest=costliest)
    nearly = _nearly(session, results, area)
    shown = [hit.facility.id for hit in (*(wider.hits if wider else ()), *nearly)]
    return More(
        wider=wider,
        costliest=costliest,
        nearly=nearly,
        remote=_remote(session, results, areas, shown),
        similar=None if wider or nearly else _similar(session, results),
    )


class _Area:
    """The candidates within a distance, which is not less than the one that was asked for."""

    def __init__(
        self, candidates: Candidates, request: SearchRequest, radius_miles: float | None
    ) -> None:
        self.candidates = candidates
        self.radius_miles = radius_miles
        self.selection = Selection(candidates, request)

    def within(self, miles: float | None) -> Bits:
        """Return the set of those within a distance."""
        if miles is None:
            return self.candidates.everyone
        return self.candidates.within(chord_of(miles))

    def nearest(self, those: Bits) -> list[int]:
        """Return the positions of the nearest few of a set."""
        return self.candidates.nearest(those, SHOWN)

    def fewest_unmet(self, those: Bits, *, but: str = "") -> Iterator[Bits]:
        """Yield sets of candidates: those that meet the most wishes first.

        :param but: the facet of a wish that does not count.
        """
        met = np.zeros(len(self.candidates.chords), np.uint8)
        for name, fitting in self.selection.met.items():
            if name != but:
                met += np.unpackbits(fitting, bitorder="little")
        present = np.unique(met[positions(those)])
        for best in present[::-1]:
            yield those & np.packbits(met == best, bitorder="little")


def _asked(results: SearchResults) -> float | None:
    """Return the distance that was asked for; None for any, for a state, and without a place."""
    return results.request.radius_miles if results.origin and not results.whole_state else None


def _where_asked(results: SearchResults, area: _Area) -> Bits:
    """Return the set of those that lie where the search looked."""
    if results.whole_state:
        return area.candidates.matching(LAYOUT.state_bits(results.whole_state))
    return area.within(_asked(results))


def _first_radius(results: SearchResults) -> float | None:
    asked = _asked(results)
    return None if asked is None else max(asked, _FURTHEST_OFFERED)


class _Areas:
    """The areas around a search's place; each is read from the database once at most."""

    def __init__(self, session: Session, results: SearchResults) -> None:
        self._session = session
        self._results = results
        self._known: dict[float | None, _Area] = {}

    def within(self, radius_miles: float | None) -> _Area:
        """Return the candidates within a distance; None for any."""
        if radius_miles not in self._known:
            request = self._results.request
            origin = self._results.origin
            candidates = find_candidates(
                self._session,
                center=origin.point if origin else None,
                radius_miles=radius_miles,
                name=request.name,
            )
            self._known[radius_miles] = _Area(candidates, request, radius_miles)
        return self._known[radius_miles]


def _wider(session: Session, results: SearchResults, area: _Area) -> Wider | None:
    asked = _asked(results)
    if asked is None and not results.whole_state:
        return None
    fitting = area.selection.fitting
    radii = [float(miles) for miles in OFFERED_RADII if asked is not None and miles > asked]
    for radius in radii if area.radius_miles is not None else (None,):
        inside = fitting & area.within(radius)
        if (total := size(inside)) > results.total:
            beyond = area.nearest(inside & ~_where_asked(results, area))
            chords = area.candidates.chords
            # Who asks for a name may want just that program, wherever it is.
            furthest = math.inf if results.request.name else chord_of(FURTHEST_SHOWN)
            shown = [position for position in beyond if chords[position] <= furthest]
            hits = hits_of(session, area.candidates, shown, results.request)
            return Wider(radius, total, hits) if hits else None
    return None


def _costliest(results: SearchResults, area: _Area) -> Costliest | None:
    chosen = [facet for facet in FILTERS if facet.name in area.selection.met]
    if not chosen:
        return None
    places = {_asked(results): _where_asked(results, area)}
    if not results.whole_state:
        # A filter is not to blame where there is no program in reach.
        is_anywhere = area.radius_miles is None and results.origin
        widest = FURTHEST_SHOWN if is_anywhere else area.radius_miles
        places.setdefault(widest, area.within(widest))
    without = {facet.name: area.selection.all_but(facet.name) for facet in chosen}
    for radius, inside in places.items():
        totals = {facet.name: size(without[facet.name] & inside) for facet in chosen}
        # Of equals, the first in the registry's order.
        facet = max(chosen, key=lambda each: totals[each.name])
        if totals[facet.name] > results.total:
            return Costliest((facet,), radius, totals[facet.name])
    for radius, inside in places.items():
        total = size(area.selection.able & inside)
        if total > results.total:
            return Costliest(tuple(chosen), radius, total)
    return None


def _nearly(session: Session, results: SearchResults, area: _Area) -> tuple[Hit, ...]:
    if results.origin is None or not results.request.chosen:
        return ()
    near = _where_asked(results, area) if results.whole_state else area.within(FURTHEST_SHOWN)
    others = area.selection.able & ~area.selection.fitting & near
    for group in islice(area.fewest_unmet(others), 1):
        return hits_of(session, area.candidates, area.nearest(group), results.request)
    return ()


def _remote(
    session: Session, results: SearchResults, areas: _Areas, shown: Collection[int]
) -> Remote | None:
    asked = _asked(results)
    state = results.origin.place.state if results.origin else ""
    if asked is None or not state or results.request.name:
        return None
    for radius in (_FURTHEST_OFFERED, GREATEST_RADIUS_MILES):
        if radius <= asked:
            continue
        area = areas.within(radius)
        candidates = area.candidates
        remote = candidates.having(_TELEHEALTH) & area.selection.able
        if size(remote & area.within(asked)):
            return None
        theirs = remote & candidates.matching(LAYOUT.state_bits(state))
        best_first = (
            position
            for group in area.fewest_unmet(theirs, but="setting")
            for position in candidates.nearest(group, SHOWN + len(shown))
            if candidates.ids([position])[0] not in shown
        )
        if chosen := list(islice(best_first, SHOWN)):
            return Remote(state, hits_of(session, candidates, chosen, results.request))
    return None


def _similar(session: Session, results: SearchResults) -> SimilarName | None:
    if not results.request.name:
        return None
    spellings = similar_names(session, results.request.name)
    for name in spellings[:1]:
        center = results.origin.point if results.origin else None
        candidates = find_candidates(session, center=center, name=name)
        area = _Area(candidates, results.request, radius_miles=None)
        nearest = area.nearest(area.selection.able)
        hits = hits_of(session, candidates, nearest, results.request)
        return SimilarName(name, spellings[1:], hits)
    return None
