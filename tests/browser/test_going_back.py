"""On a shared phone nobody reads by going back what was sent; what was not sent is still there."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import go_on

NAME = "Your name, or any name to use"
PHONE = "Phone number (for a call or a text)"
MESSAGE = "Your message (you can skip this)"


def fill_in(page: Page) -> int:
    """Fill a new form in; return the number of its entry in the history."""
    page.goto("/inquiry")
    entry = int(page.evaluate("window.history.length"))
    page.get_by_label(NAME).fill("Robin")
    page.get_by_label(PHONE).fill("541 322 7533")
    page.get_by_label("You may leave a voicemail").check()
    go_on(page)
    page.get_by_label("For someone else").check()
    page.get_by_label(MESSAGE).fill("Is there a bed?")
    go_on(page)
    page.locator("[name=consent_collect]").check()
    return entry


def back_to_the_form(page: Page, entry: int) -> None:
    """Go back to an entry of the history, as somebody does who presses long on "Back"."""
    with suppress(Error):  # the page that is asked is gone before it answers
        page.evaluate(f"window.history.go({entry} - window.history.length)")
    expect(page.locator("form[data-step]")).to_have_count(1)
    expect(page.locator("#reference-code, #phone-problem")).to_have_count(0)
    page.wait_for_load_state()


def assert_empty(page: Page) -> None:
    for name in ("contact_name", "phone", "message"):
        expect(page.locator(f"[name={name}]")).to_have_value("")
    for name in ("voicemail_ok", "consent_collect"):
        expect(page.locator(f"[name={name}]")).not_to_be_checked()
    expect(page.locator("[name=for_whom][value=self]")).to_be_checked()


def send(page: Page) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#reference-code")).to_be_visible()


def test_after_it_was_sent_going_back_shows_an_empty_form(page: Page) -> None:
    entry = fill_in(page)
    send(page)
    back_to_the_form(page, entry)
    assert_empty(page)


def test_closing_the_page_of_an_inquiry_does_not_bring_it_back(page: Page) -> None:
    entry = fill_in(page)
    send(page)
    page.goto("/inquiry/status")
    page.goto("/")
    # What "Close this page" does to the cookie, without an inquiry to open first.
    token = page.request.get("/inquiry").text().split('name="csrf_token"')[1].split('value="')[1]
    page.request.post("/inquiry/status/close", form={"csrf_token": token.split('"')[0]})
    back_to_the_form(page, entry)
    assert_empty(page)


def test_what_was_not_sent_is_still_there(page: Page) -> None:
    fill_in(page)
    page.goto("/privacy")
    page.go_back()
    expect(page.locator("[name=contact_name]")).to_have_value("Robin")
    expect(page.locator("[name=message]")).to_have_value("Is there a bed?")
    expect(page.locator("[name=for_whom][value=other]")).to_be_checked()


def test_an_error_loses_nothing_when_the_page_is_loaded_again(page: Page) -> None:
    fill_in(page)
    page.locator("[name=phone]").evaluate("field => { field.value = '12'; }")
    page.locator("form[data-step]").evaluate("form => form.submit()")
    expect(page.locator("#phone-problem")).to_have_count(1)
    expect(page.locator("[name=message]")).to_have_value("Is there a bed?")
    page.reload()
    expect(page.locator("[name=message]")).to_have_value("Is there a bed?")
    page.go_back()
    expect(page.locator("#phone-problem")).to_have_count(0)
    expect(page.locator("[name=message]")).to_have_value("Is there a bed?")
