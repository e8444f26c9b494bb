"""Which listings at one place are of one facility, whatever the order in which they came."""

from __future__ import annotations

from itertools import permutations

import pytest

from finder.facilities.importing.natural_keys import natural_key
from finder.facilities.importing.resolution import facilities_of, member_of
from finder.facilities.importing.streets import normalised_street
from finder.facilities.sources import FacilityRecord

SA, MH, API = "samhsa-directory-sa", "samhsa-directory-mh", "findtreatment"
PHONE, OTHER = "(617) 555-0142", "(617) 555-0199"


def listed(source: str, name: str, program: str = "", phone: str = PHONE, *intake: str) -> object:
    record = FacilityRecord(
        2, source, "", name, program, street="12 Main Street", postal_code="02139", phone=phone
    )
    content = {
        "name": name,
        "program_name": program,
        "phone": phone,
        "intake_phones": list(intake),
        "codes": ["SA"],
    }
    return member_of(f"{source}: {name} {program}".strip(), source, natural_key(record), content)


def united(*members: object, by_phone: bool = True) -> set[frozenset[str]]:
    return {
        frozenset(member.listing for member in group)
        for group in facilities_of(members, by_phone=by_phone)  # type: ignore[arg-type]
    }


@pytest.mark.parametrize(
    ("members", "facilities"),
    [
        ([listed(SA, "A"), listed(MH, "A", phone=OTHER)], 1),
        ([listed(SA, "Oak Comprehensive Trt Ctr"), listed(API, "Oak Comprehensive Center")], 1),
        ([listed(SA, "Oak"), listed(API, "Elm", phone=OTHER)], 2),
        ([listed(SA, "Oak"), listed(API, "Elm", "", OTHER, PHONE)], 1),  # an intake line
        ([listed(SA, "Oak"), listed(API, "Elm", "", f"{PHONE} ext. 4")], 1),
        ([listed(SA, "A", "Day"), listed(MH, "A", phone=OTHER)], 1),
        ([listed(SA, "A", "Day"), listed(SA, "A", "Night"), listed(MH, "A", phone=OTHER)], 3),
        ([listed(SA, "A", "Day"), listed(MH, "A", "Night", phone=OTHER)], 2),
        ([listed(SA, "A", "Day"), listed(SA, "A", phone=OTHER)], 2),
        ([listed(SA, "A", "Day"), listed(SA, "A", "Night")], 2),
        ([listed(SA, "A", "Day"), listed(SA, "A", "Night"), listed(API, "A", "Nights")], 2),
        ([listed(SA, "One", phone=PHONE), listed(MH, "Two", "", PHONE, OTHER),
          listed(API, "Three", phone=OTHER)], 1),
    ],
)  # fmt: skip
def test_listings_are_united_in_whatever_order(members: list[object], facilities: int) -> None:
    results = [united(*order) for order in permutations(members)]

    assert len(results[0]) == facilities
    assert all(result == results[0] for result in results)


def test_a_listing_goes_to_the_program_whose_name_is_most_like_its_own() -> None:
    day, night = listed(SA, "Harbor", "Day Program"), listed(SA, "Harbor", "Night Program")
    found = united(day, night, listed(MH, "Harbor House", "Nights"))

    assert frozenset({f"{SA}: Harbor Night Program", f"{MH}: Harbor House Nights"}) in found


def test_a_number_in_common_tells_nothing_without_a_street() -> None:
    assert len(united(listed(SA, "Oak"), listed(API, "Elm"), by_phone=False)) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("12 North Main St., Suite 4", "12 N. Main Street"),
        ("425 Northwest Fifth Avenue", "425 5th Avenue NW"),
        ("P.O. Box 130", "PO Box 130"),
        ("335 and 343 6th Street", "335, 343 Sixth St"),
        ("100 Saint Paul Street", "100 St. Paul St"),
        ("U.S. Highway 41", "US Hwy 41"),
        ("12 Mount Vernon Avenue", "12 Mt. Vernon Ave"),
        ("１２ MAIN street #200", "12 Main St"),
        ("1524-B Bishop's Lodge Road", "1524 B Bishops Lodge Rd"),
    ],
)
def test_a_street_in_two_spellings_is_one(first: str, second: str) -> None:
    assert normalised_street(first) == normalised_street(second) != ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("12 Main Street", "14 Main Street"),
        ("12 Main Street", "12 Main Avenue"),
        ("12 North 4th Street", "4 North 12th Street"),
        ("12 North Main Street", "12 South Main Street"),
    ],
)
def test_two_streets_stay_two(first: str, second: str) -> None:
    assert normalised_street(first) != normalised_street(second)


def test_what_is_no_street_is_none() -> None:
    assert normalised_street("- - -") == normalised_street("") == ""
