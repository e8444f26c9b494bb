"""What staff do with one inquiry, and what it leaves behind."""

from __future__ import annotations

import datetime as dt
import itertools
import logging

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import Model
from finder.intake.author import add_message, delete_own_inquiry, read_own_inquiry, withdraw_share
from finder.intake.casework import (
    CallOutcome,
    Case,
    TransitionRefused,
    add_note,
    assign,
    change_status,
    open_case,
    record_call_attempt,
    send_message,
    set_outcome,
    unassign,
)
from finder.intake.errors import InquiryNotFound
from finder.intake.inquiry import OUTCOMES, STATUSES, Author, ConsentKind, TextRefused
from finder.intake.keeping import erase_inquiry, purge_inquiries, sealed_rows_by_key
from finder.intake.models import (
    Consent,
    HandOverRequest,
    Inquiry,
    InquiryCall,
    InquiryContactLookup,
    InquiryMessage,
    InquiryNote,
)
from finder.intake.permissions import Role
from finder.intake.sharing import HandOverRefused, answer_hand_over, request_hand_over
from finder.security import audit
from finder.security.keys import SealBroken
from finder.security.models import AuditEvent
from tests.factories import NOW, add_facilities
from tests.intake.making import RING, actor, only_inquiry, submit

LATER = NOW + dt.timedelta(days=10)
TRIAGE = actor(Role.TRIAGE, account_id="account-7")
OTHER_HOUSE = 2


def now() -> dt.datetime:
    return LATER


@pytest.fixture
def code(session: Session) -> str:
    """The code of an inquiry that Bend House may read."""
    first, _ = add_facilities(session, {}, {"natural_key": "other", "name": "Other House"})
    return submit(session, facility_id=first, consent_share=True, pin="493817").reference_code


@pytest.fixture
def inquiry_id(session: Session, code: str) -> str:
    """The id of that inquiry."""
    assert code
    return only_inquiry(session).id


def case(session: Session, inquiry_id: str) -> Case:
    return open_case(session, RING, TRIAGE, inquiry_id, clock=now)


def do_everything(session: Session, inquiry_id: str) -> None:
    add_note(session, RING, TRIAGE, inquiry_id, "a note", clock=now)
    record_call_attempt(
        session, RING, TRIAGE, inquiry_id, CallOutcome.REACHED, note="a call", clock=now
    )
    send_message(session, RING, TRIAGE, inquiry_id, "a message", clock=now)
    assign(session, TRIAGE, inquiry_id, TRIAGE.id, clock=now)
    set_outcome(session, TRIAGE, inquiry_id, "connected", clock=now)
    request_hand_over(session, TRIAGE, inquiry_id, OTHER_HOUSE, clock=now)
    change_status(session, RING, TRIAGE, inquiry_id, "accepted", clock=now)


def test_a_case_holds_all_that_belongs_to_it(session: Session, inquiry_id: str) -> None:
    do_everything(session, inquiry_id)
    seen = case(session, inquiry_id)
    assert seen.payload.contact_name == "Robin"
    assert [(note.text, note.written_by) for note in seen.notes] == [("a note", "account-7")]
    assert [(call.outcome, call.note) for call in seen.calls] == [("reached", "a call")]
    assert [(each.author, each.text) for each in seen.messages] == [(Author.STAFF, "a message")]
    assert [each.facility_name for each in seen.hand_overs] == ["Other House"]
    assert [each.kind for each in seen.consents] == [ConsentKind.COLLECT, ConsentKind.SHARE]
    assert (seen.status.code, seen.assigned_to) == ("accepted", "account-7")
    assert seen.outcome == OUTCOMES["connected"]
    assert "in-progress" in [each.code for each in seen.next_statuses]
    assert [each.event for each in seen.history] == [
        "inquiry.submitted",
        "inquiry.note_added",
        "inquiry.call_recorded",
        "inquiry.message_added",
        "inquiry.assigned",
        "inquiry.outcome_set",
        "inquiry.hand_over_requested",
        "inquiry.status_changed",
    ]
    assert {each.actor for each in seen.history[1:]} == {"account-7"}
    assert seen.history[-1].details == {"before": "requested", "after": "accepted"}
    assert "Robin" not in repr(seen)
    assert only_inquiry(session).first_contact_at == LATER
    assert only_inquiry(session).erase_after == LATER + dt.timedelta(days=180)
    last = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert last is not None
    assert (last.event, last.actor) == ("inquiry.opened_by_staff", "account-7")
    assert audit.verify(session).intact


