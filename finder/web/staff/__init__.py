"""The staff pages, by subject; each view names the permissions it needs (see ``guard``)."""

from __future__ import annotations

from finder.web.staff.administration import accounts, audit_log
from finder.web.staff.blueprint import blueprint
from finder.web.staff.casework import by_code, export, on_behalf, passing_on, queue
from finder.web.staff.casework import case as cases
from finder.web.staff.corrections import reports
from finder.web.staff.directory import facilities
from finder.web.staff.form_repopulation import repopulated_form
from finder.web.staff.signing_in import entry, factors, passkeys

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
    "on_behalf",
    "passing_on",
    "passkeys",
    "queue",
    "repopulated_form",
    "reports",
]
