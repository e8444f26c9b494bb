"""``/inquiry/status``: the author of an inquiry follows it, adds to it, takes it back, deletes it.

There is no account. The code and the PIN open the page once; it then carries a signed ticket in
its forms, good for fifteen minutes from the last step. The ticket is in the page and not in a
cookie, so that closing the tab ends it, and no other tab or later visitor of a shared phone has
it. The code and the PIN never stand in a page that is opened. "Close" forgets the cookie that
the forms' CSRF tokens belong to: from then on neither the ticket nor going back and sending the
PIN's form anew opens anything; without "Close" that form itself is good for fifteen minutes. All
that stays is that something was sent, so that going back shows an empty form.

Whatever goes wrong, the code and the PIN are asked for again, and what was written is still there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import sqlalchemy as sa
from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from wtforms import BooleanField, EmailField, HiddenField, StringField, TelField, TextAreaField

from finder.errors import FinderError
from finder.extensions import db, services
from finder.intake.author import (
    Contact,
    WrongCodeOrPin,
    add_message,
    change_contact,
    delete_own_inquiry,
    open_inquiry,
    read_own_inquiry,
    withdraw_share,
)
from finder.intake.errors import InquiryNotFound, InvalidInquiry
from finder.intake.inquiry import ConsentKind, TextRefused, wrong_length_text
from finder.intake.sharing import HandOverRefused, answer_hand_over, shared_with
from finder.security.attempts import TooManyAttempts
from finder.security.keys import KeyMissing, SealBroken
from finder.translatable import N_
from finder.web.headers import add_retry_after, forget_pages, minutes_to_wait
from finder.web.public.forms import PageForm, forget_all_but_sent
from finder.web.public.inquiries.form import CONTACT_METHODS, consent_on_page
from finder.web.public.spam_traps import form_age_seconds, new_form_token
from finder.web.tombstones import write_tombstones

blueprint = Blueprint("inquiry_status", __name__)

OPEN_SECONDS = 15 * 60
"""How long the page stays open, from one step to the next."""
_OPENED_LONG_AGO = N_(
    "This page was open for a long time. To keep it safe, please enter your code and your PIN"
    " again."
)
_NOT_DONE = N_(
    "That was NOT done: something went wrong here. Please try once more in a minute, or call one of"
    " these numbers."
)
_CONFIRM = N_("Tick this first, if you want everything to be deleted.")
_CHOOSE = N_("Choose yes or no.")


class _Expired(FinderError):
    """The ticket is too old, or none."""


class LookupForm(PageForm):
    """The code and the PIN."""

    code = StringField()
    pin = StringField()
    form_token = HiddenField()


class MessageForm(PageForm):
    """A message to the team."""

    message = TextAreaField()
    message_token = HiddenField()


class ContactForm(PageForm):
    """The author's contact details."""

    contact_method = StringField()
    phone = TelField()
    email = EmailField()
    voicemail_ok = BooleanField()
    best_times = StringField()

    def given(self) -> Contact:
        """Return the fields as the domain takes them."""
        return Contact(
            contact_method=self.contact_method.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            voicemail_ok=self.voicemail_ok.data,
            best_times=self.best_times.data or "",
        )


class DeleteForm(PageForm):
    """The confirmation of the deletion."""

    confirm = BooleanField()


_KEPT = (
    "message",
    "message_token",
    *Contact.__dataclass_fields__,
    "kind",
    "confirm",
    "asked",
    "answer",
)
"""Fields of a failed action; hidden fields send them again with the code and the PIN."""
_STEPS = tuple(
    f"inquiry_status.{step}" for step in ("message", "contact", "withdraw", "hand_over", "delete")
)


