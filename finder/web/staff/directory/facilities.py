"""Facilities: find one, mark it as closed, or reopen it."""

from __future__ import annotations

from flask import Response, abort, make_response, render_template, request
from flask_babel import gettext

from finder.extensions import db, services
from finder.facilities.curation import (
    MOST_FOUND,
    ClosingRefused,
    close_facility,
    find_facilities,
    reopen_facility,
)
from finder.facilities.listings import FacilityNotFound
from finder.intake.permissions import Permission
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint


@blueprint.get("/facilities")
@guard.needs(Permission.MANAGE_FACILITIES)
def facilities() -> Response:
    """Find facilities by name or id."""
    return _found(request.args.get("name", ""))


@blueprint.post("/facilities")
@guard.needs(Permission.MANAGE_FACILITIES)
def facility() -> Response:
    """Mark a facility as closed, or reopen it."""
    facility_id = request.form.get("facility", 0, int)
    by, clock = guard.person().account.id, services().clock
    try:
        match request.form.get("do"):
            case "close" if request.form.get("certain") != "y":
                problem = gettext("Nothing has changed. Tick that it is closed, and press again.")
                return _found(str(facility_id), problem=problem, status=400)
            case "close":
                close_facility(db.session, facility_id, by=by, clock=clock)
            case "reopen":
                reopen_facility(db.session, facility_id, by=by, clock=clock)
            case _:
                abort(400)
    except FacilityNotFound:
        abort(404)
    except ClosingRefused as error:
        return _found(str(facility_id), problem=gettext(str(error)), status=400)
    return _found(str(facility_id), done=gettext("Done."))


def _found(name: str, *, problem: str = "", done: str = "", status: int = 200) -> Response:
    page = render_template(
        "staff/directory/facilities.html",
        name=name,
        found=find_facilities(db.session, name),
        most=MOST_FOUND,
        problem=problem,
        done=done,
    )
    return make_response(page, status)
