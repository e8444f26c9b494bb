"""The pages: what they say, what they refuse, and what every one of them carries."""

from __future__ import annotations

from collections.abc import Callable

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import CrisisLine
from finder.facilities.vocabulary.filters import FILTERS
from finder.web.formatting import telephone_url
from finder.web.headers import CONTENT_SECURITY_POLICY
from tests.factories import add_facilities, add_facility

GOOD_PAGES = (
    "/",
    "/search?near=Bend,+OR",
    "/start",
    "/start?step=7&age=teen",
    "/glossary",
    "/about",
    "/privacy",
    "/inquiry",
)


def text_of(client: FlaskClient, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, response.text
    return response.text


@pytest.mark.parametrize("path", [*GOOD_PAGES, "/nope", "/search", "/search?radius=-1"])
def test_every_page_is_well_formed_with_one_heading_that_its_title_begins_with(
    client: FlaskClient, path: str
) -> None:
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
        client.get(path).text
    )
    [heading] = page.iter("h1")
    [title] = page.iter("title")
    assert title.text.startswith("".join(heading.itertext()).strip())
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    named = {e.get("for") for e in page.iter("label") if e.get("for")}
    assert named <= set(ids)


@pytest.mark.parametrize(
    "path", [*GOOD_PAGES, "/nope", "/static/finder.css", "/api/v1/filters", "/api/v1/nope"]
)
def test_every_response_has_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "'unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", [*GOOD_PAGES, "/nope"])
def test_every_page_has_the_help_lines(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    for number in ("911", "988", "1-800-662-4357"):
        assert f"<strong>{number}</strong>" in text


@pytest.mark.parametrize(
    "path", ["/", "/search?near=Bend,+OR", "/about", "/api/v1/filters", "/nope"]
)
def test_no_cookie_is_set_before_an_inquiry(client: FlaskClient, path: str) -> None:
    assert "Set-Cookie" not in client.get(path).headers


def test_pages_are_not_kept_and_files_are(client: FlaskClient) -> None:
    assert client.get("/search?near=Bend").headers["Cache-Control"] == "no-store"
    assert "immutable" in client.get("/static/finder.css", buffered=True).headers["Cache-Control"]


def test_a_search_shows_programs_with_distance_phone_source_date_and_whom_they_take(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes="FEM MOA OP", program_name="Day Program")
    text = text_of(client, "/search?near=Bend,+OR&medication=accepts")
    assert "1 program near Bend, OR" in text
    for words in (
        "Bend House",
        "Day Program",
        "miles",
        'href="tel:+1-541-322-7500"',
        "Only for women",
        "An inquiry goes to the team of this site; the program hears of it only if you agree.",
        "It is not listed as providing it.",
        "Listed as of Jan 15, 2026",
    ):
        assert words in text


def test_one_that_also_provides_medication_says_so(client: FlaskClient, session: Session) -> None:
    add_facility(session, service_codes="BU MOA OP")
    assert "It also provides" in text_of(client, "/search?near=97701&medication=accepts")


def test_samples_are_marked_and_cannot_be_called_or_written_to(
    client: FlaskClient, session: Session
) -> None:
    sample = add_facility(session, is_sample=True, source="sample")
    for url in ("/search?near=Bend,+OR", f"/facilities/{sample}"):
        text = text_of(client, url)
        assert "Sample: this program is made up" in text
        assert "tel:+1-541" not in text
        assert f"/facilities/{sample}/inquiry" not in text
        assert "An inquiry goes to" not in text
    assert "made-up sample programs" in text_of(client, "/")


def test_the_facility_page_says_yes_no_and_not_stated_with_source_and_date(
    client: FlaskClient, session: Session
) -> None:
    facility = add_facility(
        session, service_codes="NMOA OP SHG", unknown_labels=["Sailing lessons"]
    )
    text = text_of(client, f"/facilities/{facility}")
    for words in (
        "<dt>Yes</dt>",
        "<dt>No</dt>",
        "<dt>Not stated</dt>",
        "Sailing lessons",
        "Source: This site",
        "Listed as of Jan 15, 2026.",
    ):
        assert words in text


def test_a_closed_program_says_so_and_an_unknown_one_is_not_found(
    client: FlaskClient, session: Session
) -> None:
    closed = add_facility(session, status="closed")
    assert "does not list this program any more" in text_of(client, f"/facilities/{closed}")
    assert "could not find that page" in text_of(client, "/facilities/77", 404)


def test_a_bare_facility_still_has_a_page(client: FlaskClient, session: Session) -> None:
    bare = add_facility(
        session,
        phone="",
        website="",
        street="",
        service_codes="",
        listed_as_of=None,
        latitude=None,
        longitude=None,
        location_precision="unknown",
    )
    text = text_of(client, f"/facilities/{bare}")
    assert "No phone number listed" in text
    assert "It says nothing about" in text
    assert "Bend House" in text_of(client, "/search?name=bend")


def test_filters_in_use_are_chips_that_take_themselves_away(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session)
    text = text_of(client, "/search?near=97701&setting=outpatient&medication=buprenorphine")
    assert 'href="/search?near=97701&amp;medication=buprenorphine"' in text
    assert 'href="/search?near=97701&amp;setting=outpatient"' in text


def test_all_filters_stand_in_the_form_with_their_counts(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session)
    text = text_of(client, "/search?near=97701")
    for facet in FILTERS:
        for option in facet.options:
            assert f'name="{facet.name}" value="{option.value}"' in text


def test_pages_link_to_their_neighbours(client: FlaskClient, session: Session) -> None:
    add_facilities(session, *({"name": f"House {i}"} for i in range(3)))
    url = "/search?near=97701&per_page=1"
    assert "Previous" not in text_of(client, url)
    middle = text_of(client, f"{url}&page=2")
    assert 'rel="prev" href="/search?near=97701&amp;per_page=1"' in middle
    assert 'rel="next" href="/search?near=97701&amp;page=3&amp;per_page=1"' in middle
    assert "There is no page 9" in text_of(client, f"{url}&page=9")


def test_nothing_found_is_never_the_end(client: FlaskClient) -> None:
    text = text_of(client, "/search?near=97701&setting=hospital")
    for words in ("Take a filter away", "Call SAMHSA National Helpline, 1-800-662-4357"):
        assert words in text


def test_a_place_that_is_not_known_is_answered_with_help(client: FlaskClient) -> None:
    text = text_of(client, "/search?near=Zzyqqx")
    assert "We could not find “Zzyqqx”" in text
    assert 'value="Zzyqqx"' in text


@pytest.mark.parametrize(
    ("near", "words"),
    [
        ("APO AE 09012", "military post office"),
        ("Tijuana, Mexico", "outside of the United States"),
        ("00000", "We do not know this ZIP code"),
    ],
)
def test_a_place_that_cannot_be_found_is_told_why(
    client: FlaskClient, near: str, words: str
) -> None:
    assert words in text_of(client, f"/search?near={near}")


def test_namesakes_are_told_apart_by_the_last_search_in_the_form(client: FlaskClient) -> None:
    boston = text_of(client, "/search?near=Boston,+MA")
    assert '<input type="hidden" name="around" value="42.4,-71.1">' in boston
    assert "near Portland, OR" in text_of(client, "/search?near=Portland")
    portland = text_of(client, "/search?near=Portland&around=42.4,-71.1")
    assert "near Portland, ME" in portland
    assert "around=42.4%2C-71.1" in portland  # in its links: they mean the same Portland
    lost = text_of(client, "/search?near=Zzyqqx&around=42.4,-71.1")
    assert 'value="42.4,-71.1"' in lost


def test_an_ambiguous_place_offers_the_likeliest_others_openly(client: FlaskClient) -> None:
    text = text_of(client, "/search?near=Springfield")
    openly, folded = text.split('<details class="alternatives">')
    assert "Did you mean another place?" in openly
    for label in ("Springfield, MA", "Springfield, IL"):
        assert f">{label}</a>" in openly
    assert "<summary>More places</summary>" in folded
    assert ">Springfield, OR</a>" in folded
    assert ">Springfield, MA</a>" not in folded


def test_a_name_that_is_hardly_ambiguous_keeps_the_others_folded(client: FlaskClient) -> None:
    openly, folded = text_of(client, "/search?near=Denver").split('<details class="alternatives">')
    assert "Did you mean another place?" not in openly
    assert "Did you mean another place?" in folded
    assert ">Denver, PA</a>" in folded


def test_places_that_share_name_and_state_are_told_apart_by_their_county(
    client: FlaskClient,
) -> None:
    text = text_of(client, "/search?near=Mount+Pleasant,+PA")
    for county in ("Adams", "Westmoreland"):
        assert f">Mount Pleasant, {county} County, PA</a>" in text
    assert ">Mount Pleasant, PA</a>" not in text


@pytest.mark.parametrize(
    ("near", "words"),
    [
        ("Pheonix az", "We did not find “Pheonix az”. We searched for Phoenix, AZ instead."),
        ("Philedelpha", "We did not find “Philedelpha”. We searched for Philadelphia, PA instead."),
        ("Huston", "We took “Huston” to mean Houston, TX."),
        ("Denver CO 10001", "“Denver CO 10001” names two places that are far apart."),
    ],
)
def test_a_place_that_was_read_otherwise_than_written_says_so(
    client: FlaskClient, near: str, words: str
) -> None:
    text = text_of(client, f"/search?near={near}")
    assert words in text
    assert "We could not find" not in text


def test_a_contradiction_offers_the_other_place(client: FlaskClient) -> None:
    text = text_of(client, "/search?near=Denver+CO+10001")
    assert "near 10001 (New York, NY)" in text
    assert '<li><a href="/search?near=Denver%2C%20CO">Denver, CO</a></li>' in text


@pytest.mark.parametrize(("near", "offered"), [("Walmart", "Dalhart, TX"), ("Hazelden", "")])
def test_a_weak_guess_is_offered_and_not_searched_for(
    client: FlaskClient, near: str, offered: str
) -> None:
    text = text_of(client, f"/search?near={near}")
    assert f"We could not find “{near}”" in text
    assert "Did you mean:" in text
    assert offered in text
    # The API answers what it always did, with a confidence to judge by.
    answer = client.get(f"/api/v1/facilities?near={near}").get_json()
    assert answer["origin"] is not None


def test_what_is_no_place_may_be_the_name_of_a_program(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, name="Maryhaven")
    url = "/search?name=maryhaven&setting=outpatient"
    text = text_of(client, "/search?near=maryhaven&setting=outpatient&around=42.4,-71.1&page=2")
    assert "Is “maryhaven” the name of a program?" in text
    assert f'<a href="{url.replace("&", "&amp;")}">Search for it by name</a>' in text
    assert "1 program found" in text_of(client, "/search?name=maryhaven")
    for other in ("00000", "near me", "Tijuana, Mexico"):
        assert "the name of a program?" not in text_of(client, f"/search?near={other}")


@pytest.mark.parametrize(
    "near", ["near me", "cerca de mí", "cerca de mi casa", "rehab near me now"]
)
def test_near_me_asks_where_that_is(client: FlaskClient, near: str) -> None:
    text = text_of(client, f"/search?near={near}")
    assert "<h1>Where should we look?</h1>" in text
    assert "Please type your ZIP code or your town." in text
    assert "Use my location" in text
    assert "We could not find" not in text


@pytest.mark.parametrize(
    "near", ["i want to die", "help me", "quiero morir", "sobredosis", "Suicidio"]
)
def test_words_of_distress_are_answered_with_people_to_call_first(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, near: str
) -> None:
    caplog.set_level(0)
    text = text_of(client, f"/search?near={near}")
    main = text[text.index("<main") :]
    assert "<h1>You can talk to someone right now</h1>" in main
    first, after = main.split('role="search"')
    for number in ("tel:911", "tel:988", "tel:+1-800-662-4357"):
        assert f'<a class="call" href="{number}">' in first
    assert "oprima 2" in first
    for words in ("We could not find", "Did you mean", "the name of a program"):
        assert words not in after
    assert near not in caplog.text


@pytest.mark.parametrize(
    "words", ["I want to die", "i am suicidal in", "overdose near", "me quiero matar"]
)
def test_danger_beside_a_place_is_answered_first_and_searched_for(
    client: FlaskClient, session: Session, words: str
) -> None:
    add_facility(session)
    text = client.get("/search", query_string={"near": f"{words} 97701"}).text
    assert "1 program near" in text
    assert text.index("go through this alone") < text.index("Bend House")
    assert "Not understood" not in text


def test_distress_beside_a_place_is_searched_for(client: FlaskClient) -> None:
    text = text_of(client, "/search?near=suicide+prevention+in+Houston")
    assert "near Houston, TX" in text


@pytest.mark.parametrize("near", ["Montana&radius=50", "Yellowstone+County,+MT"])
def test_what_is_searched_from_its_middle_says_so(client: FlaskClient, near: str) -> None:
    assert "a town or a ZIP code finds" in text_of(client, f"/search?near={near}")


def test_an_empty_search_asks_for_a_place(client: FlaskClient) -> None:
    assert "Please type a ZIP code or a town." in text_of(client, "/search?near=&setting=")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("radius=-1&near=Bend", "at most 500 miles"),
        ("page=0&near=Bend", "whole number from 1"),
        ("lat=91&lon=0", "The latitude must be degrees"),
        ("setting=hotel&near=Bend", "Type of care: “hotel” is none of the choices."),
        ("near=" + "x" * 10_000, "too long"),
    ],
)
def test_what_is_wrong_is_told_and_the_rest_is_kept(
    client: FlaskClient, query: str, words: str
) -> None:
    text = text_of(client, f"/search?{query}&medication=methadone", 400)
    assert words in text
    assert 'value="methadone" checked' in text


