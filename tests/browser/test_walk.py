"""A person's way through the site, in a real browser, with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import go_on

PAGES = (
    "/",
    "/search?near=Bend,+OR",
    "/start",
    "/start?step=7&age=teen",
    "/facilities/1",
    "/glossary",
    "/about",
    "/privacy",
    "/inquiry",
    "/nope",
)
WIDTHS = (320, 390, 1280)


def first_facility(page: Page) -> str:
    page.goto("/search?near=Bend,+OR")
    href = page.locator(".card h3 a").first.get_attribute("href")
    assert href
    return href


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in (*PAGES, first_facility(page), first_facility(page) + "/inquiry"):
        page.goto(path)
        # A script of the test's own would not run where JavaScript is off.
        box = page.locator("main").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width, path
        for field in page.locator("input:visible, select:visible, button:visible").all():
            place = field.bounding_box()
            assert place is not None
            assert place["x"] + place["width"] <= width + 0.5, path


def test_text_of_twice_the_size_fits(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/", "/search?near=Bend,+OR&setting=outpatient", first_facility(page)):
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        expect(page.locator("h1")).to_have_css("font-size", re.compile(r"^(4|5|6)\d"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_buttons_keep_their_shape_where_colors_are_forced(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto("/")
    button = page.get_by_role("button", name="Search", exact=True)
    expect(button).to_have_css("border-top-style", "solid")
    expect(button).to_have_css("border-top-width", "1px")


def test_no_line_runs_through_a_legend(page: Page) -> None:
    page.goto("/search?near=Bend,+OR")
    page.get_by_text("Filters").first.click()
    legend = page.locator(".person legend")
    expect(legend).to_be_visible()
    inner, outer = legend.bounding_box(), page.locator(".person").bounding_box()
    assert inner is not None
    assert outer is not None
    assert inner["y"] > outer["y"] + 1


def test_a_wrong_detail_is_easily_tapped(page: Page) -> None:
    page.goto(first_facility(page))
    box = page.get_by_role("link", name="Report a wrong detail").bounding_box()
    assert box is not None
    assert box["height"] >= 32


def test_filters_can_be_sent_from_wherever_one_has_scrolled_to(page: Page) -> None:
    page.goto("/search?near=Bend,+OR")
    page.get_by_text("Filters").first.click()
    page.get_by_role("checkbox", name="Methadone").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Show programs")).to_be_in_viewport(ratio=1)


def test_paper_holds_what_was_asked_and_nothing_to_tap(page: Page) -> None:
    page.goto("/search?near=Bend,+OR&setting=outpatient")
    page.emulate_media(media="print")
    expect(page.locator(".chips")).to_be_visible()
    for words in ("Looking for more?", "Send an inquiry", "Save to my list"):
        expect(page.get_by_text(words).first).to_be_hidden()
    page.emulate_media(media="screen")
    page.goto(first_facility(page))
    page.emulate_media(media="print")
    unstated = page.locator(".unstated li").first
    expect(unstated).to_be_visible()
    expect(page.get_by_text("Everything on its listing")).to_be_hidden()


def test_from_the_home_page_to_a_program_and_its_phone(page: Page) -> None:
    page.goto("/")
    page.get_by_label("ZIP code, town or address").fill("97701")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("h1")).to_have_text("3 programs near 97701 (Bend, OR)")
    page.get_by_text("Filters").first.click()
    page.get_by_role("checkbox", name="Buprenorphine").check()
    page.get_by_role("button", name="Show programs").click()
    expect(page.locator("h1")).to_have_text("2 programs near 97701 (Bend, OR)")
    expect(page.locator(".chips")).to_contain_text("Buprenorphine")
    page.get_by_role("link", name="Deschutes House", exact=True).click()
    expect(page.locator("h1")).to_have_text("Deschutes House")
    expect(page.get_by_text("Only for women")).to_be_visible()
    call = page.get_by_role("link", name="Call (541) 322-7500")
    expect(call).to_have_attribute("href", "tel:+1-541-322-7500")


def test_a_filter_is_taken_away_with_one_tap(page: Page) -> None:
    page.goto("/search?near=97701&medication=none")
    expect(page.locator("h1")).to_contain_text("1 program near")
    page.locator(".chips a").click()
    expect(page.locator("h1")).to_contain_text("3 programs near")


def test_an_inquiry_is_sent_corrected_and_acknowledged(page: Page) -> None:
    page.goto(first_facility(page))
    page.get_by_role("link", name="Send an inquiry").click()
    page.get_by_label("Your name, or any name to use").fill("Robin")
    page.get_by_label("Phone number (for a call or a text)").fill("123 456 7890")
    go_on(page)
    page.get_by_label("Your message (you can skip this)").fill("Is there a bed? <b>&amp;")
    go_on(page)
    page.locator("[name=consent_collect]").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    page.get_by_label("Phone number (for a call or a text)").fill("541 322 7599")
    go_on(page)
    expect(page.get_by_label("Your message (you can skip this)")).to_have_value(
        "Is there a bed? <b>&amp;"
    )
    go_on(page)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#reference-code")).to_have_text(re.compile(r"^\w{4}-\w{4}-\w{4}$"))


def test_nothing_is_kept_of_a_visitor_who_searches(page: Page) -> None:
    for path in ("/", "/search?near=Bend,+OR", first_facility(page)):
        page.goto(path)
    assert page.context.cookies() == []


def test_the_way_through_the_form_is_open_to_a_keyboard(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator("#near:focus").count():
            break
    page.keyboard.type("Bend OR")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("3 programs near Bend, OR")


def test_errors_wear_the_same_clothes(page: Page) -> None:
    response = page.goto("/nope")
    assert response is not None
    assert response.status == 404
    expect(page.locator("h1")).to_have_text("We could not find that page")
    expect(page.get_by_label("Help right now")).to_contain_text("988")


def test_one_tap_starts_a_search_with_its_filters_and_the_place_that_was_typed(page: Page) -> None:
    page.goto("/")
    page.get_by_label("ZIP code, town or address").fill("97701")
    page.get_by_role("button", name="In Spanish").click()
    expect(page.locator("h1")).to_have_text("1 program near 97701 (Bend, OR)")
    expect(page.locator(".chips")).to_contain_text("Spanish")


def test_where_nothing_fits_there_is_still_somewhere_to_go(page: Page) -> None:
    page.goto("/search?near=97701&medication=methadone&payment=sliding-fee&language=spanish")
    expect(page.locator("h1")).to_have_text("0 programs near 97701 (Bend, OR)")
    expect(page.locator(".unmet").first).to_contain_text("Not stated: ")
    page.get_by_role("link", name="Search without it").click()
    expect(page.locator("h1")).to_contain_text("1 program near")
