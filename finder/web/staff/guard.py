"""Who may see a page of the staff: every view says it, and nothing is open that says nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from finder.extensions import db, services
from finder.intake.permissions import Permission, Role, StaffActor, permissions_of
from finder.staff import ABSOLUTE, SignedIn, session_of
from finder.web.staff import given_back

_COOKIE = "finder_staff"
_PATH = "/staff"
View = Callable[..., Any]


def signed_in() -> SignedIn | None:
    """Return who sends the request, with or without their second factor."""
    if "staff" not in g:
        token = request.cookies.get(_cookie(), "")
        g.staff = session_of(db.session, token, clock=services().clock) if token else None
    return cast("SignedIn | None", g.staff)


def session_ended() -> bool:
    """Whether the browser still has the token of a session that is none any more."""
    return _cookie() in request.cookies and signed_in() is None


def person() -> SignedIn:
    """Return who sends the request to a page that is open to them."""
    return cast(SignedIn, signed_in())


def actor() -> StaffActor:
    """Return what the domain functions ask about whoever sends the request."""
    account = person().account
    permissions = permissions_of(Role(account.role), for_facilities=bool(account.facility_ids))
    return StaffActor(account.id, permissions, account.facility_ids or None)


def may(permission: Permission) -> bool:
    """Whether whoever sends the request may do this."""
    return permission in actor().permissions


def half_way(view: View) -> View:
    """Open a view to who has given their password, and not yet the second factor."""

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
    """Open a view to staff who are signed in and have all of these permissions."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(**values: Any) -> Any:
            found = signed_in()
            if found is None or not found.is_verified:
                step = "staff.sign_in" if found is None else "staff.second_factor"
                return given_back.signed_out() or redirect(url_for(step), 303)
            if not actor().permissions.issuperset(permissions):
                abort(403)
            return view(**values)

        return guarded

    return decorate


def set_cookie(response: Response | BaseResponse, token: str) -> None:
    """Give the browser the token of its session; no page outside of the staff's gets it."""
    response.set_cookie(
        _cookie(),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path=_PATH,
        httponly=True,
        samesite="Strict",
        secure=services().settings.is_production,
    )


def forget_cookie(response: Response | BaseResponse) -> None:
    """Have the browser forget its session."""
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
