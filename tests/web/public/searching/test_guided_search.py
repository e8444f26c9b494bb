"""The guided start: its answers set filters that exist, and everything can be skipped or undone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from html5lib import parse
from sqlalchemy.orm import Session

from finder.facilities.search.request import parse_search
from finder.web.public.searching.guided_search import QUESTIONS, Choice, Question, search_parameters
from tests.factories import add_facility
from tests.web.test_pages import text_of

LAST = len(QUESTIONS) + 1


@pytest.mark.parametrize(
    ("question", "choice"),
    [
        pytest.param(question, choice, id=f"{question.name}-{choice.value}")
        for question in QUESTIONS
        for choice in question.choices
    ],
)
def test_every_answer_sets_what_a_search_knows(
    client: FlaskClient, question: Question, choice: Choice
) -> None:
    meant = search_parameters({question.name: (choice.value,)})
    assert meant == choice.sets
    parse_search(meant)
    text = text_of(client, f"/start?step={LAST}&{question.name}={choice.value}")
    assert (f"<strong>{choice.label}</strong>" in text) is bool(choice.sets)


@pytest.mark.parametrize("number", range(1, LAST))
def test_every_question_can_be_skipped(client: FlaskClient, number: int) -> None:
    text = text_of(client, f"/start?step={number}&age=teen")
    assert QUESTIONS[number - 1].label in text
    kept = "" if QUESTIONS[number - 1].name == "age" else "&amp;age=teen"
    assert f'<a href="/start?step={number + 1}{kept}">Skip this question</a>' in text


def test_answers_travel_in_the_address_and_come_back_ticked(client: FlaskClient) -> None:
    text = text_of(client, "/start?step=2&age=teen&person=male&person=veteran")
    assert '<input type="hidden" name="age" value="teen">' in text
    assert 'value="veteran" checked' in text
    assert 'href="/start?step=1&amp;age=teen&amp;person=male&amp;person=veteran">Back' in text


def test_the_search_has_its_filters_set_and_each_of_them_explained(client: FlaskClient) -> None:
    answers = {"age": "teen", "payment": "none", "care": "visits", "substance": "other"}
    text = text_of(client, f"/start?{urlencode({'step': LAST, **answers})}")
    assert "asks for Ways to pay: Price based on your income (sliding fee) or Help with" in text
    assert "leaves out programs whose listing says that they do not take this age" in text
    assert "Something else" not in text
    for box in ("sliding-fee", "assistance", "free", "outpatient"):
        assert f'value="{box}" checked' in text
    assert 'name="for_age"' in text
    assert f'href="/start?step={LAST}&amp;age=teen&amp;substance=other&amp;payment=none"' in text


def test_it_ends_in_a_search(client: FlaskClient, session: Session) -> None:
    add_facility(session, service_codes="OP SS CHLD")
    page = client.get(f"/start?step={LAST}&age=teen&payment=none")
    form = parse(page.text, namespaceHTMLElements=False).find(".//form[@class='search']")
    sent = [("near", "97701")]
    for box in form.iter("input"):
        if box.get("type") == "checkbox" and box.get("checked") is not None:
            sent.append((box.get("name"), box.get("value")))
        elif box.get("name") == "for_age":
            sent.append(("for_age", box.get("value")))
    assert dict(sent)["for_age"] == "15"
    assert "1 program near 97701" in client.get(f"/search?{urlencode(sent)}").text


def test_answers_that_contradict_each_other_set_nothing(client: FlaskClient) -> None:
    assert search_parameters({"person": ("female", "male")}) == {}
    text = text_of(client, f"/start?step={LAST}&person=female&person=male")
    assert text.count("sets no filter, because you chose another answer") == 2
    assert text.index('id="near"') < text.index("sets no filter")


@pytest.mark.parametrize(
    "query",
    [
        "step=0",
        "step=99",
        "step=%C2%B2",
        "step=x",
        "step=2&age=toddler",
        "step=7&care=%3Cb%3E",
        "step=2&age=teen&age=adult",
    ],
)
def test_what_there_is_not_is_told_and_the_rest_is_kept(client: FlaskClient, query: str) -> None:
    text = text_of(client, f"/start?{query}&payment=medicaid", 400)
    assert "There is no such question or answer. Please choose one of these." in text
    assert 'name="payment" value="medicaid"' in text
    assert "<b>" not in text


def test_it_sets_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/start?step=3&age=teen").headers
