"""Staff accounts: create, change, reset, disable and enable them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Response, abort, make_response, render_template, request
from flask_babel import gettext

from finder.extensions import db, services
from finder.intake.permissions import Permission, Role
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
"""actions that need a confirming tick -> the message without it"""
WORKS_FOR_LABELS = {
    "team": N_("Our own team: they work with every inquiry"),
    "programs": N_("These programs alone"),
}
_LARGEST_ID = 2**31 - 1
_NO_SUCH_FACILITY = N_("There is no facility with one of these numbers. Please look at them again.")


@dataclass(frozen=True, slots=True)
class _Entered:
    """The fields of an account's form as typed, to repopulate it after an error."""

    email: str
    role: str
    works_for: str
    facilities: str
    """facility ids as typed"""


@blueprint.get("/accounts")
@guard.needs(Permission.MANAGE_ACCOUNTS)
def accounts() -> Response:
    """List the accounts."""
    return _listed()


@blueprint.post("/accounts")
@guard.needs(Permission.MANAGE_ACCOUNTS)
def new_account() -> Response:
    """Make an account, and show its one-time code once."""
    entered = _entered()
    try:
        code = create_account(
            db.session,
            entered.email,
            role=_role(entered),
            facility_ids=_facility_ids(entered),
            by=guard.person().account.id,
            clock=services().clock,
        )
    except AccountRefused as error:
        return _listed(problem=gettext(str(error)), entered=entered, status=400)
    return _listed(code=code, code_for=entered.email)


@blueprint.post("/accounts/<account_id>")
@guard.needs(Permission.MANAGE_ACCOUNTS)
def account(account_id: str) -> Response:
    """Change, reset, disable or enable an account."""
    by, clock = guard.person().account.id, services().clock
    code, do, entered = "", request.form.get("do"), _entered()
    try:
        if do in _CERTAIN and request.form.get("certain") != "y":
            raise AccountRefused(_CERTAIN[do])
        match do:
            case "change":
                change_account(
                    db.session,
                    account_id,
                    role=_role(entered),
                    facility_ids=_facility_ids(entered),
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
        problem = gettext(str(error))
        return _listed(problem=problem, refused=(account_id, do), entered=entered, status=400)
    return _listed(code=code, done=gettext("Done."))


def _listed(
    *,
    code: str = "",
    code_for: str = "",
    problem: str = "",
    refused: tuple[str, str | None] | None = None,
    entered: _Entered | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    return make_response(
        render_template(
            "staff/administration/accounts.html",
            accounts=list_accounts(db.session),
            roles=ROLE_LABELS,
            works_for_labels=WORKS_FOR_LABELS,
            code=code,
            code_for=code_for,
            problem=problem,
            refused=refused,
            entered=entered,
            done=done,
        ),
        status,
    )


def _entered() -> _Entered:
    return _Entered(
        **{
            each: request.form.get(each, "")
            for each in ("email", "role", "works_for", "facilities")
        }
    )


def _role(entered: _Entered) -> Role:
    try:
        return Role(entered.role)
    except ValueError:
        abort(400)


def _facility_ids(entered: _Entered) -> list[int]:
    """Return the facility ids an account is limited to; empty for the operator's own team.

    The team can open every inquiry, so it is chosen explicitly, never by an empty field.
    """
    words = [each for each in re.split(r"[\s,]+", entered.facilities) if each]
    match entered.works_for:
        case "team" if words:
            raise AccountRefused(
                N_(
                    "You chose our own team, and numbers of programs stand there, too. Empty that"
                    " field, or choose the programs."
                )
            )
        case "programs" if not words:
            raise AccountRefused(
                N_("Give the number of a program that they work for, or choose our own team.")
            )
        case "team" | "programs":
            return _numbers(words)
        case _:
            raise AccountRefused(
                N_("Choose whom they work for: our own team, or certain programs.")
            )


def _numbers(words: list[str]) -> list[int]:
    try:
        ids = [int(each) for each in words]
    except ValueError:
        raise AccountRefused(_NO_SUCH_FACILITY) from None
    if any(not 0 < each <= _LARGEST_ID for each in ids):
        raise AccountRefused(_NO_SUCH_FACILITY)
    return ids
