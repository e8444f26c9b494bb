"""The page of one program in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def open_program(page: Page, name: str) -> None:
    page.goto("/search?near=Bend,+OR")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_have_text(name)


def test_the_data_for_search_engines_breaks_no_rule_of_the_site(page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    open_program(page, "Deschutes House")
    expect(page.locator("script[type='application/ld+json']")).to_have_count(1)
    expect(page.get_by_role("heading", name="What to ask when you call")).to_be_visible()
    assert said == []
    assert page.context.cookies() == []


def test_neighbours_lead_from_one_program_to_the_next(page: Page) -> None:
    open_program(page, "Deschutes House")
    page.get_by_role("link", name="Pilot Butte Clinic", exact=True).click()
    expect(page.locator("h1")).to_have_text("Pilot Butte Clinic")
