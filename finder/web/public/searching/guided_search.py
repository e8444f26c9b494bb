"""``/start``: a questionnaire that turns answers into search filters, and explains each filter.

To change a question or what an answer sets, change its row in ``QUESTIONS``. The answers are kept
in the URL alone; every question can be skipped. The last page says how many programs each answer
costs. It must give no diagnosis or advice: an answer only sets filters that can be removed, and
what is said of a substance sets preferences, which leave no program out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from finder.extensions import db, services
from finder.facilities.search import LONGEST_NEAR, SearchRequest, filter_costs, parse_search
from finder.facilities.vocabulary import FACETS, option
from finder.geocoding.online import online_names
from finder.translatable import N_
from finder.web.public.searching.place_alternatives import PlaceAlternatives
from finder.web.public.searching.results import ALL_NEEDED

blueprint = Blueprint("guided", __name__)

PERSON = {
    "for_age": N_("leaves out programs whose listing says that they do not take this age"),
    "for_gender": N_("leaves out programs whose listing says that they do not take this person"),
}
"""effects of the parameters that are not filters"""
PREFER = "prefer"
"""the parameter that leaves no program out"""


_CONTRADICTED = N_("sets no filter, because you chose another answer that says the contrary")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer; ``sets`` maps search parameters to values."""

    value: str
    label: str
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Question:
    """One question; its texts are message ids, and ``many`` allows several answers."""

    name: str
    label: str
    why: str
    choices: tuple[Choice, ...]
    many: bool = False
    warning: str = ""
    is_place: bool = False
    """whether it is answered by a text in place of choices"""


_NO_INSURANCE = {"payment": ("sliding-fee", "assistance", "free")}
# One row an answer, so that the table reads as one.
# fmt: off
QUESTIONS: tuple[Question, ...] = (
    Question("age", N_("How old is the person who needs help?"), N_("Some programs take only some ages."), (
        Choice("teen", N_("Under 18"), {"for_age": ("15",)}),
        Choice("young-adult", N_("18 to 25"), {"for_age": ("21",)}),
        Choice("adult", N_("26 to 64"), {"for_age": ("40",)}),
        Choice("senior", N_("65 or older"), {"for_age": ("70",)}),
    )),
    Question("person", N_("Does any of this fit the person?"), N_("Some programs take only women or only men, and some have a group for people who share something."), (
        Choice("female", N_("Woman or girl"), {"for_gender": ("female",)}),
        Choice("male", N_("Man or boy"), {"for_gender": ("male",)}),
        Choice("pregnant", N_("Pregnant, or had a baby not long ago"), {"population": ("pregnant",)}),
        Choice("veteran", N_("Veteran"), {"population": ("veterans",)}),
        Choice("lgbtq", N_("LGBTQ"), {"population": ("lgbtq",)}),
        Choice("mental-health", N_("Has a mental health condition too"), {"population": ("co-occurring",)}),
        Choice("court", N_("Has a court case or a conviction"), {"population": ("justice-involved",)}),
        Choice("violence", N_("Was hurt by a partner or family member"), {"population": ("domestic-violence",)}),
    ), many=True),
    Question("substance", N_("What is it mostly about?"), N_("For some substances there is a medication or a therapy that not every program offers. Programs that offer it come first. None is left out."), (
        Choice("opioids", N_("Opioids (heroin, fentanyl, pain pills)"), {"prefer": ("medication:any",)}),
        Choice("alcohol", N_("Alcohol"), {"prefer": ("medication:alcohol",)}),
        Choice("stimulants", N_("Stimulants (cocaine, meth)"), {"prefer": ("therapy:contingency-management",)}),
        Choice("other", N_("Something else, or I am not sure")),
    ), warning=N_("Stopping alcohol or calming pills (benzodiazepines, barbiturates) suddenly can kill. Do not stop alone: ask a doctor or a program first. For a seizure, confusion or seeing things that are not there, call 911.")),
    Question("care", N_("What kind of care is possible?"), N_("Think of work, children and the way there. A program can help you choose."), (
        Choice("stay", N_("Staying there day and night"), {"setting": ("inpatient",)}),
        Choice("visits", N_("Living at home and going there"), {"setting": ("outpatient",)}),
        Choice("remote", N_("By phone or video"), {"setting": ("telehealth",)}),
        Choice("withdrawal", N_("First of all, care to stop safely (detox)"), {"setting": ("detox",)}),
        Choice("unsure", N_("I am not sure")),
    ), many=True),
    Question("payment", N_("How could it be paid?"), N_("Programs say which ways to pay they accept. Ask them what it costs before you decide."), (
        Choice("none", N_("There is no insurance"), _NO_INSURANCE),
        Choice("medicaid", N_("Medicaid"), {"payment": ("medicaid",)}),
        Choice("medicare", N_("Medicare"), {"payment": ("medicare",)}),
        Choice("private", N_("Private insurance"), {"payment": ("private",)}),
        Choice("military", N_("Military insurance"), {"payment": ("military",)}),
        Choice("unsure", N_("I am not sure")),
    ), many=True),
    Question("needs", N_("What else must fit?"), N_("Choose only what you cannot do without: each of these leaves programs out."), (
        Choice("spanish", N_("Care in Spanish"), {"language": ("spanish",)}),
        Choice("asl", N_("Sign language"), {"language": ("asl",)}),
        Choice("childcare", N_("Child care"), {"help": ("childcare",)}),
        Choice("transport", N_("Help getting there"), {"help": ("transport",)}),
        Choice("self-help", N_("Support groups"), {"support": ("self-help",)}),
    ), many=True),
    Question("near", N_("Where should we look?"), N_("A ZIP code or a town is enough. Then we can tell how many programs each of your answers leaves out there."), (), is_place=True),
)
# fmt: on

