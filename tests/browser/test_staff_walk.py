"""From a person's inquiry to the team's answer, and to nothing being left of either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from config import Settings
from finder import create_app
from finder.extensions import db
from tests.browser.conftest import is_drawn, serving

PASSWORD = "correct horse battery staple"
EMAIL = "team@example.org"
WORDS = ("Wrenfield", "a quiet bed by the juniper tree", "541 322 7588", "we saved you a lantern")
PIN = "493817"


@pytest.fixture
def page(chromium: Browser, folder: Path) -> Iterator[Page]:
    """A narrow tab without JavaScript, before a server of its own."""
    with serving(folder, workers=1) as address:
        context = chromium.new_context(
            java_script_enabled=False,
            viewport={"width": 320, "height": 800},
            base_url=address,
        )
        yield context.new_page()
        context.close()


def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    for element in page.locator("main, input:visible, select:visible, button:visible").all():
        box = element.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320.5


def made_account(folder: Path, role: str = "triage") -> str:
    """The one-time code of a new account."""
    app = create_app(Settings.from_environment({"FINDER_DATA_DIR": str(folder)}))
    runner = app.test_cli_runner()
    made = runner.invoke(args=["staff", "create", EMAIL, "--role", role])
    with app.app_context():
        db.engine.dispose()
    assert made.exit_code == 0, made.output
    return next(line for line in made.output.splitlines() if line.count("-") == 5)


def submit(page: Page) -> str:
    page.goto("/inquiry")
    page.get_by_label("Your name, or any name to use").fill(WORDS[0])
    page.get_by_label("Phone number (for a call or a text)").fill(WORDS[2])
    page.get_by_label("Your message (you can skip this)").fill(WORDS[1])
    page.get_by_label("A PIN of 4 to 8 digits").fill(PIN)
    page.locator("[name=consent_collect]").check()
    page.get_by_role("button", name="Send").click()
    return page.locator("#reference-code").inner_text()


def sign_in(page: Page, one_time_code: str) -> None:
    page.goto("/staff/start")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("One-time code").fill(one_time_code)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Choose it").click()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    is_drawn(page.locator("img.qr"))
    fits(page)
    page.get_by_label("The six digits").fill(pyotp.TOTP(page.locator("#key").inner_text()).now())
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main code")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()


def found_in(folder: Path, *words: str) -> dict[str, list[str]]:
    """The words that stand in any file of the data folder, and where."""
    return {
        word: found
        for word in words
        if (
            found := [
                path.name
                for path in folder.rglob("*")
                if path.is_file() and word.encode() in path.read_bytes()
            ]
        )
    }


def test_an_inquiry_is_answered_read_and_leaves_nothing(page: Page, folder: Path) -> None:
    code = submit(page)
    one_time_code = made_account(folder)
    sign_in(page, one_time_code)
    expect(page.locator("h1")).to_have_text("Queue")
    fits(page)
    page.locator(".card a").click()
    assert WORDS[1] not in page.content()
    page.get_by_role("button", name="Open it").click()
    expect(page.locator("main")).to_contain_text(WORDS[1])
    fits(page)
    page.get_by_label("Write to them").fill(WORDS[3])
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    page.get_by_role("link", name="Numbers").click()
    fits(page)
    page.get_by_role("link", name="Find by code").click()
    page.get_by_label("Reference code").fill(code.lower())
    fits(page)
    page.get_by_role("button", name="Find and open it").click()
    expect(page.locator("main")).to_contain_text(WORDS[1])
    expect(page.locator("#reference-code")).to_have_text(code)
    assert code not in page.url
    for summary in page.locator("summary").all():
        summary.click()
    fits(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")

    page.goto("/inquiry/status")
    page.get_by_label("Reference code").fill(code)
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.get_by_role("button", name="Open").click()
    expect(page.locator(".words").first).to_have_text(WORDS[3])
    page.get_by_label("Yes, delete everything").check()
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.locator("h1")).to_have_text("Everything is deleted")
    assert found_in(folder, EMAIL), "what is stored in the open is found"
    assert found_in(folder, *WORDS) == {}


def test_the_log_fits_a_narrow_screen(page: Page, folder: Path) -> None:
    submit(page)
    sign_in(page, made_account(folder, "manager"))
    page.locator(".card a").click()
    page.get_by_role("button", name="Open it").click()
    page.get_by_role("link", name="Log").click()
    expect(page.locator("main")).to_contain_text("Opened")
    fits(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
