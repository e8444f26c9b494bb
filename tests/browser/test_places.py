"""Suggestions while typing and "use my location", by keyboard, touch and screen reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

NAME = "ZIP code, town or address"
BEND = {"latitude": 44.0581733, "longitude": -121.3153096}


@pytest.fixture
def visit(chromium: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Opens the home page in a tab of its own."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(base_url=server, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto("/")
        return page

    yield open_page
    for context in contexts:
        context.close()


def places(page: Page) -> Locator:
    """The list of suggestions."""
    return page.locator("#near-suggestions")


def test_a_place_is_completed_with_the_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit()
    field = page.get_by_role("combobox", name="ZIP code, town or address")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially("philad")
    expect(places(page).get_by_role("option").first).to_have_text("Philadelphia, PA")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").first).to_contain_text("places: use the arrow keys.")
    field.press("ArrowDown")
    expect(places(page).get_by_role("option", selected=True)).to_have_text("Philadelphia, PA")
    active = field.get_attribute("aria-activedescendant")
    assert active
    assert page.locator(f"#{active}").inner_text() == "Philadelphia, PA"
    field.press("Enter")
    expect(field).to_have_value("Philadelphia, PA")
    expect(places(page)).to_be_hidden()
    field.press("Enter")
    expect(page.locator("h1")).to_contain_text("Philadelphia, PA")


def test_a_screen_reader_is_told_of_the_list_and_of_the_chosen_option(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    field = page.get_by_role("combobox", name="ZIP code, town or address")
    field.press_sequentially("philad")
    expect(places(page).get_by_role("option").first).to_be_visible()
    field.press("ArrowDown")
    expect(places(page).get_by_role("option", selected=True)).to_have_count(1)
    session = page.context.new_cdp_session(page)
    tree = session.send("Accessibility.getFullAXTree")["nodes"]
    (combobox,) = [node for node in tree if _said(node, "role", "name") == ("combobox", NAME)]
    has = {each["name"]: each["value"] for each in combobox["properties"]}
    assert has["expanded"]["value"] is True
    assert has["autocomplete"]["value"] == "list"
    listbox, option = (_related(tree, has[each]) for each in ("controls", "activedescendant"))
    role, name = _said(listbox, "role", "name")
    assert role == "listbox"
    assert name
    assert _said(option, "role", "name") == ("option", "Philadelphia, PA")
    selected = [each for each in option["properties"] if each["name"] == "selected"]
    assert [each["value"]["value"] for each in selected] == [True]


def _said(node: dict[str, Any], *fields: str) -> tuple[str, ...]:
    """What a node of the accessibility tree says of itself."""
    return tuple(node.get(field, {}).get("value", "") for field in fields)


def _related(tree: list[dict[str, Any]], value: dict[str, Any]) -> dict[str, Any]:
    """The one node that a property points to."""
    (related,) = value["relatedNodes"]
    (node,) = [n for n in tree if n.get("backendDOMNodeId") == related["backendDOMNodeId"]]
    return node


def test_the_list_goes_round_closes_with_escape_and_leaves_what_was_typed(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    field = page.get_by_role("combobox", name="ZIP code, town or address")
    field.press_sequentially("spri")
    options = places(page).get_by_role("option")
    expect(options.first).to_be_visible()
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(places(page)).to_be_hidden()
    expect(field).to_have_value("spri")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))


def test_a_suggestion_can_be_tapped(visit: Callable[..., Page]) -> None:
    page = visit(has_touch=True, viewport={"width": 390, "height": 844})
    field = page.get_by_role("combobox", name="ZIP code, town or address")
    field.tap()
    field.press_sequentially("bend, o")
    places(page).get_by_role("option", name="Bend, OR").tap()
    expect(page.locator("h1")).to_have_text("3 programs near Bend, OR")
    expect(field).to_have_value("Bend, OR")


def test_a_suggestion_that_is_tapped_beside_open_filters_leaves_the_button_in_view(
    visit: Callable[..., Page],
) -> None:
    page = visit(has_touch=True, viewport={"width": 390, "height": 844})
    page.locator("details.filters > summary").click()
    field = page.get_by_role("combobox", name=NAME)
    field.tap()
    field.press_sequentially("bend, o")
    places(page).get_by_role("option", name="Bend, OR").tap()
    expect(field).to_have_value("Bend, OR")
    expect(places(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_in_viewport(ratio=1)
    expect(page).to_have_url(re.compile("/$"))


def test_a_suggestion_that_a_screen_reader_chooses_is_only_filled_in(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    field = page.get_by_role("combobox", name=NAME)
    field.press_sequentially("bend, o")
    option = places(page).get_by_role("option", name="Bend, OR")
    expect(option).to_be_visible()
    option.dispatch_event("click")
    expect(field).to_have_value("Bend, OR")
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile("/$"))


def test_where_nothing_begins_like_a_text_nothing_is_said(visit: Callable[..., Page]) -> None:
    page = visit()
    field = page.get_by_role("combobox", name=NAME)
    field.press_sequentially("philad")
    status = page.get_by_role("status").first
    expect(status).to_contain_text("places: use the arrow keys.")
    with page.expect_response(re.compile("q=zzqx")):
        field.fill("zzqx")
    expect(status).to_have_text("")
    expect(places(page)).to_be_hidden()


def test_a_letter_typed_while_one_waits_for_an_answer_is_asked_for_too(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    held: list[Route] = []
    page.route("**/api/v1/places?*q=phi", lambda route: held.append(route))
    field = page.get_by_role("combobox", name=NAME)
    with page.expect_request(re.compile("q=phi$")):
        field.press_sequentially("phi")
    field.press_sequentially("l")
    expect(places(page).get_by_role("option").first).to_have_text("Philadelphia, PA")
    held[0].abort()


def test_one_letter_asks_nothing_and_typing_fast_asks_once(visit: Callable[..., Page]) -> None:
    page = visit()
    page.clock.install()
    page.clock.pause_at(datetime.now(tz=UTC) + timedelta(hours=1))
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/api/" in r.url else None)
    field = page.get_by_role("combobox", name="ZIP code, town or address")
    field.press_sequentially("p")
    page.clock.run_for(400)
    assert asked == []
    for letter in "ortland":
        field.press_sequentially(letter)
        page.clock.run_for(100)
    assert asked == []
    page.clock.run_for(100)
    expect(places(page).get_by_role("option").first).to_be_visible()
    assert len(asked) == 1


def test_a_shared_location_searches_around_it_rounded_and_named(
    visit: Callable[..., Page],
) -> None:
    page = visit(geolocation=BEND, permissions=["geolocation"])
    page.get_by_role("button", name="Use my location").click()
    expect(page.locator("h1")).to_have_text("3 programs near Bend, OR")
    assert "44.06" in page.url
    assert "44.058" not in page.url
    field = page.get_by_role("combobox", name=NAME)
    expect(field).to_have_value("My location")
    # The next search from the same page is still there, until something else is typed.
    field.press("Enter")
    expect(page).to_have_url(re.compile("around=.*lat=44.06|lat=44.06.*around="))
    expect(page.locator("h1")).to_have_text("3 programs near Bend, OR")
    field.fill("Portland, OR")
    field.press("Enter")
    expect(page.locator("h1")).to_contain_text("near Portland, OR")
    assert "lat=" not in page.url


def test_a_refused_location_says_what_to_do_instead(visit: Callable[..., Page]) -> None:
    page = visit(permissions=[])
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_text("Your device does not share where you are.")).to_be_visible()
    expect(page.get_by_role("combobox", name="ZIP code, town or address")).to_be_focused()


def test_a_location_that_does_not_come_says_so(visit: Callable[..., Page]) -> None:
    page = visit(permissions=["geolocation"])
    page.evaluate(
        "() => { navigator.geolocation.getCurrentPosition = (_, fail, options) => {"
        " window.waits = options.timeout;"
        " window.giveUp = () => fail({code: 3, PERMISSION_DENIED: 1}); } }"
    )
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_text("Looking for where you are")).to_be_visible()
    assert 0 < page.evaluate("() => window.waits") <= 15_000
    page.evaluate("() => window.giveUp()")
    expect(page.get_by_text("Your device could not tell where you are.")).to_be_visible()


def test_without_javascript_there_is_neither_list_nor_button(
    visit: Callable[..., Page],
) -> None:
    page = visit(java_script_enabled=False)
    expect(page.get_by_role("button", name="Use my location")).to_be_hidden()
    expect(page.get_by_role("textbox", name="ZIP code, town or address")).to_be_visible()
