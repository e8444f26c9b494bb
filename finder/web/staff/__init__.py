"""The pages of the staff; what each is open to stands at its view."""

from __future__ import annotations

from finder.web.staff import accounts, audit_log, cases, entry, export, queue, reports
from finder.web.staff.blueprint import blueprint
from finder.web.staff.given_back import form_again

__all__ = [
    "accounts",
    "audit_log",
    "blueprint",
    "cases",
    "entry",
    "export",
    "form_again",
    "queue",
    "reports",
]
