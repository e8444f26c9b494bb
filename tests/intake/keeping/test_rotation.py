from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.author import add_message, open_inquiry, read_own_inquiry
from finder.intake.author.changing import Contact, change_contact
from finder.intake.casework import CallOutcome, add_note, open_case, record_call_attempt
from finder.intake.keeping import (
    RotationSummary,
    check_sealed_rows,
    rotate_keys,
    rotation,
    sealed_rows_by_key,
)
from finder.intake.keeping.sealed_columns import SEALED_TABLES, Opened
from finder.intake.models import Inquiry, InquiryMessage
from finder.security import audit
from finder.security.keys import KeyMissing, KeyRing, Sealed
from finder.security.models import AuditEvent
from finder.staff.codes import TOTP_PURPOSE
from finder.staff.models import StaffAccount
from tests.factories import NOW
from tests.intake.making import BOTH, OTHER_RING, RING, actor, only_inquiry, submit

CONTACT = Contact("text", "541-555-0199", "", voicemail_ok=False, best_times="mornings")


def rotate(session: Session, key_ring: KeyRing = BOTH, **given: Any) -> RotationSummary:
    return rotate_keys(session, key_ring, actor="command:ann", clock=lambda: NOW, **given)


def some(session: Session, number: int) -> None:
    for place in range(number):
        submit(session, submission_token=f"token-of-form-number-{place:04}")


def test_the_new_key_alone_opens_everything_and_finds_it_by_its_code(session: Session) -> None:
    code = submit(session, pin="4711").reference_code
    inquiry_id = only_inquiry(session).id
    add_message(session, RING, inquiry_id, "Later", token="t", clock=lambda: NOW)
    assert rotate(session) == RotationSummary("k2", resealed=2, broken=(), left=0)
    assert sealed_rows_by_key(session) == {"k2": 2}
    assert check_sealed_rows(session, OTHER_RING).opened == 2
    opened = open_inquiry(
        session, OTHER_RING, code, "4711", client_bucket="here", clock=lambda: NOW
    )
    own = read_own_inquiry(session, OTHER_RING, opened)
    assert (own.payload.contact_name, own.messages[0].text) == ("Robin", "Later")
    assert rotate(session).resealed == 0


def test_start_and_end_are_on_record(session: Session) -> None:
    submit(session)
    rotate(session)
    events = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq)).all()[1:]
    assert [(each.event, each.actor, each.subject, each.details) for each in events] == [
        ("keys.rotation_started", "command:ann", "k2", {"rows": 1}),
        ("keys.rotation_finished", "command:ann", "k2", {"rows": 1, "left": 0}),
    ]
    assert audit.verify(session).intact


def test_a_missing_key_is_said_before_anything_is_changed(session: Session) -> None:
    submit(session)
    with pytest.raises(KeyMissing, match="k1"):
        rotate(session, OTHER_RING)
    assert only_inquiry(session).key_id == "k1"
    assert [each.event for each in session.scalars(sa.select(AuditEvent))] == ["inquiry.submitted"]


