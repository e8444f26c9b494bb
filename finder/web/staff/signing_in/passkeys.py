"""Setting up and signing in with a passkey: what ``static/passkeys.js`` asks for, and sends.

The script fetches what the browser needs, has a passkey sign it, and sends the answer as a form.
Each of the two steps is open to who is half-way, and to nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response, abort, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from finder.errors import FinderError
from finder.extensions import db, services
from finder.security.attempts import TooManyAttempts
from finder.staff import (
    FactorRefused,
    SignInRefused,
    Site,
    begin_passkey_setup,
    begin_passkey_sign_in,
    complete_passkey_setup,
    enrolment,
    sign_in_with_passkey,
)
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint
from finder.web.staff.signing_in.answering import page, refused, status_of, words_of


def site() -> Site:
    """Return the site as the browser that sends the request knows it.

    What the browser says in ``Host`` is good enough: a passkey has checked the address itself, and
    one that was made for this site signs for no other, whatever host a request names.
    """
    host = request.host
    if not host:
        abort(400)
    # In production the staff's cookie goes over HTTPS alone, whether or not the proxy says so.
    scheme = "https" if services().settings.is_production else request.scheme
    return Site(
        host=re.sub(r":\d+$", "", host),
        origin=f"{scheme}://{host}",
        name=services().settings.site_name,
    )


def options(ask: Callable[[], dict[str, Any]]) -> Response:
    """Return as JSON what a browser needs, or what is wrong."""
    try:
        return jsonify(options=ask())
    except (FactorRefused, SignInRefused, TooManyAttempts) as error:
        return make_response(jsonify(problem=words_of(error)), status_of(error))


@blueprint.post("/second-factor/challenge")
@guard.needs_second_factor
def second_factor_challenge() -> Response:
    """Say what a passkey is to sign."""
    return options(
        lambda: begin_passkey_sign_in(db.session, guard.person(), site(), clock=services().clock)
    )


@blueprint.post("/second-factor/passkey")
@guard.needs_second_factor
def second_factor_passkey() -> Response | BaseResponse:
    """Take what a passkey signed as the second factor."""
    try:
        token = sign_in_with_passkey(
            db.session,
            services().key_ring(),
            guard.person(),
            site(),
            request.form.get("answer", ""),
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts) as error:
        return refused("staff/signing_in/second_factor.html", error, account=guard.person().account)
    response = redirect(url_for("staff.home"), 303)
    guard.set_cookie(response, token)
    return response


@blueprint.post("/set-up/challenge")
@guard.needs_second_factor
def set_up_challenge() -> Response:
    """Say what the first passkey is to be made for."""
    return options(
        lambda: begin_passkey_setup(db.session, guard.person(), site(), clock=services().clock)
    )


@blueprint.post("/set-up/passkey")
@guard.needs_second_factor
def set_up_with_passkey() -> Response | BaseResponse:
    """Set the second factor up with a passkey, and show the recovery codes once."""
    try:
        token, codes = complete_passkey_setup(
            db.session,
            services().key_ring(),
            guard.person(),
            site(),
            request.form.get("answer", ""),
            request.form.get("label", ""),
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts) as error:
        return _not_set_up(error)
    response = page("staff/signing_in/recovery_codes.html", codes=codes)
    guard.set_cookie(response, token)
    return response


def _not_set_up(error: FinderError) -> Response | BaseResponse:
    if guard.person().account.is_set_up:
        return redirect(url_for("staff.second_factor"), 303)
    given = enrolment(
        db.session,
        services().key_ring(),
        guard.person(),
        site_name=services().settings.site_name,
    )
    return refused("staff/signing_in/set_up.html", error, secret=given.secret)
