"""Errors of the API as RFC 9457 problem documents."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, jsonify
from werkzeug.exceptions import BadRequest, HTTPException

from finder.facilities.search import Problem


class InvalidParameters(BadRequest):
    """400 with one entry for each parameter that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(map(str, problems)))
        self.problems = tuple(problems)


def problem(error: HTTPException) -> Response:
    """Return the problem document of an error."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": error.name,
        "status": error.code,
        "detail": error.description,
    }
    if isinstance(error, InvalidParameters):
        document["errors"] = [
            {"parameter": each.parameter, "message": str(each)} for each in error.problems
        ]
    response = jsonify(document)
    response.status_code = error.code or 500
    response.content_type = "application/problem+json"
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response