def test_broken_off_it_keeps_what_is_done_and_goes_on_from_there(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    some(session, 5)

    def interrupt(what: str, number: int) -> None:
        if number >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(session, progress=interrupt)
    assert sealed_rows_by_key(session) == {"k1": 1, "k2": 4}
    assert check_sealed_rows(session, BOTH).opened == 5
    assert rotate(session) == RotationSummary("k2", resealed=1, broken=(), left=0)


def test_what_does_not_open_stays_as_it_is_and_the_rest_goes_on(session: Session) -> None:
    some(session, 3)
    broken_id, before = session.execute(sa.select(Inquiry.id, Inquiry.sealed).limit(1)).one()
    broken = before[:-1] + bytes([before[-1] ^ 1])
    session.execute(sa.update(Inquiry).where(Inquiry.id == broken_id).values(sealed=broken))
    session.commit()
    assert rotate(session) == RotationSummary("k2", 2, broken=(f"inquiry {broken_id}",), left=1)
    assert session.scalar(sa.select(Inquiry.sealed).where(Inquiry.key_id == "k1")) == broken


def test_what_an_author_changes_meanwhile_is_never_lost(
    session: Session, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the moment that a batch was read and the moment that it is written."""
    submit(session)
    inquiry_id = only_inquiry(session).id
    session.rollback()
    changed: list[bool] = []

    def sealing(*given: Any, **named: Any) -> Any:
        if not changed:
            changed.append(True)
            with Session(engine) as other:
                # A worker that was not started again: it seals under the earlier key.
                change_contact(other, RING, inquiry_id, CONTACT, clock=lambda: NOW)
        return original(*given, **named)

    original = KeyRing.seal
    monkeypatch.setattr(KeyRing, "seal", lambda *given, **named: sealing(*given, **named))
    assert rotate(session).left == 0
    own = read_own_inquiry(session, OTHER_RING, inquiry_id)
    assert own.payload.phone == "541-555-0199"
    assert own.payload.best_times == "mornings"


def test_what_is_erased_meanwhile_stays_erased(
    session: Session, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(session)
    session.rollback()
    original = KeyRing.seal

    def sealing(*given: Any, **named: Any) -> Any:
        with Session(engine) as other:
            other.execute(sa.delete(Inquiry))
            other.commit()
        return original(*given, **named)

    monkeypatch.setattr(KeyRing, "seal", sealing)
    assert rotate(session) == RotationSummary("k2", resealed=0, broken=(), left=0)
    assert session.scalars(sa.select(Inquiry)).all() == []


def test_rows_that_somebody_holds_are_left_and_said(
    postgresql_database_url: str,
) -> None:
    engine = sa.create_engine(postgresql_database_url)
    with Session(engine) as session, Session(engine) as other:
        submit(session)
        session.rollback()
        other.execute(sa.select(Inquiry.id).with_for_update())
        assert rotate(session) == RotationSummary("k2", resealed=0, broken=(), left=1)
        other.rollback()
        assert rotate(session).left == 0
    engine.dispose()


def test_lookups_of_other_tables_are_made_again_in_the_same_transaction(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Any, str]] = []

    def rebuild_lookups(session: Session, key_ring: KeyRing, opened: Mapping[Any, Opened]) -> None:
        assert session.in_transaction()
        for row_id, columns in opened.items():
            seen.append((row_id, key_ring.sealing_id))
            assert b"Robin" in columns["sealed"]

    tables = (
        dataclasses.replace(SEALED_TABLES[0], rebuild_lookups=rebuild_lookups),
        *SEALED_TABLES[1:],
    )
    monkeypatch.setattr(rotation, "SEALED_TABLES", tables)
    some(session, 2)
    assert rotate(session).resealed == 2
    ids = set(session.scalars(sa.select(Inquiry.id)))
    assert (len(seen), set(seen)) == (2, {(each, "k2") for each in ids})


def test_messages_are_bound_to_their_inquiry_after_a_rotation_too(session: Session) -> None:
    some(session, 2)
    one, two = session.scalars(sa.select(Inquiry.id))
    add_message(session, RING, one, "Mine", token="t", clock=lambda: NOW + dt.timedelta(hours=1))
    rotate(session)
    session.execute(sa.update(InquiryMessage).values(inquiry_id=two))
    assert len(check_sealed_rows(session, BOTH).broken) == 1


def test_what_staff_wrote_their_second_factor_and_look_ups_go_with_it(session: Session) -> None:
    submit(session)
    submit(session, submission_token="token-of-form-number-0002")
    inquiry_id, other_id = session.scalars(sa.select(Inquiry.id).order_by(Inquiry.id)).all()
    session.rollback()
    add_note(session, RING, actor(), inquiry_id, "Call after six", clock=lambda: NOW)
    record_call_attempt(
        session, RING, actor(), inquiry_id, CallOutcome.NO_ANSWER, note="busy", clock=lambda: NOW
    )
    sealed = RING.seal(b"JBSWY3DPEHPK3PXP", purpose=TOTP_PURPOSE, row_id="account-1")
    session.add(
        StaffAccount(
            id="account-1",
            email="ann@example.org",
            role="manager",
            created_at=NOW,
            key_id=sealed.key_id,
            totp_sealed=sealed.blob,
        )
    )
    session.commit()
    assert rotate(session) == RotationSummary("k2", resealed=5, broken=(), left=0)
    case = open_case(session, OTHER_RING, actor(), inquiry_id, clock=lambda: NOW)
    assert ([each.text for each in case.notes], [each.note for each in case.calls]) == (
        ["Call after six"],
        ["busy"],
    )
    assert case.duplicate_ids == (other_id,)
    account = session.scalars(sa.select(StaffAccount)).one()
    kept = Sealed(account.key_id or "", account.totp_sealed or b"")
    assert OTHER_RING.open(kept, purpose=TOTP_PURPOSE, row_id="account-1") == b"JBSWY3DPEHPK3PXP"
    session.rollback()
    # An inquiry of later is found to be of the same person, too.
    submit(session, OTHER_RING, submission_token="token-of-form-number-0003")
    case = open_case(session, OTHER_RING, actor(), inquiry_id, clock=lambda: NOW)
    assert len(case.duplicate_ids) == 2
