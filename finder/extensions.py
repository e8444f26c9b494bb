"""The Flask extensions' objects, and what a request or command asks the application for.

Stands beside ``db``: no domain package imports it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app
from flask_babel import Babel
from flask_compress import Compress
from flask_limiter import Limiter
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect

if TYPE_CHECKING:
    from config import Settings
    from finder.facilities.search import PlaceNames
    from finder.geocoding import Gazetteer
    from finder.security.keys import KeyRing

babel = Babel()
compress = Compress()
csrf = CSRFProtect()
db = SQLAlchemy()


@dataclass(frozen=True, slots=True)
class Services:
    """What views and commands hand to the domain packages beside a session."""

    settings: Settings
    gazetteer: Callable[[], Gazetteer]
    """opened at first use: ``gazetteer build`` must run where there is none yet"""
    places: Callable[[], PlaceNames]
    """what a search asks for its place: the gazetteer, and online geocoders where they are on"""
    key_ring: Callable[[], KeyRing]
    """raises ``KeyMissing`` where there is no key: search goes on, inquiries say so"""
    clock: Callable[[], dt.datetime]
    client_bucket: Callable[[], str]
    """whom the present request is counted under, in a way that tells nobody who it is"""


def services() -> Services:
    """Return the present application's services."""
    return cast(Services, current_app.extensions["finder"])


limiter = Limiter(key_func=lambda: services().client_bucket())
