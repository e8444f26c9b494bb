"""Names as people type them, on both databases: what is found, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from finder.facilities.search.execution import Offered, search_facilities
from finder.facilities.search.name_correction import similar_names
from finder.facilities.search.offered_words import offered_word
from finder.facilities.search.request import SearchRequest, Sort
from finder.facilities.vocabulary import SERVICE_WORDS, SERVICES
from tests.facilities.search.test_search_properties import NoPlaces
from tests.factories import add_facilities

NAMES = (
    ("Clean Investments", "DBA Phoenix House"),
    ("Phoenix House of Bend", ""),
    ("Phoenix Hse Inc", "Outpatient"),
    ("Phoenixville Houses", ""),
    ("Boise VAMC", "Mental Health Division"),
    ("Saint Josephs Ctr", ""),
    ("St Joseph's Church", ""),
    ("A R C", ""),
    ("March Hospital", ""),
    ("HealthRIGHT 360", ""),
)
ANYWHERE: dict[str, object] = {}
NEAR: dict[str, object] = {"latitude": 44.0, "longitude": -121.0, "radius_miles": 50.0}
ANY_DISTANCE: dict[str, object] = NEAR | {"radius_miles": None}


def found(session: Session, typed: str, **asked: object) -> list[str]:
    request = SearchRequest(name=typed, **asked)  # type: ignore[arg-type]  # by name
    hits = search_facilities(session, NoPlaces(), request).hits
    return [hit.facility.name for hit in hits]


@pytest.mark.parametrize("where", [ANYWHERE, NEAR, ANY_DISTANCE], ids=["all", "near", "any"])
def test_the_best_fit_stands_first_wherever_it_is(
    session: Session, where: dict[str, object]
) -> None:
    add_facilities(
        session,
        *(
            # The better one fits, the further away it is.
            {"name": name, "program_name": program, "latitude": 44.0 + n / 100, "longitude": -121.0}
            for n, (name, program) in enumerate(NAMES)
        ),
    )
    phoenix = [NAMES[number][0] for number in (2, 1, 0, 3)]
    for typed in ("phoenix house", "Phoenix Hse", "the PHOENIX houses"):
        assert found(session, typed, **where) == phoenix
    assert found(session, "phoenix house", sort=Sort.NAME, **where) == phoenix
    assert found(session, "VA medical center", **where) == ["Boise VAMC"]
    assert sorted(found(session, "saint joseph", **where)) == ["Saint Josephs Ctr", NAMES[6][0]]
    assert found(session, "A.R.C.", **where) == found(session, "arc", **where)
    assert found(session, "arc", **where) == ["A R C", "March Hospital"]
    assert found(session, "health right", **where) == ["HealthRIGHT 360"]


@pytest.mark.parametrize("where", [ANYWHERE, NEAR, ANY_DISTANCE], ids=["all", "near", "any"])
def test_what_programs_list_is_found_by_its_word_behind_those_that_have_it_in_their_name(
    session: Session, where: dict[str, object]
) -> None:
    add_facilities(
        session,
        {"name": "Alder", "service_codes": "OP EMDR", "latitude": 44.1, "longitude": -121.0},
        {"name": "Birch", "service_codes": "OP MU", "latitude": 44.1, "longitude": -121.0},
        {"name": "EMDR House", "service_codes": "RES", "latitude": 44.2, "longitude": -121.0},
        {"name": "The Emdr", "service_codes": "EMDR MU", "latitude": 44.3, "longitude": -121.0},
    )

    def search(typed: str, **asked: Any) -> Any:
        request = SearchRequest(name=typed, **{**where, **asked})
        return search_facilities(session, NoPlaces(), request)

    found = search("E.M.D.R. therapy")
    assert sorted(hit.facility.name for hit in found.hits) == ["Alder", "The Emdr"]
    found = search("emdr")
    assert [hit.facility.name for hit in found.hits] == ["The Emdr", "EMDR House", "Alder"]
    label = SERVICES["EMDR"].label
    assert [hit.lists for hit in found.hits] == [(label,), (), (label,)]
    assert found.offered == Offered((label,), "", (), named=2, listed=2, is_included=True)
    only = search("emdr", chosen={"setting": ("outpatient",)})
    assert [hit.facility.name for hit in only.hits] == ["Alder"]
    assert (only.offered.named, only.offered.listed) == (0, 1)
    assert search("emdr house").offered is None
    # A filter can be chosen: where a name has its word, those that list it are only counted.
    methadone = search("methadone")
    assert sorted(hit.facility.name for hit in methadone.hits) == ["Birch", "The Emdr"]
    assert methadone.offered.parameter == "medication"
    add_facilities(session, {"name": "Methadone Clinic", "latitude": 44.0, "longitude": -121.0})
    named = search("methadone")
    assert [hit.facility.name for hit in named.hits] == ["Methadone Clinic"]
    assert (named.offered.named, named.offered.listed) == (1, 2)
    assert not named.offered.is_included


def test_each_word_for_a_service_names_one_and_only_codes_that_exist() -> None:
    phrases = [phrase for each in SERVICE_WORDS for phrase in each.phrases]
    assert len(phrases) == len(set(phrases))
    for number, each in enumerate(SERVICE_WORDS):
        assert set(each.codes) <= set(SERVICES)
        for phrase in each.phrases:
            word = offered_word(phrase)
            assert word is not None, phrase
            assert word.service == number, phrase


def test_words_that_were_mistyped_or_run_together_are_offered(session: Session) -> None:
    add_facilities(session, *({"name": name, "program_name": text} for name, text in NAMES))
    assert similar_names(session, "helth right") == ("health right",)
    assert similar_names(session, "phoenixhouse") == ("phoenix house",)
    assert similar_names(session, "Jospehs Ctr") == ("josephs ctr",)
