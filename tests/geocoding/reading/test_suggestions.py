from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.geocoding import Gazetteer, PlaceKind


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("ph", "Phoenix, AZ"),
        ("phila", "Philadelphia, PA"),
        ("st pa", "Saint Paul, MN"),
        ("ft wo", "Fort Worth, TX"),
        ("portland o", "Portland, OR"),
        ("Portland, O", "Portland, OR"),
        ("springfield, i", "Springfield, IL"),
        ("boise idaho", "Boise, ID"),
        ("new y", "New York, NY"),
        ("cook c", "Cook County, IL"),
        ("tex", "Texas"),
        ("MT", "Montana"),
        ("pa", "Pennsylvania"),
        ("837", "83701 (Boise, ID)"),
        ("83702", "83702 (Boise, ID)"),
        ("rehab near spok", "Spokane, WA"),
        ("pheonx", "Phoenix, AZ"),
        ("ＢＯＩＳ", "Boise, ID"),
    ],
)
def test_what_is_typed_is_completed(gazetteer: Gazetteer, typed: str, label: str) -> None:
    assert gazetteer.suggest_places(typed)[0].label == label


def test_a_beginning_of_many_names_offers_the_largest_places(gazetteer: Gazetteer) -> None:
    labels = [place.label for place in gazetteer.suggest_places("spri")]
    assert {"Springfield, MO", "Springfield, MA", "Springfield, IL"} <= set(labels)
    assert len(labels) == len(set(labels)) == 8


def test_both_towns_of_a_name_are_offered_when_its_state_begins_so(gazetteer: Gazetteer) -> None:
    labels = [place.label for place in gazetteer.suggest_places("portland o", limit=2)]
    assert labels == ["Portland, OR", "Portland, OH"]


@pytest.mark.parametrize("typed", ["", " ", "p", "9", "!", "123456", "zzzzzz"])
def test_too_little_or_nothing_known_suggests_nothing(gazetteer: Gazetteer, typed: str) -> None:
    assert gazetteer.suggest_places(typed) == ()


def test_zip_codes_are_suggested_as_such(gazetteer: Gazetteer) -> None:
    places = gazetteer.suggest_places("8370", limit=3)
    assert len(places) == 3
    assert {place.kind for place in places} == {PlaceKind.ZIP}


@settings(max_examples=200)
@given(st.text(st.characters(), max_size=60), st.integers(0, 12))
def test_no_text_raises(gazetteer: Gazetteer, text: str, limit: int) -> None:
    assert len(gazetteer.suggest_places(text, limit=limit)) <= limit