_BY_NAME = {each.name: each for each in QUESTIONS}
_ANY_IS_ENOUGH = frozenset(FACETS) - frozenset(ALL_NEEDED)
"""the facets of which a second answer lets more programs in"""
Answers = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Explained:
    """The effects of one answer or of several, translated, and the URL without it."""

    answer: str
    effects: tuple[str, ...]
    url_without: str
    cost: int | None
    """how many more programs are found without it, negative for fewer; None where it sets no
    filter"""


@blueprint.get("/start")
def page() -> str | tuple[str, int]:
    """Show a question; after the last one, the explained search with the place field."""
    answers, unknown = _read(request.args.to_dict(flat=False))
    step = request.args.get("step", "1")
    number = int(step) if step.isascii() and step.isdigit() and len(step) < 3 else 0
    if not 1 <= number <= len(QUESTIONS) + 1:
        number, unknown = 1, True
    problem = gettext("There is no such question or answer. Please choose one of these.")
    if number > len(QUESTIONS) and not unknown:
        return _summary(answers)
    number = min(number, len(QUESTIONS))
    body = render_template(
        "public/searching/guided_question.html",
        question=QUESTIONS[number - 1],
        number=number,
        count=len(QUESTIONS),
        chosen=answers.get(QUESTIONS[number - 1].name, ()),
        longest_place=LONGEST_NEAR,
        online_geocoders=online_names(services().settings.geocoders),
        others=_pairs(answers, leave_out=QUESTIONS[number - 1].name),
        back_url=_url(number - 1, answers) if number > 1 else "",
        skip_url=_url(number + 1, answers, leave_out=QUESTIONS[number - 1].name),
        end_url=_url(len(QUESTIONS) + 1, answers),
        problem=problem if unknown else "",
    )
    return (body, 400) if unknown else body


def search_parameters(answers: Answers) -> dict[str, tuple[str, ...]]:
    """Return the search parameters that the answers set; contradictory answers set none."""
    set_ = {name: answers[name] for name in answers if _BY_NAME[name].is_place}
    for name, values in answers.items():
        for choice in _BY_NAME[name].choices:
            if choice.value in values:
                for parameter, given in choice.sets.items():
                    before = set_.get(parameter, ())
                    set_[parameter] = tuple(dict.fromkeys((*before, *given)))
    return {
        parameter: given
        for parameter, given in set_.items()
        if parameter not in PERSON or len(given) == 1
    }


