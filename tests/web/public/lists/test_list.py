"""A list in the address, its hand-outs, its messages, and programs side by side."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import html5lib
import pytest
import segno
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from finder.facilities.listings.comparison import LONGEST_LIST
from finder.web.public.lists.saved_list import qr_of
from tests.factories import add_facilities


@pytest.fixture
def ids(session: Session) -> list[int]:
    """Three programs in Bend: the name of the second tells what it is."""
    return add_facilities(
        session,
        {"natural_key": "a", "name": "Deschutes House", "service_codes": "OP BU MD FEM"},
        {
            "natural_key": "b",
            "name": "Bend Recovery & Rehab",
            "program_name": "Detox Unit",
            "service_codes": "OP NMOA",
            "phone": "(541) 322-7501",
            "street": "2 Second St",
        },
        {"natural_key": "c", "name": "Old Mill", "service_codes": "DT", "status": "closed"},
    )


def test_what_a_program_treats_stands_in_lists_but_on_no_discreet_paper(
    client: FlaskClient, session: Session
) -> None:
    minds = {"service_codes": None, "mental_health_codes": "OP"}
    ids = add_facilities(session, {"service_codes": "OP"}, minds)
    mark = "its listing does not say that it treats substance use"
    for path, times in (("list", 1), ("list/print", 1), ("compare", 0)):
        assert client.get(f"/{path}?{query(ids)}").text.count(mark) == times
    assert mark not in client.get(f"/list/print?{query(ids)}&discreet=1").text
    compared = " ".join(client.get(f"/compare?{query(ids)}").text.split())
    cells = '<td role="cell">Substance use</td> <td role="cell">Mental health</td>'
    assert cells in compared


def query(ids: list[int]) -> str:
    return "&".join(f"id={each}" for each in ids)


def tree(text: str) -> object:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(text)


def test_the_list_keeps_the_order_of_the_address(client: FlaskClient, ids: list[int]) -> None:
    text = client.get(f"/list?{query([ids[1], ids[0]])}").text
    assert 0 < text.index("Bend Recovery &amp; Rehab") < text.index("Deschutes House")
    assert "Old Mill" not in text


def test_one_can_be_taken_off(client: FlaskClient, ids: list[int]) -> None:
    text = client.get(f"/list?{query(ids[:2])}").text
    assert f'href="/list?id={ids[1]}" data-remove="{ids[0]}"' in text
    alone = client.get(f"/list?id={ids[0]}").text
    assert f'href="/list" data-remove="{ids[0]}"' in alone
    assert 'type="checkbox"' not in alone


@pytest.mark.parametrize(
    "given", ["{}", " {} ", "/facilities/{}", "https://a.org/facilities/{}?x=1"]
)
def test_one_can_be_added_by_number_or_address(
    client: FlaskClient, ids: list[int], given: str
) -> None:
    response = client.get("/list", query_string={"id": [str(ids[0]), given.format(ids[1])]})
    assert "Deschutes House" in response.text
    assert "Bend Recovery" in response.text


def test_what_cannot_be_shown_is_told(client: FlaskClient, ids: list[int]) -> None:
    text = client.get(f"/list?id={ids[2]}&id=99999&id=<x>&id=").text
    assert "the program with the number 99999" in text
    assert "“&lt;x&gt;” is not the number of a program." in text
    assert "It may have closed or moved." in text
    many = client.get("/list?" + query(list(range(1, LONGEST_LIST + 2)))).text
    assert f"A list holds {LONGEST_LIST} programs" in many


def test_an_empty_list_says_how_to_fill_it_and_a_forgotten_one_what_is_left(
    client: FlaskClient,
) -> None:
    assert "There is nothing on this list yet" in client.get("/list").text
    assert "history of your browser" in client.get("/list?forgotten=1").text


def test_nothing_is_kept_of_a_list(client: FlaskClient, ids: list[int]) -> None:
    for path in ("/list", "/list/print", "/compare"):
        response = client.get(f"{path}?{query(ids)}")
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"


def test_programs_are_compared_in_a_real_table(client: FlaskClient, ids: list[int]) -> None:
    text = client.get(f"/compare?{query(ids)}").text
    page = tree(text)
    [table] = page.iter("table")  # type: ignore[attr-defined]  # an Element
    assert table.find("caption") is not None
    assert [e.get("scope") for e in table.find("thead").iter("th")] == ["col"] * 3
    assert all(
        row.find("th").get("scope") in ("row", "rowgroup")
        for row in table.iter("tr")
        if row.find("th") is not None and row.find("td") is not None and row.find("td").text
    )
    differ, share = text.index("Where they differ"), text.index("How to reach them")
    assert differ < share
    assert "Not stated" in text[differ:share]
    assert "Only for women" in text
    assert "(541) 322-7501" in text
    assert "Jan 15, 2026" in text
    assert "not stated by any of them" in text
    assert 'role="region"' in text
    assert 'tabindex="0"' in text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/compare", "Tick at least two"),
        ("/compare?id=1&id=2&id=3&id=4&id=5", "Four programs at most"),
        ("/compare?id=98&id=99", "the programs with the numbers 98, 99"),
    ],
)
def test_what_cannot_be_compared_says_what_to_do(
    client: FlaskClient, path: str, words: str
) -> None:
    response = client.get(path)
    assert response.status_code == 400
    assert words in response.text
    assert "Back to the list" in response.text


def test_a_hand_out_says_what_to_know_and_to_ask(client: FlaskClient, ids: list[int]) -> None:
    text = client.get(f"/list/print?{query(ids)}").text
    for words in (
        "Bend Recovery &amp; Rehab",
        "Detox Unit",
        "(541) 322-7501",
        "2 Second St",
        "Buprenorphine",
        "Medicaid",
        "Listed as of Jan 15, 2026.",
        "When can I come?",
        "Notes:",
        "Only for women",
        "it may have closed or moved",
    ):
        assert words in text
    assert "There is nothing on this list yet" in client.get("/list/print").text


def test_a_discreet_hand_out_does_not_say_what_it_is_for(
    client: FlaskClient, ids: list[int]
) -> None:
    text = client.get(f"/list/print?{query(ids)}&discreet=1").text
    page = tree(text)
    seen = " ".join("".join(page.itertext()).split())  # type: ignore[attr-defined]  # an Element
    telling = r"rehab|recover|treat|detox|drug|addict|medicat|finder|program|crisis|bupren|women"
    assert not re.search(telling, seen, re.IGNORECASE)
    assert "Deschutes House" in seen
    assert "Place 2:" in seen
    assert "(541) 322-7501" in seen
    assert "2 Second St" in seen


def test_messages_are_opened_on_the_device_with_the_list_in_them(
    client: FlaskClient, ids: list[int]
) -> None:
    page = tree(client.get(f"/list?{query(ids[:2])}").text)
    links = {a.get("href").split(":")[0]: a.get("href") for a in page.iter("a")}  # type: ignore[attr-defined]  # an Element
    sms = unquote(links["sms"].removeprefix("sms:?&body="))
    mail = parse_qs(urlsplit(links["mailto"]).query)
    assert mail["subject"] == ["My list"]
    assert mail["body"] == [sms]
    for words in ("Bend Recovery & Rehab", "(541) 322-7501", "2 Second St, Bend, OR 97701"):
        assert words in sms
    assert sms.endswith(f"http://localhost/list?{query(ids[:2])}")


def test_a_sample_is_not_sent_as_one_to_call(client: FlaskClient, session: Session) -> None:
    [sample] = add_facilities(session, {"is_sample": True, "phone": "(541) 555-0100"})
    page = tree(client.get(f"/list?id={sample}").text)
    [sms] = [a.get("href") for a in page.iter("a") if a.get("href").startswith("sms:")]  # type: ignore[attr-defined]  # an Element
    assert "do%20not%20call" in sms
    assert "555-0100" not in unquote(sms)


def test_the_code_holds_the_absolute_address_of_the_list(
    client: FlaskClient, ids: list[int]
) -> None:
    page = tree(client.get(f"/list?{query(ids[:2])}", base_url="https://care.example").text)
    [image] = page.iter("img")  # type: ignore[attr-defined]  # an Element
    address = f"https://care.example/list?{query(ids[:2])}"
    assert image.get("src") == qr_of(address)
    assert image.get("src") != qr_of(address + "0")
    assert image.get("alt")
    code = segno.make(address, error="m", micro=False)
    assert image.get("src").startswith("data:image/svg+xml")
    assert not code.is_micro


def test_cards_and_pages_offer_to_save(client: FlaskClient, ids: list[int]) -> None:
    for path in ("/search?near=Bend,+OR", f"/facilities/{ids[0]}"):
        assert f'href="/list?id={ids[0]}" data-save="{ids[0]}"' in client.get(path).text


@pytest.mark.parametrize("path", ["/list", "/list/print", "/list/print?discreet=1", "/compare"])
def test_every_page_of_a_list_is_well_formed(
    client: FlaskClient, ids: list[int], path: str
) -> None:
    for given in (query(ids), ""):
        page = tree(client.get(f"{path}{'&' if '?' in path else '?'}{given}").text)
        [heading] = page.iter("h1")  # type: ignore[attr-defined]  # an Element
        [title] = page.iter("title")  # type: ignore[attr-defined]  # an Element
        assert title.text.startswith("".join(heading.itertext()).strip())


def test_a_search_takes_a_list_along_and_adds_to_it(client: FlaskClient, ids: list[int]) -> None:
    first, second, _ = ids
    shown = client.get(
        f"/list?id={first}", headers={"Referer": "http://localhost/search?near=97701"}
    )
    assert f'href="/search?near=97701&amp;list={first}">Go on with your search' in shown.text
    assert f'href="/?list={first}">Search for more to add' in shown.text
    home = client.get(f"/?list={first}").text
    assert f'<input type="hidden" name="list" value="{first}">' in home
    assert f'<a href="/list?id={first}">Back to my list' in home
    wanted = f"/search?near=97701&medication=none&list={first}"
    text = client.get(wanted).text
    assert f'<a href="/search?near=97701&amp;list={first}">Uses no medication' in text
    assert f'href="/list?id={first}&amp;id={second}" data-save="{second}"' in text
    assert f'<a href="/facilities/{second}?list={first}">' in text
    page = client.get(f"/facilities/{second}?list={first}").text
    assert f'href="/list?id={first}&amp;id={second}" data-save="{second}"' in page
    assert f'href="/list?id={second}" data-save="{second}"' in client.get("/search?near=97701").text
    start = client.get(f"/search?near=97701&start=veteran&list={first}")
    assert f"list={first}" in start.location


@pytest.mark.parametrize(
    "came_from",
    ["https://elsewhere.example/search?near=1", "http://localhost/privacy", "", "http://["],
)
def test_only_a_search_of_this_site_is_gone_on_with(
    client: FlaskClient, ids: list[int], came_from: str
) -> None:
    text = client.get(f"/list?id={ids[0]}", headers={"Referer": came_from}).text
    assert "Go on with your search" not in text
    assert "Search for more to add" in text


@pytest.mark.parametrize("given", ["x", "<b>", "-1", "1e5", "٣", "99999999999", ".."])
def test_a_list_that_is_none_is_not_carried(
    client: FlaskClient, ids: list[int], given: str
) -> None:
    text = client.get("/search", query_string={"near": "97701", "list": given}).text
    assert 'name="list"' not in text
    assert f'href="/list?id={ids[0]}" data-save' in text


def test_twenty_cards_stay_small(client: FlaskClient, session: Session) -> None:
    add_facilities(
        session,
        *(
            {
                "natural_key": f"{n}",
                "name": f"Program {n}",
                "street": f"{n} Main St",
                "phone": f"(541) 322-{7500 + n}",
            }
            for n in range(25)
        ),
    )
    response = client.get("/search?near=Bend,+OR", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) < 30_000
