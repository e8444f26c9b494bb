"""Access control of the staff pages: session cookie, view decorators, permission checks.

``tests/web/staff/test_routes_by_role.py`` holds what every route answers to every role.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from finder.extensions import db, services
from finder.intake.permissions import Permission, Role, StaffActor, permissions_of
from finder.staff import ABSOLUTE, SignedIn, session_of
from finder.web.staff.form_repopulation import form_after_sign_out

_COOKIE = "finder_staff"
_PATH = "/staff"
View = Callable[..., Any]


def signed_in() -> SignedIn | None:
    """Return the session of the request, its second factor given or not; None without one."""
    if "staff" not in g:
        token = request.cookies.get(_cookie(), "")
        g.staff = session_of(db.session, token, clock=services().clock) if token else None
    return cast("SignedIn | None", g.staff)


def session_ended() -> bool:
    """Whether the session cookie names a session that has ended."""
    return _cookie() in request.cookies and signed_in() is None


def person() -> SignedIn:
    """Return the session of the request, in a view that is guarded."""
    return cast(SignedIn, signed_in())


def actor() -> StaffActor:
    """Return the account's id, permissions and facilities, as the domain functions take them."""
    account = person().account
    permissions = permissions_of(Role(account.role), for_facilities=bool(account.facility_ids))
    return StaffActor(account.id, permissions, account.facility_ids or None)


def may(permission: Permission) -> bool:
    """Whether the account of the request has a permission."""
    return permission in actor().permissions


def needs_second_factor(view: View) -> View:
    """Guard a view of the second step: the password was given, the second factor was not."""

    @functools.wraps(view)
    def guarded(**values: Any) -> Any:
        found = signed_in()
        if found is None:
            return redirect(url_for("staff.sign_in"), 303)
        if found.is_verified:
            return redirect(url_for("staff.home"), 303)
        return view(**values)

    return guarded


def needs(*permissions: Permission) -> Callable[[View], View]:
    """Guard a view: a full sign-in and all of these permissions; else 303 to sign in, or 403."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(**values: Any) -> Any:
            found = signed_in()
            if found is None or not found.is_verified:
                step = "staff.sign_in" if found is None else "staff.second_factor"
                return form_after_sign_out() or redirect(url_for(step), 303)
            if not actor().permissions.issuperset(permissions):
                abort(403)
            return view(**values)

        return guarded

    return decorate


def set_cookie(response: Response | BaseResponse, token: str) -> None:
    """Set the session cookie; its path keeps it from every page outside of ``/staff``."""
    response.set_cookie(
        _cookie(),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path=_PATH,
        httponly=True,
        samesite="Strict",
        secure=services().settings.is_production,
    )


def delete_cookie(response: Response | BaseResponse) -> None:
    """Delete the session cookie."""
    response.delete_cookie(
        _cookie(),
        path=_PATH,
        httponly=True,
        samesite="Strict",
        secure=services().settings.is_production,
    )


def _cookie() -> str:
    # "__Host-" would take its path away, and with it that no other page gets it.
    return f"__Secure-{_COOKIE}" if services().settings.is_production else _COOKIE
