"""The glossary explains what the filters and the pages of programs link to."""

from __future__ import annotations

import gzip

from flask.testing import FlaskClient
from html5lib import parse
from sqlalchemy.orm import Session

from finder.facilities.vocabulary.filters import FILTERS
from tests.factories import add_facility
from tests.web.test_pages import text_of


def test_every_value_that_is_explained_stands_in_it_once(client: FlaskClient) -> None:
    page = parse(text_of(client, "/glossary"), namespaceHTMLElements=False)
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    wanted = [
        f"{facet.name}-{option.value}"
        for facet in FILTERS
        for option in facet.options
        if option.help
    ]
    assert set(wanted) <= set(ids)


def test_the_form_and_a_program_link_to_it(client: FlaskClient, session: Session) -> None:
    facility_id = add_facility(session)
    assert 'href="/glossary"' in text_of(client, f"/facilities/{facility_id}")
    page = text_of(client, "/glossary")
    form = text_of(client, "/")
    for facet in FILTERS:
        assert f'href="/glossary#{facet.name}"' in form
        assert f'<h2 id="{facet.name}">' in page


def test_it_is_a_small_page(client: FlaskClient) -> None:
    assert len(gzip.compress(client.get("/glossary").data)) < 10_000


def test_the_six_that_matter_most_are_open_in_the_form(client: FlaskClient) -> None:
    form = parse(text_of(client, "/"), namespaceHTMLElements=False)
    facets = form.findall(".//details[@class='facet']")
    opened = [each.find("summary").text.strip() for each in facets if each.get("open") is not None]
    assert opened == [facet.label for facet in FILTERS if facet.prominent]
    assert len(opened) == 6
