"""How the pages of signing in answer: a page, the page again with what is wrong, a QR code."""

from __future__ import annotations

import io
import math

import segno
from flask import Response, make_response, render_template
from flask_babel import gettext, ngettext

from finder.errors import FinderError
from finder.security.attempts import TooManyAttempts


def page(template: str, status: int = 200, **values: object) -> Response:
    """Return a page."""
    return make_response(render_template(template, **values), status)


def refused(template: str, error: FinderError, **values: object) -> Response:
    """Return a page that says why what was sent was not taken."""
    return page(template, status_of(error), problem=words_of(error), **values)


def words_of(error: FinderError) -> str:
    """Return what a person is told of a refusal: what to do, and when."""
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
    """Return the HTTP status that tells of a refusal."""
    return 429 if isinstance(error, TooManyAttempts) else 400


def qr_code(address: str) -> Response:
    """Return the QR code of an address, as SVG."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", scale=5, dark="#000", light="#fff"
    )
    return Response(drawn.getvalue(), mimetype="image/svg+xml")
