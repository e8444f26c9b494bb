"""``/facilities/<id>``: all that is known of one program, and what to ask about the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template

from finder.extensions import db, services
from finder.facilities.answers import Answer
from finder.facilities.filters import FILTERS, Facet, Option
from finder.facilities.freshness import years_if_stale
from finder.facilities.nearby import nearby_facilities
from finder.facilities.questions import questions_for
from finder.facilities.views import FacilityNotFound, FacilityView, read_facility
from finder.facilities.vocabulary import CATEGORIES
from finder.web.public.structured_data import structured_data

blueprint = Blueprint("facility", __name__)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a program tells: the facets that it answers, and those of which it says nothing."""

    facets: Sequence[tuple[Facet, Mapping[Answer, Sequence[Option]]]]
    silent: Sequence[Facet]


@blueprint.get("/facilities/<int:facility_id>")
def page(facility_id: int) -> str:
    """Show one facility; one that closed says so."""
    try:
        facility = read_facility(db.session, facility_id)
    except FacilityNotFound:
        abort(404)
    return render_template(
        "public/facility.html",
        facility=facility,
        told=_told(facility),
        questions=questions_for(facility.answers),
        nearby=nearby_facilities(db.session, facility),
        structured_data=structured_data(facility),
        categories=CATEGORIES,
        years=years_if_stale(facility.listed_as_of, services().clock().date()),
    )


def _told(facility: FacilityView) -> _Told:
    given = facility.answers
    grouped = [
        (facet, {answer: _that_say(facet, given[facet.name], answer) for answer in Answer})
        for facet in FILTERS
    ]
    return _Told(
        facets=[(facet, told) for facet, told in grouped if told[Answer.YES] or told[Answer.NO]],
        silent=[facet for facet, told in grouped if not (told[Answer.YES] or told[Answer.NO])],
    )


def _that_say(facet: Facet, given: Mapping[str, Answer], answer: Answer) -> Sequence[Option]:
    # "No: uses no medication" reads as its contrary; the medications themselves tell it better.
    return [
        option
        for option in facet.options
        if given[option.value] == answer and (answer == Answer.YES or not option.is_negative)
    ]
