"""Sign-in and sign-out, second-factor codes, passwords, and the list of sessions.

Passkeys, which need a script, are in ``passkeys``; managing one's own factors in ``factors``.
"""

from __future__ import annotations

from flask import Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from finder.extensions import db, services
from finder.intake.permissions import Permission
from finder.security.attempts import TooManyAttempts
from finder.staff import (
    SignInRefused,
    WeakPassword,
    begin_sign_in,
    change_password,
    choose_password,
    confirm_enrolment,
    end_session,
    list_sessions,
    sign_in_with_code,
)
from finder.web.headers import forget_pages
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint
from finder.web.staff.signing_in.answering import (
    app_enrolment,
    page,
    qr_code,
    redirect_with_session,
    refused,
)


@blueprint.get("/")
@guard.needs()
def home() -> BaseResponse:
    """Redirect to the queue, or to the accounts for a role without it."""
    if guard.may(Permission.SEE_QUEUE):
        return redirect(url_for("staff.queue"), 303)
    return redirect(url_for("staff.accounts"), 303)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | BaseResponse:
    """Show the sign-in form, or check e-mail address and password."""
    if request.method == "GET":
        return page("staff/signing_in/sign_in.html")
    email = request.form.get("email", "")
    try:
        token = begin_sign_in(
            db.session,
            services().key_ring(),
            email,
            request.form.get("password", ""),
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts) as error:
        return refused("staff/signing_in/sign_in.html", error, email=email)
    session.clear()  # voids the CSRF tokens of earlier forms
    return redirect_with_session("staff.second_factor", token)


@blueprint.route("/start", methods=["GET", "POST"])
def start() -> Response | BaseResponse:
    """Set the first password of an account by its one-time code."""
    if request.method == "GET":
        return page("staff/signing_in/start.html")
    email = request.form.get("email", "")
    try:
        choose_password(
            db.session,
            services().key_ring(),
            email,
            request.form.get("code", ""),
            request.form.get("password", ""),
            site_name=services().settings.site_name,
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts, WeakPassword) as error:
        return refused("staff/signing_in/start.html", error, email=email)
    return redirect(url_for("staff.sign_in"), 303)


@blueprint.route("/second-factor", methods=["GET", "POST"])
@guard.needs_second_factor
def second_factor() -> Response | BaseResponse:
    """Check the second factor; redirect to the set-up where the account has none."""
    if not guard.person().account.is_set_up:
        return redirect(url_for("staff.set_up"), 303)
    if request.method == "GET":
        return page("staff/signing_in/second_factor.html", account=guard.person().account)
    try:
        token = sign_in_with_code(
            db.session,
            services().key_ring(),
            guard.person(),
            request.form.get("code", ""),
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts) as error:
        return refused("staff/signing_in/second_factor.html", error, account=guard.person().account)
    return redirect_with_session("staff.home", token)


@blueprint.route("/set-up", methods=["GET", "POST"])
@guard.needs_second_factor
def set_up() -> Response | BaseResponse:
    """Set the second factor up by an app's code, and show the recovery codes once."""
    if guard.person().account.is_set_up:
        return redirect(url_for("staff.second_factor"), 303)
    ring, clock = services().key_ring(), services().clock
    secret = app_enrolment().secret
    if request.method == "GET":
        return page("staff/signing_in/set_up.html", secret=secret)
    try:
        token, codes = confirm_enrolment(
            db.session, ring, guard.person(), request.form.get("code", ""), clock=clock
        )
    except (SignInRefused, TooManyAttempts) as error:
        return refused("staff/signing_in/set_up.html", error, secret=secret)
    response = page("staff/signing_in/recovery_codes.html", codes=codes)
    guard.set_cookie(response, token)
    return response


@blueprint.get("/set-up/code.svg")
@guard.needs_second_factor
def set_up_code() -> Response | BaseResponse:
    """Return the QR code for setting the app up."""
    if guard.person().account.is_set_up:
        return redirect(url_for("staff.second_factor"), 303)
    return qr_code(app_enrolment().address)


@blueprint.post("/sign-out")
def sign_out() -> BaseResponse:
    """End the session of this browser."""
    found = guard.signed_in()
    if found is not None:
        end_session(db.session, found.session_id, by=found.account.id, clock=services().clock)
    session.clear()
    response = redirect(url_for("staff.sign_in"), 303)
    guard.delete_cookie(response)
    forget_pages(response)
    return response


@blueprint.route("/password", methods=["GET", "POST"])
@guard.needs()
def password() -> Response | BaseResponse:
    """Change one's own password."""
    if request.method == "GET":
        return page("staff/signing_in/password.html")
    try:
        token = change_password(
            db.session,
            services().key_ring(),
            guard.person(),
            request.form.get("present", ""),
            request.form.get("password", ""),
            site_name=services().settings.site_name,
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts, WeakPassword) as error:
        return refused("staff/signing_in/password.html", error)
    return redirect_with_session("staff.sessions", token)


@blueprint.get("/sessions")
@guard.needs()
def sessions() -> Response:
    """List one's own sessions; an administrator sees those of all accounts."""
    everybody = guard.may(Permission.MANAGE_ACCOUNTS)
    listed = list_sessions(
        db.session,
        account_id=None if everybody else guard.person().account.id,
        clock=services().clock,
    )
    return page(
        "staff/signing_in/sessions.html", sessions=listed, present=guard.person().session_id
    )


@blueprint.post("/sessions/end")
@guard.needs()
def end_one_session() -> BaseResponse:
    """End one of one's own sessions; an administrator may end any."""
    everybody = guard.may(Permission.MANAGE_ACCOUNTS)
    own = guard.person().account.id
    end_session(
        db.session,
        request.form.get("session", ""),
        by=own,
        of_account=None if everybody else own,
        clock=services().clock,
    )
    return redirect(url_for("staff.sessions"), 303)
