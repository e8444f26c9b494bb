"""Facilities without coordinates are placed again when the gazetteer knows more."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from finder.facilities.curation import placing
from finder.facilities.curation.placing import Placed, place_again, unplaced
from finder.facilities.index.models import SearchEntry
from finder.facilities.index.writing import unit_vector
from finder.facilities.listings.models import Facility
from finder.geocoding import PlacedAddress, Precision
from tests.factories import NOW, add_facilities

SALEM = PlacedAddress(44.94, -123.03, Precision.ZIP)


def place(session: Session, known: PlacedAddress | None = SALEM) -> Placed:
    def place_address(
        *, street: str, city: str, state: str, postal_code: str
    ) -> PlacedAddress | None:
        return known

    return place_again(
        session, place_address=place_address, clock=lambda: NOW, progress=lambda *_: None
    )


def test_only_what_no_source_has_placed_moves_and_the_search_follows(session: Session) -> None:
    exact, lost, old = add_facilities(
        session,
        {},
        {"latitude": None, "longitude": None, "location_precision": "unknown"},
        {"location_precision": "city"},
    )
    assert place(session) == Placed(seen=2, moved=2)
    places = {
        row.facility_id: (row.x, row.y, row.z)
        for row in session.execute(sa.select(SearchEntry.__table__))
    }
    assert places[lost] == places[old] == unit_vector(44.94, -123.03)
    assert places[exact] != places[old]
    session.rollback()
    assert place(session) == Placed(seen=2, moved=0)


def test_a_place_that_was_known_is_not_lost(session: Session) -> None:
    add_facilities(session, {"location_precision": "city"})
    assert place(session, known=None).moved == 0
    assert session.scalars(sa.select(Facility.latitude)).all() == [44.0582]


def test_a_run_that_broke_off_goes_on_with_what_is_left(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_BATCH", 2)
    add_facilities(session, *({"location_precision": "city"} for _ in range(5)))

    def break_off(_: str, seen: int) -> None:
        if seen == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place_again(session, place_address=lambda **_: SALEM, clock=lambda: NOW, progress=break_off)
    assert place(session) == Placed(seen=5, moved=1)


def test_those_without_a_place_are_found_by_name_and_by_state(
    client: FlaskClient, session: Session
) -> None:
    lost = {"latitude": None, "longitude": None, "location_precision": "unknown", "state": "OR"}
    add_facilities(session, lost | {"name": "Lost House"}, lost | {"name": "Hut", "state": "ID"})

    def names(query: str) -> list[str]:
        answer = client.get(f"/api/v1/facilities?{query}").get_json()
        return [each["name"] for each in answer["results"]]

    assert names("name=lost") == ["Lost House"]
    assert names("near=Oregon&radius=5") == ["Lost House"]
    assert names("near=Oregon&radius=any") == ["Hut", "Lost House"]
    assert names("near=Oregon&radius=5&name=hut") == []
    assert names("near=Oregon&radius=5&sort=updated") == ["Lost House"]
    assert names("near=Bend, OR&radius=500") == []


def test_those_without_a_place_are_listed_for_staff(app: Flask, session: Session) -> None:
    lost = {"latitude": None, "longitude": None, "location_precision": "unknown"}
    nowhere = {"city": "Nowhere", "state": "ZZ", "postal_code": "00000"}
    [number, _] = add_facilities(session, lost | nowhere, lost | {"status": "closed"})
    assert [each.id for each in unplaced(session)] == [number]
    session.rollback()
    result = app.test_cli_runner().invoke(args=["facilities", "place"])
    assert result.exit_code == 0
    assert f"no place is known for {number}: Bend House, 1 Main St, Nowhere, ZZ 00000" in (
        result.output
    )
