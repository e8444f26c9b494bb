"""Actions on an inquiry on behalf of its author, who asks for them by phone, for instance.

They call the same domain functions as the author's own status page.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Response, abort, make_response, render_template, request
from flask_babel import gettext

from finder.extensions import db, services
from finder.intake.author import change_contact, delete_own_inquiry, withdraw_share
from finder.intake.errors import InquiryNotFound, InvalidInquiry
from finder.intake.permissions import NoSuchInquiry, Permission
from finder.translatable import N_
from finder.web.public.inquiries.form import CONTACT_METHODS
from finder.web.public.inquiries.status import ContactForm
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint
from finder.web.staff.casework.case import perform
from finder.web.tombstones import write_tombstones

_ADDRESS = "/inquiries/<inquiry_id>"
_CONFIRM = N_("Tick this first, if they want everything to be deleted.")
_NOT_DONE = N_(
    "That was NOT done: something went wrong here. Please send it once more in a minute."
)


@blueprint.context_processor
def _for_templates() -> dict[str, Any]:
    return {
        "contact_form_of": lambda payload: ContactForm(formdata=None, obj=payload),
        "contact_methods": CONTACT_METHODS,
    }


@blueprint.post(f"{_ADDRESS}/contact")
@guard.needs(Permission.OPEN_INQUIRY, Permission.WORK_ON_INQUIRY)
def correct_contact(inquiry_id: str) -> Response:
    """Change the author's contact details."""
    form = ContactForm()
    try:
        return perform(
            inquiry_id,
            lambda: change_contact(
                db.session,
                services().key_ring(),
                inquiry_id,
                form.given(),
                clock=services().clock,
                by=guard.actor(),
            ),
        )
    except InvalidInquiry as error:
        form.show_errors(error.errors)
        body = render_template(
            "staff/casework/contact.html",
            inquiry_id=inquiry_id,
            form=form,
            problem=gettext("Not changed yet. Please look at what is marked."),
        )
        return make_response(body, 400)


@blueprint.post(f"{_ADDRESS}/withdraw")
@guard.needs(Permission.OPEN_INQUIRY, Permission.WORK_ON_INQUIRY)
def withdraw_for_them(inquiry_id: str) -> Response:
    """Withdraw the consent to share."""

    def withdraw() -> None:
        withdraw_share(db.session, inquiry_id, clock=services().clock, by=guard.actor())

    if guard.actor().facility_ids is None:
        return perform(inquiry_id, withdraw)
    # A program's staff lose access to the inquiry with the consent.
    try:
        withdraw()
    except NoSuchInquiry:
        abort(404)
    return make_response(render_template("staff/casework/not_yours_any_more.html"))


@blueprint.post(f"{_ADDRESS}/delete")
@guard.needs(Permission.OPEN_INQUIRY, Permission.WORK_ON_INQUIRY)
def delete_for_them(inquiry_id: str) -> Response:
    """Erase the inquiry."""
    if request.form.get("confirm") != "y":
        return _ask_to_delete(inquiry_id, gettext(_CONFIRM), 400)
    try:
        delete_own_inquiry(
            db.session,
            inquiry_id,
            consent_withdrawn=request.form.get("because") == "consent",
            clock=services().clock,
            by=guard.actor(),
        )
    except (NoSuchInquiry, InquiryNotFound):
        abort(404)
    except (sa.exc.DBAPIError, sa.exc.TimeoutError):
        db.session.rollback()
        return _ask_to_delete(inquiry_id, gettext(_NOT_DONE), 503)
    write_tombstones()
    return make_response(render_template("staff/casework/deleted.html"))


def _ask_to_delete(inquiry_id: str, problem: str, status: int) -> Response:
    body = render_template("staff/casework/delete.html", inquiry_id=inquiry_id, problem=problem)
    return make_response(body, status)
