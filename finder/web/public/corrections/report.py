"""``/facilities/<id>/report``: telling the team of the site that a detail is wrong.

A page of its own, because its form needs a cookie and a facility's page sets none. Whatever goes
wrong, the form comes back as it was filled in.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound
from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField

from finder.extensions import db, limiter, services
from finder.facilities.listings import FacilityNotFound, FacilityView, read_facility
from finder.intake.corrections import (
    REPORT_REASONS,
    REPORT_SOURCES,
    InvalidReport,
    ReportNotSaved,
    ReportSubmission,
    submit_report,
)
from finder.security.keys import KeyMissing
from finder.translatable import N_
from finder.web.public.forms import PageForm, remember_sent, was_sent
from finder.web.public.spam_traps import new_form_token, sent_too_fast

blueprint = Blueprint("detail_report", __name__)

_NOT_SAVED = N_(
    "Your report was not saved: something went wrong here. What you wrote is still here. Please"
    " send it once more."
)
_TOO_FAST = N_(
    "Your report was not sent yet: it came back faster than people write. What you wrote is still"
    " here. Please send it once more."
)
_UNSEEN_FIELD_FILLED = N_(
    "Your report was not sent yet: a field that must stay empty was filled in, perhaps by your"
    " browser. It is empty again, and what you wrote is still here. Please send it once more."
)
_TOO_MANY = N_(
    "Your report was not sent: too many come in now. What you wrote is still here. Please wait a"
    " while."
)
_OPENED_LONG_AGO = N_(
    "This page was open for a long time, so your report was not sent yet. What you wrote is still"
    " here: please send it once more."
)


class ReportForm(PageForm):
    """The fields of a report; ``intake`` validates them."""

    reasons = SelectMultipleField(choices=list(REPORT_REASONS), validate_choice=False)
    details = TextAreaField()
    known_from = StringField()
    form_token = HiddenField()
    subject_line = StringField()
    """the honeypot: hidden from people, so a program filled it in"""


@blueprint.get("/facilities/<int:facility_id>/report")
def form(facility_id: int) -> Response:
    """Show the form."""
    return _page(ReportForm(form_token=new_form_token()), _facility(facility_id))


@blueprint.post("/facilities/<int:facility_id>/report")
@limiter.limit(
    lambda: services().settings.inquiry_limit_in_all, key_func=lambda: "everybody reporting"
)
@limiter.limit(lambda: services().settings.inquiry_limit)
def send(facility_id: int) -> Response:
    """Record a report, and say so once it is safe."""
    filled = ReportForm()
    facility = _facility(facility_id)
    if trouble := _spam_trap_text(filled):
        filled.subject_line.data = ""
        return _page(filled, facility, status=400, trouble=gettext(trouble))
    try:
        submit_report(
            db.session,
            services().key_ring(),
            _submission(filled, facility_id),
            clock=services().clock,
        )
    except FacilityNotFound:
        abort(404)
    except InvalidReport as error:
        filled.show_errors(error.errors)
        return _page(filled, facility, status=400)
    except ReportNotSaved as error:
        return _page(filled, facility, status=503, trouble=gettext(str(error)))
    except KeyMissing:
        # The error's own message is for the operator; ./run keys status shows it, too.
        return _page(filled, facility, status=503, trouble=gettext(_NOT_SAVED))
    remember_sent()
    return make_response(
        render_template("public/corrections/report_received.html", facility=facility)
    )


def repopulated_form(error: HTTPException) -> Response | None:
    """Return the form of a failed request, repopulated; None for other requests."""
    if request.method != "POST" or request.blueprint != blueprint.name or error.code in (404, 413):
        return None
    filled = ReportForm()
    if not filled.form_token.data:
        filled.form_token.data = new_form_token()
    if isinstance(error, CSRFError):
        trouble = _OPENED_LONG_AGO
    else:
        trouble = _TOO_MANY if error.code == 429 else _NOT_SAVED
    facility = _facility_if_readable()
    return _page(filled, facility, status=error.code or 500, trouble=gettext(trouble))


def _spam_trap_text(filled: ReportForm) -> str:
    if filled.subject_line.data:
        return _UNSEEN_FIELD_FILLED
    return _TOO_FAST if sent_too_fast(filled.form_token.data or "") else ""


def _page(
    filled: ReportForm, facility: FacilityView | None, *, status: int = 200, trouble: str = ""
) -> Response:
    body = render_template(
        "public/corrections/report.html",
        form=filled,
        facility=facility,
        reasons=REPORT_REASONS,
        sources=REPORT_SOURCES.items(),
        trouble=trouble,
        was_sent=was_sent(),
    )
    return make_response(body, status)


def _facility(facility_id: int) -> FacilityView:
    try:
        facility = read_facility(db.session, facility_id)
    except FacilityNotFound:
        abort(404)
    if facility.is_sample:
        abort(404)
    return facility


def _facility_if_readable() -> FacilityView | None:
    try:
        return _facility((request.view_args or {})["facility_id"])
    except NotFound:
        return None
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return None


def _submission(filled: ReportForm, facility_id: int) -> ReportSubmission:
    return ReportSubmission(
        facility_id=facility_id,
        reasons=tuple(filled.reasons.data or ()),
        details=filled.details.data or "",
        known_from=filled.known_from.data or "",
        form_token=filled.form_token.data or "",
    )
