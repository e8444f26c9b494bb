"""The pages of the staff; what each is open to stands at its view."""

from __future__ import annotations

from finder.web.staff import (
    accounts,
    audit_log,
    cases,
    entry,
    export,
    facilities,
    factors,
    passkeys,
    queue,
)
from finder.web.staff.blueprint import blueprint

__all__ = [
    "accounts",
    "audit_log",
    "blueprint",
    "cases",
    "entry",
    "export",
    "facilities",
    "factors",
    "passkeys",
    "queue",
]
