"""Deleting an inquiry because its author asks: themselves, or by staff on their word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.author.acting import (
    locked_own,
    record_act,
    record_on_their_word,
)
from finder.intake.inquiry import (
    AUTHOR,
)
from finder.intake.keeping import erase_inquiries, truncate_wal
from finder.intake.permissions import StaffActor


def delete_own_inquiry(
    session: Session,
    inquiry_id: str,
    *,
    consent_withdrawn: bool,
    clock: Callable[[], dt.datetime],
    by: StaffActor | None = None,
) -> None:
    """Erase an inquiry and all that belongs to it, at once.

    :param consent_withdrawn: because its author took back that it is kept at all.
    :param by: who of the staff does it on its author's word; None: they do it themselves.
    :raises InquiryNotFound: it was erased before.
    :raises NotAllowed: the staff may not.
    :raises NoSuchInquiry: there is none that the staff may know of.
    """
    with write_transaction(session):
        locked_own(session, inquiry_id, by)
        session.expunge_all()
        now = clock()
        if consent_withdrawn:
            record_act(session, "inquiry.consent_withdrawn", inquiry_id, now, by, share=False)
        elif by is not None:
            record_on_their_word(session, "inquiry.erased", inquiry_id, now, by)
        erase_inquiries(
            session, [inquiry_id], actor=by.id if by else AUTHOR, expired=False, now=now
        )
    truncate_wal(session)
