"""The public pages, by subject; ``templates/public`` has the same folders."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import HTTPException

from finder.web.public.corrections import report
from finder.web.public.facilities import facility
from finder.web.public.information import pages
from finder.web.public.inquiries import form, status
from finder.web.public.lists import saved_list
from finder.web.public.searching import guided_search, results

__all__ = ["BLUEPRINTS", "repopulated_form"]

BLUEPRINTS = tuple(
    module.blueprint
    for module in (results, facility, saved_list, report, guided_search, form, status, pages)
)


def repopulated_form(error: HTTPException) -> Response | None:
    """Return the form whose sending failed, repopulated; None where there was none."""
    return (
        form.repopulated_form(error)
        or status.repopulated_form(error)
        or report.repopulated_form(error)
    )