@pytest.mark.parametrize("name", ["near", "name", "lat", "page", "radius", "sort", "setting"])
def test_no_text_breaks_a_page_or_comes_back_as_markup(client: FlaskClient, name: str) -> None:
    for bad in ("%00", "%ff%fe", "%ed%a0%80", "'%3B--", "%3Cscript%3E", "x" * 10_000):
        response = client.get(f"/search?{name}={bad}")
        assert response.status_code in (200, 400)
        assert "<script>" not in response.text


def test_what_is_not_allowed_is_a_page_too(client: FlaskClient) -> None:
    response = client.delete("/search")
    assert response.status_code == 405
    assert "That did not work" in response.text
    assert "GET" in response.headers["Allow"]


def test_a_mistake_of_ours_is_a_page_that_tells_nothing(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("secret")

    response = app.test_client().get("/broken?near=Bend")
    assert response.status_code == 500
    assert "It is our mistake, not yours." in response.text
    assert "secret" not in response.text
    messages = [record.getMessage() for record in caplog.records]
    assert "error at /broken" in messages
    assert not any("near=Bend" in message for message in messages)


def test_too_many_requests_are_told_to_wait(make_app: Callable[..., Flask]) -> None:
    client = make_app(api_limit="2 per minute").test_client()
    answers = [client.get("/api/v1/filters") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("shown", "url"),
    [
        ("988", "tel:988"),
        ("(541) 322-7500", "tel:+1-541-322-7500"),
        ("(860) 276-3000 ext. 301", "tel:+1-860-276-3000;ext=301"),
        ("1-800-662-4357", "tel:+1-800-662-4357"),
        ("not a number 12345678901234567890", "tel:12345678901234567890"),
    ],
)
def test_numbers_become_links_that_can_be_tapped(shown: str, url: str) -> None:
    assert telephone_url(shown) == url


def test_the_health_of_the_server_can_be_asked(client: FlaskClient) -> None:
    assert client.get("/health").json == {"status": "ok"}


def test_production_asks_for_https_alone(make_app: Callable[..., Flask]) -> None:
    production = make_app(environment="production")
    header = production.test_client().get("/").headers["Strict-Transport-Security"]
    assert header.startswith("max-age=31536000")
    plain = make_app().test_client().get("/")
    assert "Strict-Transport-Security" not in plain.headers


def test_visitors_are_told_which_geocoders_learn_their_place(
    client: FlaskClient, make_app: Callable[..., Flask]
) -> None:
    assert "not sent to any other company" in client.get("/privacy").text
    online = make_app(
        geocoders=("offline", "nominatim"),
        geocoder_options={"nominatim": {"domain": "127.0.0.1:9", "scheme": "http"}},
    ).test_client()
    privacy = online.get("/privacy").text
    assert "They learn the place, not who asked" in privacy
    assert "OpenStreetMap" in privacy
    assert "not sent to any other company" not in privacy
    assert "places are found on this server" not in online.get("/").text


def test_a_geocoder_that_is_dead_never_fails_a_search(
    make_app: Callable[..., Flask], session: Session
) -> None:
    add_facility(session)
    dead = make_app(
        geocoders=("nominatim", "offline"),
        geocoder_options={"nominatim": {"domain": "127.0.0.1:9", "scheme": "http"}},
    ).test_client()
    text = dead.get("/search?near=Bend,+OR").text
    assert "1 program near Bend, OR" in text
    assert "OpenStreetMap" in text


def test_an_operators_own_help_lines_stand_as_they_were_written(
    make_app: Callable[..., Flask],
) -> None:
    line = CrisisLine("100% free & <b>near</b>", "541-555-0100", "Any time: %(num)s")
    client = make_app(crisis_lines=(line,)).test_client()
    for path in ("/", "/search?name=zzz", "/search?near=Zzyqqx", "/search?near=i want to die"):
        text = text_of(client, path)
        assert "100% free &amp; &lt;b&gt;near&lt;/b&gt;" in text
        assert "Any time: %(num)s" in text
        assert "tel:988" not in text
        assert "662-4357" not in text
        assert "oprima 2" not in text
    for path in ("/search?name=zzz", "/search?near=Zzyqqx", "/search?near=i want to die"):
        text = text_of(client, path)
        assert '<a class="call" href="tel:+1-541-555-0100">' in text
