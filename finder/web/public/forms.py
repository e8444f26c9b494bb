"""The base of every form of the public pages."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict


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
