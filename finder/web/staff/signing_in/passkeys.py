"""WebAuthn passkeys as a second factor: the requests of ``static/passkeys.js``.

The script fetches the options, has a passkey sign them, and posts the answer as a form. Open to
sessions that wait for their second factor alone.
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
    sign_in_with_passkey,
)
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint
from finder.web.staff.signing_in.answering import (
    app_enrolment,
    page,
    redirect_with_session,
    refused,
    status_of,
    words_of,
)


def site() -> Site:
    """Return the relying party of the request: host, origin and name.

    The ``Host`` header can be trusted here: the browser binds a passkey to its origin, so one made
    for this site signs for no other, whatever host a request names.
    """
    host = request.host
    if not host:
        abort(400)
    # In production the session cookie needs HTTPS, even where the proxy does not report it.
    scheme = "https" if services().settings.is_production else request.scheme
    return Site(
        host=re.sub(r":\d+$", "", host),
        origin=f"{scheme}://{host}",
        name=services().settings.site_name,
    )


def options(ask: Callable[[], dict[str, Any]]) -> Response:
    """Return the WebAuthn options as JSON, or the error."""
    try:
        return jsonify(options=ask())
    except (FactorRefused, SignInRefused, TooManyAttempts) as error:
        return make_response(jsonify(problem=words_of(error)), status_of(error))


@blueprint.post("/second-factor/challenge")
@guard.needs_second_factor
def second_factor_challenge() -> Response:
    """Return the options for signing in with a passkey."""
    return options(
        lambda: begin_passkey_sign_in(db.session, guard.person(), site(), clock=services().clock)
    )


@blueprint.post("/second-factor/passkey")
@guard.needs_second_factor
def second_factor_passkey() -> Response | BaseResponse:
    """Check a passkey's signature as the second factor."""
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
    return redirect_with_session("staff.home", token)


@blueprint.post("/set-up/challenge")
@guard.needs_second_factor
def set_up_challenge() -> Response:
    """Return the options for registering the first passkey."""
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
    return refused("staff/signing_in/set_up.html", error, secret=app_enrolment().secret)
