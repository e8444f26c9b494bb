"""``/facilities/<id>``: all that is known of one program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, render_template

from finder.extensions import db, services
from finder.facilities.answers import Answer
from finder.facilities.filters import FILTERS, Facet, Option
from finder.facilities.freshness import years_if_stale
from finder.facilities.views import FacilityNotFound, FacilityView, read_facility
from finder.facilities.vocabulary import CATEGORIES

blueprint = Blueprint("facility", __name__)


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
        answers=_answers(facility),
        categories=CATEGORIES,
        years=years_if_stale(facility.listed_as_of, services().clock().date()),
    )


def _answers(facility: FacilityView) -> Sequence[tuple[Facet, Mapping[Answer, Sequence[Option]]]]:
    """Return each facet with its options grouped by what the program answers to them."""
    given = facility.answers
    return [
        (
            facet,
            {
                answer: [o for o in facet.options if given[facet.name][o.value] == answer]
                for answer in Answer
            },
        )
        for facet in FILTERS
    ]
