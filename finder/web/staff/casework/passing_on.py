"""Recording that an inquiry was passed on outside of this site, by phone for instance."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request

from finder.extensions import db, services
from finder.intake.permissions import Permission
from finder.intake.sharing import PASSING_ON_LABELS, PassingOnWay, record_passing_on, shared_with
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint
from finder.web.staff.casework.case import perform


@blueprint.context_processor
def _for_templates() -> dict[str, Any]:
    found = guard.signed_in()
    is_team = found is not None and not found.account.facility_ids
    return {
        "passing_on_ways": PASSING_ON_LABELS,
        "may_be_passed_on_to": lambda case: shared_with(case.consents) if is_team else None,
    }


@blueprint.post("/inquiries/<inquiry_id>/passed-on")
@guard.needs(Permission.HAND_OVER)
def passed_on(inquiry_id: str) -> Response:
    """Record the disclosure to the program that the author agreed to."""
    way = request.form.get("way", "")
    if way not in {each.value for each in PassingOnWay}:
        abort(400)
    return perform(
        inquiry_id,
        lambda: record_passing_on(
            db.session,
            services().key_ring(),
            guard.actor(),
            inquiry_id,
            PassingOnWay(way),
            clock=services().clock,
        ),
        leaves=("inquiry.passed_on", {"way": way}),
    )
