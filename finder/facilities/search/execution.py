"""Answers a search request: origin, candidates, filters and tallies, top-k page, facilities.

``retrieval`` reads the candidates of the place and the name, ``facet_counts`` filters and tallies
them; total, page and facet counts come from the same arrays, and the number of filters adds no
query. The same on SQLite and PostgreSQL, with no database extension.

Knows nothing of HTTP, and reads facilities only through ``listings.views``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from sqlalchemy.orm import Session

from finder.facilities.index import LAYOUT
from finder.facilities.listings import FacilityView, facilities_of_versions
from finder.facilities.search.audience import Reason
from finder.facilities.search.candidates import UNPLACED_CHORD, Candidates, count_bits, miles_of
from finder.facilities.search.facet_counts import FacetTallies, Selection
from finder.facilities.search.offered_words import offered_word
from finder.facilities.search.ranking import page_of
from finder.facilities.search.request import SearchRequest
from finder.facilities.search.retrieval import empty_candidates, find_candidates
from finder.facilities.vocabulary import EXCLUSIVE_GROUPS, Answer, Option, option
from finder.geocoding import NothingFound, Place, PlaceKind, PlacesFound


class Places(Protocol):
    """The geocoder that a search needs."""

    def find_places(
        self, text: str, *, limit: int = 10, near: tuple[float, float] | None = None
    ) -> PlacesFound:
        """Return the places that a text may mean, best first; of namesakes the nearest."""

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """Return the town nearest to a point, where there is one."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The place that distances are measured from, and the alternatives to it."""

    place: Place
    alternatives: tuple[Place, ...]
    nearest: str = ""
    """the town nearest to a point that was given by its coordinates"""

    @property
    def point(self) -> tuple[float, float]:
        """Latitude and longitude in degrees."""
        return self.place.latitude, self.place.longitude


@dataclass(frozen=True, slots=True)
class Unmet:
    """A facet that was asked for and that a program does not say yes to."""

    options: tuple[Option, ...]
    """the values that were asked for: any one would do"""
    answer: Answer
    """no where it denies all of them, else not stated"""


class Hit(NamedTuple):
    """One facility found, with its great-circle distance in statute miles and its answers."""

    facility: FacilityView
    version: int
    """changes whenever the facility may have"""
    asked: tuple[tuple[str, tuple[str, ...]], ...]
    """what was asked for: a facet, and values of which any one would do"""
    distance_miles: float | None
    mask: int
    """the answers of the kind that was asked for, as `LAYOUT` has them"""
    preferred: tuple[tuple[str, str], ...] = ()
    """what was preferred: facets, each with one value"""
    lists: tuple[str, ...] = ()
    """what it lists that was typed in place of a name, as message ids"""

    @property
    def matches(self) -> tuple[Option, ...]:
        """The options asked for that it says yes to."""
        return tuple(
            option(name, value) for name, values in self.asked for value in self._yes(name, values)
        )

    @property
    def preferences(self) -> tuple[Option, ...]:
        """The preferred options that it says yes to, without those that were asked for."""
        asked = {(name, value) for name, values in self.asked for value in values}
        wanted = [each for each in self.preferred if each not in asked]
        return tuple(option(name, value) for name, value in wanted if self._yes(name, (value,)))

    @property
    def settings(self) -> tuple[Option, ...]:
        """The main kinds of care that it offers and that were not asked for."""
        asked = {value for name, values in self.asked if name == "setting" for value in values}
        unasked = [value for value in _MAIN_SETTINGS if value not in asked]
        return tuple(option("setting", value) for value in self._yes("setting", unasked))

    @property
    def provides_medication(self) -> bool:
        """Whether it gives medication for opioid use disorder itself."""
        return bool(self._yes("medication", ("any",)))

    @property
    def exclusive_to(self) -> tuple[str, ...]:
        """The only people that it serves, where it says so."""
        return tuple(group for group, bit in _EXCLUSIVE if self.mask >> bit & 1)

    @property
    def unmet(self) -> tuple[Unmet, ...]:
        """The facets that it does not say yes to; a no only among what ``relaxation`` offers."""
        return tuple(
            Unmet(tuple(option(name, value) for value in values), self._missing(name, values))
            for name, values in self.asked
            if not self._yes(name, values)
        )

    def _yes(self, facet: str, values: Sequence[str]) -> list[str]:
        return [value for value in values if self.mask >> LAYOUT.bit(facet, value) & 1]

    def _missing(self, facet: str, values: Sequence[str]) -> Answer:
        bits = [LAYOUT.no_bit(facet, value) for value in values]
        denied = all(bit is not None and self.mask >> bit & 1 for bit in bits)
        return Answer.NO if denied else Answer.NOT_STATED


