"""The page of one program: what it says, what to ask, what else is near, and data about it."""

from __future__ import annotations

import json
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import add_facilities, add_facility


def tree(text: str) -> Any:
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def page(client: FlaskClient, facility: int) -> str:
    response = client.get(f"/facilities/{facility}")
    assert response.status_code == 200
    return response.text


def data_of(text: str) -> list[dict[str, Any]]:
    scripts = [e for e in tree(text).iter("script") if e.get("type") == "application/ld+json"]
    return [json.loads("".join(e.itertext())) for e in scripts]


def test_it_is_well_formed_and_sets_no_cookie(client: FlaskClient, session: Session) -> None:
    one, *_ = add_facilities(session, {}, {"name": "Other House", "natural_key": "b"})
    response = client.get(f"/facilities/{one}")
    assert "Set-Cookie" not in response.headers
    parsed = tree(response.text)
    [heading] = parsed.iter("h1")
    [title] = parsed.iter("title")
    assert title.text.startswith("".join(heading.itertext()).strip())
    ids = [element.get("id") for element in parsed.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_it_says_what_to_ask_and_nothing_that_is_stated(
    client: FlaskClient, session: Session
) -> None:
    text = page(client, add_facility(session, service_codes="BU OP MD"))
    assert "An inquiry goes to the team of this site; the program hears of it only if" in text
    assert "What to ask when you call" in text
    assert "When could I start?" in text
    assert "Do you provide medication" not in text
    assert "Which insurance do you take" not in text


def test_one_that_was_united_with_another_leads_there(
    client: FlaskClient, session: Session
) -> None:
    there = add_facility(session, name="Oak House")
    merged = add_facility(session, status="closed", merged_into=there)
    assert client.get(f"/facilities/{merged}").status_code == 301
    assert client.get(f"/facilities/{merged}").location == f"/facilities/{there}"
    assert client.get(f"/api/v1/facilities/{merged}").json["id"] == there  # type: ignore[index]
    assert "Oak House" in client.get(f"/facilities/{merged}/inquiry").text
    listed = client.get(f"/list?id={merged}&id={there}").text
    assert listed.count("Oak House</a>") == 1


def test_the_mental_health_program_of_a_house_stands_apart_with_its_source_and_date(
    client: FlaskClient, session: Session
) -> None:
    facility = add_facility(
        session,
        service_codes="OP ADLT MD",
        mental_health_codes="HI CHLD AD",
        answers_from={
            "substance-use": {"payment": ["samhsa-directory-sa", "2022-05-19"]},
            "mental-health": {"": ["samhsa-directory-mh", "2022-05-20"]},
        },
    )
    response = page(client, facility)
    tree(response)
    text = " ".join(response.split())
    main, _, other = text.partition("Its mental health program")
    assert "Only for adults" in main
    assert "Only for children and teens" not in main
    assert "Only for children and teens" in other
    yes = "<dt>Yes</dt> <dd> <ul><li>Stay overnight"
    assert (yes in main, yes in other) == (False, True)
    said = "Source: SAMHSA National Directory, substance use. Listed as of May 19, 2022."
    assert (text.count("May 19, 2022"), said in main) == (1, True), main
    assert other.count("Listed as of May 20, 2022") == 1
    assert main.index("Ways to pay") < main.index("May 19, 2022")
    alone = page(client, add_facility(session, service_codes=None, mental_health_codes="MH HI"))
    assert "its listing does not say that it treats substance use" in alone
    assert "Its mental health program" not in alone
    assert yes in " ".join(alone.split())


def test_answers_older_than_the_page_say_so(client: FlaskClient, session: Session) -> None:
    older = {"substance-use": {"": ["samhsa-directory-sa", None]}}
    text = page(client, add_facility(session, service_codes="OP", answers_from=older))
    assert text.count("These answers are older than the rest of this page.") == 1
    assert text.count("The date of the listing is not known: call to check.") == 1


def test_one_that_closed_is_not_to_be_called(client: FlaskClient, session: Session) -> None:
    text = page(client, add_facility(session, status="closed"))
    assert "What to ask when you call" not in text
    assert "Send an inquiry" not in text
    assert 'class="call" href="tel:+1-541' not in text
    assert data_of(text) == []


def test_one_that_closed_leads_with_that_and_with_what_is_like_it(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, name="Still Open", street="9 Other St")
    text = page(client, add_facility(session, status="closed"))
    order = ("may have closed or moved", "Still Open", "Where it was", "What it offered")
    assert sorted(order, key=text.index) == list(order)
    assert "Its number was (541) 322-7500." in text
    assert "ask when you call" not in text


@pytest.mark.parametrize("codes", ["SA DT", "SA DT RD", "SA OD", "SA PMAT"])
def test_a_program_for_withdrawal_says_what_is_deadly_alone(
    client: FlaskClient, session: Session, codes: str
) -> None:
    assert "suddenly can kill" in page(client, add_facility(session, service_codes=codes))
    other = page(client, add_facility(session, name="Other", service_codes="SA OP MU"))
    assert "suddenly can kill" not in other


def test_what_it_says_nothing_about_is_told_in_one_place(
    client: FlaskClient, session: Session
) -> None:
    parsed = tree(page(client, add_facility(session, service_codes="OP")))
    [answered] = [h for h in parsed.iter("h3") if h.text == "Type of care"]
    assert answered is not None
    [silent] = [
        d
        for d in parsed.iter("div")
        if d.find("h3") is not None and d.find("h3").text == "It says nothing about"
    ]
    assert "Languages" in [item.text for item in silent.iter("li")]
    assert "Type of care" not in [item.text for item in silent.iter("li")]


def test_no_answer_reads_as_its_contrary(client: FlaskClient, session: Session) -> None:
    negative = "Uses no medication for opioid use disorder"
    assert negative not in page(client, add_facility(session, service_codes="BU OP"))
    assert negative in page(client, add_facility(session, service_codes="NMOA OP"))


def row_of(text: str, facet: str, word: str) -> list[str]:
    """What stands beside a word in the answers to one facet."""
    [answers] = [
        d
        for d in tree(text).iter("div")
        if d.get("class") == "answers" and d.find("h3").text == facet
    ]
    rows = [row for row in answers.iter("div") if row.findtext("dt") == word]
    return [item.text for row in rows for item in row.iter("li")]


def test_a_listing_is_not_silent_about_what_it_says_in_other_words(
    client: FlaskClient, session: Session
) -> None:
    text = page(client, add_facility(session, service_codes="OP FSA GCO ICO CBT"))
    assert row_of(text, "Ways to pay", "Also listed") == [
        "Government funding for substance use treatment"
    ]
    assert row_of(text, "Therapy", "Also listed") == ["One-on-one counseling", "Group counseling"]
    unstated = row_of(text, "Therapy", "Not stated")
    assert "Matrix Model" in unstated
    assert {"One-on-one therapy", "Group therapy"}.isdisjoint(unstated)
    silent = text[text.index("It says nothing about") : text.index("What to ask")]
    assert "Ways to pay" not in silent
    assert "Medication" in silent


def test_how_distances_are_measured_is_told_where_it_is_not_to_the_address(
    client: FlaskClient, session: Session
) -> None:
    exact, middle = add_facilities(session, {}, {"location_precision": "zip"})
    assert "distances are" not in page(client, exact)
    assert "distances are to the middle of its ZIP code" in page(client, middle)


def test_what_a_program_does_not_use_is_no_yes(client: FlaskClient, session: Session) -> None:
    text = page(client, add_facility(session, service_codes="NMOA OP"))
    negative = ["Uses no medication for opioid use disorder"]
    assert row_of(text, "Medication", "It says") == negative
    assert row_of(text, "Medication", "Yes") == []


def test_the_whole_listing_begins_with_what_most_people_ask_about(
    client: FlaskClient, session: Session
) -> None:
    text = page(client, add_facility(session, service_codes="OP MD VAPN SMON PVTN SP"))
    listing = text[text.index("Everything on its listing") :]
    places = [listing.index(w) for w in ("Setting", "Ways to pay", "Languages", "Who runs it")]
    assert places == sorted(places)
    assert places[-1] < listing.index("Smoking") < listing.index("Vaping")


@pytest.mark.parametrize("path", ["/search?near=97701", "/facilities/{}", "/compare?id={}&id={}"])
def test_that_only_adults_are_taken_stands_wherever_a_program_does(
    client: FlaskClient, session: Session, path: str
) -> None:
    ids = add_facilities(session, {"service_codes": "OP ADLT"}, {"service_codes": "OP CHLD ADLT"})
    text = client.get(path.format(*ids)).text
    assert text.count("Only for adults") == 1
    answer = client.get(f"/api/v1/facilities/{ids[0]}").json
    assert answer is not None
    assert answer["exclusive_to"] == ["adults"]


def test_neighbours_are_linked_with_how_far_they_are(client: FlaskClient, session: Session) -> None:
    one, two = add_facilities(
        session,
        {},
        {
            "natural_key": "b",
            "name": "Other House",
            "program_name": "Evenings",
            "latitude": 44.0727,
            "location_precision": "zip",
            "service_codes": "OP FEM",
        },
    )
    text = page(client, one)
    assert "Other programs nearby" in text
    assert f'<a href="/facilities/{two}">Other House</a>' in text
    for words in (
        "ZIP 97701 area, about 1 mile<",
        "in a straight line",
        "Evenings",
        "Only for women",
    ):
        assert words in text
    assert "Other programs nearby" not in page(client, add_facility(session, latitude=10.0))


def test_search_engines_get_what_is_known(client: FlaskClient, session: Session) -> None:
    facility = add_facility(session, program_name="Day Program", service_codes="SA DT")
    [data] = data_of(page(client, facility))
    offers = [
        {"@type": "Offer", "itemOffered": {"@type": "Service", "name": name}}
        for name in ("Substance use treatment", "Withdrawal care (detox)")
    ]
    assert data == {
        "makesOffer": offers,
        "@context": "https://schema.org",
        "@type": "MedicalBusiness",
        "name": "Bend House",
        "department": {"@type": "LocalBusiness", "name": "Day Program"},
        "telephone": "(541) 322-7500",
        "url": "https://example.org/",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "1 Main St",
            "addressLocality": "Bend",
            "addressRegion": "OR",
            "postalCode": "97701",
            "addressCountry": "US",
        },
        "geo": {"@type": "GeoCoordinates", "latitude": 44.0582, "longitude": -121.3153},
    }


def test_search_engines_get_nothing_that_is_not_known(
    client: FlaskClient, session: Session
) -> None:
    bare = dict.fromkeys(("street", "city", "state", "postal_code", "phone", "website"), "")
    facility = add_facility(session, **bare, service_codes="HH", location_precision="city")
    [data] = data_of(page(client, facility))
    assert data.pop("url").endswith(f"/facilities/{facility}"), "its page stands for a website"
    assert data.keys() == {"@context", "@type", "name", "makesOffer"}


@pytest.mark.parametrize("name", ["</script><script>alert(1)", "<!--<script>", "A & “B” 'c'"])
def test_no_name_breaks_out_of_the_data(client: FlaskClient, session: Session, name: str) -> None:
    text = page(client, add_facility(session, name=name))
    [data] = data_of(text)
    assert data["name"] == name
    assert text.count("</script>") == 2  # the list's own, and the data's


def test_samples_are_not_told_to_search_engines(client: FlaskClient, session: Session) -> None:
    assert data_of(page(client, add_facility(session, is_sample=True))) == []
