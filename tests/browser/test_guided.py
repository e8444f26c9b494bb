"""The guided start, walked from the home page to a program, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect


def test_it_leads_from_the_home_page_to_a_search(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Not sure what to look for?").click()
    expect(page.locator("h1")).to_have_text("How old is the person who needs help?")
    page.get_by_label("26 to 64").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("link", name="Skip this question").click()
    expect(page.get_by_text("call 911")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Living at home and going there").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_label("Living at home and going there")).to_be_checked()
    page.get_by_role("link", name="Go to the search now").click()
    expect(page.get_by_text("asks for Type of care: Visit from home")).to_be_visible()
    page.get_by_label("ZIP code, town or address").fill("Bend, OR")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Bend, OR")
    assert "setting=outpatient" in page.url
    assert "for_age=40" in page.url
    assert page.context.cookies() == []


@pytest.mark.parametrize("path", ["/start?step=3", "/start?step=7&payment=none", "/glossary"])
def test_nothing_is_wider_than_a_small_phone(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
