"""The base of every form of the public pages, and what a browser may keep of one.

A browser that goes back fills a form in again, as it was left. That is right until it was sent, and
wrong on a phone that others use. Which of them it is, the cookie tells when the page is fetched
again: with ``autocomplete="off"`` no browser fills the form in, with or without JavaScript.
"""

from __future__ import annotations

from typing import Any

from flask import request, session
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

_SENT = "sent"


def was_sent() -> bool:
    """Whether this browser has sent a form, so that going back must not fill one in."""
    return bool(session.get(_SENT))


def remember_sent() -> None:
    """Remember, until the browser is closed, that it has sent a form; not which, and not what."""
    session[_SENT] = True


def forget_all_but_sent() -> None:
    """Forget what the forms' tokens belong to; going back fills nothing in for all that."""
    sent = was_sent()
    session.clear()
    if sent:
        remember_sent()


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form that comes as a browser sends it; whatever else comes is an empty form.

    Flask-WTF would read JSON too, and broken JSON is an error before any page could answer.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How the form reads what was sent."""

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> MultiDict[str, str] | None:
            """Return the fields that were sent, None where there are none."""
            del form
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            return request.form or None