def _ask_again_on_error(view: Callable[[], Response]) -> Callable[[], Response]:
    """Decorate a view: for an error, return the page that asks for the code and the PIN again."""

    @functools.wraps(view)
    def guarded() -> Response:
        try:
            return view()
        except TooManyAttempts as error:
            trouble = gettext(
                "There were too many attempts, so nothing opens now. Please wait"
                " %(minutes)s minutes, or call one of these numbers.",
                minutes=minutes_to_wait(error),
            )
            return add_retry_after(_ask(trouble, 429, numbers=True), error)
        except WrongCodeOrPin as error:
            typed = request.form.get("code", "")
            return _ask(gettext(wrong_length_text(typed) or str(error)), 403)
        except InquiryNotFound as error:
            return _ask(gettext(str(error)), 404)
        except _Expired as error:
            # The code is left out: perhaps somebody else went back to this page.
            return _ask(gettext(str(error)), 403, code="")
        except (KeyMissing, SealBroken, sa.exc.DBAPIError, sa.exc.TimeoutError):
            # Their messages are for the operator; ./run keys status shows a missing key.
            db.session.rollback()
            return _ask(gettext(_NOT_DONE), 503, numbers=True)

    return guarded


@blueprint.get("/inquiry/status")
def lookup() -> Response:
    """Ask for the code and the PIN."""
    return _ask()


@blueprint.get(
    "/inquiry/status/<any('message', 'contact', 'withdraw', 'hand-over', 'delete', 'close'):_step>"
)
def begin_again(_step: str) -> Response:
    """Redirect a GET of an action's URL to the form."""
    return make_response(redirect(url_for("inquiry_status.lookup")))


@blueprint.post("/inquiry/status")
@_ask_again_on_error
def show() -> Response:
    """Show the inquiry with this code and PIN."""
    return _opened(_authenticated_inquiry_id())


@blueprint.post("/inquiry/status/message")
@_ask_again_on_error
def message() -> Response:
    """Add a message."""
    inquiry_id = _authenticated_inquiry_id()
    form = MessageForm()
    try:
        add_message(
            db.session,
            services().key_ring(),
            inquiry_id,
            form.message.data or "",
            token=form.message_token.data or "",
            clock=services().clock,
        )
    except TextRefused as error:
        form.message.errors = [gettext(str(error))]
        return _opened(inquiry_id, message_form=form, status=400)
    return _opened(inquiry_id, done=gettext("Your message was added."))


@blueprint.post("/inquiry/status/contact")
@_ask_again_on_error
def contact() -> Response:
    """Change how its author can be reached."""
    inquiry_id = _authenticated_inquiry_id()
    form = ContactForm()
    try:
        change_contact(
            db.session, services().key_ring(), inquiry_id, form.given(), clock=services().clock
        )
    except InvalidInquiry as error:
        form.show_errors(error.errors)
        return _opened(inquiry_id, contact_form=form, status=400)
    return _opened(inquiry_id, done=gettext("How we reach you was changed."))


@blueprint.post("/inquiry/status/withdraw")
@_ask_again_on_error
def withdraw() -> Response:
    """Withdraw the consent to share, or the one to keep the inquiry, which deletes it."""
    inquiry_id = _authenticated_inquiry_id()
    if request.form.get("kind") != ConsentKind.SHARE:
        return _delete(inquiry_id, consent_withdrawn=True)
    withdraw_share(db.session, inquiry_id, clock=services().clock)
    return _opened(inquiry_id, done=gettext("You took it back. We pass on nothing more."))


@blueprint.post("/inquiry/status/hand-over")
@_ask_again_on_error
def hand_over() -> Response:
    """Answer whether the inquiry may be handed over to a facility."""
    inquiry_id = _authenticated_inquiry_id()
    answer = request.form.get("answer")
    if answer not in ("yes", "no"):
        return _opened(inquiry_id, hand_over_problem=gettext(_CHOOSE), status=400)
    try:
        answer_hand_over(
            db.session,
            services().key_ring(),
            inquiry_id,
            request.form.get("asked", ""),
            accepted=answer == "yes",
            clock=services().clock,
        )
    except HandOverRefused as error:
        return _opened(inquiry_id, hand_over_problem=gettext(str(error)), status=409)
    if answer == "no":
        return _opened(inquiry_id, done=gettext("You said no. We pass on nothing."))
    return _opened(inquiry_id, done=gettext("You agreed. We may pass it on now."))


