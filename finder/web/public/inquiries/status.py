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
from collections.abc import Callable, Mapping

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
from finder.intake.inquiry import ConsentKind, TextRefused
from finder.intake.sharing import HandOverRefused, answer_hand_over, shared_with
from finder.security.attempts import TooManyAttempts
from finder.security.keys import KeyMissing, SealBroken
from finder.translatable import N_
from finder.web.headers import forget_pages
from finder.web.public.forms import PageForm, forget_all_but_sent
from finder.web.public.inquiries.form import CONTACT_METHODS
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
    """What opens an inquiry."""

    code = StringField()
    pin = StringField()
    form_token = HiddenField()


class MessageForm(PageForm):
    """A message to the team."""

    message = TextAreaField()
    message_token = HiddenField()


class ContactForm(PageForm):
    """How its author can be reached."""

    contact_method = StringField()
    phone = TelField()
    email = EmailField()
    voicemail_ok = BooleanField()
    best_times = StringField()

    def given(self) -> Contact:
        """Return what was filled in."""
        return Contact(
            contact_method=self.contact_method.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            voicemail_ok=self.voicemail_ok.data,
            best_times=self.best_times.data or "",
        )

    def mark(self, problems: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it."""
        for name in problems.keys() & self.data.keys():
            self[name].errors = [gettext(problems[name])]


class DeleteForm(PageForm):
    """Whether everything is really to be deleted."""

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
"""What a person sent with a step that could not be taken: it is sent again with code and PIN."""
_STEPS = tuple(
    f"inquiry_status.{step}" for step in ("message", "contact", "withdraw", "hand_over", "delete")
)


def _as_a_page(view: Callable[[], Response]) -> Callable[[], Response]:
    """Turn what keeps a step from being taken into the page that asks for code and PIN again."""

    @functools.wraps(view)
    def guarded() -> Response:
        try:
            return view()
        except TooManyAttempts as error:
            minutes = max(1, -(-int(error.wait.total_seconds()) // 60))
            response = _ask(
                gettext(
                    "There were too many attempts, so nothing opens now. Please wait"
                    " %(minutes)s minutes, or call one of these numbers.",
                    minutes=minutes,
                ),
                429,
                numbers=True,
            )
            response.headers["Retry-After"] = str(minutes * 60)
            return response
        except WrongCodeOrPin as error:
            return _ask(gettext(str(error)), 403)
        except InquiryNotFound as error:
            return _ask(gettext(str(error)), 404)
        except _Expired as error:
            # The code is left out: perhaps somebody else went back to this page.
            return _ask(gettext(str(error)), 403, code="")
        except (KeyMissing, SealBroken, sa.exc.DBAPIError, sa.exc.TimeoutError):
            # What these say is for the operator; a key that is missing, ./run keys status tells.
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
    """Lead from the address of a step, which is nothing to look at, to the form."""
    return make_response(redirect(url_for("inquiry_status.lookup")))


@blueprint.post("/inquiry/status")
@_as_a_page
def show() -> Response:
    """Show the inquiry with this code and PIN."""
    return _opened(_proven())


@blueprint.post("/inquiry/status/message")
@_as_a_page
def message() -> Response:
    """Add a message."""
    inquiry_id = _proven()
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
@_as_a_page
def contact() -> Response:
    """Change how its author can be reached."""
    inquiry_id = _proven()
    form = ContactForm()
    try:
        change_contact(
            db.session, services().key_ring(), inquiry_id, form.given(), clock=services().clock
        )
    except InvalidInquiry as error:
        form.mark(error.errors)
        return _opened(inquiry_id, contact_form=form, status=400)
    return _opened(inquiry_id, done=gettext("How we reach you was changed."))


@blueprint.post("/inquiry/status/withdraw")
@_as_a_page
def withdraw() -> Response:
    """Take back a consent: to share the inquiry, or to keep it at all."""
    inquiry_id = _proven()
    if request.form.get("kind") != ConsentKind.SHARE:
        return _delete(inquiry_id, consent_withdrawn=True)
    withdraw_share(db.session, inquiry_id, clock=services().clock)
    return _opened(inquiry_id, done=gettext("You took it back. We pass on nothing more."))


@blueprint.post("/inquiry/status/hand-over")
@_as_a_page
def hand_over() -> Response:
    """Say whether the inquiry may be passed on to the facility that the team asks about."""
    inquiry_id = _proven()
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
@_as_a_page
def delete() -> Response:
    """Delete everything at once."""
    return _delete(_proven(), consent_withdrawn=False)


@blueprint.post("/inquiry/status/close")
def close() -> Response:
    """Forget that anything was opened, and go to the start."""
    forget_all_but_sent()
    response = make_response(redirect(url_for("search.home")))
    forget_pages(response)
    return response


def repopulated_form(error: HTTPException) -> Response | None:
    """Ask for code and PIN again where a step's form was too old or too much; else None."""
    if request.method != "POST" or request.blueprint != blueprint.name or error.code == 413:
        return None
    if isinstance(error, CSRFError):
        return _ask(gettext(_OPENED_LONG_AGO), 400, code="")
    return _ask(gettext(_NOT_DONE), error.code or 500, numbers=True)


def _proven() -> str:
    """Return the id of the inquiry whose author sent this form."""
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
            hand_over_text=own.hand_over.text.shown(gettext) if own.hand_over else "",
            contact_methods=CONTACT_METHODS,
            contact_words=dict(CONTACT_METHODS),
        ),
        status,
    )


def _ask(
    trouble: str = "", status: int = 200, *, numbers: bool = False, code: str | None = None
) -> Response:
    """Ask for the code and the PIN; what was sent with a step is sent again with them.

    :param code: what stands in the field; None: what was typed there.
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
