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


def listed(
    source: str, name: str, program: str = "", phone: str = PHONE, *intake: str, suite: str = ""
) -> object:
    record = FacilityRecord(
        2, source, "", name, program, street="12 Main Street", postal_code="02139", phone=phone
    )
    content = {
        "name": name,
        "program_name": program,
        "street": "12 Main Street",
        "street2": suite,
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
        ([listed(SA, "Elm House Inc"), listed(SA, "The Elm Hse")], 1),  # of two editions
        ([listed(SA, "Elm House Inc"), listed(SA, "The Elm Hse", phone=OTHER)], 2),
        ([listed(SA, "Elm", suite="Suite 2"), listed(SA, "Elm Inc", suite="Suite 3")], 2),
        ([listed(SA, "Elm", suite="Suite 2"), listed(SA, "Elm Inc", suite="# 2")], 1),
        ([listed(SA, "Elm", suite="2nd Floor"), listed(SA, "Elm Inc")], 1),
        ([listed(SA, "Elm", "Hse"), listed(SA, "Elm House"), listed(SA, "Elm House", "Day")], 2),
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


def test_what_two_surveys_list_apart_stays_apart_for_both() -> None:
    hope, zeta = listed(SA, "Hope Recovery Clinic"), listed(SA, "Zeta")
    east, west = listed(API, "Hope Recovery Clinic East"), listed(API, "Hope Recovery Clinic West")
    both = {hope.listing, zeta.listing}, {east.listing, west.listing}  # type: ignore[attr-defined]
    results = [united(*order) for order in permutations((hope, zeta, east, west))]

    assert len(results[0]) == 2
    assert all(len(group & survey) == 1 for group in results[0] for survey in both)
    assert all(result == results[0] for result in results)


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
        ("Post Office Box 12", "POB 12"),
        ("P.O. Box 33, 12 Elm Street", "12 Elm St, PO Box 33"),
        ("12 Elm Street PO Box 33", "12 Elm St"),
        ("Rural Route 2 Box 15", "R.R. 2 Box 15"),
        ("400 State Route 9", "400 SR 9"),
        ("400 State Road 9", "400 State Hwy 9"),
        ("400 County Road 9 North", "400 N. CR 9"),
        ("400 Co. Rd. 9", "400 County Rd 9"),
        ("400 U.S. Highway 1", "400 US 1"),
        ("400 US Rt. 1, Suite 7", "400 US-1"),
        ("400 Interstate 35", "400 I-35"),
        ("400 Farm to Market Road 1960", "400 FM 1960"),
        ("5 Thirteenth Street", "5 13th St"),
        ("5 Twenty-First Street", "5 21st St"),
        ("5 Twenty First Street", "5 Twenty-first St."),
        ("One Main Street", "1 Main St"),
        ("12 Dr. Martin Luther King Jr. Drive", "12 MLK Dr"),
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
        ("400 Highway 9", "400 Highway 19"),
        ("5 Twenty-First Street", "5 First Street"),
        ("12 One Mile Road", "12 Mile Road"),
        ("PO Box 33", "PO Box 34"),
        ("12 St Rita Road", "12 Highway Rita"),
        ("12 North Main Street", "12 South Main Street"),
    ],
)
def test_two_streets_stay_two(first: str, second: str) -> None:
    assert normalised_street(first) != normalised_street(second)


def test_what_is_no_street_is_none() -> None:
    assert normalised_street("- - -") == normalised_street("") == ""
