"""A list, its comparison and its hand-out in a real browser, with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from finder.web.public.lists.saved_list import qr_of
from tests.browser.conftest import is_drawn

SEARCH = "/search?near=Bend,+OR"


@pytest.fixture
def visit(chromium: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Opens the results in a tab of its own."""
    contexts = []

    def open_page(**options: Any) -> Page:
        script = options.pop("script", None)
        context = chromium.new_context(base_url=server, **options)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(SEARCH)
        return page

    yield open_page
    for context in contexts:
        context.close()


def ids_of(page: Page) -> list[str]:
    """The numbers of the programs on a page of results, in its order."""
    links = page.locator(".card h3 a").evaluate_all("all => all.map(a => a.pathname)")
    return [link.rsplit("/", 1)[1] for link in links]


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_programs_are_compared_handed_out_and_sent(page: Page, server: str) -> None:
    page.goto(SEARCH)
    first, second, third = ids_of(page)
    page.goto(f"/list?id={first}&id={second}")
    page.get_by_label("Its number, or the address of its page").fill(f"{server}/facilities/{third}")
    page.get_by_role("button", name="Add to this list").click()
    expect(page.locator(".card")).to_have_count(3)
    page.get_by_role("link", name=re.compile("Take off the list")).first.click()
    expect(page.locator(".card")).to_have_count(2)
    address = page.locator(".address a").inner_text()
    assert address == page.url == f"{server}/list?id={second}&id={third}"
    assert page.locator("img.qr").get_attribute("src") == qr_of(address)
    is_drawn(page.locator("img.qr"))

    page.get_by_role("button", name="Compare the ticked ones").click()
    expect(page.locator("h1")).to_have_text("Programs side by side")
    expect(page.locator("tbody").first).to_contain_text("Where they differ")
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    page.get_by_role("link", name="These programs as a list").click()
    page.get_by_role("link", name="Discreet hand-out to print").click()
    expect(page).to_have_title("Places to call")
    assert pages_of(page.pdf(format="Letter")) == 1
    page.get_by_role("link", name="Back to the list").click()
    page.get_by_role("link", name="Hand-out to print", exact=True).click()
    expect(page.locator(".hand-out")).to_have_count(2)
    assert pages_of(page.pdf(format="Letter")) == 1
    page.get_by_role("link", name="Back to the list").click()
    page.get_by_role("button", name="Forget my list").click()
    expect(page.get_by_text("The list is forgotten.")).to_be_visible()


def test_without_javascript_a_second_program_is_added_to_the_first(
    visit: Callable[..., Page],
) -> None:
    page = visit(java_script_enabled=False)
    first, second, third = ids_of(page)
    save = page.get_by_role("link", name=re.compile("Save to my list"))
    save.first.click()
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_role("link", name="Go on with your search").click()
    save.nth(1).click()
    expect(page.locator(".card")).to_have_count(2)
    page.get_by_role("link", name="Search for more to add").click()
    expect(page.get_by_role("link", name="Back to my list")).to_be_visible()
    page.get_by_label("ZIP code, town or address").fill("Bend, OR")
    page.get_by_role("button", name="Search").click()
    page.locator(".card h3 a").nth(2).click()
    expect(page.get_by_role("heading", name="What it offers")).to_be_visible()
    page.get_by_role("link", name="Save to my list").click()
    expect(page.locator(".card")).to_have_count(3)
    assert page.url.endswith(f"/list?id={first}&id={second}&id={third}")
    assert page.context.cookies() == []


def test_on_a_phone_the_names_stay_in_sight_beside_no_hidden_column(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    page.goto(SEARCH)
    page.goto("/compare?" + "&".join(f"id={each}" for each in ids_of(page)))
    answer = page.locator("td.is-yes").last
    answer.scroll_into_view_if_needed()
    box = answer.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 320
    for name in page.locator("thead a").all():
        expect(name).to_be_in_viewport()
    expect(page.get_by_role("table").get_by_role("rowheader").first).to_be_attached()
    expect(page.get_by_role("columnheader")).to_have_count(3)


def test_a_device_keeps_the_list_until_it_is_forgotten(visit: Callable[..., Page]) -> None:
    page = visit()
    first, second, _ = ids_of(page)
    mine = page.locator("#my-list")
    expect(mine).to_have_text("My list")
    page.get_by_role("button", name=re.compile("Save to my list")).nth(1).click()
    expect(mine).to_have_text("My list (1)")
    page.get_by_role("button", name=re.compile("Save to my list")).first.click()
    expect(mine).to_have_attribute("href", f"/list?id={second}&id={first}")
    page.goto(f"/facilities/{first}")
    page.get_by_role("button", name="Take off my list").click()
    expect(mine).to_have_text("My list (1)")
    page.goto("/list")
    expect(page.locator(".card")).to_have_count(1)
    assert page.url.endswith(f"/list?id={second}")
    assert page.context.cookies() == []
    page.get_by_role("button", name="Forget my list").click()
    expect(page.get_by_text("The list is forgotten.")).to_be_visible()
    expect(mine).to_have_text("My list")
    assert page.evaluate("localStorage.length") == 0


def test_a_list_that_was_sent_is_kept_only_when_asked(visit: Callable[..., Page]) -> None:
    page = visit()
    first, second, _ = ids_of(page)
    page.goto(f"/list?id={first}&id={second}")
    expect(page.locator("#my-list")).to_have_text("My list")
    page.get_by_role("button", name="Keep this list on this device").click()
    expect(page.locator("#my-list")).to_have_text("My list (2)")
    expect(page.locator("[data-keep]")).to_be_hidden()
    page.get_by_role("link", name=re.compile("Take off the list")).first.click()
    expect(page.locator("#my-list")).to_have_text("My list (1)")


def test_where_storage_is_blocked_the_links_lead_to_the_list(visit: Callable[..., Page]) -> None:
    blocked = (
        "Object.defineProperty(window, 'localStorage',"
        " {get() { throw new DOMException('blocked', 'SecurityError'); }})"
    )
    page = visit(script=blocked)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.reload()
    first = ids_of(page)[0]
    page.get_by_role("link", name=re.compile("Save to my list")).first.click()
    expect(page.locator(".card")).to_have_count(1)
    assert page.url.endswith(f"/list?id={first}")
    assert errors == []