@blueprint.post("/inquiry/status/delete")
@_ask_again_on_error
def delete() -> Response:
    """Delete everything at once."""
    return _delete(_authenticated_inquiry_id(), consent_withdrawn=False)


@blueprint.post("/inquiry/status/close")
def close() -> Response:
    """Void the forms and the ticket, and redirect to the home page."""
    forget_all_but_sent()
    response = make_response(redirect(url_for("search.home")))
    forget_pages(response)
    return response


def repopulated_form(error: HTTPException) -> Response | None:
    """Return the page that asks for code and PIN, with what was sent; None for other requests."""
    if request.method != "POST" or request.blueprint != blueprint.name or error.code == 413:
        return None
    if isinstance(error, CSRFError):
        return _ask(gettext(_OPENED_LONG_AGO), 400, code="")
    return _ask(gettext(_NOT_DONE), error.code or 500, numbers=True)


def _authenticated_inquiry_id() -> str:
    """Return the id of the inquiry that the ticket, or the code and the PIN, open.

    :raises _Expired: the ticket or the form is too old.
    """
    ticket = request.form.get("ticket")
    if ticket is not None:
        try:
            return str(_tickets().loads(ticket, max_age=OPEN_SECONDS))
        except BadSignature:
            raise _Expired(_OPENED_LONG_AGO) from None
    given = LookupForm()
    age = form_age_seconds(given.form_token.data or "")
    if age is not None and age > OPEN_SECONDS:
        raise _Expired(_OPENED_LONG_AGO)
    return open_inquiry(
        db.session,
        services().key_ring(),
        given.code.data or "",
        given.pin.data or "",
        client_bucket=services().client_bucket(),
        clock=services().clock,
    )


def _delete(inquiry_id: str, *, consent_withdrawn: bool) -> Response:
    if not DeleteForm().confirm.data:
        return _opened(inquiry_id, delete_problem=gettext(_CONFIRM), status=400)
    delete_own_inquiry(
        db.session, inquiry_id, consent_withdrawn=consent_withdrawn, clock=services().clock
    )
    write_tombstones()
    forget_all_but_sent()
    response = make_response(render_template("public/inquiries/deleted.html"))
    forget_pages(response)
    return response


def _opened(
    inquiry_id: str,
    *,
    done: str = "",
    message_form: MessageForm | None = None,
    contact_form: ContactForm | None = None,
    delete_problem: str = "",
    hand_over_problem: str = "",
    status: int = 200,
) -> Response:
    own = read_own_inquiry(db.session, services().key_ring(), inquiry_id)
    if message_form is None:
        message_form = MessageForm(formdata=None, message_token=new_form_token())
    return make_response(
        render_template(
            "public/inquiries/status.html",
            own=own,
            shared_with=shared_with(own.consents),
            ticket=_tickets().dumps(inquiry_id),
            done=done,
            message_form=message_form,
            contact_form=contact_form or ContactForm(formdata=None, obj=own.payload),
            delete_problem=delete_problem,
            hand_over_problem=hand_over_problem,
            hand_over=consent_on_page(own.hand_over.text) if own.hand_over else None,
            contact_methods=CONTACT_METHODS,
            contact_words=dict(CONTACT_METHODS),
        ),
        status,
    )


def _ask(
    trouble: str = "", status: int = 200, *, numbers: bool = False, code: str | None = None
) -> Response:
    """Return the page that asks for the code and the PIN, with the fields of a failed action.

    :param code: the code field's value; None: as it was sent.
    """
    step = request.endpoint if request.method == "POST" else None
    kept = {name: request.form[name] for name in _KEPT if name in request.form}
    body = render_template(
        "public/inquiries/status_lookup.html",
        form=LookupForm(
            formdata=None,
            code=request.form.get("code", "") if code is None else code,
            form_token=new_form_token(),
        ),
        words=kept.pop("message", None),
        kept=kept,
        action=url_for(step if step in _STEPS else "inquiry_status.lookup"),
        trouble=trouble,
        numbers=numbers,
    )
    return make_response(body, status)


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services().settings.secret_key, salt="finder inquiry ticket")
