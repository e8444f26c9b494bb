"""What the author of an inquiry does with it, once it is open."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine, write_transaction
from finder.intake.author import (
    Contact,
    OwnInquiry,
    SeenBy,
    add_message,
    change_contact,
    changing,
    delete_own_inquiry,
    open_inquiry,
    read_own_inquiry,
    withdraw_share,
)
from finder.intake.casework import QueueFilter, assign, export_inquiries, list_queue, open_case
from finder.intake.errors import InquiryNotFound, InvalidInquiry
from finder.intake.inquiry import Author, ConsentKind, TextRefused
from finder.intake.inquiry.messages import seal_message
from finder.intake.keeping import purge_inquiries
from finder.intake.models import Consent, Inquiry, InquiryMessage
from finder.intake.permissions import Role
from finder.intake.sharing import PassingOnWay, record_passing_on
from finder.security import audit
from finder.security.keys import KeyRing, SealBroken
from finder.security.models import AuditEvent
from tests.factories import NOW, add_facility
from tests.intake.making import BOTH, OTHER_RING, RING, actor, only_inquiry, opened, submit

LATER = NOW + dt.timedelta(days=10)
PIN = "493817"
CONTACT = Contact(
    contact_method="email",
    phone="",
    email="robin@example.org",
    voicemail_ok=True,
    best_times="after 6",
)


@pytest.fixture
def inquiry_id(session: Session) -> str:
    """An inquiry that may be passed on to Bend House."""
    submit(session, facility_id=add_facility(session), consent_share=True, pin=PIN)
    return only_inquiry(session).id


def read(session: Session, inquiry_id: str, key_ring: KeyRing = RING) -> OwnInquiry:
    session.rollback()
    session.expunge_all()
    return read_own_inquiry(session, key_ring, inquiry_id)


def say(
    session: Session,
    inquiry_id: str,
    text: str = "Evenings are better.",
    *,
    token: str = "a form's token",
    key_ring: KeyRing = RING,
) -> None:
    add_message(session, key_ring, inquiry_id, text, token=token, clock=lambda: LATER)


def change(session: Session, inquiry_id: str, contact: Contact = CONTACT) -> None:
    change_contact(session, RING, inquiry_id, contact, clock=lambda: LATER)


def events(session: Session) -> list[tuple[str, str, dict[str, int | bool | str]]]:
    session.rollback()
    rows = session.scalars(sa.select(AuditEvent).where(AuditEvent.seq > 1).order_by("seq"))
    return [(row.event, row.actor, row.details) for row in rows]


def close(session: Session) -> None:
    with write_transaction(session):
        session.execute(
            sa.update(Inquiry).values(status="completed", erase_after=NOW + dt.timedelta(days=90))
        )


def test_its_author_reads_all_that_is_kept(session: Session, inquiry_id: str) -> None:
    say(session, inquiry_id)
    own = read(session, inquiry_id)
    assert own.payload.message == "I would like to talk to someone."
    assert own.status.shown_as == "Received"
    assert own.created_at == NOW
    assert [(each.kind, each.facility_name) for each in own.consents] == [
        (ConsentKind.COLLECT, None),
        (ConsentKind.SHARE, "Bend House"),
    ]
    assert [(each.author, each.text, each.created_at) for each in own.messages] == [
        (Author.PERSON, "Evenings are better.", LATER)
    ]
    assert "Evenings" not in repr(own)
    assert "Robin" not in repr(own)


def test_messages_of_the_team_are_read_too_oldest_first(session: Session, inquiry_id: str) -> None:
    say(session, inquiry_id)
    with write_transaction(session):
        session.add(
            seal_message(
                RING,
                "We can see you on Monday.",
                message_id="f" * 32,
                inquiry_id=inquiry_id,
                author=Author.STAFF,
                created_at=LATER - dt.timedelta(days=1),
            )
        )
    assert [each.author for each in read(session, inquiry_id).messages] == ["staff", "person"]


def test_a_message_is_sealed_and_counts_as_activity(session: Session, inquiry_id: str) -> None:
    say(session, inquiry_id, "Evenings are\r\nbetter.\x00 ")
    row = session.scalars(sa.select(InquiryMessage)).one()
    assert (row.author, row.created_at, row.key_id) == ("person", LATER, "k1")
    assert b"Evenings" not in row.sealed
    assert [each.text for each in read(session, inquiry_id).messages] == ["Evenings are\nbetter."]
    inquiry = only_inquiry(session)
    assert inquiry.updated_at == LATER
    assert inquiry.erase_after == LATER + dt.timedelta(days=180)
    assert {each.expires_at for each in inquiry.consents} == {inquiry.erase_after}
    assert events(session) == [("inquiry.message_added", "author", {"by_staff": False})]
    assert audit.verify(session).intact


def test_activity_never_keeps_a_closed_inquiry_for_longer(
    session: Session, inquiry_id: str
) -> None:
    close(session)
    say(session, inquiry_id)
    assert only_inquiry(session).erase_after == NOW + dt.timedelta(days=90)


def test_the_same_message_sent_twice_is_kept_once_and_another_one_is_not_lost(
    session: Session, inquiry_id: str
) -> None:
    say(session, inquiry_id)
    say(session, inquiry_id)
    assert [each.text for each in read(session, inquiry_id).messages] == ["Evenings are better."]
    say(session, inquiry_id, "Mornings, too.")
    assert sorted(each.text for each in read(session, inquiry_id).messages) == [
        "Evenings are better.",
        "Mornings, too.",
    ]
    assert len(events(session)) == 2


@pytest.mark.parametrize(("text", "words"), [(" \n", "write something"), ("x" * 5_001, "too long")])
def test_a_message_that_says_nothing_or_too_much_is_refused(
    session: Session, inquiry_id: str, text: str, words: str
) -> None:
    with pytest.raises(TextRefused, match=words):
        say(session, inquiry_id, text)
    assert events(session) == []


def test_there_is_an_end_to_messages(
    session: Session, inquiry_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "MOST_MESSAGES", 2)
    for token in ("one", "two"):
        say(session, inquiry_id, token=token)
    with pytest.raises(TextRefused, match="send us another inquiry"):
        say(session, inquiry_id, token="three")


def test_a_message_of_another_inquiry_is_not_shown(session: Session, inquiry_id: str) -> None:
    submit(session, submission_token="t" * 20)
    other = session.scalars(sa.select(Inquiry.id).where(Inquiry.id != inquiry_id)).one()
    say(session, other)
    with write_transaction(session):
        session.execute(sa.update(InquiryMessage).values(inquiry_id=inquiry_id))
    with pytest.raises(SealBroken):
        read(session, inquiry_id)


def test_how_to_be_reached_is_changed_and_the_rest_stays(session: Session, inquiry_id: str) -> None:
    before = opened(only_inquiry(session))
    change(session, inquiry_id)
    inquiry = only_inquiry(session)
    assert opened(inquiry) == dataclasses.replace(before, **dataclasses.asdict(CONTACT))
    assert inquiry.updated_at == LATER
    assert events(session) == [("inquiry.contact_changed", "author", {})]
    change(session, inquiry_id)
    assert len(events(session)) == 1


def test_a_change_seals_anew_under_the_first_key_and_code_and_pin_still_open_it(
    session: Session,
) -> None:
    code = submit(session, OTHER_RING, pin=PIN).reference_code
    ring = KeyRing([("k1", bytes(range(32))), ("k2", bytes(range(32, 64)))])
    inquiry_id = only_inquiry(session).id
    change_contact(session, ring, inquiry_id, CONTACT, clock=lambda: LATER)
    assert only_inquiry(session).key_id == "k1"
    assert read(session, inquiry_id).payload.email == "robin@example.org"
    opened_id = open_inquiry(session, RING, code, PIN, client_bucket="here", clock=lambda: LATER)
    assert opened_id == inquiry_id


def test_an_inquiry_without_a_pin_can_be_sealed_anew_too(session: Session) -> None:
    submit(session)
    change(session, only_inquiry(session).id)
    assert only_inquiry(session).pin_hash is None
    assert opened(only_inquiry(session)).contact_method == "email"


def test_a_way_that_reaches_nobody_is_refused(session: Session, inquiry_id: str) -> None:
    with pytest.raises(InvalidInquiry) as refused:
        change(session, inquiry_id, dataclasses.replace(CONTACT, email="robin@"))
    assert list(refused.value.errors) == ["email"]
    assert opened(only_inquiry(session)).contact_method == "call"
    change(session, inquiry_id, dataclasses.replace(CONTACT, contact_method="none"))
    assert opened(only_inquiry(session)).contact_method == "none"


def test_consent_to_share_is_taken_back_with_its_time(session: Session, inquiry_id: str) -> None:
    withdraw_share(session, inquiry_id, clock=lambda: LATER)
    collect, share = session.scalars(sa.select(Consent).order_by(Consent.id)).all()
    assert (collect.withdrawn_at, share.withdrawn_at) == (None, LATER)
    assert share.given_at == NOW
    inquiry = only_inquiry(session)
    assert inquiry.facility_id is None
    assert inquiry.updated_at == LATER
    assert collect.expires_at == inquiry.erase_after > share.expires_at
    withdraw_share(session, inquiry_id, clock=lambda: LATER + dt.timedelta(days=1))
    assert events(session) == [("inquiry.consent_withdrawn", "author", {"share": True})]
    assert audit.verify(session).intact


def test_a_consent_taken_back_leaves_the_inquiry_to_the_operators_team(
    session: Session, inquiry_id: str
) -> None:
    theirs, ours = actor(Role.TRIAGE, 1, account_id="theirs"), actor(Role.TRIAGE)
    assign(session, theirs, inquiry_id, theirs.id, clock=lambda: NOW)
    open_case(session, RING, theirs, inquiry_id, clock=lambda: NOW)
    withdraw_share(session, inquiry_id, clock=lambda: LATER)
    assert list_queue(session, theirs, clock=lambda: LATER).total == 0
    [of_nobody] = list_queue(session, ours, QueueFilter(assignee=""), clock=lambda: LATER).entries
    assert of_nobody.id == inquiry_id
    session.rollback()
    assert only_inquiry(session).staff_read_at is None


@pytest.mark.parametrize("withdrawn", [True, False])
def test_everything_is_deleted_at_once(session: Session, inquiry_id: str, withdrawn: bool) -> None:
    say(session, inquiry_id)
    delete_own_inquiry(session, inquiry_id, consent_withdrawn=withdrawn, clock=lambda: LATER)
    for model in (Inquiry, Consent, InquiryMessage):
        assert session.scalars(sa.select(model)).all() == []
    _, *rest = events(session)
    taken_back = [("inquiry.consent_withdrawn", "author", {"share": False})] * withdrawn
    assert rest == [*taken_back, ("inquiry.erased", "author", {"expired": False})]
    assert audit.verify(session).intact


def test_what_is_deleted_can_neither_be_read_nor_changed(session: Session, inquiry_id: str) -> None:
    delete_own_inquiry(session, inquiry_id, consent_withdrawn=False, clock=lambda: LATER)
    for act in (
        lambda: read(session, inquiry_id),
        lambda: say(session, inquiry_id),
        lambda: change(session, inquiry_id),
        lambda: withdraw_share(session, inquiry_id, clock=lambda: LATER),
        lambda: delete_own_inquiry(
            session, inquiry_id, consent_withdrawn=False, clock=lambda: LATER
        ),
    ):
        with pytest.raises(InquiryNotFound, match="not stored any more"):
            act()
    assert audit.verify(session).intact


def test_messages_go_with_their_inquiry_when_its_time_is_up(
    session: Session, inquiry_id: str
) -> None:
    say(session, inquiry_id)
    after = LATER + dt.timedelta(days=180)
    assert purge_inquiries(session, actor="command:test", clock=lambda: after).erased == 1
    assert session.scalars(sa.select(InquiryMessage)).all() == []


def test_nothing_is_half_done(
    session: Session, inquiry_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise sa.exc.OperationalError("", None, Exception("full"))

    monkeypatch.setattr(audit, "record_all", fail)
    acts: list[Callable[[], object]] = [
        lambda: say(session, inquiry_id),
        lambda: change(session, inquiry_id),
        lambda: withdraw_share(session, inquiry_id, clock=lambda: LATER),
        lambda: delete_own_inquiry(
            session, inquiry_id, consent_withdrawn=True, clock=lambda: LATER
        ),
    ]
    for act in acts:
        with pytest.raises(sa.exc.OperationalError):
            act()
    own = read(session, inquiry_id)
    assert (own.messages, own.payload.contact_method) == ((), "call")
    assert all(each.withdrawn_at is None for each in own.consents)
    assert only_inquiry(session).updated_at == NOW


def test_no_word_comes_into_a_log_or_the_audit_log(
    session: Session, inquiry_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    say(session, inquiry_id, "canary")
    change(session, inquiry_id, dataclasses.replace(CONTACT, best_times="canary"))
    delete_own_inquiry(session, inquiry_id, consent_withdrawn=False, clock=lambda: LATER)
    assert "canary" not in caplog.text
    rows = session.execute(sa.select(AuditEvent.__table__)).all()
    assert "canary" not in str(rows)


def test_nothing_of_a_deleted_inquiry_is_left_in_the_file_nor_beside_it(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    engine = create_engine(sqlite_database_url)
    with Session(engine) as session:
        submit(session, message="x" * 4_000, pin=PIN)
        inquiry_id = only_inquiry(session).id
        blobs = [only_inquiry(session).sealed, only_inquiry(session).pin_hash or b""]
        change(session, inquiry_id)
        for token in range(5):
            say(session, inquiry_id, "y" * 3_000, token=str(token))
        blobs += [only_inquiry(session).sealed, only_inquiry(session).pin_hash or b""]
        blobs += session.scalars(sa.select(InquiryMessage.sealed)).all()
        session.rollback()
        delete_own_inquiry(session, inquiry_id, consent_withdrawn=True, clock=lambda: LATER)
    files = list(tmp_path.glob("finder.sqlite*"))
    assert files
    left = [file.read_bytes() for file in files]
    engine.dispose()
    assert len(blobs) == 9
    for blob in blobs:
        for at in range(0, len(blob) - 32, 32):
            assert not any(blob[at : at + 32] in content for content in left)


def test_messages_and_pins_count_as_what_a_key_made(session: Session) -> None:
    from finder.intake.keeping import sealed_rows_by_key, sealed_rows_exist

    assert not sealed_rows_exist(session)
    submit(session, OTHER_RING, pin=PIN)
    inquiry_id = only_inquiry(session).id
    assert sealed_rows_by_key(session) == {"k2": 1}
    say(session, inquiry_id)
    assert sealed_rows_by_key(session) == {"k1": 1, "k2": 1}
    say(session, inquiry_id, token="another", key_ring=BOTH)
    assert sealed_rows_by_key(session) == {"k1": 1, "k2": 2}
    assert sealed_rows_exist(session)


def test_its_author_sees_who_else_has_it(session: Session, inquiry_id: str) -> None:
    assert read(session, inquiry_id).seen_by == ()

    def days(number: int) -> Callable[[], dt.datetime]:
        return lambda: NOW + dt.timedelta(days=number)

    theirs = actor(Role.TRIAGE, 1, account_id="theirs")
    for number in (1, 2):
        open_case(session, RING, theirs, inquiry_id, clock=days(number))
    open_case(session, RING, actor(Role.TRIAGE), inquiry_id, clock=days(3))
    export_inquiries(session, RING, actor="command:ann", reason="weekly", clock=days(3))
    (reader,) = read(session, inquiry_id).seen_by
    assert reader == SeenBy("Bend House", days(2)(), was_given=False, may_still=True)
    record_passing_on(
        session, RING, actor(Role.TRIAGE), inquiry_id, PassingOnWay.FAX, clock=days(4)
    )
    withdraw_share(session, inquiry_id, clock=lambda: LATER)
    assert read(session, inquiry_id).seen_by == (
        SeenBy("Bend House", days(2)(), was_given=False, may_still=False),
        SeenBy("Bend House", days(4)(), was_given=True, may_still=False),
    )
