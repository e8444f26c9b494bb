"""Places that were missed: landmarks, other forms of coordinates and ZIP codes, names that loop."""

from __future__ import annotations

import pytest

from finder.geocoding import Doubt, Gazetteer, NothingFound, PlaceKind, unmistakable
from finder.geocoding.gazetteer import read_rows


@pytest.mark.parametrize("table", ["landmarks.tsv", "airports.tsv"])
def test_every_landmark_is_found_by_its_name_and_state(gazetteer: Gazetteer, table: str) -> None:
    for name, state, *_ in read_rows(table):
        found = gazetteer.find_places(f"{name}, {state}").places
        assert f"{name}, {state}" in [place.label for place in found], name


def test_a_town_is_not_hidden_by_a_landmark_of_its_name(gazetteer: Gazetteer) -> None:
    for text, label in {
        "South Shore KY": "South Shore, KY",
        "Central Valley UT": "Central Valley, UT",
        "Four Corners FL": "Four Corners, FL",
        "Jersey Shore PA": "Jersey Shore, PA",
        "Cambridge": "Cambridge, MA",
        "Washington": "Washington, DC",
        "Los Angeles": "Los Angeles, CA",
    }.items():
        assert gazetteer.find_places(text).places[0].label == label


@pytest.mark.parametrize(
    ("text", "doubt", "label"),
    [
        ("2139", Doubt.SHORTENED, "02139 (Cambridge, MA)"),
        ("-87.63, 41.88", Doubt.EXCHANGED, "41.8800, -87.6300"),
        ("41.88, 87.63", Doubt.EXCHANGED, "41.8800, -87.6300"),
        ("13.45, 144.78", None, "13.4500, 144.7800"),
        ("51.5, -0.1", None, "51.5000, -0.1000"),
    ],
)
def test_what_was_taken_otherwise_is_said(
    gazetteer: Gazetteer, text: str, doubt: Doubt | None, label: str
) -> None:
    found = gazetteer.find_places(text)
    assert (found.places[0].label, found.doubt) == (label, doubt)


@pytest.mark.parametrize("text", ["837", "123", "0", "99999", "41°99'N", "41°52'N", "1'2'3'4'"])
def test_other_numbers_are_no_place(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    assert not [place for place in found.places if place.kind == PlaceKind.COORDINATES]
    assert found.doubt != Doubt.SHORTENED


@pytest.mark.parametrize("text", ["Washington", "New York", "new york"])
def test_an_alternative_leads_to_its_place(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    assert {place.kind for place in found.places[:2]} == {PlaceKind.CITY, PlaceKind.STATE}
    for place in found.places:
        back = gazetteer.find_places(unmistakable(place.label, place.kind)).places[0]
        assert (back.label, back.kind) == (place.label, place.kind)


@pytest.mark.parametrize("text", ["Atlantis, Washington", "Qwxzy, New York", "Nowhere, WA"])
def test_a_spelling_that_is_offered_leads_to_a_place(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    for spelling in found.did_you_mean:
        again = gazetteer.find_places(spelling)
        assert again.places, spelling
        assert spelling in (again.places[0].label, f"{again.places[0].label} State")


@pytest.mark.parametrize("text", ["help in", "rehab or", "treat me", "oh", "hi"])
def test_small_words_alone_are_no_state(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    if len(text) > 2:
        assert found.nothing_found == NothingFound.UNKNOWN
