"""Pages say who runs the site and where to call them, as far as the settings tell."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Operator
from tests.web.public.inquiries.test_form import code_in, send
from tests.web.public.inquiries.test_status import open_it

NAMED = Operator("Bend Helps", "541-322-7500", "one working day")
LINK = 'href="tel:+1-541-322-7500"'
PAGES = ("/about", "/privacy", "/inquiry")


def test_where_it_is_set_each_page_says_it(make_app: Callable[..., Flask]) -> None:
    client = make_app(operator=NAMED, inquiry_limit="1 per hour").test_client()
    for path in PAGES:
        page = client.get(path).text
        assert "This site is run by Bend Helps." in page
        assert LINK in page
    form = client.get("/inquiry").text
    assert "They answer within one working day." in form
    assert "The team that runs this site is that of Bend Helps." in form
    receipt = send(client, "/inquiry", pin="493817")
    assert LINK in receipt.text
    assert "when you call us" in receipt.text
    assert "We answer within one working day." in receipt.text
    assert LINK in open_it(client, code_in(receipt)).text
    throttled = send(client, "/inquiry")
    assert throttled.status_code == 429
    assert LINK in throttled.text
    assert LINK in client.get("/nothing-here").text


def test_without_settings_nobody_is_told_to_call_the_team(client: FlaskClient) -> None:
    for path in PAGES:
        page = client.get(path).text
        assert "is run by" not in page
        assert "call the team" not in page
    form = client.get("/inquiry").text
    receipt = send(client, "/inquiry").text
    assert "There is no set time for their answer." in form
    assert "There is no set time for our answer." in receipt
    assert "call us" not in receipt
    for page in (form, receipt):
        assert "within" not in page
        assert "working day" not in page


@pytest.mark.parametrize("operator", [Operator("A & B"), Operator("", "541-322-7500")])
def test_half_of_it_is_enough(make_app: Callable[..., Flask], operator: Operator) -> None:
    page = make_app(operator=operator).test_client().get("/about").text
    assert ("run by A &amp; B." in page) is bool(operator.name)
    assert (LINK in page) is bool(operator.phone)
