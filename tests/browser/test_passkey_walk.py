"""Signing in with passkeys, in a real Chromium with an authenticator that it plays itself.

Browsers know passkeys on http://localhost, and not at an address of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import serving
from tests.browser.test_staff_walk import EMAIL, PASSWORD, fits, made_account


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """The address of a server of this walk's own, by its name."""
    with serving(folder, workers=1) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A narrow tab that speaks to nobody but the server."""
    context = chromium.new_context(viewport={"width": 320, "height": 800}, base_url=address)
    page = context.new_page()
    elsewhere: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(address) else elsewhere.append(r.url))
    yield page
    context.close()
    assert elsewhere == []


class Authenticators:
    """Security keys that Chromium plays, plugged in one after the other."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        self.present = ""

    def plug_in(self) -> None:
        """Put a new key in the place of the one that was there."""
        if self.present:
            self.session.send(
                "WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.present}
            )
        added = self.session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self.present = added["authenticatorId"]


def give_password(page: Page) -> None:
    page.goto("/staff/sign-in")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def choose_password(page: Page, folder: Path) -> None:
    code = made_account(folder)
    page.goto("/staff/start")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("One-time code").fill(code)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Choose it").click()
    expect(page.locator("h1")).to_have_text("Sign in")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")


def test_staff_set_up_sign_in_and_change_their_passkeys(page: Page, folder: Path) -> None:
    keys = Authenticators(page)
    keys.plug_in()
    choose_password(page, folder)
    give_password(page)
    expect(page.locator("h1")).to_have_text("Set up your second step")
    fits(page)
    page.get_by_label("A name for it").fill("My phone")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("main code")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("h1")).to_have_text("Queue")
    sign_out(page)

    give_password(page)
    expect(page.locator("h1")).to_have_text("Your second step")
    expect(page.get_by_label("Recovery code")).to_be_visible()
    expect(page.locator("[data-no-passkeys]")).to_be_hidden()
    fits(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("h1")).to_have_text("Queue")

    page.get_by_role("link", name="Sessions").click()
    page.get_by_role("link", name="Passkeys and app").click()
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card")).to_contain_text("last used at")
    add = page.locator("form[data-passkey]")
    add.get_by_label("Your password").fill("a guess at it")
    add.get_by_role("button", name="Add a passkey").click()
    expect(add.get_by_role("alert")).to_contain_text("This is not your present password")
    add.get_by_label("Your password").fill(PASSWORD)
    add.get_by_role("button", name="Add a passkey").click()
    expect(add.get_by_role("alert")).to_contain_text("holds a passkey of this account already")
    expect(add.get_by_role("button")).to_be_enabled()
    keys.plug_in()
    add.get_by_label("A name for it").fill("Key ring")
    add.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".card")).to_have_count(2)
    fits(page)

    first = page.locator(".card").filter(has_text="My phone")
    first.get_by_text("Remove", exact=True).click()
    first.get_by_label("Your password").fill(PASSWORD)
    first.get_by_role("button", name="Remove it").click()
    expect(page.locator(".card")).to_have_count(1)
    last = page.locator(".card").filter(has_text="Key ring")
    last.get_by_text("Remove", exact=True).click()
    last.get_by_label("Your password").fill(PASSWORD)
    last.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("alert").first).to_contain_text("This is your only second factor")
    sign_out(page)

    give_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("h1")).to_have_text("Queue")


def test_a_prompt_that_was_turned_down_says_what_to_do(page: Page, folder: Path) -> None:
    keys = Authenticators(page)
    keys.plug_in()
    choose_password(page, folder)
    give_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("main code")).to_have_count(10)
    [code, *_] = page.locator("main code").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)

    give_password(page)
    keys.plug_in()  # another one, which knows nothing of this site
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("It was cancelled, or it took too long")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_enabled()
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Queue")


def test_at_an_address_of_numbers_the_page_says_where_passkeys_work(
    page: Page, address: str, folder: Path
) -> None:
    numbers = address.replace("localhost", "127.0.0.1")
    # Before the first page: a route set while a page is on its way may miss that page's requests.
    page.route("**/staff/set-up/challenge", lambda route: route.fulfill(json=elsewhere(numbers)))
    choose_password(page, folder)
    Authenticators(page).plug_in()
    give_password(page)
    expect(page.locator("h1")).to_have_text("Set up your second step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Open the site by its name")


def elsewhere(address: str) -> dict[str, object]:
    """What a server at another address would ask for."""
    host = re.sub(r"^https?://|:\d+$", "", address)
    return {
        "options": {
            "rp": {"id": host, "name": "Finder"},
            "user": {"id": "AAAA", "name": "x", "displayName": "x"},
            "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        }
    }


def test_where_the_browser_knows_no_passkeys_the_codes_are_left(page: Page, folder: Path) -> None:
    choose_password(page, folder)
    page.add_init_script("delete window.PublicKeyCredential")
    give_password(page)
    expect(page.get_by_label("The six digits")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
