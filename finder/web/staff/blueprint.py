"""The blueprint of all staff pages, and the context of their templates."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint

from finder.extensions import db
from finder.intake.permissions import Permission
from finder.web.staff import guard

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


@blueprint.context_processor
def _for_templates() -> dict[str, Any]:
    try:
        found, ended = guard.signed_in(), guard.session_ended()
    except sa.exc.SQLAlchemyError:  # the error page must render without a database
        db.session.rollback()
        found, ended = None, False
    verified = found is not None and found.is_verified
    return {
        "staff_person": found if verified else None,
        "session_ended": ended,
        "may": lambda name: verified and guard.may(Permission(name)),
    }
