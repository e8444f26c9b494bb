"""Filter values that no listing states: counted once, and again after an import."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.listings.models import ImportRun
from finder.facilities.search import unstated_answers as unstated
from finder.facilities.search.unstated_answers import unstated_values
from finder.facilities.vocabulary import Treats
from finder.geocoding import PlacesFound
from tests.factories import NOW, add_facilities, add_facility


class NoPlaces:
    """A geocoder that is not asked."""

    def find_places(self, text: str, **_options: object) -> PlacesFound:
        raise AssertionError(text)

    def nearest(self, latitude: float, longitude: float) -> None:
        raise AssertionError((latitude, longitude))


def values(session: Session) -> frozenset[tuple[str, str]]:
    return unstated_values(session, NoPlaces())


def note_import(session: Session) -> None:
    with write_transaction(session):
        session.execute(
            sa.insert(ImportRun).values(
                source="operator", file_name="a", file_sha256="b", finished_at=NOW, counts={}
            )
        )


def test_a_yes_or_a_no_anywhere_states_a_value(session: Session) -> None:
    add_facilities(
        session,
        {"service_codes": "OP GT"},
        {"service_codes": "NMOA", "latitude": 10.0},
        {"service_codes": None, "mental_health_codes": "MH CHLD"},
    )
    found = values(session)
    assert ("therapy", "family") in found
    assert ("age", "children") in found
    assert ("age", "children") not in unstated_values(session, NoPlaces(), Treats.ALL)
    assert found.isdisjoint(
        {("setting", "outpatient"), ("therapy", "group"), ("medication", "methadone")}
    )


def test_where_nothing_is_listed_no_filter_is_to_blame(session: Session) -> None:
    assert values(session) == frozenset()


def test_it_is_counted_again_after_an_import(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_facility(session, service_codes="OP")
    assert ("therapy", "group") in values(session)
    add_facility(session, service_codes="OP GT", natural_key="b")
    note_import(session)
    assert ("therapy", "group") in values(session)
    monkeypatch.setattr(unstated, "_CHECKED_EVERY", 0)
    assert ("therapy", "group") not in values(session)
