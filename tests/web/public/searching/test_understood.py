"""Words beside the place on the results page: what is read, what is told, what can be taken off."""

from __future__ import annotations

import html

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import add_facility
from tests.web.test_pages import text_of


def test_words_beside_the_place_become_filters_that_can_be_taken_off(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes="SA DT WN", name="Gives Detox")
    add_facility(session, service_codes="SA OP", name="Does Not")
    text = text_of(client, "/search?near=women's+detox+in+Bend,+OR")
    assert "<h1>1 program near Bend, OR</h1>" in text
    assert "Gives Detox" in text
    assert "“women&#39;s”: Women" in text
    assert "“detox”: Withdrawal care (detox)" in text
    assert 'name="near" type="text" value="Bend, OR"' in text
    assert 'href="/search?near=Bend%2C%20OR&amp;population=women"' in text
    assert 'href="/search?near=Bend%2C%20OR&amp;setting=detox"' in text


def test_an_age_is_told_and_can_be_taken_off(client: FlaskClient, session: Session) -> None:
    add_facility(session)
    text = text_of(client, "/search?near=detox+16+year+old+Bend,+OR")
    assert "“16 year old”: Age 16" in text
    assert "We do not know streets here" not in text
    assert 'href="/search?near=Bend%2C%20OR&amp;setting=detox"' in text
    assert 'href="/search?near=Bend%2C%20OR&amp;for_age=16"' in text


def test_words_and_ticks_hold_together(client: FlaskClient, session: Session) -> None:
    add_facility(session, service_codes="SA DT MD")
    text = text_of(client, "/search?near=detox+Bend+OR&payment=medicaid")
    assert "1 program near Bend, OR" in text
    assert 'value="medicaid" checked' in text
    assert 'value="detox" checked' in text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("rehab with horses in Bend OR", "Not understood, and not used: “horses”."),
        ("detox without methadone Bend OR", "Not understood, and not used: “without methadone”."),
        ("without methadone near 12 Main St, Bend OR", "and not used: “without methadone”."),
        ("cocaine rehab Bend OR", "“cocaine”: Stimulants (cocaine, meth)."),
        ("Bend OR tonight", "No listing tells whether a bed is free or who is open now."),
        ("Bend OR at 5pm", "No listing tells whether a bed is free or who is open now."),
        ("5 years sober Bend OR", "Not understood, and not used: “5 years sober”."),
        ("suboxne Oregon", "“suboxne”: Buprenorphine"),
        ("smoking cessation Oregon", "Not understood, and not used: “smoking cessation”."),
        ("12 Main St, Bend OR", "We do not know streets here"),
        ("12 Main St, 97701", "We do not know streets here"),
    ],
)
def test_what_was_typed_is_answered(client: FlaskClient, typed: str, told: str) -> None:
    assert told in html.unescape(text_of(client, f"/search?near={typed}"))


@pytest.mark.parametrize("typed", ["Bend, OR", "97701", "rehab in Bend, OR", "Deschutes County"])
def test_nothing_is_told_where_all_is_plain(client: FlaskClient, typed: str) -> None:
    text = text_of(client, f"/search?near={typed}")
    assert "Not understood" not in text
    assert "understood" not in text


def test_without_a_place_it_is_asked_for_and_nothing_is_lost(client: FlaskClient) -> None:
    text = text_of(client, "/search?near=women's+detox")
    assert "Please type a ZIP code or a town. Your filters are kept." in text
    assert 'value="women&#39;s detox"' in text
    assert 'value="detox" checked' in text
    assert "name=women%27s%20detox" in text, "it may be a program's name"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("detox", "suddenly can kill"),
        ("alcohol", "suddenly can kill"),
        ("pregnant", "suddenly can kill"),
        ("detox tonight", "No listing tells whether a bed is free"),
        ("esta noche", "No listing tells whether a bed is free"),
    ],
)
def test_without_a_place_danger_and_hurry_are_answered_all_the_same(
    client: FlaskClient, typed: str, told: str
) -> None:
    text = text_of(client, f"/search?near={typed}")
    assert "Please type a ZIP code or a town." in text
    assert told in text
    assert "suddenly can kill" not in text_of(client, "/search?near=women")


def test_near_me_and_distress_are_still_heard(client: FlaskClient) -> None:
    assert "Where should we look?" in text_of(client, "/search?near=detox+near+me")
    assert "You can talk to someone right now" in text_of(client, "/search?near=i+need+help")


def test_a_name_that_is_no_place_is_offered_whole(client: FlaskClient) -> None:
    text = text_of(client, "/search?near=Recovery+Centers+of+Qwzx")
    assert "We could not find “Recovery Centers of Qwzx”" in text
    assert "name=Recovery%20Centers%20of%20Qwzx" in text


def test_what_a_person_is_must_all_hold_and_kinds_of_care_are_alternatives(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes="SA RES WN PW", name="Takes Both")
    add_facility(session, service_codes="SA OP WN", name="Women Alone")
    url = "/search?near=Bend,+OR&setting=residential&setting=outpatient&population=women"
    assert "2 programs near Bend, OR" in text_of(client, url)
    text = text_of(client, f"{url}&population=pregnant")
    assert "1 program near Bend, OR" in text
    assert text.count("If you choose several, all must be there.") == 2
    assert "If you choose several, any one is enough." in text


@pytest.mark.parametrize(
    "search",
    [
        "near=Bend,+OR&setting=detox",
        "near=Bend,+OR&setting=overnight-detox",
        "near=Bend,+OR&setting=outpatient-detox",
        "near=Bend,+OR&medication=alcohol",
        "near=Bend,+OR&population=pregnant",
        "near=detox+in+Bend,+OR",
        "near=alcohol+rehab+Bend,+OR",
        "near=xanax+Bend,+OR",
        "near=desintoxicación+Bend,+OR",
        "near=pregnant+Bend,+OR",
    ],
)
def test_the_danger_of_stopping_alone_is_said_where_it_is_chosen(
    client: FlaskClient, search: str
) -> None:
    text = text_of(client, f"/search?{search}")
    danger = text.index("suddenly can kill")
    assert danger < text.index("<footer")
    assert 'href="tel:911"' in text[danger:]


@pytest.mark.parametrize(
    "search", ["near=Bend,+OR", "near=cocaine+Bend,+OR", "near=Bend&age=adults"]
)
def test_the_danger_is_not_said_everywhere(client: FlaskClient, search: str) -> None:
    assert "suddenly can kill" not in text_of(client, f"/search?{search}")


def test_the_published_rule_of_order_names_it(client: FlaskClient) -> None:
    assert "those that say yes come first" in text_of(client, "/about")


def test_those_that_say_yes_come_before_those_that_do_not_say(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes="SA OP", name="Near And Silent")
    add_facility(
        session, service_codes="SA MU", name="Far And Sure", latitude=44.2, longitude=-121.2
    )
    add_facility(session, service_codes="SA NMOA", name="Says No")
    text = text_of(client, "/search?near=97701&medication=methadone&unsaid=1")
    line = text.index("These did not say all that you asked for.")
    assert text.index("Far And Sure") < line < text.index("Near And Silent")
    assert "Says No" not in text
    second = text_of(client, "/search?near=97701&medication=methadone&unsaid=1&per_page=1&page=2")
    assert "Near And Silent" in second
    assert "Far And Sure" not in second
    assert 'class="cards" start="2"' in second