@dataclass(frozen=True, slots=True)
class Offered:
    """What programs list that was typed as a name: see ``offered_words``."""

    labels: tuple[str, ...]
    """what it is in plain words, as message ids"""
    parameter: str
    """of the filter that stands for it; empty where none does"""
    values: tuple[str, ...]
    named: int
    """how many of the total have it in their names"""
    listed: int
    """how many match all else and list it"""
    is_included: bool
    """whether those that list it are among the total"""


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The answer to exactly what was asked.

    ``origin`` is None where no place was asked for, or where it could not be placed: then
    ``unplaced`` is true, nothing is found and ``did_you_mean`` holds spellings. ``facets`` counts
    with every other facet applied but not the counted one's own. ``left_out`` counts those that
    match all else but exclude the person searched for, or do not say that they treat what is asked
    for, each under one reason; ``said_yes`` those of the total that say yes to all that was asked.
    """

    request: SearchRequest
    origin: Origin | None
    unplaced: bool
    did_you_mean: tuple[str, ...]
    nothing_found: NothingFound | None
    """why a place could not be found"""
    total: int
    hits: tuple[Hit, ...]
    facets: FacetTallies
    left_out: Mapping[Reason, int]
    said_yes: int
    unused_words: tuple[str, ...] = ()
    """the words of the place's text that it was found without, as tokens"""
    offered: Offered | None = None
    """where the name is a word for something that programs list"""

    @property
    def whole_state(self) -> str:
        """The USPS code of the state that was searched as a whole; empty where none was."""
        return state_meant(self.origin, self.request)

    @property
    def confirmed_hits(self) -> int:
        """How many hits of the page say yes to all that was asked; they come first."""
        before = (self.request.page - 1) * self.request.per_page
        return min(len(self.hits), max(0, self.said_yes - before))

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, math.ceil(self.total / self.request.per_page))


def search_facilities(session: Session, places: Places, request: SearchRequest) -> SearchResults:
    """Return the results of a search.

    One SELECT for the candidates, and one for facilities of the page that are not cached.
    """
    origin, meant = find_origin(places, request)
    unplaced = request.has_place and origin is None
    candidates = empty_candidates() if unplaced else candidates_of(session, origin, request)
    selection = Selection(candidates, request)
    chosen = page_of(selection, request, in_bands=not state_meant(origin, request))
    return SearchResults(
        request=request,
        origin=origin,
        unplaced=unplaced,
        did_you_mean=meant.did_you_mean,
        nothing_found=meant.nothing_found,
        total=count_bits(selection.matching),
        hits=hits_of(session, candidates, chosen, request),
        facets=selection.facet_counts(),
        left_out=selection.left_out(),
        said_yes=count_bits(selection.confirmed),
        unused_words=meant.unused,
        offered=None if unplaced else _offered(session, origin, selection, request),
    )


def _offered(
    session: Session, origin: Origin | None, selection: Selection, request: SearchRequest
) -> Offered | None:
    """Return what the name stands for, with counts; one more search where it is a filter beside."""
    word = offered_word(request.name) if request.name else None
    if word is None:
        return None
    candidates = selection.candidates
    total = count_bits(selection.matching)
    if candidates.named is not None and candidates.offering is not None:
        named = count_bits(selection.matching & candidates.named)
        listed = count_bits(selection.matching & candidates.offering)
        is_included = True
    else:
        unnamed = replace(request, name="")
        others = Selection(candidates_of(session, origin, unnamed), unnamed)
        named, listed = total, count_bits(others.matching & word.of(others.candidates))
        is_included = False
    return Offered(word.labels, word.parameter, word.values, named, listed, is_included)


def candidates_of(session: Session, origin: Origin | None, request: SearchRequest) -> Candidates:
    """Return the entries that match a search's place and name."""
    return find_candidates(
        session,
        center=origin.point if origin else None,
        radius_miles=request.radius_miles,
        name=request.name,
        state=origin.place.state if origin and origin.place.kind == PlaceKind.STATE else "",
        whole_state=bool(state_meant(origin, request)),
        treats=request.kind,
    )


def state_meant(origin: Origin | None, request: SearchRequest) -> str:
    """Return the USPS code of the state that is searched as a whole; empty where none is."""
    if origin is None or origin.place.kind != PlaceKind.STATE or not request.takes_whole_states:
        return ""
    return origin.place.state


_NOTHING_TO_FIND = PlacesFound("", (), ())


def find_origin(places: Places, request: SearchRequest) -> tuple[Origin | None, PlacesFound]:
    """Return the origin of a search, and how its text was geocoded."""
    if request.latitude is not None and request.longitude is not None:
        label = request.near or f"{request.latitude:g}, {request.longitude:g}"
        place = Place(
            label=label,
            kind=PlaceKind.COORDINATES,
            state="",
            latitude=request.latitude,
            longitude=request.longitude,
            population=0,
            confidence=1.0,
        )
        return _with_nearest_town(places, place), _NOTHING_TO_FIND
    if not request.near:
        return None, _NOTHING_TO_FIND
    found = places.find_places(request.near, near=request.around)
    if not found.places:
        return None, found
    best = found.places[0]
    if best.kind == PlaceKind.COORDINATES:
        return _with_nearest_town(places, best), found
    return Origin(best, found.places[1:]), found


def _with_nearest_town(places: Places, point: Place) -> Origin:
    """Return a point as an origin, with the town nearest to it."""
    town = places.nearest(point.latitude, point.longitude)
    return Origin(point, (), nearest=town.label if town else "")


# --- hits ------------------------------------------------------------------------------


_EXCLUSIVE = [(group, LAYOUT.exclusive_bit(group)) for group in EXCLUSIVE_GROUPS]
_MAIN_SETTINGS = ("inpatient", "outpatient", "telehealth")


def hits_of(
    session: Session, candidates: Candidates, chosen: Sequence[int], request: SearchRequest
) -> tuple[Hit, ...]:
    """Return the hits at some positions, in that order."""
    rows = candidates.at(chosen)
    facilities = facilities_of_versions(session, {row.facility_id: row.version for row in rows})
    asked = request.asked
    word = offered_word(request.name) if candidates.offering is not None else None
    labels = word.labels if word else ()
    return tuple(
        Hit(
            facilities[row.facility_id],
            row.version,
            asked,
            None if row.chord == UNPLACED_CHORD else miles_of(row.chord),
            row.mask,
            request.preferred,
            labels if row.offers else (),
        )
        for row in rows
    )
