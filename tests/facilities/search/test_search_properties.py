"""What holds of every search, whatever the facilities are, on both databases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.index.models import SearchEntry
from finder.facilities.listings.models import Facility
from finder.facilities.search.execution import SearchResults, search_facilities
from finder.facilities.search.request import SearchRequest, Sort
from finder.facilities.vocabulary.filters import FILTERS
from finder.geocoding import PlacesFound
from finder.geocoding.distance import EARTH_RADIUS_MILES
from tests.factories import add_facilities

pytestmark = pytest.mark.slow

modest = settings(
    max_examples=12,
    # The database of a test is emptied before every example.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

CODES = sorted({c for f in FILTERS for o in f.options for c in (*o.codes, *o.denied_by)})
CENTERS = [(44.0, -121.0), (51.9, 179.95), (51.9, -179.95), (89.5, 10.0), (0.0, 0.0)]

_codes = st.lists(st.sampled_from(CODES), max_size=25, unique=True).map(" ".join)
_offsets = st.floats(-0.6, 0.6, allow_nan=False)
_names = st.sampled_from(["House", "house", "Casa Ésperanza", "New Hope", "St. Ann's"])
_crowds = st.lists(st.tuples(_names, _codes, _offsets, _offsets), min_size=1, max_size=25)
_centers = st.sampled_from(CENTERS)
_radii = st.one_of(st.sampled_from([5.0, 25.0, 50.0, None]), st.floats(0.1, 80))
_facets = st.sampled_from(FILTERS)


def _values(facet: Any) -> Any:
    return st.lists(
        st.sampled_from([o.value for o in facet.options]), min_size=1, max_size=3, unique=True
    )


_filters = st.lists(_facets, max_size=3, unique_by=lambda f: f.name).flatmap(
    lambda facets: st.fixed_dictionaries({f.name: _values(f).map(tuple) for f in facets})
)
_one_facet = _facets.flatmap(lambda f: st.tuples(st.just(f.name), _values(f)))


class NoPlaces:
    """A geocoder that knows no place."""

    def find_places(
        self, text: str, *, limit: int = 10, near: tuple[float, float] | None = None
    ) -> PlacesFound:
        return PlacesFound(text, (), ())

    def nearest(self, latitude: float, longitude: float) -> None:
        return None


def fill(session: Session, center: tuple[float, float], crowd: list[Any]) -> list[int]:
    """Put these facilities, and no others, around a point."""
    with write_transaction(session):
        session.execute(sa.delete(SearchEntry))
        session.execute(sa.delete(Facility))
    return add_facilities(
        session,
        *(
            {"name": name, "service_codes": codes, **_near(center, south, west)}
            for name, codes, south, west in crowd
        ),
    )


def _near(center: tuple[float, float], south: float, west: float) -> dict[str, float]:
    latitude = max(-90.0, min(90.0, center[0] + south))
    return {"latitude": latitude, "longitude": (center[1] + west + 180) % 360 - 180}


def search(session: Session, center: tuple[float, float], **asked: Any) -> SearchResults:
    request = SearchRequest(
        latitude=center[0], longitude=center[1], **{"per_page": 100, "radius_miles": None, **asked}
    )
    return search_facilities(session, NoPlaces(), request)


def found(results: SearchResults) -> set[int]:
    return {hit.facility.id for hit in results.hits}


def haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    (p, q), (r, s) = [tuple(map(math.radians, point)) for point in (a, b)]
    h = math.sin((r - p) / 2) ** 2 + math.cos(p) * math.cos(r) * math.sin((s - q) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * math.asin(math.sqrt(h))


@modest
@given(center=_centers, crowd=_crowds, chosen=_filters, more=_one_facet)
def test_a_filter_never_adds_a_facility(
    session: Session,
    center: tuple[float, float],
    crowd: list[Any],
    chosen: Mapping[str, tuple[str, ...]],
    more: tuple[str, list[str]],
) -> None:
    fill(session, center, crowd)
    others = {name: values for name, values in chosen.items() if name != more[0]}
    before = search(session, center, chosen=others)
    after = search(session, center, chosen={**others, more[0]: tuple(more[1])})
    assert found(after) <= found(before)
    assert after.total == len(found(after)) <= before.total


@modest
@given(center=_centers, crowd=_crowds, radius=_radii)
@example(center=(0.0, 0.0), crowd=[("House", "", 1e-200, 0.0)], radius=5.0)
def test_the_radius_that_is_shown_is_the_one_that_is_applied(
    session: Session, center: tuple[float, float], crowd: list[Any], radius: float | None
) -> None:
    fill(session, center, crowd)
    everyone = search(session, center)
    inside = search(session, center, radius_miles=radius)
    assert everyone.total == len(crowd)
    for hit in everyone.hits:
        facility = hit.facility
        assert facility.latitude is not None
        assert facility.longitude is not None
        distance = haversine(center, (facility.latitude, facility.longitude))
        assert hit.distance_miles is not None
        assert abs(hit.distance_miles - distance) < 1e-6
        if radius is None or abs(distance - radius) > 1e-6:
            assert (facility.id in found(inside)) == (radius is None or distance < radius)


@modest
@given(center=_centers, crowd=_crowds, first=_one_facet, second=_one_facet)
def test_values_of_a_facet_are_or_and_facets_are_and(
    session: Session,
    center: tuple[float, float],
    crowd: list[Any],
    first: tuple[str, list[str]],
    second: tuple[str, list[str]],
) -> None:
    fill(session, center, crowd)

    def those(chosen: Mapping[str, tuple[str, ...]]) -> set[int]:
        return found(search(session, center, chosen=chosen))

    united = [
        set().union(*(those({name: (value,)}) for value in values))
        for name, values in (first, second)
    ]
    for (name, values), expected in zip((first, second), united, strict=True):
        assert those({name: tuple(values)}) == expected
    if first[0] != second[0]:
        both = those({first[0]: tuple(first[1]), second[0]: tuple(second[1])})
        assert both == united[0] & united[1]


@modest
@given(
    center=_centers,
    crowd=_crowds,
    sort=st.sampled_from(Sort),
    per_page=st.integers(1, 9),
    chosen=st.one_of(st.just({}), _filters),
)
def test_pages_neither_repeat_nor_lose_a_facility(
    session: Session,
    center: tuple[float, float],
    crowd: list[Any],
    sort: Sort,
    per_page: int,
    chosen: Mapping[str, tuple[str, ...]],
) -> None:
    fill(session, center, crowd)
    whole = search(session, center, sort=sort, chosen=chosen)
    pages = [
        search(session, center, sort=sort, chosen=chosen, per_page=per_page, page=page)
        for page in range(1, math.ceil(whole.total / per_page) + 2)
    ]
    listed = [hit.facility.id for page in pages for hit in page.hits]
    assert listed == [hit.facility.id for hit in whole.hits]
    assert len(set(listed)) == whole.total
    assert pages[-1].hits == ()


@modest
@given(center=_centers, crowd=_crowds, chosen=_filters)
def test_yes_no_and_not_stated_are_together_everyone(
    session: Session,
    center: tuple[float, float],
    crowd: list[Any],
    chosen: Mapping[str, tuple[str, ...]],
) -> None:
    fill(session, center, crowd)
    results = search(session, center, chosen=chosen)
    for facet in FILTERS:
        others = {name: values for name, values in chosen.items() if name != facet.name}
        everyone = search(session, center, chosen=others).total
        for option in facet.options:
            counts = results.facets[facet.name][option.value]
            assert counts.yes + counts.no + counts.not_stated == everyone
            yes = search(session, center, chosen={**others, facet.name: (option.value,)}).total
            assert counts.yes == yes
