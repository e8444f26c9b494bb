"""The audit log, newest first, for who may see it."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from finder.extensions import db
from finder.intake import Permission
from finder.security.audit import AuditFilter, page_of_events
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint
from finder.web.staff.queue import names_of_accounts


@blueprint.get("/audit")
@guard.needs(Permission.SEE_AUDIT)
def audit_log() -> Response:
    """Show one page of the log, all of it or of one account."""
    if guard.actor().facility_ids is not None:
        return make_response(render_template("staff/no_audit.html"), 403)
    who = request.args.get("who", "")
    events, older = page_of_events(
        db.session, AuditFilter(actor=who or None), before=request.args.get("before", None, int)
    )
    return make_response(
        render_template(
            "staff/audit.html", events=events, older=older, who=who, names=names_of_accounts()
        )
    )
