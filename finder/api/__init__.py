"""Version 1 of the JSON API, read-only, with its OpenAPI description."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from finder.api.documents import describe_components
from finder.api.problems import problem
from finder.api.v1 import blueprint

__all__ = ["init_app", "problem"]


def init_app(app: Flask) -> None:
    """Register the API and its OpenAPI description."""
    api = Api(app)
    describe_components(api.spec)
    api.register_blueprint(blueprint)
