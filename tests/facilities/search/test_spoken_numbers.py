"""Ages, hours of the day and spans of time beside a place: none of them is a street."""

from __future__ import annotations

import pytest

from finder.facilities.search.audience import Gender, Person
from finder.facilities.search.query_understanding import read_query, understand
from finder.facilities.search.request import SearchRequest
from finder.geocoding import Gazetteer


@pytest.mark.parametrize(
    ("text", "age", "left"),
    [
        ("16 year old Omaha", 16, ()),
        ("16-year-old Omaha", 16, ()),
        ("16yo detox Omaha, NE", 16, ()),
        ("my daughter 16 years old Omaha", 16, ("daughter",)),
        ("my 45 year old brother drinks, Omaha NE", 45, ("brother",)),
        ("mi hijo de 15 años Omaha", 15, ("hijo",)),
        ("mi hija tiene 15 años Omaha", 15, ("hija",)),
        ("rehab age 45 Omaha", 45, ()),
        ("no 16 year olds Omaha", None, ("no 16 year olds",)),
        ("programa de 2 años Omaha", None, ("de 2 años",)),
        ("5 years sober Omaha", None, ("5 years sober",)),
        ("hace 15 años Omaha", None, ("hace 15 años",)),
        ("ages 12-17 Omaha", None, ("ages 12-17",)),
    ],
)
def test_an_age_is_the_person_and_other_years_are_told(
    gazetteer: Gazetteer, text: str, age: int | None, left: tuple[str, ...]
) -> None:
    wanted, reading = understand(SearchRequest(near=text), gazetteer)
    found = gazetteer.find_places(wanted.near)
    assert (found.places[0].label, found.places[0].kind) == ("Omaha, NE", "city")
    assert wanted.person.age == age
    assert reading.not_understood(found.unused) == left


def test_the_field_for_the_age_counts_more(gazetteer: Gazetteer) -> None:
    typed = SearchRequest(near="16 year old Omaha", person=Person(Gender.FEMALE, 40))
    wanted, reading = understand(typed, gazetteer)
    assert wanted.person == typed.person
    assert reading.not_understood(()) == ("16 year old",)


@pytest.mark.parametrize("hour", ["5pm", "5:30pm", "9 am", "9 a.m. to 5 p.m.", "5 o'clock"])
def test_an_hour_is_heard_as_a_time(gazetteer: Gazetteer, hour: str) -> None:
    reading = read_query(f"detox {hour} Dallas", gazetteer.is_place_name)
    assert (reading.place, reading.urgent) == ("Dallas", (hour,))


@pytest.mark.parametrize("street", ["30 Day St, Fitchburg MA", "123 Main St, Omaha NE"])
def test_a_street_keeps_its_number(gazetteer: Gazetteer, street: str) -> None:
    assert read_query(street, gazetteer.is_place_name).place == street
