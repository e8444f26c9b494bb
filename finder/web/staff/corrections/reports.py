"""Reports of wrong details: list them, open one (by POST, audited), and mark one as done."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from finder.extensions import db, services
from finder.intake.corrections import (
    REPORT_REASONS,
    REPORT_SOURCES,
    ReportNotFound,
    end_report,
    open_report,
    reports_for_staff,
    waiting_reports,
)
from finder.intake.permissions import NotAllowed, Permission
from finder.security.keys import KeyMissing, SealBroken
from finder.translatable import N_
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint

_NOT_SHOWN = N_(
    "The report cannot be opened now: something went wrong here. Try again in a minute, or ask"
    " whoever runs this site."
)
_DONE = N_("The report is marked as done.")


@blueprint.context_processor
def _for_templates() -> dict[str, object]:
    return {"reports_waiting": _waiting}


@blueprint.get("/reports")
@guard.needs(Permission.HANDLE_REPORTS)
def reports() -> Response:
    """List the open reports; none is unsealed."""
    return _listed(done=gettext(_DONE) if request.args.get("done") == "y" else "")


@blueprint.post("/reports/<report_id>")
@guard.needs(Permission.HANDLE_REPORTS)
def report(report_id: str) -> Response:
    """Open one report."""
    try:
        found = open_report(
            db.session,
            services().key_ring(),
            guard.actor(),
            report_id,
            clock=services().clock,
        )
    except NotAllowed:
        abort(403)
    except ReportNotFound:
        abort(404)
    except (KeyMissing, SealBroken, sa.exc.DBAPIError, sa.exc.TimeoutError):
        db.session.rollback()
        return _page("staff/corrections/report.html", problem=gettext(_NOT_SHOWN), status=503)
    return _page(
        "staff/corrections/report.html",
        report=found,
        reasons=REPORT_REASONS,
        sources=REPORT_SOURCES,
    )


@blueprint.post("/reports/<report_id>/done")
@guard.needs(Permission.HANDLE_REPORTS)
def end(report_id: str) -> BaseResponse:
    """Mark a report as done."""
    try:
        end_report(db.session, guard.actor(), report_id, clock=services().clock)
    except NotAllowed:
        abort(403)
    except ReportNotFound:
        abort(404)
    return redirect(url_for("staff.reports", done="y"), 303)


def _listed(*, done: str) -> Response:
    try:
        found = reports_for_staff(db.session, guard.actor())
    except NotAllowed:
        abort(403)
    return _page("staff/corrections/reports.html", reports=found, reasons=REPORT_REASONS, done=done)


def _page(template: str, *, status: int = 200, **values: object) -> Response:
    return make_response(render_template(template, **values), status)


def _waiting() -> int | None:
    """Return the number of open reports for the menu; None where it cannot be read."""
    found = guard.signed_in()
    if found is None or not found.is_verified:
        return None
    try:
        return waiting_reports(db.session, guard.actor())
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return None
