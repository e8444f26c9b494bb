"""One inquiry: opened by POST alone, since each opening is audited, and the actions on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import sqlalchemy as sa
from flask import Response, abort, make_response, render_template, request
from flask_babel import gettext

from finder.errors import FinderError
from finder.extensions import db, services
from finder.intake.casework import (
    CALL_OUTCOME_LABELS,
    CallOutcome,
    TransitionRefused,
    add_note,
    assign,
    change_status,
    new_idempotency_key,
    open_case,
    record_call_attempt,
    send_message,
    set_outcome,
    unassign,
    was_done,
)
from finder.intake.inquiry import OUTCOMES, STATUSES, TextRefused
from finder.intake.permissions import NoSuchInquiry, NotAllowed, Permission
from finder.intake.sharing import HandOverRefused, request_hand_over
from finder.security.keys import KeyMissing, KeyRing, SealBroken
from finder.staff import Account, list_accounts
from finder.translatable import N_
from finder.web.facility_ids import parse_facility_id
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint
from finder.web.staff.casework.queue import names_of_accounts

_ADDRESS = "/inquiries/<inquiry_id>"
_REFUSALS = (HandOverRefused, TextRefused, TransitionRefused, NotAllowed)
_TROUBLE = (KeyMissing, SealBroken, sa.exc.DBAPIError, sa.exc.TimeoutError)
"""errors that staff cannot mend; their messages are for the operator"""
_DONE = N_("Done.")
_DONE_BEFORE = N_("This was done before. It was not done once more.")
Event = tuple[str, Mapping[str, int | bool | str]]
"""an action's audit event, and the details that identify it"""
HISTORY: Mapping[str, str] = {
    "inquiry.submitted": N_("It came in"),
    "inquiry.read": N_("Written out with names"),
    "inquiry.opened": N_("Opened by whoever wrote it"),
    "inquiry.opening_refused": N_("A wrong PIN was tried"),
    "inquiry.found_by_code": N_("Found by its reference code"),
    "inquiry.finding_refused": N_("Its code was tried by somebody who may not know of it"),
    "inquiry.done_on_their_word": N_("Asked for by the person, and done by the team"),
    "inquiry.message_added": N_("A message was added"),
    "inquiry.contact_changed": N_("How to reach them was changed"),
    "inquiry.consent_withdrawn": N_("A consent was taken back"),
    "inquiry.hand_over_requested": N_("Asked whether it may be passed on"),
    "inquiry.hand_over_answered": N_("Answered whether it may be passed on"),
    "inquiry.passed_on": N_("Passed on to the program that they agreed to"),
    "inquiry.opened_by_staff": N_("Opened"),
    "inquiry.note_added": N_("A note was added"),
    "inquiry.call_recorded": N_("A call was noted"),
    "inquiry.assigned": N_("Given to somebody"),
    "inquiry.unassigned": N_("Given to nobody"),
    "inquiry.status_changed": N_("The status was changed"),
    "inquiry.outcome_set": N_("What came of it was noted"),
    "inquiry.erased": N_("Deleted"),
}
"""audit event of an inquiry -> its label in the history"""


@blueprint.get(_ADDRESS)
@guard.needs(Permission.OPEN_INQUIRY)
def closed_case(inquiry_id: str) -> Response:
    """Show the button that opens an inquiry, and nothing of its content."""
    return make_response(render_template("staff/casework/closed_case.html", inquiry_id=inquiry_id))


@blueprint.post(_ADDRESS)
@guard.needs(Permission.OPEN_INQUIRY)
def case(inquiry_id: str) -> Response:
    """Open an inquiry."""
    return _opened(inquiry_id)


@blueprint.post(f"{_ADDRESS}/note")
@guard.needs(Permission.WORK_ON_INQUIRY)
def note(inquiry_id: str) -> Response:
    """Add a note for the team."""
    return _perform_once(add_note, inquiry_id, request.form.get("note", ""))


@blueprint.post(f"{_ADDRESS}/call")
@guard.needs(Permission.WORK_ON_INQUIRY)
def call(inquiry_id: str) -> Response:
    """Record the outcome of a call."""
    outcome = request.form.get("outcome", "")
    if outcome not in {each.value for each in CallOutcome}:
        abort(400)
    return _perform_once(
        record_call_attempt, inquiry_id, CallOutcome(outcome), note=request.form.get("note", "")
    )


@blueprint.post(f"{_ADDRESS}/message")
@guard.needs(Permission.WORK_ON_INQUIRY)
def message(inquiry_id: str) -> Response:
    """Send a message to the author."""
    return _perform_once(send_message, inquiry_id, request.form.get("message", ""))


@blueprint.post(f"{_ADDRESS}/status")
@guard.needs(Permission.WORK_ON_INQUIRY)
def status(inquiry_id: str) -> Response:
    """Change the status, with a message to the author."""
    to = request.form.get("to", "")
    return perform(
        inquiry_id,
        lambda: change_status(
            db.session,
            _ring(),
            guard.actor(),
            inquiry_id,
            to,
            message=request.form.get("message", ""),
            clock=_clock(),
        ),
        leaves=("inquiry.status_changed", {"after": to}),
    )


