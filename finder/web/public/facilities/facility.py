"""``/facilities/<id>``: a facility's answers by facet, its listing, and questions to ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from finder.extensions import db, services
from finder.facilities.listings import FacilityNotFound, FacilityView, read_facility, years_if_stale
from finder.facilities.search import nearby_facilities
from finder.facilities.vocabulary import (
    CATEGORIES,
    FILTERS,
    SERVICES,
    Answer,
    Facet,
    Option,
    Service,
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

    @property
    def is_unanswered(self) -> bool:
        """Whether the listing says nothing on it."""
        return not (self.yes or self.no or self.denials or self.related)


@dataclass(frozen=True, slots=True)
class _Group:
    """A category of the vocabulary with a listing's services in it."""

    label: str
    services: Sequence[Service]


@blueprint.get("/facilities/<int:facility_id>")
def page(facility_id: int) -> ResponseReturnValue:
    """Show a facility, also a closed one, which the page says."""
    try:
        facility = read_facility(db.session, facility_id)
    except FacilityNotFound:
        abort(404)
    if facility.id != facility_id:  # it turned out to be the same as another
        return redirect(url_for("facility.page", facility_id=facility.id), 301)
    by_facet = [_answers_to(facet, facility) for facet in FILTERS]
    return render_template(
        "public/facilities/facility.html",
        facility=facility,
        answered=[each for each in by_facet if not each.is_unanswered],
        unanswered=[each.facet for each in by_facet if each.is_unanswered],
        questions=questions_for(facility.answers),
        nearby=nearby_facilities(db.session, facility),
        structured_data=structured_data(
            facility, page_url=url_for("facility.page", facility_id=facility.id, _external=True)
        ),
        listing=_listing(facility),
        years=years_if_stale(facility.listed_as_of, services().clock().date()),
    )


_ANSWERING = frozenset(
    code for facet in FILTERS for each in facet.options for code in (*each.codes, *each.denied_by)
)


def _answers_to(facet: Facet, facility: FacilityView) -> _FacetAnswers:
    given = facility.answers[facet.name]
    said = {
        answer: [each for each in facet.options if given[each.value] == answer] for answer in Answer
    }
    held = set(facility.codes)
    related = [code for each in said[Answer.NOT_STATED] for code in each.akin if code in held]
    if not (said[Answer.YES] or said[Answer.NO] or related):
        related = [
            each.code
            for each in facility.services
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
            if not each.is_negative and held.isdisjoint(each.akin)
        ],
        denials=[each for each in said[Answer.YES] if each.is_negative],
        related=[SERVICES[code] for code in related],
    )


def _listing(facility: FacilityView) -> Sequence[_Group]:
    """Return a listing's services by category, in the order of the vocabulary."""
    groups = [
        _Group(category.label, [each for each in facility.services if each.category == code])
        for code, category in CATEGORIES.items()
    ]
    return [group for group in groups if group.services]
