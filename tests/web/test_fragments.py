"""Pieces of pages that are kept: never old, never another's, never more than there is room for."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.index.writing import reindex
from finder.facilities.listings.models import Facility
from finder.web import fragments
from tests.factories import add_facilities


def cards(client: FlaskClient, query: str = "") -> str:
    page = client.get(f"/search?near=97701{query}")
    assert page.status_code == 200
    text = page.text
    return text[text.index('<ol class="cards"') : text.index("</ol>")]


def test_a_card_follows_its_facility_at_once(client: FlaskClient, session: Session) -> None:
    [number] = add_facilities(session, {"name": "Juniper House"})
    assert "Juniper House" in cards(client)
    facility = session.get_one(Facility, number)
    with write_transaction(session):
        facility.name = "Pine House"
        session.flush()
        reindex(session, [number])
    assert "Juniper House" not in cards(client)
    assert "Pine House" in cards(client)


def test_a_card_tells_what_this_search_asked_for(client: FlaskClient, session: Session) -> None:
    add_facilities(session, {"service_codes": "BU OP"})
    assert "says yes to" not in cards(client)
    assert '<li class="match">Buprenorphine' in cards(client, "&medication=buprenorphine")
    assert "says yes to" not in cards(client)


def test_cards_differ_by_distance_alone(client: FlaskClient, session: Session) -> None:
    add_facilities(session, {"name": "50 % & more"})
    near = cards(client)
    far = cards(client, "&lat=44.3&lon=-121.3")
    assert "<strong>" in near
    assert near != far
    assert near[: near.index("<strong>")] == far[: far.index("<strong>")]
    assert near[near.index("</strong>") :] == far[far.index("</strong>") :]


def test_no_more_cards_are_kept_than_there_is_room(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fragments, "_MAX_CARDS", 2)
    add_facilities(session, *({"name": f"House {number}"} for number in range(5)))
    for _ in range(2):
        shown = cards(client)
        assert all(f"House {number}" in shown for number in range(5))
        assert len(fragments._CARDS) <= 2


def test_what_is_filled_in_is_escaped_and_numbers_are_written_out(app: Flask) -> None:
    with app.test_request_context():
        text = fragments.translated_number(
            "%(num)s program near %(place)s", "%(num)s programs near %(place)s", 10_890, place="<b>"
        )
        assert text == "10,890 programs near &lt;b&gt;"
        assert fragments.translated("100 %% of %(what)s", what="a & b") == "100 % of a &amp; b"
