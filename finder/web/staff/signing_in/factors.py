"""Managing one's own second factors; every change asks for the password again."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from finder.errors import FinderError
from finder.extensions import db, services
from finder.security.attempts import TooManyAttempts
from finder.staff import (
    FactorRefused,
    SignInRefused,
    add_app,
    add_passkey,
    begin_adding_passkey,
    list_passkeys,
    remove_app,
    remove_passkey,
    renew_recovery_codes,
)
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint
from finder.web.staff.signing_in.answering import app_enrolment, page, qr_code, refused
from finder.web.staff.signing_in.passkeys import options, site


@blueprint.get("/factors")
@guard.needs()
def factors() -> Response:
    """List one's own second factors."""
    return page("staff/signing_in/factors.html", **_own())


@blueprint.post("/factors/challenge")
@guard.needs()
def factors_challenge() -> Response:
    """Return the options for registering another passkey."""
    return options(
        lambda: begin_adding_passkey(
            db.session,
            services().key_ring(),
            guard.person(),
            site(),
            request.form.get("password", ""),
            clock=services().clock,
        )
    )


@blueprint.post("/factors/passkeys")
@guard.needs()
def new_passkey() -> Response | BaseResponse:
    """Register another passkey."""
    try:
        add_passkey(
            db.session,
            services().key_ring(),
            guard.person(),
            site(),
            request.form.get("answer", ""),
            request.form.get("label", ""),
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts) as error:
        return _refused(error)
    return redirect(url_for("staff.factors"), 303)


@blueprint.post("/factors/remove")
@guard.needs()
def remove_factor() -> Response | BaseResponse:
    """Remove a passkey, or the authenticator app where no passkey is named."""
    passkey_id, password = request.form.get("passkey", ""), request.form.get("password", "")
    ring, clock, person = services().key_ring(), services().clock, guard.person()
    try:
        if passkey_id:
            remove_passkey(db.session, ring, person, passkey_id, password, clock=clock)
        else:
            remove_app(db.session, ring, person, password, clock=clock)
    except (FactorRefused, SignInRefused, TooManyAttempts) as error:
        return _refused(error)
    return redirect(url_for("staff.factors"), 303)


@blueprint.post("/factors/recovery-codes")
@guard.needs()
def new_recovery_codes() -> Response:
    """Make new recovery codes, and show them once."""
    try:
        codes = renew_recovery_codes(
            db.session,
            services().key_ring(),
            guard.person(),
            request.form.get("password", ""),
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts) as error:
        return _refused(error)
    return page("staff/signing_in/recovery_codes.html", codes=codes, renewed=True)


@blueprint.route("/factors/app", methods=["GET", "POST"])
@guard.needs()
def app() -> Response | BaseResponse:
    """Add an authenticator app to an account that has none."""
    if guard.person().account.has_app:
        return redirect(url_for("staff.factors"), 303)
    # A secret that may have been read off an earlier screen is never used.
    secret = app_enrolment(anew=request.method == "GET").secret
    if request.method == "GET":
        return page("staff/signing_in/app.html", secret=secret)
    try:
        add_app(
            db.session,
            services().key_ring(),
            guard.person(),
            request.form.get("password", ""),
            request.form.get("code", ""),
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts) as error:
        return refused("staff/signing_in/app.html", error, secret=secret)
    return redirect(url_for("staff.factors"), 303)


@blueprint.get("/factors/app/code.svg")
@guard.needs()
def app_code() -> Response | BaseResponse:
    """Return the QR code for adding the app."""
    if guard.person().account.has_app:
        return redirect(url_for("staff.factors"), 303)
    return qr_code(app_enrolment().address)


def _own() -> dict[str, Any]:
    account = guard.person().account
    return {"account": account, "passkeys": list_passkeys(db.session, account.id)}


def _refused(error: FinderError) -> Response:
    return refused("staff/signing_in/factors.html", error, **_own())
