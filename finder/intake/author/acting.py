"""Who acts on an inquiry from its author's side: the author, or staff on the author's word.

Every act locks the row, and leaves an audit event. One that staff do on the author's word (on the
phone, without a PIN) leaves the same event under their own name, and one more that says so.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from finder.intake.errors import InquiryNotFound
from finder.intake.inquiry import (
    AUTHOR,
    record_event,
)
from finder.intake.models import Inquiry
from finder.intake.permissions import Permission, StaffActor, locked_inquiry
from finder.translatable import N_


def found(inquiry: Inquiry | None) -> Inquiry:
    """Return the row that was looked up.

    :raises InquiryNotFound: there is none any more.
    """
    if inquiry is None:
        raise InquiryNotFound(N_("This inquiry is not stored any more: it was deleted."))
    return inquiry


def locked_own(session: Session, inquiry_id: str, by: StaffActor | None = None) -> Inquiry:
    """Return the row of an inquiry, locked until the transaction ends.

    :param by: staff who act on the author's word; None: the author.
    :raises InquiryNotFound: it was erased.
    :raises NotAllowed: the staff may not work on inquiries.
    :raises NoSuchInquiry: there is none in their scope.
    """
    if by is not None:
        return locked_inquiry(session, by, inquiry_id, Permission.WORK_ON_INQUIRY)
    return found(session.get(Inquiry, inquiry_id, with_for_update=True))


def record_act(
    session: Session,
    event: str,
    inquiry_id: str,
    now: dt.datetime,
    by: StaffActor | None,
    **details: bool,
) -> None:
    """Write the audit event of an act by the author, or by staff on the author's word."""
    if by is None:
        record_event(session, event, actor=AUTHOR, inquiry_id=inquiry_id, now=now, **details)
        return
    record_on_their_word(session, event, inquiry_id, now, by)
    record_event(session, event, actor=by.id, inquiry_id=inquiry_id, now=now, **details)


def record_on_their_word(
    session: Session, event: str, inquiry_id: str, now: dt.datetime, by: StaffActor
) -> None:
    """Write the audit event that staff did something on the author's word."""
    what = event.partition(".")[2].replace("_", "-")
    record_event(
        session,
        "inquiry.done_on_their_word",
        actor=by.id,
        inquiry_id=inquiry_id,
        now=now,
        what=what,
    )
