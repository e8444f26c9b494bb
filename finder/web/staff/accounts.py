"""The accounts: whoever gives them out reads no inquiry."""

from __future__ import annotations

import re

from flask import Response, abort, make_response, render_template, request
from flask_babel import gettext

from finder.extensions import db, services
from finder.intake import Permission, Role
from finder.staff import (
    AccountRefused,
    NoSuchAccount,
    change_account,
    create_account,
    disable_account,
    enable_account,
    list_accounts,
    reset_account,
)
from finder.translatable import N_
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint

ROLE_LABELS = {
    Role.VIEWER: N_("Viewer: sees what waits, opens nothing"),
    Role.TRIAGE: N_("Triage: reads and answers inquiries"),
    Role.MANAGER: N_("Manager: gives inquiries out, sees the log"),
    Role.ADMIN: N_("Administrator: gives out accounts, reads no inquiry"),
}
_CERTAIN = {
    "reset": N_("Nothing has changed. Tick that you want to reset this account, and press again."),
    "disable": N_(
        "Nothing has changed. Tick that you want to disable this account, and press again."
    ),
}
"""what takes something away from somebody at once, and so takes a tick beside the press"""
_LARGEST_ID = 2**31 - 1


@blueprint.get("/accounts")
@guard.needs(Permission.MANAGE_ACCOUNTS)
def accounts() -> Response:
    """List the accounts."""
    return _listed()


@blueprint.post("/accounts")
@guard.needs(Permission.MANAGE_ACCOUNTS)
def new_account() -> Response:
    """Make an account, and show its one-time code once."""
    email = request.form.get("email", "")
    try:
        code = create_account(
            db.session,
            email,
            role=_role(),
            facility_ids=_facility_ids(),
            by=guard.person().account.id,
            clock=services().clock,
        )
    except AccountRefused as error:
        return _listed(problem=gettext(str(error)), status=400)
    return _listed(code=code, code_for=email)


@blueprint.post("/accounts/<account_id>")
@guard.needs(Permission.MANAGE_ACCOUNTS)
def account(account_id: str) -> Response:
    """Change, reset, disable or enable an account."""
    by, clock = guard.person().account.id, services().clock
    code, do = "", request.form.get("do")
    try:
        if do in _CERTAIN and request.form.get("certain") != "y":
            raise AccountRefused(_CERTAIN[do])
        match do:
            case "change":
                change_account(
                    db.session,
                    account_id,
                    role=_role(),
                    facility_ids=_facility_ids(),
                    by=by,
                    clock=clock,
                )
            case "reset":
                code = reset_account(db.session, account_id, by=by, clock=clock)
            case "disable":
                disable_account(db.session, account_id, by=by, clock=clock)
            case "enable":
                code = enable_account(db.session, account_id, by=by, clock=clock)
            case _:
                abort(400)
    except NoSuchAccount:
        abort(404)
    except AccountRefused as error:
        return _listed(problem=gettext(str(error)), refused=(account_id, do), status=400)
    return _listed(code=code, done=gettext("Done."))


def _listed(
    *,
    code: str = "",
    code_for: str = "",
    problem: str = "",
    refused: tuple[str, str | None] | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    return make_response(
        render_template(
            "staff/accounts.html",
            accounts=list_accounts(db.session),
            roles=ROLE_LABELS,
            code=code,
            code_for=code_for,
            problem=problem,
            refused=refused,
            done=done,
        ),
        status,
    )


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        abort(400)


def _facility_ids() -> list[int]:
    words = re.split(r"[\s,]+", request.form.get("facilities", "").strip())
    try:
        ids = [int(each) for each in words if each]
    except ValueError:
        raise AccountRefused(N_("There is no facility with this number.")) from None
    if any(not 0 < each <= _LARGEST_ID for each in ids):
        raise AccountRefused(N_("There is no facility with this number."))
    return ids
