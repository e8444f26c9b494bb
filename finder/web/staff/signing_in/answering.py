"""Responses of the sign-in pages: page, refusal, redirect with the session cookie, QR code."""

from __future__ import annotations

import io
import math

import segno
from flask import Response, make_response, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from finder.errors import FinderError
from finder.extensions import db, services
from finder.security.attempts import TooManyAttempts
from finder.staff import Enrolment, enrolment
from finder.web.staff import guard


def page(template: str, status: int = 200, **values: object) -> Response:
    """Return a rendered template."""
    return make_response(render_template(template, **values), status)


def redirect_with_session(endpoint: str, token: str) -> BaseResponse:
    """Return a redirect (303) that sets the session cookie."""
    response = redirect(url_for(endpoint), 303)
    guard.set_cookie(response, token)
    return response


def app_enrolment(*, anew: bool = False) -> Enrolment:
    """Return the authenticator app's secret for the account of the request; see ``enrolment``."""
    name = services().settings.site_name
    return enrolment(db.session, services().key_ring(), guard.person(), site_name=name, anew=anew)


def refused(template: str, error: FinderError, **values: object) -> Response:
    """Return the form's page with the error, as 400 or 429."""
    return page(template, status_of(error), problem=words_of(error), **values)


def words_of(error: FinderError) -> str:
    """Return the message of an error in the request's locale."""
    if not isinstance(error, TooManyAttempts):
        return str(gettext(str(error)))
    told = ngettext(
        "There were too many tries with this address, so nothing opens now, not even what is right."
        " Try again in %(num)s minute. If the tries were not yours, or you need help, ask an"
        " administrator of this site.",
        "There were too many tries with this address, so nothing opens now, not even what is right."
        " Try again in %(num)s minutes. If the tries were not yours, or you need help, ask an"
        " administrator of this site.",
        math.ceil(error.wait.total_seconds() / 60),
    )
    return str(told)


def status_of(error: FinderError) -> int:
    """Return the HTTP status of an error: 429 for too many attempts, else 400."""
    return 429 if isinstance(error, TooManyAttempts) else 400


def qr_code(address: str) -> Response:
    """Return the QR code of a URL as SVG."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", scale=5, dark="#000", light="#fff"
    )
    return Response(drawn.getvalue(), mimetype="image/svg+xml")
