"""``/facilities/<id>``: a facility's answers by facet, its listing, and questions to ask it.

A facility that is listed for substance use and for mental health has two programs, which may take
other people and offer other things: what each of them says stands apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from finder.extensions import db, services
from finder.facilities.listings import (
    FacilityNotFound,
    FacilityView,
    Stated,
    read_facility,
    services_of,
    years_if_stale,
)
from finder.facilities.search import nearby_facilities
from finder.facilities.vocabulary import (
    CATEGORIES,
    FILTERS,
    SERVICES,
    Answer,
    Facet,
    Option,
    Service,
    Treats,
    codes_answering,
    questions_for,
)
from finder.web.public.facilities.structured_data import structured_data

blueprint = Blueprint("facility", __name__)


@dataclass(frozen=True, slots=True)
class _FacetAnswers:
    """A facility's answers to one facet."""

    facet: Facet
    yes: Sequence[Option]
    no: Sequence[Option]
    not_stated: Sequence[Option]
    denials: Sequence[Option]
    """options with the answer yes that deny a service"""
    related: Sequence[Service]
    """services on the same subject that answer no option"""
    stated: Stated | None
    """where they come from, where that is older than the listing and than its program's others"""

    @property
    def is_unanswered(self) -> bool:
        """Whether the listing says nothing on it."""
        return not (self.yes or self.no or self.denials or self.related)


@dataclass(frozen=True, slots=True)
class _Group:
    """A category of the vocabulary with a listing's services in it."""

    label: str
    services: Sequence[Service]


@dataclass(frozen=True, slots=True)
class _Program:
    """What a facility's listings say of one kind of treatment."""

    answered: Sequence[_FacetAnswers]
    unanswered: Sequence[Facet]
    listing: Sequence[_Group]
    exclusive_to: Sequence[str]
    stated: Stated
    """where its answers come from"""


@blueprint.get("/facilities/<int:facility_id>")
def page(facility_id: int) -> ResponseReturnValue:
    """Show a facility, also a closed one, which the page says."""
    try:
        facility = read_facility(db.session, facility_id)
    except FacilityNotFound:
        abort(404)
    if facility.id != facility_id:  # it turned out to be the same as another
        return redirect(url_for("facility.page", facility_id=facility.id), 301)
    other = facility.other_kind
    return render_template(
        "public/facilities/facility.html",
        facility=facility,
        program=_program(facility, facility.main_kind),
        other=_program(facility, Treats(other.value)) if other else None,
        questions=questions_for(facility.answers),
        nearby=nearby_facilities(db.session, facility),
        structured_data=structured_data(
            facility, page_url=url_for("facility.page", facility_id=facility.id, _external=True)
        ),
        years=years_if_stale(facility.listed_as_of, services().clock().date()),
    )


_ANSWERING = frozenset(
    code for facet in FILTERS for each in facet.options for code in (*each.codes, *each.denied_by)
)


def _program(facility: FacilityView, asked: Treats) -> _Program:
    held = codes_answering(facility.codes_by_kind, asked) or frozenset()
    stated = facility.stated_by(asked)
    older = {facet: each for facet, each in facility.older_answers(asked).items() if each != stated}
    given = facility.answers_to(asked)
    by_facet = [
        _answers_to(facet, given[facet.name], held, older.get(facet.name)) for facet in FILTERS
    ]
    return _Program(
        answered=[each for each in by_facet if not each.is_unanswered],
        unanswered=[each.facet for each in by_facet if each.is_unanswered],
        listing=_listing(held),
        exclusive_to=facility.exclusive_for(asked),
        stated=stated,
    )


def _answers_to(
    facet: Facet, given: Mapping[str, Answer], held: Collection[str], stated: Stated | None
) -> _FacetAnswers:
    said = {
        answer: [each for each in facet.options if given[each.value] == answer] for answer in Answer
    }
    related = [code for each in said[Answer.NOT_STATED] for code in each.akin if code in held]
    if not (said[Answer.YES] or said[Answer.NO] or related):
        related = [
            each.code
            for each in services_of(held)
            if each.category in facet.categories and each.code not in _ANSWERING
        ]
    return _FacetAnswers(
        facet,
        yes=[each for each in said[Answer.YES] if not each.is_negative],
        # "No: uses no medication" is a double negative; the medications themselves are clearer.
        no=[each for each in said[Answer.NO] if not each.is_negative],
        not_stated=[
            each
            for each in said[Answer.NOT_STATED]
            if not each.is_negative and not any(code in held for code in each.akin)
        ],
        denials=[each for each in said[Answer.YES] if each.is_negative],
        related=[SERVICES[code] for code in related],
        stated=stated,
    )


def _listing(codes: Collection[str]) -> Sequence[_Group]:
    """Return the services of some codes by category, in the order of the vocabulary."""
    services = services_of(codes)
    groups = [
        _Group(category.label, [each for each in services if each.category == code])
        for code, category in CATEGORIES.items()
    ]
    return [group for group in groups if group.services]
