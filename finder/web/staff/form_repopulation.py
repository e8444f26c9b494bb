"""Repopulated forms: error pages of the staff that show what was typed, so that none of it is lost.

For an ended session, an expired CSRF token, or a server error. The text comes from the request
itself; it is stored nowhere. Passwords and codes are never shown again.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, current_app, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from finder.translatable import N_

WORDS: Mapping[str, str] = {
    "note": N_("What you wrote"),
    "message": N_("What you wrote"),
    "facility": N_("Number of the program, or the address of its page"),
    "reason": N_("Why it is needed"),
    "recipient": N_("To whom it goes"),
    "email": N_("E-mail address"),
    "phone": N_("Phone number"),
    "best_times": N_("Safe times"),
    "facilities": N_("Numbers of the programs"),
}
"""fields that people type into -> their labels"""
LONG = ("note", "message")
_MODULES = ("accounts", "case", "export", "on_behalf", "queue", "reports")
"""modules whose forms are repopulated; those of others hold passwords and codes"""
_SIGNING_IN = {
    "staff.sign_in": "staff/signing_in/sign_in.html",
    "staff.start": "staff/signing_in/start.html",
}
_OLD = N_(
    "This page was open for a long time, or you signed in again meanwhile. So nothing was done yet."
)
_SIGNED_OUT = N_(
    "Nothing was done: you are signed out. That happens after 30 minutes without a step, after 12"
    " hours, and when an account is changed."
)
_WENT_WRONG = N_(
    "That was NOT done: something went wrong here. What you wrote is still here. Please send it"
    " once more in a minute."
)


def form_after_sign_out() -> Response | None:
    """Return a page with what was typed and a link to sign in; None where nothing was typed."""
    fields = _fields()
    if not any(fields.get(name, "").strip() for name in WORDS):
        return None
    return _page(fields, gettext(_SIGNED_OUT), status=403, is_signed_out=True)


def repopulated_form(error: HTTPException) -> Response | None:
    """Return the error page of a staff view, its form repopulated; None for other views."""
    if error.code == 404 and request.path.startswith("/staff/"):
        body = render_template("staff/casework/gone.html", typed=_fields(), words=WORDS)
        return make_response(body, 404)
    if request.method != "POST" or request.blueprint != "staff":
        return None
    if isinstance(error, CSRFError):
        template = _SIGNING_IN.get(request.endpoint or "")
        if template:
            body = render_template(
                template, email=request.form.get("email", ""), problem=gettext(_OLD)
            )
            return make_response(body, 400)
        return _page(_fields(), gettext(_OLD), status=400)
    if (error.code or 500) >= 500 and _fields():
        return _page(_fields(), gettext(_WENT_WRONG), status=error.code or 500)
    return None


def _fields() -> dict[str, str]:
    """Return the fields of the form that was sent, where it is one that is repopulated."""
    view = current_app.view_functions.get(request.endpoint or "")
    module = view.__module__.rpartition(".")[2] if view else ""
    # A cross-site POST holds what the other site wrote, not what the person typed.
    is_cross_site = request.headers.get("Sec-Fetch-Site", "same-origin") not in (
        "same-origin",
        "none",
    )
    if request.method != "POST" or module not in _MODULES or is_cross_site:
        return {}
    return {name: value for name, value in request.form.items() if name != "csrf_token"}


def _page(
    fields: dict[str, str], problem: str, *, status: int, is_signed_out: bool = False
) -> Response:
    body = render_template(
        "staff/repopulated_form.html",
        typed=fields,
        words=WORDS,
        long=LONG,
        problem=problem,
        is_signed_out=is_signed_out,
    )
    return make_response(body, status)
