"""What a page of results says of itself: who is in it, who is not, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from finder.extensions import Services
from finder.facilities.search.audience import Reason
from finder.facilities.vocabulary import Treats
from finder.web.formatting import _LEFT_OUT
from tests.factories import add_facilities, add_facility
from tests.web.test_pages import text_of


def plain(text: str) -> str:
    return " ".join(text.split())


def test_whom_one_searches_for_leaves_out_and_tells_why_with_a_way_back(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(
        session,
        {"service_codes": "FEM OP"},
        {"service_codes": "OP CHLD AD"},
        {"service_codes": "OP", "name": "Open to all"},
    )
    text = plain(text_of(client, "/search?near=97701&for_gender=male&for_age=40"))
    assert "1 program near" in text
    assert "2 more programs fit" in text
    assert "1 only for women; 1 only for children and teens" in text
    assert '<a href="/search?near=97701">Show these too</a>' in text
    assert 'value="male" selected' in text
    assert 'name="for_age" type="number" inputmode="numeric" min="0" max="120" value="40"' in text
    for chip, rest in (("For a man or boy", "for_age=40"), ("Age 40", "for_gender=male")):
        assert f'<li><a href="/search?near=97701&amp;{rest}">{chip}' in text


def test_everything_in_use_has_a_chip_and_is_counted(client: FlaskClient, session: Session) -> None:
    add_facility(session, service_codes="OP FEM ADLT")
    wanted = "near=97701&name=Bend&setting=outpatient&for_gender=female&for_age=40&unsaid=1"
    text = plain(text_of(client, f"/search?{wanted}"))
    chips = text[text.index('class="chips"') :].partition("</ul>")[0]
    assert chips.count("<li>") == 5
    assert '<span class="count">5 in use</span>' in text
    without = "near=97701&setting=outpatient&for_gender=female&for_age=40&unsaid=1"
    assert f'<a href="/search?{without}">Name: Bend'.replace("&", "&amp;") in chips
    assert "in use" not in text_of(client, "/search?near=97701")


def test_what_no_listing_states_is_told_in_the_form_and_where_nothing_is_found(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes="OP CBT")
    told = 'Group therapy <span class="count">No listing states this yet</span>'
    assert told in plain(text_of(client, "/"))
    text = plain(text_of(client, "/search?near=97701&therapy=group&setting=outpatient"))
    assert told in text
    assert 'Cognitive behavioral therapy (CBT) <span class="count">1</span>' in text
    assert "No listing states “Group therapy” yet" in text
    assert '<a href="/search?near=97701&amp;setting=outpatient">Search without it</a></p>' in text
    other = plain(
        text_of(client, "/search?near=97701&therapy=cbt&setting=detox&setting=outpatient")
    )
    assert "No listing states “" not in other


def test_one_mile_is_one(client: FlaskClient, session: Session) -> None:
    add_facility(session, latitude=44.0727)
    text = text_of(client, "/search?lat=44.0582&lon=-121.3153&radius=1.5")
    assert "<strong>1 mile</strong>" in text
    assert '<option value="1.5" selected>1.5 miles</option>' in text
    assert ">1 mile</option>" in text_of(client, "/search?near=97701&radius=1")


def test_a_place_that_is_not_exact_is_told_as_its_area(
    client: FlaskClient, session: Session
) -> None:
    area = {"location_precision": "zip", "postal_code": "97702-1234", "service_codes": "OP"}
    add_facilities(
        session,
        {**area, "name": "Same area"},
        {**area, "name": "Next area", "latitude": 44.085, "postal_code": "97703"},
        {**area, "name": "Town", "location_precision": "city", "latitude": 44.12},
        {**area, "name": "County", "location_precision": "county", "latitude": 44.3},
        {"name": "Exact", "latitude": 44.0586},
    )
    text = plain(text_of(client, "/search?lat=44.0582&lon=-121.3153"))
    for words in (
        "<strong>In the ZIP 97702 area</strong> ·",
        "<strong>ZIP 97703 area, about 2 miles</strong> ·",
        "<strong>Bend area, about 4 miles</strong> ·",
        "<strong>We know only its county, about 17 miles</strong> ·",
        "<strong>less than 0.1 mile</strong> in a straight line ·",
    ):
        assert words in text
    assert "count as equally far: newer listings come first." in text
    assert '<a href="/about#order">How lists are ordered</a>' in text
    chosen = plain(text_of(client, "/search?lat=44.0582&lon=-121.3153&setting=outpatient"))
    assert "those that say yes to more of what you ask for come first" in chosen


def test_every_list_says_its_order(client: FlaskClient, session: Session) -> None:
    add_facility(session, state="OR")
    for query, words in {
        "near=97701": "The nearest come first.",
        "near=97701&sort=name": "They are ordered by name.",
        "near=97701&sort=updated": "The newest listings come first.",
        "near=Oregon": "Those that are nearest to the middle of the state come first.",
        "near=Oregon&sort=updated": "The newest listings come first.",
        "name=bend": "Ordered by name, because you gave no place.",
        "name=bend&sort=updated": "The newest listings come first.",
        "near=97701&prefer=therapy:cbt": "(up to 5, 10, 25 miles), programs that offer what you",
        "near=97701&prefer=therapy:cbt&radius=5": "Programs that offer what you prefer come first,",
        "near=97701&prefer=therapy:cbt&radius=any": "50, 100 miles, and beyond), programs that",
        "near=Oregon&prefer=therapy:cbt": "Programs that offer what you prefer come first, then",
    }.items():
        assert words in plain(text_of(client, f"/search?{query}")), query
    assert "because you gave no place" not in text_of(client, "/search?name=bend&sort=updated")


def test_what_is_preferred_leaves_nobody_out_and_is_told_on_the_card(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(session, {"name": "A", "service_codes": "OP"}, {"service_codes": "PMAT"})
    text = plain(text_of(client, "/search?near=97701&prefer=medication:alcohol"))
    assert "2 programs near" in text
    offers = text.index("It offers what you prefer:")
    assert text.index(">Bend House</a>") < offers < text.index(">A</a>")
    assert text.count("It offers what you prefer:") == 1
    assert 'name="prefer" value="medication:alcohol" checked' in text
    label = "Preferred: Medication for alcohol use disorder"
    assert f'<li><a href="/search?near=97701">{label}' in text
    assert '<span class="count">1 in use</span>' in text
    assert "Stopping alcohol or calming pills" in text


def test_one_left_out_is_told_as_one(client: FlaskClient, session: Session) -> None:
    add_facility(session, service_codes="MALE OP ADLT")
    text = plain(text_of(client, "/search?near=97701&for_gender=female&for_age=0"))
    assert "1 more program fits" in text
    assert "1 only for men." in text
    assert 'max="120" value="0"' in text


def test_a_search_by_name_says_that_it_is_one(client: FlaskClient, session: Session) -> None:
    add_facility(session)
    assert "Only programs with “bend” in their name." in text_of(client, "/search?name=bend")


def test_every_reason_has_its_words() -> None:
    others = {Reason.NOT_SUBSTANCE_USE, Reason.NOT_MENTAL_HEALTH}
    assert set(_LEFT_OUT) == set(Reason) - others


MARK = "Mental health program: its listing does not say that it treats substance use."


def test_mental_health_programs_are_left_out_counted_and_shown_marked_where_asked_for(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(
        session,
        {"name": "For minds", "service_codes": None, "mental_health_codes": "MH OP"},
        {"name": "For drugs", "service_codes": "SA OP"},
        {"name": "Either", "service_codes": None, "mental_health_codes": "MH SA", "latitude": 44.2},
    )
    either = plain(text_of(client, "/search?near=97701"))
    assert "2 programs near" in either
    assert either.count("Listed for mental health. It says that it treats substance use, too") == 1
    text = plain(text_of(client, "/search?near=97701&setting=outpatient"))
    assert "1 program near" in text
    assert "1 program that does not say that it treats substance use is left out." in text
    shown = "/search?near=97701&amp;setting=outpatient&amp;treats=all"
    assert f'<a href="{shown}">Show it too</a>' in text
    box = '<input type="checkbox" name="treats" value="all" '
    assert f"{box}>" in text
    assert f"{box}>" in plain(text_of(client, "/"))
    assert (MARK in text, "For minds" in text) == (False, False)
    text = plain(text_of(client, shown.replace("&amp;", "&")))
    assert "2 programs near" in text
    assert text.count(MARK) == 1
    assert text.index("For minds") < text.index(MARK)
    assert f"{box}checked>" in text
    assert '<a href="/search?near=97701&amp;setting=outpatient">Also mental health programs' in text
    assert "left out" not in text
    # The same facility on a card for each kind.
    minds = plain(text_of(client, "/search?near=97701&treats=mental-health"))
    assert (MARK in minds, "For drugs" in minds) == (True, False)
    assert "2 programs near" in minds
    assert "1 program that does not say that it treats mental health is left out." in minds
    assert 'name="treats" value="mental-health" checked' in minds


def test_who_asks_for_mental_health_is_told_that_the_list_is_longer(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes=None, mental_health_codes="MH OP")
    for url in ("/search?near=97701&help=mental-health", "/search?near=salud+mental+97701"):
        text = plain(text_of(client, url))
        assert "1 program near" in text
        assert "Because you ask for mental health care, the list also takes programs" in text
        assert 'treats=substance-use">Only show those that treat substance use</a>' in text
        assert 'name="treats" value="substance-use" >' in text
        assert MARK in text
    far = text_of(client, "/search?near=Bangor,+ME&radius=5&name=House")
    everywhere = "near=Bangor%2C%20ME&amp;radius=5&amp;name=House&amp;treats=all"
    assert f'<a href="/search?{everywhere}">Look among mental health programs, too</a>' in far
    only = plain(text_of(client, "/search?near=97701&help=mental-health&treats=substance-use"))
    assert "Look among" not in only
    assert "0 programs near" in only
    assert "1 program that does not say that it treats substance use is left out." in only


def test_an_operator_can_show_both_kinds_unless_they_are_told_otherwise(
    client: FlaskClient, session: Session
) -> None:
    given: Services = client.application.extensions["finder"]
    settings = replace(given.settings, treats=Treats.ALL)
    client.application.extensions["finder"] = replace(given, settings=settings)
    add_facility(session, service_codes=None, mental_health_codes="MH OP")
    text = plain(text_of(client, "/search?near=97701"))
    assert "1 program near" in text
    assert 'name="treats" value="substance-use" >' in text
    assert client.get("/api/v1/facilities?near=97701").json["total"] == 1  # type: ignore[index]
    assert "0 programs near" in text_of(client, "/search?near=97701&treats=substance-use")


def test_the_unsaid_can_be_let_in_and_is_marked_on_the_card(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(session, {"service_codes": "OP"}, {"service_codes": "BU OP"})
    url = "/search?near=97701&setting=outpatient&medication=methadone&medication=buprenorphine"
    strict = plain(text_of(client, url))
    assert f'<a href="{url.replace("&", "&amp;")}&amp;unsaid=1">Also show' in strict
    assert "Not stated:" not in strict
    wide = plain(text_of(client, f"{url}&unsaid=1"))
    assert "2 programs near" in wide
    assert "1 of these programs did not say all" in wide
    assert wide.count("Not stated: Methadone or Buprenorphine. Ask when you call.") == 1
    assert 'name="unsaid" value="1" checked' in wide
    assert f'<a href="{url.replace("&", "&amp;")}">Only show programs that say yes</a>' in wide


def test_a_card_says_what_it_matches_how_far_it_is_and_how_old(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes="OP", listed_as_of=dt.date(2019, 5, 2))
    text = plain(text_of(client, "/search?near=97701&setting=outpatient"))
    assert "miles</strong> in a straight line" in text
    assert "It is here because it says yes to:" in text
    assert "Listed as of May 2, 2019 — more than " in text
    assert " years old, call to check" in text
    facility = text.partition('href="/facilities/')[2].partition('"')[0]
    assert "years ago: call to check." in text_of(client, f"/facilities/{facility}")


def test_the_rules_of_order_age_and_audience_are_published(client: FlaskClient) -> None:
    text = text_of(client, "/about")
    assert "A listing that is 2 years old or more is marked" in text
    assert "first those that say yes to more of what you ask for" in text
    assert "up to 5, 10, 25, 50, 100 miles, and beyond" in text
    assert "take only women, only men" in text


def test_little_found_is_widened_in_a_part_of_its_own(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(session, {"name": "Here"}, {"name": "Far", "latitude": 45.2})
    text = plain(text_of(client, "/search?near=97701&setting=outpatient"))
    assert "1 program near" in text
    assert "<h2>Further away</h2>" in text
    assert "Within 100 miles, 2 programs fit all you asked for." in text
    assert '<a href="/search?near=97701&amp;radius=100&amp;setting=outpatient">Search this' in text
    assert text.index(">Here</a>") < text.index("Further away") < text.index(">Far</a>")


def test_nothing_found_offers_the_nearest_the_costliest_filter_and_the_telephone(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(
        session,
        {"name": "Denies", "service_codes": "OP NMOA"},
        {"name": "By video", "service_codes": "TELE", "latitude": 45.2},
    )
    text = plain(text_of(client, "/search?near=97701&setting=outpatient&medication=any"))
    assert "0 programs near" in text
    assert "“Medication: Any medication for opioid use disorder” leaves out the most" in text
    link = '<a href="/search?near=97701&amp;setting=outpatient">Search without it</a>'
    assert f"{link}: 1 program within 25 miles." in text
    assert "These miss 1 thing you asked for." in text
    assert "Says no to: Any medication for opioid use disorder." in text
    assert "same state (OR)" in text
    assert text.index("same state (OR)") < text.index(">By video</a>")
    assert "1-800-662-4357</a> Help to find treatment" in text


def test_what_is_only_far_away_is_no_answer_and_the_helpline_is_given(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, latitude=25.0, longitude=-80.0)
    text = plain(text_of(client, "/search?near=97701"))
    assert "At any distance" not in text
    assert "Call SAMHSA National Helpline, 1-800-662-4357" in text


def test_a_state_is_searched_whole_unless_a_distance_is_asked_for(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(
        session,
        {"name": "West", "state": "TX", "latitude": 31.76, "longitude": -106.49},
        {"name": "Nowhere", "state": "TX", "latitude": None, "longitude": None},
        {"name": "Bend"},
        {"name": "Detox", "state": "TX", "latitude": 29.76, "longitude": -95.37},
        *({"name": f"More {n}", "state": "TX"} for n in range(3)),
    )
    text = plain(text_of(client, "/search?near=texas&radius="))
    assert "<h1>6 programs in Texas</h1>" in text
    assert "All listed programs in Texas" in text
    assert '<option value="" selected>All of the state</option>' in text
    assert ">Bend</a>" not in text
    near = plain(text_of(client, "/search?near=texas&radius=25"))
    assert "<h1>1 program near Texas</h1>" in near
    assert "All of the state" not in near
    assert '<option value="" selected>25 miles</option>' in near
    few = plain(text_of(client, "/search?near=texas&payment=medicaid&setting=detox"))
    assert "1 program in Texas." in few or "programs in Texas." in few


def test_no_single_filter_to_blame_and_no_place(client: FlaskClient, session: Session) -> None:
    add_facility(session, service_codes="SA")
    text = plain(text_of(client, "/search?setting=outpatient&medication=any&medication=methadone"))
    assert "No single filter is to blame." in text
    assert "Medication: Any medication for opioid use disorder or Methadone" in text
    assert ">Search without them</a>: 1 program." in text
    near = plain(text_of(client, "/search?near=97701&radius=any&setting=outpatient&setting=detox"))
    assert ">Search without it</a>: 1 program at any distance." in near


def test_a_name_with_a_mistake_is_corrected_and_says_so(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(session, {"name": "Casa Nueva"}, {"name": "Cara Nueva"})
    text = plain(text_of(client, "/search?near=97701&name=Caxa+Nueva"))
    assert "No listed program with “Caxa Nueva” in its name" in text
    assert "<h2>Did you mean “cara nueva”?</h2>" in text
    assert "We corrected the spelling of “Caxa Nueva”." in text
    assert 'href="/search?near=97701&amp;name=casa%20nueva">Search for “casa nueva”</a>' in text


def test_the_api_answers_what_was_asked_and_nothing_more(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, latitude=45.2)
    answer = client.get("/api/v1/facilities?near=97701").json
    assert answer is not None
    assert (answer["total"], answer["results"]) == (0, [])


def test_search_terms_come_back_as_text_alone(client: FlaskClient, session: Session) -> None:
    add_facility(session, name="script alert")
    text = text_of(client, "/search?name=%3Cscript%3Ealrt%3C/script%3E")
    assert "<script>" not in text
