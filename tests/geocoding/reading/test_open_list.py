"""The open list of cases, and small versions of the other measurements in benchmarks/geocoding."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.geocoding.cases import Answer, Truth, answer_of, read_cases, score, total
from benchmarks.geocoding.edits import measure_edits
from benchmarks.geocoding.robustness import LONGEST, texts
from finder.geocoding import Gazetteer, NothingFound, PlaceKind


def test_the_open_list_is_understood(gazetteer: Gazetteer) -> None:
    def geocode(text: str) -> list[Answer]:
        return [answer_of(place) for place in gazetteer.find_places(text).places]

    cases = read_cases()
    scores = score(geocode, cases, Truth())
    everything = total(scores)
    assert everything.cases >= 400
    assert everything.first / everything.cases >= 0.97
    assert everything.within_five / everything.cases >= 0.99
    for kind in ("foreign", "nonsense", "invalid ZIP code", "military"):
        assert scores[kind].first == scores[kind].cases, kind


@pytest.mark.slow
def test_random_typing_errors_are_understood(gazetteer: Gazetteer) -> None:
    one = measure_edits(gazetteer, edits=1, seed=1)
    assert one.with_state_first >= 0.97
    assert one.without_state_within_five >= 0.99
    two = measure_edits(gazetteer, edits=2, seed=1)
    assert two.with_state_first >= 0.97
    assert two.without_state_within_five >= 0.97


def test_any_text_is_answered(gazetteer: Gazetteer) -> None:
    seen: list[int] = []

    @settings(max_examples=300, suppress_health_check=list(HealthCheck))
    @given(texts())
    def run(text: str) -> None:
        seen.append(len(text))
        found = gazetteer.find_places(text)
        assert (found.nothing_found is None) == bool(found.places)
        assert len(found.query) <= 200
        gazetteer.suggest_places(text)

    run()
    assert max(seen) <= LONGEST


def test_what_is_not_understood_says_why(gazetteer: Gazetteer) -> None:
    def reason(text: str) -> NothingFound | None:
        return gazetteer.find_places(text).nothing_found

    assert reason("APO AE 09012") == reason("apo ae") == reason("34020") == NothingFound.MILITARY
    assert reason("Toronto, ON") == reason("Lagos") == reason("Ensenada") == NothingFound.ABROAD
    assert reason("99999") == NothingFound.UNKNOWN_ZIP
    assert reason("xyzzy") == NothingFound.UNKNOWN
    assert reason("Boise") is None
    assert reason("Apo") is not NothingFound.MILITARY


def test_a_zip_code_younger_than_the_data_stands_for_its_area(gazetteer: Gazetteer) -> None:
    found = gazetteer.find_places("14890")
    (place,) = found.places
    assert place.kind == PlaceKind.ZIP_AREA
    assert place.label.startswith("148xx (ZIP codes around ")
    assert place.state == "NY"
    assert place.confidence < 0.5
    assert found.did_you_mean
    assert gazetteer.find_places("Ithaca, NY 14890").places[0].label == "Ithaca, NY"


def test_namesakes_near_a_point_come_first(gazetteer: Gazetteer) -> None:
    def first(text: str, near: tuple[float, float] | None) -> str:
        return gazetteer.find_places(text, near=near).places[0].label

    vermont, oregon = (43.3, -72.5), (44.0, -123.0)
    assert first("Springfield", None) == "Springfield, MO"
    assert first("Springfield", vermont) == "Springfield, VT"
    assert first("Springfield", oregon) == "Springfield, OR"
    assert first("Portland", (43.6, -70.3)) == "Portland, ME"
    assert first("Philadelphia", oregon) == "Philadelphia, PA"
    assert first("Springfield, IL", oregon) == "Springfield, IL"
    assert first("NYC", oregon) == "New York, NY"


def test_nearness_keeps_confidence_in_order(gazetteer: Gazetteer) -> None:
    places = gazetteer.find_places("Springfield", near=(43.3, -72.5)).places
    confidences = [place.confidence for place in places]
    assert confidences == sorted(confidences, reverse=True)
