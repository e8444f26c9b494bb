"""The guided start: its answers set filters that exist, and everything can be skipped or undone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from html5lib import parse
from sqlalchemy.orm import Session

from finder.facilities.search.request import parse_search
from finder.web.public.searching.guided_search import QUESTIONS, Choice, Question, search_parameters
from tests.factories import add_facilities, add_facility
from tests.web.test_pages import text_of

LAST = len(QUESTIONS) + 1


def plain(client: FlaskClient, path: str, status: int = 200) -> str:
    return " ".join(text_of(client, path, status).split())


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
    assert "puts first" not in text
    for box in ("sliding-fee", "assistance", "free", "outpatient"):
        assert f'value="{box}" checked' in text
    assert 'name="for_age"' in text
    assert f'href="/start?step={LAST}&amp;age=teen&amp;substance=other&amp;payment=none"' in text
    assert 'name="treats" value="all" >' in text
    # Who has a mental health condition, too, is shown programs of both kinds.
    both = text_of(client, f"/start?step={LAST}&person=mental-health")
    assert 'name="treats" value="substance-use" >' in both


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


def test_what_is_said_of_the_substance_puts_first_and_leaves_none_out(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(session, {"service_codes": "OP"}, {"service_codes": "PMAT"})
    for question in QUESTIONS:
        for choice in question.choices if question.name == "substance" else ():
            assert set(choice.sets) <= {"prefer"}
    text = plain(client, f"/start?step={LAST}&substance=alcohol&near=97701")
    words = (
        "puts first what is near and offers: Medication for alcohol use disorder; leaves none out"
    )
    assert words in text
    assert "Without it" not in text
    assert 'name="prefer" value="medication:alcohol" checked' in text
    assert "2 programs near" in plain(client, "/search?near=97701&prefer=medication:alcohol")


def test_each_answer_says_how_many_programs_it_costs(client: FlaskClient, session: Session) -> None:
    add_facilities(
        session,
        {"service_codes": "OP MD FEM"},
        {"service_codes": "OP MC"},
        {"service_codes": "RES MC"},
        {"service_codes": "OP SF"},
        {"service_codes": "OP MD", "latitude": 25.0, "longitude": -80.0},
    )
    asked = "care=visits&payment=medicaid&payment=medicare&person=male"
    near = plain(client, f"/start?step={LAST}&{asked}&near=97701")
    assert "With your answers we find 1 program within 25 miles of 97701 (Bend, OR)." in near
    for answer, cost in {
        "Living at home and going there": "Without it: 1 more program.",
        "Man or boy": "Without it: 1 more program.",
        "Medicaid": "Without it: no more programs.",
        "Medicare": "It lets more in. Without it: 1 program fewer.",
        "All answers to “How could it be paid?”": "Without it: 1 more program.",
    }.items():
        told = near.partition(f"<strong>{answer}</strong>")[2].partition("<a href")[0]
        assert cost in told, answer
    assert 'name="near" type="text" value="97701"' in near
    assert "All answers to “Does any" not in near
    assert f'<a href="/start?step={LAST}&amp;person=male&amp;care=visits&amp;near=97701">' in near
    everywhere = plain(client, f"/start?step={LAST}&{asked}")
    assert "we find 2 programs in the whole country." in everywhere
    state = plain(client, f"/start?step={LAST}&{asked}&near=Oregon")
    assert "we find 2 programs in Oregon." in state


def test_a_place_that_is_not_known_is_told_and_distress_is_answered(client: FlaskClient) -> None:
    text = plain(client, f"/start?step={LAST}&care=visits&near=Xyzzyqq")
    assert "We could not find “Xyzzyqq”" in text
    assert "People to talk to now" in plain(
        client, f"/start?step={LAST}&near=I+want+to+die&care=visits"
    )
    assert client.get(f"/start?step={LAST}&near={'x' * 999}").status_code == 200
    asked = plain(client, "/start?step=7&care=visits&near=Bend")
    assert '<input id="near" name="near" type="text" value="Bend" maxlength="200"' in asked
    assert '<input type="hidden" name="care" value="visits">' in asked


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
