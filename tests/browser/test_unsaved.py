"""Words in one form of a page are not lost because another one is sent."""

from __future__ import annotations

from playwright.sync_api import Browser, Dialog, expect

from tests.browser.conftest import go_on

PIN = "493817"


def test_another_form_asks_before_words_are_lost(chromium: Browser, server: str) -> None:
    context = chromium.new_context(base_url=server)
    page = context.new_page()
    page.goto("/inquiry")
    page.get_by_label("Your name, or any name to use").fill("Robin")
    page.get_by_label("Phone number (for a call or a text)").fill("541 322 7511")
    go_on(page)
    page.get_by_label("A PIN of 4 to 8 digits").fill(PIN)
    go_on(page)
    page.locator("[name=consent_collect]").check()
    page.get_by_role("button", name="Send").click()
    code = page.locator("#reference-code").inner_text()
    page.goto("/inquiry/status")
    page.get_by_label("Reference code").fill(code)
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.get_by_role("button", name="Open").click()
    expect(page.locator("h1")).to_have_text("Your inquiry")
    page.wait_for_load_state()

    answers = [False, True]
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if answers.pop(0):
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_label("Write to us").fill("Half a mess")
    page.get_by_text("See or change it").click()
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_label("Write to us")).to_be_focused()
    expect(page.get_by_label("Write to us")).to_have_value("Half a mess")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("status")).to_have_text("How we reach you was changed.")
    assert len(asked) == 2
    assert "not sent yet" in asked[0]
    page.get_by_label("Write to us").fill("A whole message")
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_role("status")).to_have_text("Your message was added.")
    assert len(asked) == 2
    context.close()
