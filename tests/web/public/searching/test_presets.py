"""One-tap presets: each leads to a search with its filters, and keeps what was typed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from finder.facilities.search.request import parse_search
from finder.web.public.searching.presets import PRESETS, SearchPreset, apply_preset
from tests.factories import add_facility
from tests.web.test_pages import text_of


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_is_a_button_and_its_filters_exist(
    client: FlaskClient, preset: SearchPreset
) -> None:
    assert f'name="start" value="{preset.name}">{preset.label}</button>' in text_of(client, "/")
    assert parse_search(apply_preset({"start": [preset.name]})).chosen == preset.filters


def test_a_start_keeps_what_was_typed_and_ticked(client: FlaskClient) -> None:
    response = client.get(
        "/search?near=Bend,+OR&radius=50&name=&payment=medicaid&setting=detox&start=no-insurance"
    )
    assert response.status_code == 302
    assert response.location == (
        "/search?near=Bend%2C%20OR&radius=50&payment=medicaid&payment=sliding-fee"
        "&payment=assistance&payment=free&setting=detox"
    )


def test_a_start_finds_programs(client: FlaskClient, session: Session) -> None:
    add_facility(session, service_codes="OP SP")
    response = client.get("/search?near=97701&start=spanish", follow_redirects=True)
    assert "1 program near 97701" in response.text
    assert "Spanish" in response.text


def test_without_a_place_it_is_asked_for_and_the_filters_are_kept(client: FlaskClient) -> None:
    text = text_of(client, "/search?near=&radius=25&name=&start=veteran")
    assert "Please type a ZIP code or a town. Your filters are kept." in text
    assert 'value="veterans" checked' in text
    assert "<h1>Where should we look?</h1>" in text
    assert 'role="alert"' not in text
    assert "aria-invalid" not in text
    assert '<details class="filters" >' in text


def test_a_start_that_does_not_exist_is_told(client: FlaskClient) -> None:
    text = text_of(client, "/search?near=97701&start=%3Cb%3E", 400)
    assert "There is no such start. Please choose another." in text


@pytest.mark.parametrize("start", ["nope", "veteran"])
def test_what_else_is_wrong_is_told_too(client: FlaskClient, start: str) -> None:
    response = client.get(f"/search?start={start}&near=&age=%3Cb%3E&lon=east&payment=medicaid")
    assert "Ages accepted: “&lt;b&gt;” is none of the choices." in response.text
    assert "The longitude must be degrees" in response.text
    assert 'value="medicaid" checked' in response.text
    assert ("There is no such start." in response.text) is (start == "nope")
