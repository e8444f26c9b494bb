"""The blueprint that all pages of the staff belong to, and what their templates may call."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from finder.intake import Permission
from finder.web.staff import guard

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


@blueprint.context_processor
def _for_templates() -> dict[str, Any]:
    found = guard.signed_in()
    verified = found is not None and found.is_verified
    return {
        "staff_person": found if verified else None,
        "may": lambda name: verified and guard.may(Permission(name)),
    }
