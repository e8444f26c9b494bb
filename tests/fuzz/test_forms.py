"""Mutated forms, some hundreds of them; in full: python -m tests.fuzz.forms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, Response
from sqlalchemy.orm import Session

from tests.factories import add_facility
from tests.fuzz.forms import fuzz, reflected

MANY = "100000000 per hour"


def test_no_form_breaks_a_page_or_comes_back_as_markup(
    make_app: Callable[..., Flask], session: Session
) -> None:
    app = make_app(inquiry_limit=MANY, inquiry_limit_in_all=MANY, api_limit=MANY)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    facility_id = add_facility(session, name="Bend & <House>")
    done = fuzz(app.test_client(), facility_id, requests=300, seed=7)
    assert done.findings == []
    assert done.requests == 300
    assert done.taken > 20  # else it would stop at a token, and see little
    assert done.statuses[400] > 20


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("<p><xfuzz>", "an element"),
        ('<p title="" onfuzz="1">', "an attribute"),
        ('<a href=" JavaScript:fuzz()">', "an address that runs something"),
    ],
)
def test_what_is_reflected_is_seen(app: Flask, body: str, finding: str) -> None:
    app.add_url_rule("/reflecting", view_func=lambda: Response(body, mimetype="text/html"))
    assert list(reflected(app.test_client().get("/reflecting"))) == [finding]
