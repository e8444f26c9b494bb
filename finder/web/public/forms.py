"""The base class of the public forms, and the flag that stops browsers from refilling a sent one.

Going back, a browser restores a form as it was left: right before it was sent, and wrong afterwards
on a shared phone. The session cookie says which it is when the page is fetched again, and
``autocomplete="off"`` then stops it, with or without JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, session
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

_SENT = "sent"


def was_sent() -> bool:
    """Whether this browser has sent a form, so that none may be restored."""
    return bool(session.get(_SENT))


def remember_sent() -> None:
    """Set the flag in the session cookie; it says neither which form nor what was in it."""
    session[_SENT] = True


def forget_all_but_sent() -> None:
    """Clear the session, which voids all CSRF tokens; the flag stays."""
    sent = was_sent()
    session.clear()
    if sent:
        remember_sent()


class PageForm(FlaskForm):  # type: ignore[misc]  # no types
    """A form that reads form data alone; any other body is an empty form.

    Flask-WTF would read JSON too, and fail on broken JSON before a view could answer.
    """

    def show_errors(self, messages: Mapping[str, str]) -> None:
        """Set the fields' errors from field name -> message id; other names are ignored."""
        for name in messages.keys() & self.data.keys():
            self[name].errors = [gettext(messages[name])]

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # no types
        """Flask-WTF's settings of the form."""

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> MultiDict[str, str] | None:
            """Return the fields that were sent; None where there are none."""
            del form
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            return request.form or None
