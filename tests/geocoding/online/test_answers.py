from __future__ import annotations

from typing import Any

import pytest
from geopy.location import Location

from finder.geocoding import Gazetteer, Place, PlaceKind
from finder.geocoding.online.answers import LONGEST_LABEL, places_from
from finder.geocoding.online.providers import row_of
from tests.geocoding.online.stand_in import google_answer, nominatim_place

BOISE = (43.6158012, -116.2017348)


def read(
    gazetteer: Gazetteer,
    raw: Any,
    *,
    name: str = "nominatim",
    point: tuple[float, float] = BOISE,
    address: str = "150 N Capitol Blvd",
) -> Place | None:
    found = places_from([Location(address, point, raw)], row_of(name), gazetteer)
    return found[0] if found else None


@pytest.mark.parametrize(
    "raw",
    [
        nominatim_place(),
        google_answer()["results"][0],
        google_answer(country="PR")["results"][0],
        {"properties": {"country_a": "GUM"}},
        {"attributes": {"Country": "USA"}},
        {"address": {"country": "United States"}},
        {"address": {"country": "Puerto Rico"}},
        {"nothing": "told"},
        ["nothing"],
        {"types": None},
    ],
)
def test_places_in_the_united_states_and_its_territories_are_kept(
    gazetteer: Gazetteer, raw: Any
) -> None:
    assert read(gazetteer, raw)


@pytest.mark.parametrize(
    "raw",
    [
        nominatim_place(address={"country_code": "ca"}),
        google_answer(country="CA")["results"][0],
        {"properties": {"country_a": "CAN"}},
        {"attributes": {"Country": "MEX"}},
        {"address": [{"country": "Canada"}]},
    ],
)
def test_places_that_name_another_country_are_dropped(gazetteer: Gazetteer, raw: Any) -> None:
    assert read(gazetteer, raw, point=(42.31, -83.03)) is None


@pytest.mark.parametrize("point", [(0.0, 0.0), (51.5, -0.1), (19.4, -99.1)])
def test_places_far_from_every_town_are_dropped_whatever_they_say(
    gazetteer: Gazetteer, point: tuple[float, float]
) -> None:
    assert read(gazetteer, nominatim_place(), point=point) is None


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"addresstype": "town"}, PlaceKind.CITY),
        ({"addresstype": "county"}, PlaceKind.COUNTY),
        ({"properties": {"type": "state"}, "type": "Feature"}, PlaceKind.STATE),
        ({"properties": {"layer": "postalcode"}}, PlaceKind.ZIP),
        ({"attributes": {"Addr_type": "Postal"}}, PlaceKind.ZIP),
        (google_answer(kind="locality")["results"][0], PlaceKind.CITY),
        (google_answer(kind="postal_code")["results"][0], PlaceKind.ZIP),
        ({"type": "house"}, PlaceKind.ADDRESS),
        ({}, PlaceKind.ADDRESS),
    ],
)
def test_the_kind_is_what_the_answer_tells(gazetteer: Gazetteer, raw: Any, kind: PlaceKind) -> None:
    place = read(gazetteer, raw)
    assert place
    assert place.kind == kind


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ({"ISO3166-2-lvl4": "US-OR"}, "OR"),
        ({"state": "Oregon"}, "OR"),
        ({"state": "New York"}, "NY"),
        ({"region_a": "OR", "region": "Oregon"}, "OR"),
        ({"state": "no such state"}, "ID"),
        ({}, "ID"),
    ],
)
def test_the_state_is_the_one_named_else_the_nearest_towns(
    gazetteer: Gazetteer, raw: Any, state: str
) -> None:
    place = read(gazetteer, raw)
    assert place
    assert place.state == state


@pytest.mark.parametrize(
    ("name", "raw", "confidence"),
    [
        ("arcgis", {"score": 87}, 0.87),
        ("mapbox", {"relevance": 1.7}, 1.0),
        ("pelias", {"properties": {"confidence": -1}}, 0.0),
        ("census", {}, 0.9),
        ("opencage", {"confidence": 3}, 0.9),
    ],
)
def test_confidence_is_what_the_geocoder_tells_or_a_constant(
    gazetteer: Gazetteer, name: str, raw: Any, confidence: float
) -> None:
    place = read(gazetteer, raw, name=name)
    assert place
    assert place.confidence == confidence


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("150, Main St, 83702, Main St, Boise, United States", "150 Main St, 83702, Boise"),
        ("150 Main St, Boise, USA", "150 Main St, Boise"),
        ("Town Hall, , Boise", "Town Hall, Boise"),
        ("150", "150"),
        ("x" * 500, "x" * LONGEST_LABEL),
    ],
)
def test_labels_are_short_and_say_nothing_twice(
    gazetteer: Gazetteer, address: str, label: str
) -> None:
    place = read(gazetteer, {}, address=address)
    assert place
    assert place.label == label