@blueprint.post(f"{_ADDRESS}/outcome")
@guard.needs(Permission.WORK_ON_INQUIRY)
def outcome(inquiry_id: str) -> Response:
    """Set the outcome."""
    code = request.form.get("outcome", "")
    return perform(
        inquiry_id,
        lambda: set_outcome(db.session, guard.actor(), inquiry_id, code, clock=_clock()),
        leaves=("inquiry.outcome_set", {"outcome": code}),
    )


@blueprint.post(f"{_ADDRESS}/assignee")
@guard.needs(Permission.WORK_ON_INQUIRY)
def assignee(inquiry_id: str) -> Response:
    """Assign an inquiry to an account that may work on it, or unassign it."""
    to = request.form.get("to", "")
    if not to:
        return perform(
            inquiry_id,
            lambda: unassign(db.session, guard.actor(), inquiry_id, clock=_clock()),
            leaves=("inquiry.unassigned", {}),
        )
    if to == "unchanged":
        return perform(inquiry_id, lambda: None)
    if to not in {each.id for each in _assignable()}:
        abort(400)
    return perform(
        inquiry_id,
        lambda: assign(db.session, guard.actor(), inquiry_id, to, clock=_clock()),
        leaves=("inquiry.assigned", {"to": to}),
    )


@blueprint.post(f"{_ADDRESS}/hand-over")
@guard.needs(Permission.HAND_OVER)
def hand_over(inquiry_id: str) -> Response:
    """Ask the author to agree to a hand-over."""
    # No facility has the id 0, so a missing id is reported as an unknown one.
    facility_id = parse_facility_id(request.form.get("facility", "")) or 0
    return perform(
        inquiry_id,
        lambda: request_hand_over(
            db.session, guard.actor(), inquiry_id, facility_id, clock=_clock()
        ),
        leaves=("inquiry.hand_over_requested", {"facility": facility_id}),
    )


def perform(
    inquiry_id: str, action: Callable[[], bool | None], *, leaves: Event | None = None
) -> Response:
    """Run an action on an inquiry once, and show the inquiry with the result.

    A form that is sent twice runs it once; the second answer says that it was done before.

    :param action: returns False where it was done before.
    :param leaves: the audit event that shows that it was, for an action that cannot tell.
    """
    try:
        if _was_done(inquiry_id, leaves) or action() is False:
            return _opened(inquiry_id, done=gettext(_DONE_BEFORE))
    except NoSuchInquiry:
        abort(404)
    except _REFUSALS as error:
        # Of two concurrent requests, the first may be why the second was refused.
        if _was_done(inquiry_id, leaves):
            return _opened(inquiry_id, done=gettext(_DONE_BEFORE))
        return _opened(inquiry_id, problem=error, status=409)
    except _TROUBLE:
        db.session.rollback()
        typed = {name: value for name, value in request.form.items() if name != "csrf_token"}
        return make_response(render_template("staff/not_done.html", typed=typed), 503)
    return _opened(inquiry_id, done=gettext(_DONE))


def _perform_once(
    action: Callable[..., bool], inquiry_id: str, content: str, **more: str
) -> Response:
    """Perform an action that takes the key ring and the form's idempotency key."""
    return perform(
        inquiry_id,
        lambda: action(
            db.session,
            _ring(),
            guard.actor(),
            inquiry_id,
            content,
            idempotency_key=_key(),
            clock=_clock(),
            **more,
        ),
    )


def _was_done(inquiry_id: str, leaves: Event | None) -> bool:
    return leaves is not None and was_done(db.session, guard.actor(), inquiry_id, _key(), *leaves)


def _key() -> str:
    return request.form.get("idempotency_key", "")


def _opened(
    inquiry_id: str, *, done: str = "", problem: FinderError | None = None, status: int = 200
) -> Response:
    try:
        shown = open_case(db.session, _ring(), guard.actor(), inquiry_id, clock=_clock())
        key = new_idempotency_key(db.session, inquiry_id)
    except NoSuchInquiry:
        abort(404)
    except _TROUBLE:
        db.session.rollback()
        return make_response(
            render_template("staff/casework/not_shown.html", was_done=bool(done)), 503
        )
    return make_response(
        render_template(
            "staff/casework/case.html",
            case=shown,
            done=done,
            problem=gettext(str(problem)) if problem else "",
            typed=request.form if problem else {},
            statuses=STATUSES,
            outcomes=OUTCOMES,
            call_outcomes=CALL_OUTCOME_LABELS,
            history=HISTORY,
            assignable=_assignable(),
            names=names_of_accounts(),
            idempotency_key=key,
        ),
        status,
    )


def _assignable() -> list[Account]:
    """Return the accounts of one's own scope that may be assigned inquiries."""
    own = guard.person().account
    if not guard.may(Permission.ASSIGN):
        return [own]
    return [
        each
        for each in list_accounts(db.session)
        if not each.is_disabled
        and each.role in ("triage", "manager")
        and each.facility_ids == own.facility_ids
    ]


def _ring() -> KeyRing:
    return services().key_ring()


def _clock() -> Callable[[], dt.datetime]:
    return services().clock
