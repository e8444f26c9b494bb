"""CSV export of inquiries: without names, or unsealed for a stated reason."""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from flask_babel import gettext

from finder.extensions import db, services
from finder.intake.casework import (
    export_for_staff,
    export_without_names_for_staff,
    inquiries_csv,
    nameless_csv,
)
from finder.intake.permissions import Permission
from finder.intake.sharing import DisclosureRefused
from finder.security.audit import UnknownAuditEvent
from finder.security.keys import KeyMissing, SealBroken
from finder.translatable import N_
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint

_NO_REASON = N_(
    "Write the reason, and the legal basis if there is one, in one line each: they stand in the"
    " log, and in the ledger."
)
_NOT_READ = N_(
    "An inquiry could not be unsealed, so nothing was written. Ask whoever runs this site."
)


@blueprint.get("/export")
@guard.needs(Permission.EXPORT)
def export() -> Response:
    """Show the form."""
    return _page()


@blueprint.post("/export")
@guard.needs(Permission.EXPORT)
def download() -> Response:
    """Return the CSV file; the export is audited."""
    clock = services().clock
    if request.form.get("names") != "y":
        found = export_without_names_for_staff(db.session, guard.actor(), clock=clock)
        return _file(nameless_csv(found), "inquiries-without-names.csv")
    try:
        read = export_for_staff(
            db.session,
            services().key_ring(),
            guard.actor(),
            reason=request.form.get("reason", "").strip(),
            recipient=request.form.get("recipient", "").strip() or None,
            legal_basis=request.form.get("basis", "").strip() or None,
            clock=clock,
        )
    except UnknownAuditEvent:
        return _page(problem=gettext(_NO_REASON), status=400)
    except DisclosureRefused as error:
        return _page(problem=gettext(str(error)), status=400)
    except (KeyMissing, SealBroken):
        return _page(problem=gettext(_NOT_READ), status=503)
    return _file(inquiries_csv(read), "inquiries.csv")


def _page(*, problem: str = "", status: int = 200) -> Response:
    body = render_template("staff/casework/export.html", problem=problem, typed=request.form)
    return make_response(body, status)


def _file(text: str, name: str) -> Response:
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
