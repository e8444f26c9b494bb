"""The pages. Views parse a form, call one function of a domain package, and render."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from finder.web import errors, formatting, headers, public, staff

__all__ = ["error_page", "init_app"]


def init_app(app: Flask) -> None:
    """Register the blueprints, Jinja's filters and globals, and the response headers."""
    headers.init_app(app)
    formatting.init_app(app)
    for blueprint in (*public.BLUEPRINTS, staff.blueprint):
        app.register_blueprint(blueprint)


def error_page(error: HTTPException) -> Response:
    """Return the page of an error: the form that was sent, repopulated, or an error page."""
    return public.repopulated_form(error) or staff.repopulated_form(error) or errors.page(error)