def test_nothing_is_opened_that_is_not_on_record(
    session: Session, inquiry_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise sa.exc.OperationalError("", None, Exception("full"))

    monkeypatch.setattr(audit, "record_all", fail)
    with pytest.raises(sa.exc.OperationalError):
        case(session, inquiry_id)


@pytest.mark.parametrize("how", ["author", "erase", "purge"])
def test_every_way_of_erasing_takes_all_of_it(
    session: Session, inquiry_id: str, code: str, how: str
) -> None:
    do_everything(session, inquiry_id)
    assert sealed_rows_by_key(session) == {"k1": 4}
    if how == "author":
        delete_own_inquiry(session, inquiry_id, consent_withdrawn=False, clock=now)
    elif how == "erase":
        erase_inquiry(session, RING, code, actor="command:test", clock=now)
    else:
        after = LATER + dt.timedelta(days=180)
        assert purge_inquiries(session, actor="command:test", clock=lambda: after).erased == 1
    for model in (
        Inquiry,
        Consent,
        InquiryMessage,
        InquiryNote,
        InquiryCall,
        InquiryContactLookup,
        HandOverRequest,
    ):
        assert session.scalar(sa.select(sa.func.count()).select_from(model)) == 0, model


def test_what_is_noted_is_sealed_and_bound_to_its_inquiry(
    session: Session, inquiry_id: str
) -> None:
    for text in ("first", "second"):
        add_note(session, RING, TRIAGE, inquiry_id, text, clock=now)
    one, other = session.scalars(sa.select(InquiryNote)).all()
    assert b"first" not in one.sealed + other.sealed
    one.sealed, other.sealed = other.sealed, one.sealed
    session.commit()
    with pytest.raises(SealBroken):
        case(session, inquiry_id)


def test_a_note_says_something_and_not_too_much(session: Session, inquiry_id: str) -> None:
    with pytest.raises(TextRefused, match="write something"):
        add_note(session, RING, TRIAGE, inquiry_id, " \n", clock=now)
    with pytest.raises(TextRefused, match="too long"):
        add_note(session, RING, TRIAGE, inquiry_id, "x" * 5_001, clock=now)
    with pytest.raises(TextRefused, match="write something"):
        send_message(session, RING, TRIAGE, inquiry_id, " ", clock=now)
    with pytest.raises(TextRefused, match="too long"):
        send_message(session, RING, TRIAGE, inquiry_id, "x" * 5_001, clock=now)


def test_nobody_is_written_to_who_cannot_read_it(session: Session) -> None:
    submit(session)
    inquiry_id = only_inquiry(session).id
    session.rollback()
    assert not case(session, inquiry_id).has_pin
    with pytest.raises(TextRefused, match="no PIN"):
        send_message(session, RING, TRIAGE, inquiry_id, "A place is free", clock=now)
    with pytest.raises(TextRefused, match="no PIN"):
        change_status(
            session, RING, TRIAGE, inquiry_id, "accepted", message="We read it.", clock=now
        )
    session.expire_all()
    left = only_inquiry(session)
    assert (left.status, left.first_contact_at) == ("requested", None)
    session.rollback()
    change_status(session, RING, TRIAGE, inquiry_id, "accepted", clock=now)
    assert case(session, inquiry_id).messages == ()
    record_call_attempt(session, RING, TRIAGE, inquiry_id, CallOutcome.REACHED, clock=now)
    assert only_inquiry(session).first_contact_at == LATER


def test_a_case_tells_whether_it_may_be_passed_on(session: Session, inquiry_id: str) -> None:
    given = case(session, inquiry_id).share_consent
    assert given is not None
    assert (given.facility_name, given.withdrawn_at) == ("Bend House", None)
    answer_hand_over(
        session, RING, inquiry_id, asked(session, inquiry_id), accepted=True, clock=now
    )
    given = case(session, inquiry_id).share_consent
    assert given is not None
    assert (given.facility_name, given.withdrawn_at) == ("Other House", None)
    withdraw_share(session, inquiry_id, clock=now)
    taken_back = case(session, inquiry_id).share_consent
    assert taken_back is not None
    assert taken_back.withdrawn_at == LATER
    submit(session, submission_token="t" * 20, facility_id=1)
    other = session.scalars(sa.select(Inquiry.id).where(Inquiry.id != inquiry_id)).one()
    session.rollback()
    assert case(session, other).share_consent is None


def test_no_voicemail_is_recorded_where_none_was_wanted(session: Session) -> None:
    submit(session)
    submit(session, voicemail_ok=True, submission_token="t" * 20, best_times="with voicemail")
    results = []
    for inquiry_id in session.scalars(sa.select(Inquiry.id)).all():
        wanted = open_case(session, RING, TRIAGE, inquiry_id, clock=now).payload.voicemail_ok
        try:
            record_call_attempt(
                session, RING, TRIAGE, inquiry_id, CallOutcome.VOICEMAIL_LEFT, clock=now
            )
            results.append((wanted, True))
        except TextRefused:
            results.append((wanted, False))
    assert sorted(results) == [(False, False), (True, True)]


def test_no_call_is_recorded_where_no_contact_was_wanted(session: Session) -> None:
    submit(session, contact_method="none", phone="541-555-0123", pin="493817")
    inquiry_id = only_inquiry(session).id
    session.rollback()
    for outcome in CallOutcome:
        with pytest.raises(TextRefused, match="not to contact them"):
            record_call_attempt(session, RING, TRIAGE, inquiry_id, outcome, clock=now)
    session.expire_all()
    assert only_inquiry(session).first_contact_at is None


def test_a_status_is_followed_by_those_of_its_row_alone(session: Session, inquiry_id: str) -> None:
    for before, after in itertools.product(STATUSES, [*STATUSES, "lost"]):
        session.execute(sa.update(Inquiry).values(status=before))
        session.commit()
        if after in STATUSES[before].followed_by:
            change_status(session, RING, TRIAGE, inquiry_id, after, clock=now)
            assert only_inquiry(session).status == after
        else:
            with pytest.raises(TransitionRefused, match="look at it again"):
                change_status(session, RING, TRIAGE, inquiry_id, after, clock=now)
    assert audit.verify(session).intact


def test_closing_tells_the_person_and_sets_the_day_of_erasing(
    session: Session, inquiry_id: str
) -> None:
    message = STATUSES["completed"].message
    change_status(session, RING, TRIAGE, inquiry_id, "completed", message=message, clock=now)
    own = read_own_inquiry(session, RING, inquiry_id)
    assert own.status.shown_as == "Connected"
    assert [each.text for each in own.messages] == [message]
    assert own.erase_after == LATER + dt.timedelta(days=90)
    assert only_inquiry(session).closed_at == LATER
    assert {each.expires_at for each in session.scalars(sa.select(Consent))} == {own.erase_after}
    add_message(
        session, RING, inquiry_id, "x", token="t", clock=lambda: LATER + dt.timedelta(days=5)
    )
    assert only_inquiry(session).erase_after == own.erase_after


def test_one_that_was_closed_is_opened_again_and_its_day_reckoned_anew(
    session: Session, inquiry_id: str
) -> None:
    change_status(session, RING, TRIAGE, inquiry_id, "completed", clock=now)
    assert only_inquiry(session).erase_after == LATER + dt.timedelta(days=90)
    session.rollback()
    wrote_at = LATER + dt.timedelta(days=20)
    add_message(session, RING, inquiry_id, "It went wrong", token="t", clock=lambda: wrote_at)
    after = wrote_at + dt.timedelta(days=3)
    assert [each.code for each in case(session, inquiry_id).next_statuses] == ["accepted"]
    change_status(session, RING, TRIAGE, inquiry_id, "accepted", clock=lambda: after)
    opened_again = only_inquiry(session)
    assert (opened_again.status, opened_again.closed_at) == ("accepted", None)
    assert opened_again.erase_after == wrote_at + dt.timedelta(days=180)
    assert {each.expires_at for each in opened_again.consents} == {opened_again.erase_after}
    last = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert last is not None
    assert last.details == {"before": "completed", "after": "accepted"}


def test_what_the_team_does_for_itself_keeps_nothing_for_longer(
    session: Session, inquiry_id: str
) -> None:
    at_first = only_inquiry(session).erase_after
    session.rollback()
    add_note(session, RING, TRIAGE, inquiry_id, "a note", clock=now)
    assign(session, TRIAGE, inquiry_id, TRIAGE.id, clock=now)
    unassign(session, TRIAGE, inquiry_id, clock=now)
    set_outcome(session, TRIAGE, inquiry_id, "declined", clock=now)
    change_status(session, RING, TRIAGE, inquiry_id, "accepted", clock=now)
    request_hand_over(session, TRIAGE, inquiry_id, OTHER_HOUSE, clock=now)
    case(session, inquiry_id)
    left = only_inquiry(session)
    assert (left.updated_at, left.erase_after) == (LATER, at_first)
    assert {each.expires_at for each in left.consents} == {at_first}
    session.rollback()
    late = at_first - dt.timedelta(days=10)
    change_status(session, RING, TRIAGE, inquiry_id, "failed", clock=lambda: late)
    assert only_inquiry(session).erase_after == at_first


@pytest.mark.parametrize("contact", ["message", "status message", "call", "answer"])
def test_to_speak_with_the_person_keeps_it_for_180_days_more(
    session: Session, inquiry_id: str, contact: str
) -> None:
    if contact == "message":
        send_message(session, RING, TRIAGE, inquiry_id, "x", clock=now)
    elif contact == "status message":
        change_status(session, RING, TRIAGE, inquiry_id, "accepted", message="x", clock=now)
    elif contact == "call":
        record_call_attempt(session, RING, TRIAGE, inquiry_id, CallOutcome.NO_ANSWER, clock=now)
    else:
        answer_hand_over(
            session, RING, inquiry_id, asked(session, inquiry_id), accepted=False, clock=now
        )
    assert only_inquiry(session).erase_after == LATER + dt.timedelta(days=180)


def test_a_status_that_cannot_be_told_is_not_changed(session: Session, inquiry_id: str) -> None:
    with pytest.raises(TextRefused):
        change_status(session, RING, TRIAGE, inquiry_id, "failed", message="x" * 5_001, clock=now)
    session.expire_all()
    assert only_inquiry(session).status == "requested"


def test_an_outcome_is_one_of_the_registry_and_kept_once(session: Session, inquiry_id: str) -> None:
    with pytest.raises(TransitionRefused):
        set_outcome(session, TRIAGE, inquiry_id, "cured", clock=now)
    for _ in range(2):
        set_outcome(session, TRIAGE, inquiry_id, "declined", clock=now)
    events = session.scalars(sa.select(AuditEvent.event)).all()
    assert events.count("inquiry.outcome_set") == 1


def asked(session: Session, inquiry_id: str) -> str:
    request_hand_over(session, TRIAGE, inquiry_id, OTHER_HOUSE, clock=now)
    own = read_own_inquiry(session, RING, inquiry_id)
    assert own.hand_over is not None
    assert "Other House" in own.hand_over.text.shown()
    return own.hand_over.id


def test_an_inquiry_changes_hands_with_its_authors_yes_alone(
    session: Session, inquiry_id: str
) -> None:
    request_id = asked(session, inquiry_id)
    assert only_inquiry(session).facility_id == 1
    session.rollback()
    answer_hand_over(session, RING, inquiry_id, request_id, accepted=True, clock=now)
    assert only_inquiry(session).facility_id == OTHER_HOUSE
    before, fresh = session.scalars(
        sa.select(Consent).where(Consent.kind == "share").order_by(Consent.id)
    ).all()
    assert (before.facility_name, before.withdrawn_at) == ("Bend House", LATER)
    assert (fresh.facility_name, fresh.withdrawn_at) == ("Other House", None)
    assert (fresh.text_version, fresh.given_at) == ("hand-over-1", LATER)
    session.rollback()
    assert read_own_inquiry(session, RING, inquiry_id).hand_over is None
    with pytest.raises(HandOverRefused, match="answered before"):
        answer_hand_over(session, RING, inquiry_id, request_id, accepted=False, clock=now)


def test_a_no_changes_nothing_and_may_be_asked_again(session: Session, inquiry_id: str) -> None:
    request_id = asked(session, inquiry_id)
    with pytest.raises(HandOverRefused, match="not answered"):
        request_hand_over(session, TRIAGE, inquiry_id, OTHER_HOUSE, clock=now)
    answer_hand_over(session, RING, inquiry_id, request_id, accepted=False, clock=now)
    assert only_inquiry(session).facility_id == 1
    assert len(only_inquiry(session).consents) == 2
    asked(session, inquiry_id)


def test_a_yes_counts_for_the_program_that_was_named(session: Session, inquiry_id: str) -> None:
    request_id = asked(session, inquiry_id)
    session.execute(sa.text("UPDATE facility SET name = 'New name' WHERE id = 2"))
    session.commit()
    with pytest.raises(HandOverRefused):
        answer_hand_over(session, RING, inquiry_id, request_id, accepted=True, clock=now)
    session.execute(sa.text("UPDATE facility SET status = 'closed' WHERE id = 2"))
    session.commit()
    with pytest.raises(HandOverRefused, match="not listed"):
        answer_hand_over(session, RING, inquiry_id, request_id, accepted=True, clock=now)
    assert only_inquiry(session).facility_id == 1
    session.rollback()
    delete_own_inquiry(session, inquiry_id, consent_withdrawn=False, clock=now)
    with pytest.raises(InquiryNotFound):
        answer_hand_over(session, RING, inquiry_id, request_id, accepted=True, clock=now)


def test_what_cannot_be_answered_is_not_asked(session: Session, inquiry_id: str) -> None:
    with pytest.raises(HandOverRefused, match="has the inquiry already"):
        request_hand_over(session, TRIAGE, inquiry_id, 1, clock=now)
    with pytest.raises(HandOverRefused, match="not listed"):
        request_hand_over(session, TRIAGE, inquiry_id, 99, clock=now)
    change_status(session, RING, TRIAGE, inquiry_id, "failed", clock=now)
    with pytest.raises(HandOverRefused, match="closed"):
        request_hand_over(session, TRIAGE, inquiry_id, OTHER_HOUSE, clock=now)
    submit(session, submission_token="t" * 20)
    other = session.scalars(sa.select(Inquiry.id).where(Inquiry.id != inquiry_id)).one()
    with pytest.raises(HandOverRefused, match="no PIN"):
        request_hand_over(session, TRIAGE, other, OTHER_HOUSE, clock=now)


def test_no_word_comes_into_a_log_the_audit_log_or_the_outbox(
    session: Session, inquiry_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    add_note(session, RING, TRIAGE, inquiry_id, "canary", clock=now)
    record_call_attempt(
        session, RING, TRIAGE, inquiry_id, CallOutcome.REACHED, note="canary", clock=now
    )
    change_status(session, RING, TRIAGE, inquiry_id, "accepted", message="canary", clock=now)
    case(session, inquiry_id)
    assert "canary" not in caplog.text
    for table in Model.metadata.sorted_tables:
        assert "canary" not in str(session.execute(sa.select(table)).all())


def test_an_open_status_needs_no_message(session: Session, inquiry_id: str) -> None:
    change_status(session, RING, TRIAGE, inquiry_id, "accepted", clock=now)
    assert read_own_inquiry(session, RING, inquiry_id).messages == ()
    assert only_inquiry(session).closed_at is None
