"""The form of an inquiry, in short steps with JavaScript and on one page without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Route, expect

NAME = "Your name, or any name to use"
PHONE = "Phone number (for a call or a text)"
MESSAGE = "Your message (you can skip this)"
NO_PIN = "Without a PIN you cannot open your inquiry here"


@pytest.fixture
def page(chromium: Browser, server: str) -> Page:
    """A tab of a small phone, with JavaScript, on the form."""
    context = chromium.new_context(viewport={"width": 320, "height": 700}, base_url=server)
    page = context.new_page()
    page.goto("/inquiry")
    return page


def at_step(page: Page, number: int) -> None:
    expect(page.locator("section:not([hidden]) h2 + .hint")).to_have_text(f"Step {number} of 3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_each_step_asks_for_what_it_needs_and_nothing_is_lost_on_the_way(page: Page) -> None:
    at_step(page, 1)
    page.get_by_role("button", name="Next").click()
    at_step(page, 1)
    expect(page.get_by_label(NAME)).to_be_focused()
    page.get_by_label(NAME).fill("Robin")
    page.get_by_label(NAME).press("Enter")
    at_step(page, 1)
    expect(page.get_by_label(PHONE)).to_be_focused()
    page.get_by_label(PHONE).fill("541 322 7588")
    page.get_by_label(PHONE).press("Enter")
    at_step(page, 2)
    expect(page.get_by_role("heading", name="What it is about")).to_be_focused()
    page.get_by_label(MESSAGE).fill("A place to stay")
    page.get_by_role("button", name="Back").click()
    at_step(page, 1)
    expect(page.get_by_label(NAME)).to_have_value("Robin")
    page.go_back()
    at_step(page, 2)
    page.get_by_role("button", name="Next").click()
    at_step(page, 3)
    expect(page.get_by_text(NO_PIN)).to_be_visible()
    page.get_by_role("button", name="Send").click()
    at_step(page, 3)
    page.locator("[name=consent_collect]").check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#reference-code")).to_be_visible()
    page.context.close()


def test_what_the_server_finds_wrong_opens_its_step(page: Page) -> None:
    page.get_by_label(NAME).fill("Robin")
    needless = (PHONE, "You may leave a voicemail", "E-mail address", "Safe times to reach you")
    page.get_by_label(PHONE).fill("12")
    page.get_by_label("E-mail address").fill("no address")
    page.get_by_label("Do not contact me: I will check back myself").check()
    for label in needless:
        expect(page.get_by_label(label)).to_be_hidden()
    page.get_by_label("Text me").check()
    for label in needless:
        expect(page.get_by_label(label)).to_be_visible()
    expect(page.get_by_label(PHONE)).to_have_value("12")
    page.get_by_label("Do not contact me: I will check back myself").check()
    page.get_by_role("button", name="Next").click()
    at_step(page, 2)
    page.get_by_role("button", name="Next").click()
    at_step(page, 2)
    pin = page.get_by_label("A PIN of 4 to 8 digits")
    expect(pin).to_be_focused()
    pin.fill("12x")
    page.get_by_label(MESSAGE).fill("A place to stay")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text(NO_PIN)).to_be_hidden()
    page.locator("[name=consent_collect]").check()
    page.get_by_role("button", name="Send").click()
    at_step(page, 2)
    expect(page.locator("#pin-problem")).to_be_visible()
    expect(page.get_by_label(MESSAGE)).to_have_value("A place to stay")
    expect(page.locator("[name=phone]")).to_have_value("")
    page.context.close()


def test_a_script_that_comes_late_opens_the_step_in_which_one_types(page: Page) -> None:
    held: list[Route] = []
    page.route("**/steps.js*", lambda route: held.append(route))
    with page.expect_request("**/steps.js*"):
        page.reload(wait_until="commit")
    page.get_by_label(NAME).fill("Robin")
    page.get_by_label(MESSAGE).fill("A place to")
    held[0].continue_()
    at_step(page, 2)
    expect(page.get_by_label(MESSAGE)).to_be_focused()
    page.keyboard.type(" stay")
    expect(page.get_by_label(MESSAGE)).to_have_value("A place to stay")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label(NAME)).to_have_value("Robin")
    page.context.close()


def test_a_number_with_too_few_digits_is_told_in_its_own_step(page: Page) -> None:
    at_step(page, 1)
    page.get_by_label(NAME).fill("Robin")
    phone = page.get_by_label(PHONE)
    for wrong in ("030 901820", "322 7588", "+49 30"):
        phone.fill(wrong)
        page.get_by_role("button", name="Next").click()
        at_step(page, 1)
        expect(phone).to_be_focused()
        assert "Begin with +" in str(phone.evaluate("field => field.validationMessage"))
    phone.fill("+49 30 901820")
    page.get_by_role("button", name="Next").click()
    at_step(page, 2)
    page.get_by_role("button", name="Back").click()
    phone.fill("12")
    page.get_by_label("E-mail me").check()
    page.get_by_label("E-mail address (for an e-mail)").fill("robin@example.org")
    page.get_by_role("button", name="Next").click()
    at_step(page, 2)
    page.context.close()


def test_without_javascript_it_is_one_page(chromium: Browser, server: str) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=server)
    page = context.new_page()
    page.goto("/inquiry")
    for label in (NAME, PHONE, MESSAGE):
        expect(page.get_by_label(label)).to_be_visible()
    page.get_by_label("Do not contact me: I will check back myself").check()
    expect(page.get_by_label(PHONE)).to_be_visible()
    expect(page.get_by_text(NO_PIN)).to_be_visible()
    own = page.get_by_text("What are you looking for? (you can skip this)")
    other = page.get_by_text("What does this person need? (you can skip this)")
    expect(own).to_be_visible()
    expect(other).to_be_hidden()
    page.get_by_label("For someone else").check()
    expect(own).to_be_hidden()
    expect(other).to_be_visible()
    full = page.get_by_text("The team that runs this site may keep and read")
    expect(full).to_be_hidden()
    page.get_by_text("The full text: to keep and read it").click()
    expect(full).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_role("button", name="Next")).to_have_count(0)
    context.close()