def _summary(answers: Answers) -> str:
    wanted, parts = _request(answers), list(_parts(answers))
    costs = filter_costs(
        db.session,
        PlaceAlternatives(services().places()),
        wanted,
        [_request(part.rest) for part in parts],
    )
    meant = search_parameters(answers)
    return render_template(
        "public/searching/guided_search.html",
        explained=[
            _explained(part, meant, more) for part, more in zip(parts, costs.more, strict=True)
        ],
        costs=costs,
        request=wanted,
        back_url=_url(len(QUESTIONS), answers),
        again_url=url_for("guided.page"),
        online_geocoders=online_names(services().settings.geocoders),
    )


def _request(answers: Answers) -> SearchRequest:
    asked = {**search_parameters(answers), "match_all": ALL_NEEDED}
    return parse_search(asked, treats=services().settings.treats)


class _Part(NamedTuple):
    """What can be taken off: one answer, or all to a question of which any one is enough."""

    label: str
    sets: Mapping[str, tuple[str, ...]]
    rest: Answers
    """the answers without it"""


def _parts(answers: Answers) -> Iterator[_Part]:
    for name, values in answers.items():
        question = _BY_NAME[name]
        chosen = [each for each in question.choices if each.value in values and each.sets]
        for choice in chosen:
            rest = tuple(value for value in values if value != choice.value)
            yield _Part(gettext(choice.label), choice.sets, {**answers, name: rest})
        facets = [facet for each in chosen for facet in each.sets if facet in _ANY_IS_ENOUGH]
        if len(facets) > len(set(facets)):
            label = gettext("All answers to “%(question)s”", question=gettext(question.label))
            yield _Part(label, {}, {**answers, name: ()})


def _explained(part: _Part, meant: Mapping[str, Sequence[str]], more: int) -> Explained:
    counts = not part.sets or any(each in meant and each != PREFER for each in part.sets)
    effects = tuple(
        _effect(parameter, given) if parameter in meant else gettext(_CONTRADICTED)
        for parameter, given in part.sets.items()
    )
    url = _url(len(QUESTIONS) + 1, part.rest)
    return Explained(part.label, effects, url, more if counts else None)


def _effect(parameter: str, given: Sequence[str]) -> str:
    if parameter in PERSON:
        return str(gettext(PERSON[parameter]))
    if parameter == PREFER:
        pairs = [each.split(":") for each in given]
        labels = gettext(" or ").join(gettext(option(*pair).label) for pair in pairs)
        return str(
            gettext(
                "puts first what is near and offers: %(options)s; leaves none out", options=labels
            )
        )
    labels = gettext(" or ").join(gettext(option(parameter, each).label) for each in given)
    facet = gettext(FACETS[parameter].label)
    return str(gettext("asks for %(facet)s: %(options)s", facet=facet, options=labels))


def _read(parameters: Mapping[str, Sequence[str]]) -> tuple[Answers, bool]:
    """Return the answers in the order of the questions, and whether some are unknown."""
    answers: Answers = {}
    unknown = False
    for question in QUESTIONS:
        given = tuple(dict.fromkeys(each for each in parameters.get(question.name, ()) if each))
        if question.is_place:
            place = " ".join(given[0].split())[:LONGEST_NEAR] if given else ""
            answers |= {question.name: (place,)} if place else {}
            continue
        known = tuple(each.value for each in question.choices if each.value in given)
        unknown = unknown or len(known) < len(given) or (len(known) > 1 and not question.many)
        if known:
            answers[question.name] = known if question.many else known[:1]
    return answers, unknown


def _pairs(answers: Answers, *, leave_out: str = "") -> list[tuple[str, str]]:
    return [
        (name, value) for name, values in answers.items() if name != leave_out for value in values
    ]


def _url(step: int, answers: Answers, *, leave_out: str = "") -> str:
    pairs = [("step", str(step)), *_pairs(answers, leave_out=leave_out)]
    return f"{url_for('guided.page')}?{urlencode(pairs)}"
