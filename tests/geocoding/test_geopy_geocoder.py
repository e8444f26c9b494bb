from __future__ import annotations

import pytest
from geopy.exc import GeocoderQueryError
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point

from finder.geocoding import Gazetteer, OfflineGeocoder


@pytest.fixture(scope="module")
def geocoder(gazetteer: Gazetteer) -> OfflineGeocoder:
    return OfflineGeocoder(gazetteer)


def test_it_is_a_geopy_geocoder(geocoder: OfflineGeocoder) -> None:
    assert isinstance(geocoder, Geocoder)


def test_a_query_gives_one_location(geocoder: OfflineGeocoder) -> None:
    location = geocoder.geocode("Philadelphia, PA")
    assert isinstance(location, Location)
    assert location.address == "Philadelphia, PA"
    assert location.latitude == pytest.approx(39.95, abs=0.1)
    assert location.longitude == pytest.approx(-75.16, abs=0.1)
    assert location.raw["kind"] == "city"
    assert location.raw["state"] == "PA"
    assert 0 < location.raw["confidence"] <= 1


def test_all_locations_come_as_a_list(geocoder: OfflineGeocoder) -> None:
    locations = geocoder.geocode("Springfield", exactly_one=False)
    assert isinstance(locations, list)
    assert len(locations) == 10
    assert isinstance(geocoder.geocode("83702", exactly_one=False), list)


def test_the_limit_counts_locations(geocoder: OfflineGeocoder) -> None:
    locations = geocoder.geocode("Springfield", exactly_one=False, limit=2, timeout=5)
    assert isinstance(locations, list)
    assert [location.address for location in locations] == ["Springfield, MO", "Springfield, MA"]


@pytest.mark.parametrize("exactly_one", [True, False])
def test_nothing_found_is_none(geocoder: OfflineGeocoder, exactly_one: bool) -> None:
    assert geocoder.geocode("Toronto, ON", exactly_one=exactly_one) is None
    assert geocoder.reverse((0, 0), exactly_one=exactly_one) is None


@pytest.mark.parametrize(
    "point", [(43.615, -116.202), "43.615, -116.202", Point(43.615, -116.202), [43.615, -116.202]]
)
def test_reverse_names_the_nearest_city(
    geocoder: OfflineGeocoder, point: tuple[float, float] | str | Point
) -> None:
    location = geocoder.reverse(point)
    assert isinstance(location, Location)
    assert location.address == "Boise, ID"
    several = geocoder.reverse(point, exactly_one=False, timeout=None)
    assert several == [location]


def test_reverse_of_what_is_no_point_is_a_query_error(geocoder: OfflineGeocoder) -> None:
    with pytest.raises(GeocoderQueryError):
        geocoder.reverse("no point at all")


def test_geopy_options_are_taken(gazetteer: Gazetteer) -> None:
    geocoder = OfflineGeocoder(gazetteer, timeout=3, user_agent="finder")
    assert geocoder.timeout == 3
