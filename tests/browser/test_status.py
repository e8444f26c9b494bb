"""A person follows their inquiry and deletes it, in a real browser, with and without JavaScript."""

from __future__ import annotations

import base64
import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import go_on

PIN = "493817"


@pytest.fixture
def code(page: Page) -> str:
    """The code of an inquiry that this tab has just sent."""
    page.goto("/inquiry")
    page.get_by_label("Your name, or any name to use").fill("Robin")
    page.get_by_label("Phone number (for a call or a text)").fill("541 322 7599")
    go_on(page)
    page.get_by_label("Your message (you can skip this)").fill("Is there a bed?")
    page.get_by_label("A PIN of 4 to 8 digits").fill(PIN)
    go_on(page)
    page.locator("[name=consent_collect]").check()
    page.get_by_role("button", name="Send").click()
    return page.locator("#reference-code").inner_text()


def open_it(page: Page, code: str, pin: str = PIN) -> None:
    page.get_by_label("Reference code").fill(code)
    page.get_by_label("PIN", exact=True).fill(pin)
    page.get_by_role("button", name="Open").click()


def test_from_the_receipt_to_the_end(page: Page, code: str) -> None:
    page.locator("main").get_by_role("link", name="/inquiry/status").click()
    open_it(page, code.lower(), "0000")
    expect(page.get_by_role("alert")).to_contain_text("This code or this PIN is not right.")
    expect(page.get_by_label("Reference code")).to_have_value(code.lower())
    open_it(page, code)
    expect(page.locator("h1")).to_have_text("Your inquiry")
    expect(page.locator(".lead")).to_have_text("Now: Received")

    page.get_by_label("Write to us").fill("Evenings are better.\nThank you")
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_role("status")).to_have_text("Your message was added.")
    expect(page.locator(".words").first).to_have_text("Evenings are better. Thank you")

    page.get_by_text("See or change it").click()
    page.get_by_label("Safe times to reach you").fill("After six")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("status")).to_have_text("How we reach you was changed.")

    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_role("alert")).to_contain_text("Not done yet.")
    page.get_by_label("Yes, delete everything").check()
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.locator("h1")).to_have_text("Everything is deleted")
    page.goto("/inquiry/status")
    open_it(page, code)
    expect(page.get_by_role("alert")).to_contain_text("This code or this PIN is not right.")


def test_a_shared_phone_does_not_stay_signed_in(page: Page, code: str) -> None:
    page.goto("/inquiry/status")
    open_it(page, code)
    page.get_by_role("button", name="Close this page").click()
    expect(page).to_have_url("http://" + page.url.split("/")[2] + "/")
    [cookie] = page.context.cookies()
    payload = cookie["value"].partition(".")[0]
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == {"sent": True}
    page.goto("/inquiry/status")
    expect(page.locator("h1")).to_have_text("See your inquiry")
    expect(page.get_by_label("Reference code")).to_have_value("")
    other_tab = page.context.new_page()
    other_tab.goto("/inquiry/status")
    expect(other_tab.locator("h1")).to_have_text("See your inquiry")


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_screen(page: Page, code: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/inquiry/status")
    open_it(page, code)
    page.get_by_text("See or change it").click()
    for element in page.locator("main, input:visible, textarea:visible, button:visible").all():
        box = element.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width + 0.5


def test_what_people_do_not_see_they_cannot_reach_either(page: Page) -> None:
    page.goto("/inquiry")
    unseen = page.locator("[name=subject_line]")
    assert unseen.get_attribute("tabindex") == "-1"
    expect(page.get_by_role("textbox", name="Leave this empty")).to_have_count(0)
    box = unseen.locator("xpath=..").bounding_box()
    assert box is not None
    assert box["width"] <= 1
