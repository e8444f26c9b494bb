from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.author import add_message
from finder.intake.keeping import SealCheck, check_sealed_rows
from finder.intake.models import Inquiry, InquiryMessage
from tests.factories import NOW
from tests.intake.making import BOTH, OTHER_RING, RING, only_inquiry, submit


def write(session: Session, *words: str) -> None:
    inquiry = only_inquiry(session).id
    for each in words:
        add_message(session, RING, inquiry, each, token=each, clock=lambda: NOW)


def test_all_that_is_sealed_opens_as_the_list_says(session: Session) -> None:
    submit(session, pin="4711")
    write(session, "one", "two")
    assert check_sealed_rows(session, RING) == SealCheck(opened=3, broken=(), missing={})


def test_missing_keys_are_counted_and_what_else_there_is_opens(session: Session) -> None:
    submit(session)
    write(session, "one")
    submit(session, OTHER_RING, submission_token="t" * 20)
    assert check_sealed_rows(session, OTHER_RING).missing == {"k1": 2}
    assert check_sealed_rows(session, OTHER_RING).opened == 1
    assert check_sealed_rows(session, BOTH).opened == 3


@pytest.mark.slow
def test_every_flipped_byte_of_a_stored_row_is_found(session: Session) -> None:
    # What opens a seal is the same on both databases: one has every byte flipped, the other some.
    step = 1 if session.get_bind().dialect.name == "sqlite" else 16
    submit(session, pin="4711")
    row = only_inquiry(session)
    for column in ("sealed", "pin_hash", "reference_lookup"):
        whole: bytes = getattr(row, column)
        for place in range(0, len(whole), step):
            flipped = bytearray(whole)
            flipped[place] ^= 1
            session.execute(sa.update(Inquiry).values({column: bytes(flipped)}))
            assert check_sealed_rows(session, RING).broken == (f"inquiry {row.id}",), column
            session.rollback()
    assert check_sealed_rows(session, RING).broken == ()


def test_blobs_that_changed_places_are_found(session: Session) -> None:
    submit(session, pin="4711")
    write(session, "one", "two")
    one, two = session.scalars(sa.select(InquiryMessage).order_by(InquiryMessage.id))
    one.sealed, two.sealed = two.sealed, one.sealed
    session.flush()
    assert len(check_sealed_rows(session, RING).broken) == 2
    session.rollback()

    inquiry = only_inquiry(session)
    assert inquiry.pin_hash is not None
    inquiry.sealed, inquiry.pin_hash = inquiry.pin_hash, inquiry.sealed
    session.flush()
    assert check_sealed_rows(session, RING).broken == (f"inquiry {inquiry.id}",)
