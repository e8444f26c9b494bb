"""``/facilities/<id>/inquiry`` and ``/inquiry``: writing to a program, or to the site's own team.

Whatever goes wrong, the form comes back as it was filled in, with the numbers to call instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    StringField,
    TelField,
    TextAreaField,
)

from finder.extensions import db, limiter, services
from finder.facilities.listings import (
    FacilityNotFound,
    FacilityStatus,
    FacilityView,
    read_facility,
)
from finder.intake.errors import InvalidInquiry
from finder.intake.inquiry import (
    NO_CONTACT,
    ConsentKind,
    ConsentText,
    InquirySubmission,
    consent_texts,
)
from finder.intake.submitting import (
    FacilityUnavailable,
    InquiryNotSaved,
    TokenReused,
    submit_inquiry,
)
from finder.security.keys import KeyMissing
from finder.translatable import N_
from finder.web.public.forms import PageForm, remember_sent, was_sent
from finder.web.public.spam_traps import new_form_token, sent_too_fast

blueprint = Blueprint("inquiry", __name__)

CONTACT_METHODS = (
    ("call", N_("Call me")),
    ("text", N_("Text me")),
    ("email", N_("E-mail me")),
    ("none", N_("Do not contact me: I will check back myself")),
)
_NEXT_STEPS = {
    "call": N_("The team of this site reads it next, and then calls you."),
    "text": N_("The team of this site reads it next, and then texts you."),
    "email": N_("The team of this site reads it next, and then writes you an e-mail."),
    "none": N_(
        "The team of this site reads it next, and nobody contacts you: look for our answer with"
        " your code and your PIN."
    ),
}
"""what happens once an inquiry is stored, by contact method"""
FOR_WHOM = (("self", N_("For me")), ("other", N_("For someone else")))
_NOT_SAVED = N_(
    "Your inquiry was not saved: something went wrong here. What you wrote is still here. Please"
    " send it once more, or call one of these numbers."
)


_TOO_FAST = N_(
    "Your inquiry was not sent yet: it came back faster than people write. What you wrote is still"
    " here. Please send it once more."
)
_UNSEEN_FIELD_FILLED = N_(
    "Your inquiry was not sent yet: a field that must stay empty was filled in, perhaps by your"
    " browser. It is empty again, and what you wrote is still here. Please send it once more."
)
_TOO_MANY_IN_ALL = N_(
    "Your inquiry was not sent: more inquiries come in now than we can take. What you wrote is"
    " still here. Please wait a while, or call one of these numbers."
)


class InquiryForm(PageForm):
    """The fields of an inquiry; ``intake`` validates them."""

    contact_name = StringField()
    for_whom = StringField(default="self")
    contact_method = StringField(default="call")
    phone = TelField()
    email = EmailField()
    voicemail_ok = BooleanField()
    best_times = StringField()
    looking_for = StringField()
    message = TextAreaField()
    pin = StringField()
    consent_collect = BooleanField()
    consent_share = BooleanField()
    submission_token = HiddenField()
    subject_line = StringField()
    """the honeypot: hidden from people, so a program filled it in"""


@dataclass(frozen=True, slots=True)
class ConsentOnPage:
    """A consent's text in the visitor's language."""

    kind: ConsentKind
    sentence: str
    text: str
    """in full: what is agreed to"""


def consent_on_page(text: ConsentText) -> ConsentOnPage:
    """Return a consent's text as a page shows it."""
    return ConsentOnPage(text.kind, text.sentence(gettext), text.shown(gettext))


@blueprint.get("/inquiry")
@blueprint.get("/facilities/<int:facility_id>/inquiry")
def form(facility_id: int | None = None) -> Response:
    """Show the form; lead to the page of a program that is closed, which says so."""
    facility = _facility(facility_id)
    if facility is not None and facility.status == FacilityStatus.CLOSED:
        return make_response(redirect(url_for("facility.page", facility_id=facility.id)))
    return _page(InquiryForm(submission_token=new_form_token()), facility)


