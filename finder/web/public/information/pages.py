"""``/about``, ``/privacy``, ``/glossary``, and ``/health`` for monitoring."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, render_template

from finder.extensions import db, services
from finder.facilities.listings import STALE_AFTER_YEARS
from finder.facilities.vocabulary import FILTERS
from finder.geocoding.online import described

blueprint = Blueprint("information", __name__)


@blueprint.get("/about")
def about() -> str:
    """Show where the listings come from and how they are ordered."""
    return render_template(
        "public/information/about.html",
        stale_after_years=STALE_AFTER_YEARS,
        treats_by_default=services().settings.treats,
    )


@blueprint.get("/privacy")
def privacy() -> str:
    """Show what is stored of visitors (nothing) and of inquiries."""
    online = described(services().settings.geocoders)
    return render_template("public/information/privacy.html", online_geocoders=online)


@blueprint.get("/glossary")
def glossary() -> str:
    """Explain every value of every filter in plain words, with its official term."""
    return render_template("public/information/glossary.html", facets=FILTERS)


@blueprint.get("/health")
def health() -> dict[str, str]:
    """Return 200 where the application and its database answer."""
    db.session.execute(sa.select(1))
    return {"status": "ok"}
