from __future__ import annotations

from typing import Any

import pytest
from geopy.exc import GeocoderParseError, GeocoderServiceError
from geopy.geocoders.base import Geocoder

from finder.geocoding.online import Census
from tests.geocoding.online.stand_in import (
    StandIn,
    census_answer,
    census_match,
    failing,
    saying,
    saying_text,
)


@pytest.fixture
def census(server: StandIn) -> Census:
    return Census(domain=server.domain, scheme="http", user_agent="Finder tests", timeout=5)


def test_it_is_a_geopy_geocoder_that_asks_the_bureau_by_default() -> None:
    census = Census()
    assert isinstance(census, Geocoder)
    assert census.api == ("https://geocoding.geo.census.gov/geocoder/locations/onelineaddress")


def test_it_asks_in_the_documented_way(census: Census, server: StandIn) -> None:
    server.answer = saying(census_answer())
    assert census.geocode("150 N Capitol Blvd, Boise, ID") is None
    assert server.paths == ["/geocoder/locations/onelineaddress"]
    assert server.asked == [
        {
            "address": "150 N Capitol Blvd, Boise, ID",
            "benchmark": "Public_AR_Current",
            "format": "json",
        }
    ]
    assert server.agents == ["Finder tests"]


def test_a_match_becomes_a_location(census: Census, server: StandIn) -> None:
    server.answer = saying(census_answer(census_match()))
    location = census.geocode("150 n capitol", timeout=4)
    assert location.address == "150 N Capitol Blvd, Boise, ID 83702"
    assert (location.latitude, location.longitude) == (43.6158012, -116.2017348)
    assert location.raw["tigerLine"]["side"] == "L"


@pytest.mark.parametrize(("limit", "length"), [(None, 3), (2, 2)])
def test_several_matches_come_as_a_list(
    census: Census, server: StandIn, limit: int | None, length: int
) -> None:
    server.answer = saying(census_answer(*[census_match()] * 3))
    assert len(census.geocode("150 n capitol", exactly_one=False, limit=limit)) == length


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("1200 5TH AVE NW, WASHINGTON, DC, 20001", "1200 5th Ave NW, Washington, DC 20001"),
        ("1 SE ST, ST PAUL, MN, 55101", "1 SE St, St Paul, MN 55101"),
        ("SOMEWHERE", "Somewhere"),
    ],
)
def test_addresses_are_shown_as_people_write_them(
    census: Census, server: StandIn, written: str, shown: str
) -> None:
    server.answer = saying(census_answer(census_match(matchedAddress=written)))
    assert census.geocode("any").address == shown


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        None,
        {"result": {}},
        {"result": {"addressMatches": [{}]}},
        census_answer(census_match(coordinates={"x": "west", "y": 1})),
        census_answer(census_match(matchedAddress=5)),
    ],
)
def test_an_answer_of_another_shape_is_a_parse_error(
    census: Census, server: StandIn, document: Any
) -> None:
    server.answer = saying(document)
    with pytest.raises(GeocoderParseError):
        census.geocode("any")


def test_faults_are_geopys_exceptions(census: Census, server: StandIn) -> None:
    server.answer = failing(500)
    with pytest.raises(GeocoderServiceError):
        census.geocode("any")
    server.answer = saying_text(b"<html>")
    with pytest.raises(GeocoderParseError):
        census.geocode("any")
