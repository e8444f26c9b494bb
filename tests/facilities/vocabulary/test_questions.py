"""What to ask a program: what it left open, the most important first, and nothing that it said."""

from __future__ import annotations

import pytest

from finder.facilities.vocabulary.answers import Answer, answers_of
from finder.facilities.vocabulary.filters import FACETS, FILTERS
from finder.facilities.vocabulary.questions import MOST, QUESTIONS, Question, questions_for
from finder.facilities.vocabulary.service_codes import SERVICE_ROWS

ALWAYS = {"waiting", "bring"}


def names(codes: str) -> list[str]:
    return [question.name for question in questions_for(answers_of(codes.split()))]


def test_a_program_that_says_nothing_is_asked_the_most_important_things() -> None:
    assert names("") == [
        "medication",
        "payment",
        "waiting",
        "people",
        "setting",
        "detox",
        "language",
    ]


def test_never_more_than_one_call_holds() -> None:
    assert len(names("")) == MOST < len(QUESTIONS)


@pytest.mark.parametrize(
    ("codes", "settled"),
    [
        ("BU", "medication"),
        ("NMOA", "medication"),
        ("PMAT", "medication"),
        ("MD", "payment"),
        ("SS", "payment"),
        ("FEM", "people"),
        ("CHLD", "people"),
        ("OP", "setting"),
        ("RES", "setting"),
        ("DT", "detox"),
        ("SP", "language"),
    ],
)
def test_what_is_stated_is_not_asked_again(codes: str, settled: str) -> None:
    assert settled not in names(codes)


def test_what_one_call_had_no_room_for_follows_where_more_is_stated() -> None:
    assert names("BU MD FEM OP DT SP") == [
        "waiting",
        "bring",
        "own-medication",
        "mental-health",
        "cost-help",
        "remote",
        "transport",
    ]


def test_a_program_that_states_everything_is_asked_what_no_listing_tells() -> None:
    assert set(names(" ".join(row[0] for row in SERVICE_ROWS))) == ALWAYS


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.name)
def test_each_is_about_what_can_be_filtered_by(question: Question) -> None:
    for about in question.about:
        facet, _, value = about.partition(":")
        assert facet in FACETS
        assert not value or value in [option.value for option in FACETS[facet].options]
    assert bool(question.about) != (question.name in ALWAYS)


def test_questions_are_told_apart() -> None:
    assert len({each.name for each in QUESTIONS}) == len(QUESTIONS)
    assert len({each.text for each in QUESTIONS}) == len(QUESTIONS)


def test_only_what_is_wholly_open_is_asked() -> None:
    open_questions = questions_for(
        {f.name: {o.value: Answer.NO for o in f.options} for f in FILTERS}
    )
    assert {each.name for each in open_questions} == ALWAYS