@blueprint.post("/inquiry")
@blueprint.post("/facilities/<int:facility_id>/inquiry")
# The nearest is counted first, and only what it lets through is counted by the other: one network
# alone cannot use up what all may send.
@limiter.limit(
    lambda: services().settings.inquiry_limit_in_all,
    key_func=lambda: "everybody",
    error_message=_TOO_MANY_IN_ALL,
)
@limiter.limit(lambda: services().settings.inquiry_limit)
def send(facility_id: int | None = None) -> Response:
    """Record an inquiry, and acknowledge it once it is safe."""
    filled = InquiryForm()
    facility = _facility(facility_id)
    if trouble := _spam_trap_text(filled):
        filled.subject_line.data = ""
        return _page(filled, facility, status=400, trouble=gettext(trouble))
    try:
        received = submit_inquiry(
            db.session,
            services().key_ring(),
            _submission(filled, facility_id),
            clock=services().clock,
        )
    except InvalidInquiry as error:
        filled.show_errors(error.errors)
        return _page(filled, facility, status=400)
    except TokenReused as error:
        filled.submission_token.data = new_form_token()
        return _page(filled, facility, status=409, trouble=gettext(str(error)))
    except (FacilityUnavailable, InquiryNotSaved) as error:
        return _page(filled, facility, status=503, trouble=gettext(str(error)))
    except KeyMissing:
        # The error's own message is for the operator; ./run keys status shows it, too.
        return _page(filled, facility, status=503, trouble=gettext(_NOT_SAVED))
    remember_sent()
    return make_response(
        render_template(
            "public/inquiries/received.html",
            facility=facility,
            program_number=_program_number(facility),
            received=received,
            next_step=_NEXT_STEPS[filled.contact_method.data],
            may_be_contacted=filled.contact_method.data != NO_CONTACT,
            has_pin=bool((filled.pin.data or "").strip()),
        )
    )


def repopulated_form(error: HTTPException) -> Response | None:
    """Return the form of a failed request, repopulated; None for other requests."""
    if request.method != "POST" or request.blueprint != blueprint.name or error.code in (404, 413):
        return None
    filled = InquiryForm()
    if not filled.submission_token.data:
        filled.submission_token.data = new_form_token()
    return _page(
        filled, _facility_if_readable(), status=error.code or 500, trouble=_trouble_of(error)
    )


def _trouble_of(error: HTTPException) -> str:
    if isinstance(error, CSRFError):
        message = N_(
            "This page was open for a long time, so your inquiry was not sent yet. What you wrote"
            " is still here: please send it once more."
        )
    elif error.description == _TOO_MANY_IN_ALL:
        message = _TOO_MANY_IN_ALL
    elif error.code == 429:
        message = N_(
            "Your inquiry was not sent: too many came from your connection. What you wrote is"
            " still here. Please wait a while, or call one of these numbers."
        )
    else:
        message = _NOT_SAVED
    return str(gettext(message))


def _spam_trap_text(filled: InquiryForm) -> str:
    if filled.subject_line.data:
        return _UNSEEN_FIELD_FILLED
    return _TOO_FAST if sent_too_fast(filled.submission_token.data or "") else ""


def _page(
    filled: InquiryForm,
    facility: FacilityView | None,
    *,
    status: int = 200,
    trouble: str = "",
) -> Response:
    body = render_template(
        "public/inquiries/form.html",
        form=filled,
        facility=facility,
        program_number=_program_number(facility),
        contact_methods=CONTACT_METHODS,
        for_whom=FOR_WHOM,
        consents=[
            consent_on_page(text) for text in consent_texts(facility.name if facility else None)
        ],
        trouble=trouble,
        was_sent=was_sent(),
    )
    return make_response(body, status)


def _facility(facility_id: int | None) -> FacilityView | None:
    if facility_id is None:
        return None
    try:
        return read_facility(db.session, facility_id)
    except FacilityNotFound:
        abort(404)


def _program_number(facility: FacilityView | None) -> str:
    """Return the number that a program may be called at; empty: none, or nobody should call it."""
    if facility is None or facility.is_sample or facility.status == FacilityStatus.CLOSED:
        return ""
    return facility.phone or next(iter(facility.intake_phones), "")


def _facility_if_readable() -> FacilityView | None:
    try:
        return _facility((request.view_args or {}).get("facility_id"))
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return None


def _submission(filled: InquiryForm, facility_id: int | None) -> InquirySubmission:
    def text(name: str) -> Any:
        return filled[name].data or ""

    return InquirySubmission(
        contact_name=text("contact_name"),
        contact_method=text("contact_method"),
        phone=text("phone"),
        email=text("email"),
        voicemail_ok=filled.voicemail_ok.data,
        best_times=text("best_times"),
        for_whom=text("for_whom"),
        looking_for=text("looking_for"),
        message=text("message"),
        consent_collect=filled.consent_collect.data,
        consent_share=filled.consent_share.data,
        pin=text("pin"),
        facility_id=facility_id,
        submission_token=text("submission_token"),
    )
