"""What a page offers where a search finds little. Never a part of the search's own answer.

Below `LITTLE` results: the same search further away, and the filter that costs the most. With no
result at all also: the nearest programs that miss the fewest wishes, programs by phone or video in
the same state, and names that are spelled alike. Each says what it is, so that nobody takes it for
what was asked; the API never gives it.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.bits import LAYOUT
from finder.facilities.candidates import chord_of, find_candidates, miles_of
from finder.facilities.counting import Selection
from finder.facilities.filters import FILTERS, Facet
from finder.facilities.models import Facility
from finder.facilities.names import similar_names
from finder.facilities.search import Hit, SearchResults, by_distance, hits_of, masks_of
from finder.facilities.search_request import (
    GREATEST_RADIUS_MILES,
    OFFERED_RADII,
    SearchRequest,
)

LITTLE = 3
"""Fewer results than this are little."""
SHOWN = 5
"""programs in each part"""
FURTHEST_SHOWN = GREATEST_RADIUS_MILES
"""miles: nobody on Guam is helped by a card of a program in Hartford"""
_FURTHEST_OFFERED = float(OFFERED_RADII[-1])
_TELEHEALTH = LAYOUT.bit("setting", "telehealth")
_SETTING = [facet.name for facet in FILTERS].index("setting")
_READ_AT_ONCE = 500
_READ_AT_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Wider:
    """The same search at the nearest offered distance that finds more; None is any distance."""

    radius_miles: float | None
    total: int
    hits: tuple[Hit, ...]
    """the nearest of those that the search itself did not find, none beyond `FURTHEST_SHOWN`"""
    nearest_miles: float
    """how far the nearest of those is"""


@dataclass(frozen=True, slots=True)
class Costliest:
    """The filter without which the most programs fit; all of them where no single one helps."""

    facets: tuple[Facet, ...]
    radius_miles: float | None
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


def offer_more(session: Session, results: SearchResults) -> More:
    """Return what to offer beside these results; nothing, and no query, where there is enough."""
    if results.unplaced or results.total >= LITTLE:
        return More()
    areas = _Areas(session, results)
    area = areas.within(_first_radius(results))
    wider = _wider(session, results, area)
    if wider is None and not results.total and area.radius_miles is not None:
        everywhere = areas.within(None)
        wider = _wider(session, results, everywhere)
        if not area.selection.able:
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
        self, rows: Sequence[Any], request: SearchRequest, radius_miles: float | None
    ) -> None:
        self.rows = rows
        self.radius_miles = radius_miles
        self.selection = Selection(masks_of(rows), request)
        self._chords = [row[0] for row in rows]
        self._within: dict[float, int] = {}

    def within(self, miles: float | None) -> int:
        """Return the set of those within a distance."""
        if miles is None:
            return self.selection.answers.everyone
        if miles not in self._within:
            reaches = chord_of(miles).__ge__
            self._within[miles] = int.from_bytes(bytes(map(reaches, self._chords)), "little")
        return self._within[miles]

    def those(self, candidates: int) -> Iterator[Any]:
        """Yield the entries of a set."""
        return compress(self.rows, self.selection.flags(candidates))

    def nearest(self, candidates: int) -> list[Any]:
        """Return the nearest few entries of a set."""
        return heapq.nsmallest(SHOWN, self.those(candidates), key=by_distance)

    def fewest_unmet(self, candidates: int, *, but: int | None = None) -> Iterator[int]:
        """Yield sets of candidates: those that meet the most wishes first."""
        # One byte a candidate: adding the sets counts for each of them how many it is in.
        met = sum(each for i, each in enumerate(self.selection.met) if i != but)
        counts = met.to_bytes(len(self.rows), "little")
        present = set(compress(counts, self.selection.flags(candidates)))
        for best in sorted(present, reverse=True):
            yield candidates & int.from_bytes(bytes(c == best for c in counts), "little")


def _asked(results: SearchResults) -> float | None:
    """Return the distance that was asked for; None for any, and where there is no place."""
    return results.request.radius_miles if results.origin else None


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
            rows = self._part_of_everywhere(radius_miles)
            if rows is None:
                rows = self._read(radius_miles)
            self._known[radius_miles] = _Area(rows, self._results.request, radius_miles)
        return self._known[radius_miles]

    def _part_of_everywhere(self, radius_miles: float | None) -> Sequence[Any] | None:
        everywhere = self._known.get(None)
        if everywhere is None or radius_miles is None:
            return None
        return list(everywhere.those(everywhere.within(radius_miles)))

    def _read(self, radius_miles: float | None) -> Sequence[Any]:
        results = self._results
        return find_candidates(
            self._session,
            center=results.origin.point if results.origin else None,
            radius_miles=radius_miles,
            name=results.request.name,
        )


def _wider(session: Session, results: SearchResults, area: _Area) -> Wider | None:
    asked = _asked(results)
    if asked is None:
        return None
    fitting = area.selection.fitting
    radii = [float(miles) for miles in OFFERED_RADII if miles > asked]
    for radius in radii if area.radius_miles is not None else (None,):
        inside = fitting & area.within(radius)
        if (total := inside.bit_count()) > results.total:
            beyond = area.nearest(inside & ~area.within(asked))
            shown = [row for row in beyond if row.chord <= chord_of(FURTHEST_SHOWN)]
            return Wider(
                radius, total, hits_of(session, shown, results.request), miles_of(beyond[0].chord)
            )
    return None


def _costliest(results: SearchResults, area: _Area) -> Costliest | None:
    chosen = [(i, facet) for i, facet in enumerate(FILTERS) if facet.name in results.request.chosen]
    if not chosen:
        return None
    asked = _asked(results)
    without = area.selection.all_but_one()
    for radius in dict.fromkeys((asked, area.radius_miles)):
        inside = area.within(radius)
        # Of equals, the first in the registry's order.
        total, _, facet = max(((without[i] & inside).bit_count(), -i, facet) for i, facet in chosen)
        if total > results.total:
            return Costliest((facet,), radius, total)
    for radius in dict.fromkeys((asked, area.radius_miles)):
        total = (area.selection.able & area.within(radius)).bit_count()
        if total > results.total:
            return Costliest(tuple(facet for _, facet in chosen), radius, total)
    return None


def _nearly(session: Session, results: SearchResults, area: _Area) -> tuple[Hit, ...]:
    if results.origin is None or not results.request.chosen:
        return ()
    others = area.selection.able & ~area.selection.fitting & area.within(FURTHEST_SHOWN)
    for group in islice(area.fewest_unmet(others), 1):
        return hits_of(session, area.nearest(group), results.request)
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
        answers = area.selection.answers
        near = area.within(asked)
        remote = answers.having(_TELEHEALTH) & area.selection.able
        if remote & near:
            return None
        best_first = (
            row
            for group in area.fewest_unmet(remote, but=_SETTING)
            for row in sorted(area.those(group), key=by_distance)
            if row.facility_id not in shown
        )
        rows = list(islice(_in_state(session, state, best_first), SHOWN))
        if rows:
            return Remote(state, hits_of(session, rows, results.request))
    return None


def _in_state(session: Session, state: str, rows: Iterable[Any]) -> Iterator[Any]:
    waiting = iter(islice(rows, _READ_AT_MOST))
    while some := list(islice(waiting, _READ_AT_ONCE)):
        theirs = set(
            session.scalars(
                sa.select(Facility.id).where(
                    Facility.state == state, Facility.id.in_([row.facility_id for row in some])
                )
            )
        )
        yield from (row for row in some if row.facility_id in theirs)


def _similar(session: Session, results: SearchResults) -> SimilarName | None:
    if not results.request.name:
        return None
    spellings = similar_names(session, results.request.name)
    for name in spellings[:1]:
        center = results.origin.point if results.origin else None
        area = _Area(
            find_candidates(session, center=center, name=name), results.request, radius_miles=None
        )
        hits = hits_of(session, area.nearest(area.selection.able), results.request)
        return SimilarName(name, spellings[1:], hits)
    return None
