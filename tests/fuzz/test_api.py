"""The API held against its own document, small; in full: python -m tests.fuzz.api."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import add_facility
from tests.fuzz.api import fuzz


def test_the_api_answers_as_its_document_says(
    make_app: Callable[..., Flask], session: Session
) -> None:
    app = make_app(api_limit="100000000 per hour")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    add_facility(session)
    done = fuzz(app, requests=120, seed=3)
    assert done.findings == []
    assert done.statuses[200] > 10
    assert done.statuses[400] > 10


def test_an_answer_that_is_not_as_the_document_says_is_found(app: Flask) -> None:
    (endpoint,) = [rule.endpoint for rule in app.url_map.iter_rules() if "filters" in rule.rule]
    app.view_functions[endpoint] = lambda: {"nothing": True}
    assert fuzz(app, requests=20, seed=3).findings
