"""Other programs near one: the nearest open ones, of the same kind of care before others."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from finder.facilities.listings.views import read_facility
from finder.facilities.search import nearby
from finder.facilities.search.candidates import Candidates
from finder.facilities.search.nearby import SHOWN, nearby_facilities
from finder.facilities.search.retrieval import find_candidates
from tests.factories import add_facilities

# A degree of latitude is 69 miles.
MILE = 1 / 69.09
HERE = 44.0582


def at(name: str, miles: float, codes: str | None = "OP", **changes: Any) -> dict[str, Any]:
    return {
        "natural_key": f"{name}{miles}",
        "name": name,
        "street": f"{name} Street",
        "latitude": HERE + miles * MILE,
        "service_codes": codes,
        **changes,
    }


def near(session: Session, *others: dict[str, Any], **changes: Any) -> list[str]:
    first, *_ = add_facilities(session, at("Here", 0, **changes), *others)
    hits = nearby_facilities(session, read_facility(session, first))
    return [hit.facility.name for hit in hits]


def test_the_three_nearest_are_shown_with_their_distance(session: Session) -> None:
    first, *_ = add_facilities(session, at("Here", 0), *(at(n, int(n)) for n in "4132"))
    hits = nearby_facilities(session, read_facility(session, first))
    assert [hit.facility.name for hit in hits] == ["1", "2", "3"]
    assert [round(hit.distance_miles or 0) for hit in hits] == [1, 2, 3]


@pytest.mark.parametrize(("codes", "first"), [("OP", "Visits"), ("RES", "Overnight")])
def test_the_same_kind_of_care_comes_first(session: Session, codes: str, first: str) -> None:
    found = near(session, at("Overnight", 2, "HI"), at("Visits", 3, "OP"), codes=codes)
    assert found[0] == first
    assert len(found) == 2


def test_a_program_of_unknown_kind_gets_the_nearest(session: Session) -> None:
    assert near(session, at("B", 2, "RES"), at("A", 1, ""), codes="") == ["A", "B"]


def test_programs_of_the_same_name_in_the_same_house_are_no_alternative(session: Session) -> None:
    same = at("Here", 0, natural_key="other", program_name="Evening Program")
    assert near(session, same, at("Else", 1)) == ["Else"]


def test_only_programs_that_treat_the_same_are_shown(session: Session) -> None:
    other = at("Minds", 1, None, mental_health_codes="OP MH")
    both = at("Both", 2, mental_health_codes="RES MH")
    assert near(session, other, both, at("Drugs", 3)) == ["Both", "Drugs"]
    assert near(session, codes=None, mental_health_codes="RES MH") == ["Both", "Minds"]


def test_closed_ones_are_not_shown(session: Session) -> None:
    assert near(session, at("Gone", 1, status="closed"), at("Open", 2)) == ["Open"]


def test_it_looks_further_only_where_there_are_few(session: Session) -> None:
    assert near(session, at("Far", 60), at("Too far", 130)) == ["Far"]


def test_it_does_not_look_further_where_there_are_enough(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = add_facilities(
        session, at("Here", 0, "RES"), *(at(n, int(n)) for n in "123"), at("Far", 60, "RES")
    )
    facility = read_facility(session, first)
    looked: list[float] = []

    def find(session: Session, **asked: Any) -> Candidates:
        looked.append(asked["radius_miles"])
        return find_candidates(session, **asked)

    monkeypatch.setattr(nearby, "find_candidates", find)
    hits = nearby_facilities(session, facility)
    assert [hit.facility.name for hit in hits] == ["1", "2", "3"]
    assert looked == [25.0]
    assert len(hits) == SHOWN


def test_a_program_whose_place_is_not_known_has_no_neighbours(session: Session) -> None:
    assert near(session, at("A", 1), latitude=None, longitude=None) == []
