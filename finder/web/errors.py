"""The HTML error pages: a title and advice for each status, in the layout of every page."""

from __future__ import annotations

from flask import Response, make_response, render_template
from werkzeug.exceptions import HTTPException

from finder.translatable import N_

_TEXTS = {
    400: (
        N_("We could not read that"),
        N_("Something in the address or the form was not right. Please go back and try again."),
    ),
    403: (
        N_("This is not open to you"),
        N_("Your account does not allow this. Ask an administrator."),
    ),
    404: (
        N_("We could not find that page"),
        N_("The link may be old. The program may still be listed: search for its name or town."),
    ),
    405: (
        N_("That did not work"),
        N_("This page cannot be used in this way. Please start again from the search."),
    ),
    413: (
        N_("That was too much to send"),
        N_("Please go back, make your message shorter, and send it again."),
    ),
    429: (
        N_("Please wait a moment"),
        N_(
            "Too many requests came from your connection. Wait a minute, or call one of the numbers"
            " on this page."
        ),
    ),
    500: (
        N_("Something went wrong here"),
        N_(
            "It is our mistake, not yours. Please try again, or call one of the numbers on this"
            " page."
        ),
    ),
    503: (
        N_("This does not work right now"),
        N_("Please try again in a few minutes, or call one of the numbers on this page."),
    ),
}


def page(error: HTTPException) -> Response:
    """Return the page of an error, with its ``Allow`` or ``Retry-After`` header."""
    status = error.code or 500
    title, advice = _TEXTS.get(status) or _TEXTS[400 if status < 500 else 500]
    body = render_template("public/error.html", status=status, title=title, advice=advice)
    response = make_response(body, status)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response
