"""The pages that anyone may see, by subject; ``templates/public`` has the same folders."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import HTTPException

from finder.web.public import information
from finder.web.public.corrections import report
from finder.web.public.facilities import facility
from finder.web.public.inquiries import form, status
from finder.web.public.lists import saved_list
from finder.web.public.searching import guided_search, results

__all__ = ["BLUEPRINTS", "form_again"]

BLUEPRINTS = tuple(
    module.blueprint
    for module in (results, facility, saved_list, report, guided_search, form, status, information)
)


def form_again(error: HTTPException) -> Response | None:
    """Return the form that was being sent when an error came, still filled in; else None."""
    return form.form_again(error) or status.form_again(error) or report.form_again(error)
