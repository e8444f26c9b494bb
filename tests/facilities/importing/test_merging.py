from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from finder.facilities.importing.merging import OpenListing, merged_facility, placed
from tests.facilities.importing.running import Spot, place_address

CONTENT: dict[str, Any] = {
    "name": "Harbor House",
    "program_name": "",
    "street": "12 Main Street",
    "street2": "",
    "city": "Boston",
    "state": "MA",
    "postal_code": "02139",
    "phone": "",
    "intake_phones": [],
    "website": "",
    "latitude": None,
    "longitude": None,
    "codes": ["SA"],
    "unknown_labels": [],
}


def listing(source: str = "operator", year: int | None = 2024, **content: Any) -> OpenListing:
    day = dt.date(year, 1, 1) if year else None
    return OpenListing(source, "key", day, {**CONTENT, **content})


def test_the_newest_listing_that_states_a_value_is_believed() -> None:
    merged = merged_facility(
        [
            listing("operator", 2020, phone="old", website="only here", intake_phones=["old"]),
            listing("findtreatment", 2024, phone="new", intake_phones=["new"]),
            listing("samhsa-directory-sa", None, phone="undated"),
        ]
    )

    assert (merged["phone"], merged["website"]) == ("new", "only here")
    assert merged["intake_phones"] == ["new"]
    assert merged["source"] == "findtreatment"
    assert merged["listed_as_of"] == dt.date(2024, 1, 1)


def test_of_equally_new_listings_the_source_closer_to_the_site_is_believed() -> None:
    listings = [listing("samhsa-directory-mh", phone="mh"), listing("operator", phone="operator")]

    assert merged_facility(listings)["phone"] == "operator"
    assert merged_facility(reversed(listings))["phone"] == "operator"
    assert merged_facility([listing("a new source", phone="?"), *listings])["phone"] == "operator"


def test_the_services_of_each_kind_are_kept_apart() -> None:
    merged = merged_facility(
        [
            listing("samhsa-directory-sa", codes=["SA", "OP"], unknown_labels=["b"]),
            listing("samhsa-directory-mh", codes=["MH", "SA", "CHLD"], unknown_labels=["a"]),
        ]
    )

    assert merged["substance_use_codes"] == "OP SA"
    assert merged["mental_health_codes"] == "CHLD MH SA"
    assert merged["unknown_labels"] == ["a", "b"]
    assert merged["answers_from"] == {"mental-health": {"": ["samhsa-directory-mh", "2024-01-01"]}}


@pytest.mark.parametrize("licensed", [["CARF"], ["CARF", "MH"], ["CARF", "SA"]])
def test_a_list_of_licences_tells_no_kind_of_treatment(licensed: list[str]) -> None:
    licences = listing("licence-list", codes=licensed)
    mental_health = merged_facility([listing("samhsa-directory-mh", codes=["MH", "OP"]), licences])
    substance_use = merged_facility([listing("samhsa-directory-sa", codes=["OP", "SA"]), licences])
    alone = merged_facility([licences])

    assert mental_health["substance_use_codes"] is None
    assert mental_health["mental_health_codes"] == "CARF MH OP"
    assert substance_use["substance_use_codes"] == "CARF OP SA"
    assert substance_use["mental_health_codes"] is None
    assert "CARF" in (alone["substance_use_codes"], alone["mental_health_codes"])


def test_coordinates_of_a_source_go_before_placed_ones() -> None:
    exact = listing("findtreatment", 2020, latitude=42.1, longitude=-71.2)
    merged = placed(merged_facility([listing(), exact]), place_address)

    assert (merged["latitude"], merged["longitude"]) == (42.1, -71.2)
    assert merged["location_precision"] == "exact"


def test_an_address_without_coordinates_is_placed_as_well_as_can_be() -> None:
    for postal_code, city, precision in (
        ("02139", "Boston", "zip"),
        ("", "Boston", "city"),
        ("", "Nowhere", "unknown"),
    ):
        merged = placed(
            merged_facility([listing(postal_code=postal_code, city=city)]), place_address
        )
        assert merged["location_precision"] == precision
        assert (merged["latitude"] is None) is (precision == "unknown")


def test_an_address_that_did_not_change_stays_where_it_was_placed() -> None:
    before = placed(merged_facility([listing()]), place_address)
    asked = []

    def elsewhere(**address: str) -> Spot:
        asked.append(address)
        return Spot(1.0, 2.0, "county")

    assert placed(merged_facility([listing()]), elsewhere, before=before) == before
    assert not asked
    moved = placed(merged_facility([listing(city="Salem")]), elsewhere, before=before)
    assert moved["location_precision"] == "county"
