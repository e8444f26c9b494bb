"""Finding an inquiry by the reference code that its author reads out.

The code is posted, never in a URL. A match is redirected (307) to the inquiry's own page, which
audits the opening.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from finder.extensions import db, services
from finder.intake.author import find_by_code
from finder.intake.inquiry import NotAReference, wrong_length_text
from finder.intake.permissions import NoSuchInquiry, Permission
from finder.security.attempts import TooManyAttempts
from finder.security.keys import KeyMissing
from finder.translatable import N_
from finder.web.headers import add_retry_after, minutes_to_wait
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint

_NOT_FOUND = N_(
    "There is no inquiry with this code that you may open. Ask them to read it out once more; it"
    " may have been deleted."
)
_NOT_NOW = N_("It cannot be looked for now. Ask whoever runs this site.")


@blueprint.get("/by-code")
@guard.needs(Permission.OPEN_INQUIRY, Permission.WORK_ON_INQUIRY)
def by_code() -> Response:
    """Show the form."""
    return _page()


@blueprint.post("/by-code")
@guard.needs(Permission.OPEN_INQUIRY, Permission.WORK_ON_INQUIRY)
def find() -> Response | BaseResponse:
    """Redirect to the inquiry with the code."""
    try:
        found = find_by_code(
            db.session,
            services().key_ring(),
            guard.actor(),
            request.form.get("code", ""),
            clock=services().clock,
        )
    except NotAReference as error:
        typed = request.form.get("code", "")
        return _page(problem=gettext(wrong_length_text(typed) or str(error)), status=400)
    except NoSuchInquiry:
        return _page(problem=gettext(_NOT_FOUND), status=404)
    except KeyMissing:
        return _page(problem=gettext(_NOT_NOW), status=503)
    except TooManyAttempts as error:
        problem = gettext(
            "Too many codes were not right. Please wait %(minutes)s minutes, and look for it in"
            " the queue meanwhile.",
            minutes=minutes_to_wait(error),
        )
        return add_retry_after(_page(problem=problem, status=429), error)
    # With 307 the browser repeats the POST, so the code is in no URL.
    return redirect(url_for("staff.case", inquiry_id=found), 307)


def _page(*, problem: str = "", status: int = 200) -> Response:
    body = render_template(
        "staff/casework/by_code.html", problem=problem, typed=request.form.get("code", "")
    )
    return make_response(body, status)
