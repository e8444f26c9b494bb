"""The pages. Views parse a form, call one function of a domain package, and render."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from finder.web import errors, formatting, headers, staff
from finder.web.public import (
    detail_report,
    facility,
    guided,
    information,
    inquiry,
    inquiry_status,
    saved_list,
    search,
)

__all__ = ["error_page", "init_app"]


def init_app(app: Flask) -> None:
    """Register the pages, what their templates may call, and the headers of every response."""
    headers.init_app(app)
    formatting.init_app(app)
    for module in (
        search,
        facility,
        saved_list,
        detail_report,
        guided,
        inquiry,
        inquiry_status,
        information,
        staff,
    ):
        app.register_blueprint(module.blueprint)


def error_page(error: HTTPException) -> Response:
    """Return the page of an error; where something was being sent, its form, still filled in."""
    return (
        inquiry.form_again(error)
        or inquiry_status.form_again(error)
        or detail_report.form_again(error)
        or staff.form_again(error)
        or errors.page(error)
    )
