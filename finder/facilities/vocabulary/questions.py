"""Registry of questions to ask a program on the telephone, where its listing does not answer them.

To add a question, add a row to `QUESTIONS`, the most important first. A question is open while all
options that it is about are *not stated*. Nothing here knows of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finder.facilities.vocabulary.answers import Answer
from finder.facilities.vocabulary.filters import FACETS
from finder.translatable import N_

MOST = 7
"""As many as can be asked in one call."""

Given = Mapping[str, Mapping[str, Answer]]
"""The answers of a program, as `answers_of` returns them."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `text` is a message id.

    `about` names facets, and options as ``facet:value``. A question about nothing is one that no
    listing answers, and so is always open.
    """

    name: str
    text: str
    about: tuple[str, ...] = ()

    def is_open(self, given: Given) -> bool:
        """Whether the program states nothing of what this is about."""
        return all(
            given[facet][value] == Answer.NOT_STATED
            for each in self.about
            for facet, value in _options(each)
        )


QUESTIONS: tuple[Question, ...] = (
    Question(
        "medication",
        N_("Do you provide medication, such as buprenorphine, methadone or naltrexone?"),
        ("medication:any", "medication:alcohol"),
    ),
    Question("payment", N_("Which insurance do you take, and what would I pay?"), ("payment",)),
    Question("waiting", N_("When could I start? Is there a waiting list?")),
    Question(
        "people",
        N_("Whom do you take? Do you take a person of my age and gender?"),
        ("age", "gender"),
    ),
    Question(
        "setting",
        N_("Do people stay overnight, or come for visits?"),
        ("setting:inpatient", "setting:residential", "setting:hospital", "setting:outpatient"),
    ),
    Question(
        "detox",
        N_("Do you give withdrawal care (detox)? If not, where can I get it first?"),
        ("setting:detox",),
    ),
    Question("language", N_("Which languages do your staff speak?"), ("language",)),
    Question("bring", N_("What should I bring to the first visit?")),
    Question(
        "own-medication",
        N_("Can I keep taking medication that someone else prescribes?"),
        ("medication:accepts",),
    ),
    Question(
        "mental-health",
        N_("Do you also treat mental health conditions?"),
        ("help:mental-health", "population:co-occurring"),
    ),
    Question(
        "cost-help",
        N_("Is there help with the cost for people who cannot pay it all?"),
        ("payment:sliding-fee", "payment:assistance", "payment:free"),
    ),
    Question("remote", N_("Can some visits be by phone or video?"), ("setting:telehealth",)),
    Question("transport", N_("Can you help me get there?"), ("help:transport",)),
    Question("aftercare", N_("What support is there afterwards?"), ("help:aftercare",)),
)


def questions_for(given: Given) -> tuple[Question, ...]:
    """Return what to ask a program that gave these answers, at most `MOST`, in their order."""
    return tuple(each for each in QUESTIONS if each.is_open(given))[:MOST]


def _options(about: str) -> list[tuple[str, str]]:
    facet, _, value = about.partition(":")
    return [(facet, value)] if value else [(facet, each.value) for each in FACETS[facet].options]
