"""The pages of the staff; what each is open to stands at its view."""

from __future__ import annotations

from finder.web.staff import (
    accounts,
    audit_log,
    by_code,
    cases,
    entry,
    export,
    facilities,
    factors,
    on_behalf,
    passing_on,
    passkeys,
    queue,
    reports,
)
from finder.web.staff.blueprint import blueprint
from finder.web.staff.given_back import form_again

__all__ = [
    "accounts",
    "audit_log",
    "blueprint",
    "by_code",
    "cases",
    "entry",
    "export",
    "facilities",
    "factors",
    "form_again",
    "on_behalf",
    "passing_on",
    "passkeys",
    "queue",
    "reports",
]
