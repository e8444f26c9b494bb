from __future__ import annotations

import datetime as dt
import hashlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import Model, create_engine, prepare_engine
from finder.intake.errors import InvalidInquiry
from finder.intake.inquiry import consent_texts, normalise_reference
from finder.intake.inquiry.payload import PIN_PURPOSE, reference_lookup, verify_pin
from finder.intake.inquiry.reference_code import make_reference
from finder.intake.models import Consent, Inquiry
from finder.intake.submitting import (
    FacilityUnavailable,
    InquiryNotSaved,
    TokenReused,
    submit_inquiry,
)
from finder.intake.submitting import submission as submit
from finder.security import audit
from finder.security.keys import SealBroken, Sealed
from finder.security.models import AuditEvent
from tests.factories import NOW, add_facility
from tests.intake.making import (
    BOTH,
    OTHER_RING,
    RING,
    only_inquiry,
    opened,
    submission,
)
from tests.intake.making import submit as submit_one


def rows(session: Session, model: type[Model] = Inquiry) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_an_inquiry_is_stored_sealed_and_acknowledged(session: Session) -> None:
    received = submit_one(session)

    assert normalise_reference(received.reference_code) == received.reference_code
    assert received.erase_after == NOW + dt.timedelta(days=180)
    assert not received.already_received
    inquiry = only_inquiry(session)
    assert (inquiry.status, inquiry.facility_id, inquiry.key_id) == ("requested", None, "k1")
    assert inquiry.created_at == inquiry.updated_at == NOW
    assert inquiry.erase_after == received.erase_after
    assert len(inquiry.id) == 32
    assert inquiry.pin_hash is None
    assert inquiry.reference_lookup == reference_lookup(RING, received.reference_code)
    assert inquiry.submission_token_hash == hashlib.sha256(b"token-of-one-form-0001").digest()
    payload = opened(inquiry)
    assert payload.reference_code == received.reference_code
    assert payload.contact_name == "Robin"
    assert payload.message == "I would like to talk to someone."


def test_it_is_committed_before_it_is_acknowledged(engine: sa.Engine, session: Session) -> None:
    submit_one(session)
    with Session(engine) as another:
        assert rows(another) == 1


def test_consent_is_kept_with_the_text_that_was_shown(session: Session) -> None:
    facility_id = add_facility(session, name="Bend House")
    submit_one(session, facility_id=facility_id, consent_share=True)

    kept = session.scalars(sa.select(Consent).order_by(Consent.id)).all()
    shown = consent_texts("Bend House")
    assert [(each.kind, each.text_version, each.text_sha256) for each in kept] == [
        (text.kind, text.version, text.sha256) for text in shown
    ]
    assert [each.facility_name for each in kept] == [None, "Bend House"]
    assert {each.given_at for each in kept} == {NOW}
    assert {each.expires_at for each in kept} == {NOW + dt.timedelta(days=180)}
    assert {each.withdrawn_at for each in kept} == {None}
    inquiry = only_inquiry(session)
    assert inquiry.facility_id == facility_id
    assert {each.inquiry for each in kept} == {inquiry}


def test_without_consent_to_share_it_stays_with_the_operators_own_team(session: Session) -> None:
    facility_id = add_facility(session, name="Bend House")
    submit_one(session, facility_id=facility_id, consent_share=False)

    inquiry = only_inquiry(session)
    assert inquiry.facility_id is None
    assert [each.kind for each in inquiry.consents] == ["collect"]
    payload = opened(inquiry)
    assert (payload.about_facility_id, payload.about_facility_name) == (facility_id, "Bend House")


def test_there_is_nobody_to_share_with_where_no_facility_is_named(session: Session) -> None:
    submit_one(session, consent_share=True)
    assert [each.kind for each in only_inquiry(session).consents] == ["collect"]
    assert not opened(only_inquiry(session)).consent_share


def test_a_received_inquiry_is_on_record(session: Session) -> None:
    submit_one(session, facility_id=add_facility(session), consent_share=True)
    event = session.scalars(sa.select(AuditEvent)).one()
    assert (event.event, event.actor, event.details) == (
        "inquiry.submitted",
        "public",
        {"share": True},
    )
    assert event.subject == only_inquiry(session).id
    assert event.at == NOW
    assert audit.verify(session).intact


def test_a_pin_can_be_checked_and_is_not_stored(session: Session) -> None:
    submit_one(session, pin="493817")
    inquiry = only_inquiry(session)
    assert inquiry.pin_hash is not None
    assert b"493817" not in inquiry.pin_hash
    assert b"493817" not in inquiry.sealed
    sealed = Sealed(inquiry.key_id, inquiry.pin_hash)
    assert verify_pin(RING, sealed, "493817", inquiry_id=inquiry.id)
    assert not verify_pin(RING, sealed, "493818", inquiry_id=inquiry.id)
    with pytest.raises(SealBroken):
        verify_pin(RING, sealed, "493817", inquiry_id="another")


def test_a_pin_that_was_kept_by_scrypt_still_opens() -> None:
    kept = b"sixteen of salt." + hashlib.scrypt(
        b"493817", salt=b"sixteen of salt.", n=2**14, r=8, p=1, dklen=32
    )
    sealed = RING.seal(kept, purpose=PIN_PURPOSE, row_id="a" * 32)
    assert verify_pin(RING, sealed, "493817", inquiry_id="a" * 32)
    assert not verify_pin(RING, sealed, "493818", inquiry_id="a" * 32)


def test_what_is_wrong_is_said_field_by_field_and_nothing_is_stored(session: Session) -> None:
    with pytest.raises(InvalidInquiry, match="Nothing that you wrote is lost") as refused:
        submit_one(session, contact_name="", consent_collect=False)
    assert list(refused.value.errors) == ["contact_name", "consent_collect"]
    assert rows(session) == 0


@pytest.mark.parametrize(
    "words", ["Soy adicto, ¿me ayudan? 🙏", "I am an addict\n\n  and   I need HELP!!!", "=1+1", "١"]
)
def test_words_are_kept_as_they_were_written(session: Session, words: str) -> None:
    submit_one(session, message=words, contact_name=words.replace("\n", ""))
    assert opened(only_inquiry(session)).message == words


def test_the_longest_message_in_any_script_is_taken(session: Session) -> None:
    submit_one(session, message="🙂" * 5_000)
    assert opened(only_inquiry(session)).message == "🙂" * 5_000


# Pressing twice


def test_pressing_twice_makes_one_inquiry(session: Session) -> None:
    first = submit_one(session, pin="1234")
    second = submit_one(session, pin="1234")
    assert second.already_received
    assert (second.reference_code, second.erase_after) == (first.reference_code, first.erase_after)
    assert rows(session) == rows(session, AuditEvent) == rows(session, Consent) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"message": "Something else"},
        {"contact_name": "Sam"},
        {"voicemail_ok": True},
        {"pin": "9999"},
        {"pin": ""},
        {"facility_id": 1},
    ],
)
def test_a_used_token_with_other_answers_asks_to_send_once_more(
    session: Session, changes: dict[str, Any]
) -> None:
    assert add_facility(session) == 1
    first = submit_one(session, pin="1234")
    with pytest.raises(TokenReused, match="send it once more"):
        submit_one(session, **{"pin": "1234", **changes})
    assert rows(session) == 1

    fresh = submit_one(session, **{"pin": "1234", **changes}, submission_token="t" * 20)
    assert fresh.reference_code != first.reference_code
    assert not fresh.already_received
    assert rows(session) == 2


def test_a_pin_that_comes_later_is_another_answer(session: Session) -> None:
    submit_one(session)
    with pytest.raises(TokenReused):
        submit_one(session, pin="1234")


def test_it_is_acknowledged_again_after_a_change_of_keys(session: Session) -> None:
    first = submit_one(session, pin="1234")
    assert submit_one(session, BOTH, pin="1234").reference_code == first.reference_code


def test_what_cannot_be_compared_is_never_lost(session: Session) -> None:
    submit_one(session)
    with pytest.raises(TokenReused):
        submit_one(session, OTHER_RING)
    assert not submit_one(session, OTHER_RING, submission_token="t" * 20).already_received


def test_it_is_acknowledged_again_when_the_facility_has_closed(session: Session) -> None:
    facility_id = add_facility(session)
    first = submit_one(session, facility_id=facility_id)
    session.execute(sa.text("UPDATE facility SET status = 'closed', name = 'Gone'"))
    session.commit()
    assert submit_one(session, facility_id=facility_id).reference_code == first.reference_code


@pytest.mark.parametrize("token", ["", "short", "x" * 129, "token with spaces in it", "ü" * 20])
def test_a_token_that_no_form_made_asks_to_send_once_more(session: Session, token: str) -> None:
    with pytest.raises(TokenReused, match="send it once more"):
        submit_one(session, submission_token=token)
    assert rows(session) == 0


def test_twenty_at_once_with_one_token_make_one_inquiry(engine: sa.Engine) -> None:
    start = threading.Barrier(20)

    def press(_: int) -> tuple[str, bool]:
        with Session(engine) as session:
            start.wait()
            received = submit_one(session, pin="1234")
            return received.reference_code, received.already_received

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(press, range(20)))

    assert len({code for code, _ in answers}) == 1
    assert [again for _, again in answers].count(False) == 1
    with Session(engine) as session:
        assert rows(session) == rows(session, AuditEvent) == rows(session, Consent) == 1
        assert audit.verify(session).intact


def test_twenty_at_once_are_all_kept(engine: sa.Engine) -> None:
    def press(number: int) -> str:
        with Session(engine) as session:
            token = f"token-of-form-{number:08}"
            return submit_one(session, submission_token=token).reference_code

    with ThreadPoolExecutor(20) as pool:
        codes = set(pool.map(press, range(20)))

    assert len(codes) == 20
    with Session(engine) as session:
        stored = {opened(each).reference_code for each in session.scalars(sa.select(Inquiry))}
        assert stored == codes
        assert audit.verify(session).count == 20
        assert audit.verify(session).intact


def test_a_code_that_is_taken_is_made_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, free = make_reference(), make_reference()
    codes = iter([taken, taken, free])
    monkeypatch.setattr(submit, "make_reference", lambda: next(codes))
    assert submit_one(session).reference_code == taken
    assert submit_one(session, submission_token="t" * 20).reference_code == free


def test_it_gives_up_where_the_database_never_takes_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = make_reference()
    monkeypatch.setattr(submit, "make_reference", lambda: taken)
    submit_one(session)
    with pytest.raises(InquiryNotSaved):
        submit_one(session, submission_token="t" * 20)
    assert rows(session) == rows(session, AuditEvent) == 1


# Facilities


@pytest.mark.parametrize("facility_id", [7, -1, 2**31, 2**70])
def test_an_unknown_facility_is_said(session: Session, facility_id: int) -> None:
    with pytest.raises(FacilityUnavailable, match="not listed any more"):
        submit_one(session, facility_id=facility_id)
    assert rows(session) == 0


def test_a_closed_facility_is_said(session: Session) -> None:
    facility_id = add_facility(session, status="closed")
    with pytest.raises(FacilityUnavailable, match="still here"):
        submit_one(session, facility_id=facility_id)


# A database in trouble


def on_connect(statement: str) -> Callable[[Any, Any], None]:
    def run(connection: Any, _record: object) -> None:
        autocommit = getattr(connection, "autocommit", None)
        if autocommit is not None:
            connection.autocommit = True
        connection.execute(statement)
        if autocommit is not None:
            connection.autocommit = autocommit

    return run


READ_ONLY = {
    "sqlite": "PRAGMA query_only=ON",
    "postgresql": "SET default_transaction_read_only=on",
}
IMPATIENT = {"sqlite": "PRAGMA busy_timeout=20", "postgresql": "SET lock_timeout='20ms'"}


def it_is_not_saved(engine: sa.Engine, trouble: str) -> None:
    """Submit on a connection that begins with a statement which makes it fail."""
    ill = sa.create_engine(engine.url, hide_parameters=True)
    prepare_engine(ill)
    sa.event.listen(ill, "connect", on_connect(trouble))
    with (
        Session(ill) as session,
        pytest.raises(InquiryNotSaved, match=r"NOT saved.*still here.*call"),
    ):
        submit_one(session, message="canary " * 700)
    ill.dispose()


def then_it_is_saved(engine: sa.Engine) -> None:
    with Session(engine) as session:
        assert rows(session) == rows(session, AuditEvent) == 1
        assert not submit_one(session, message="canary " * 700).already_received
        assert rows(session) == rows(session, AuditEvent) == 2


@pytest.fixture
def used_engine(engine: sa.Engine) -> sa.Engine:
    """An engine on a database that holds one inquiry."""
    with Session(engine) as session:
        submit_one(session, submission_token="t" * 20)
    return engine


def test_a_database_that_cannot_be_written_to_means_not_saved(
    used_engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    it_is_not_saved(used_engine, READ_ONLY[used_engine.dialect.name])
    assert "could not be saved" in caplog.text
    assert "canary" not in caplog.text
    then_it_is_saved(used_engine)


def test_a_locked_database_means_not_saved(used_engine: sa.Engine) -> None:
    with used_engine.connect().execution_options(sqlite_begin="IMMEDIATE") as other:
        other.execute(sa.text("UPDATE audit_head SET count = count"))
        it_is_not_saved(used_engine, IMPATIENT[used_engine.dialect.name])
    then_it_is_saved(used_engine)


def test_a_full_disk_means_not_saved(sqlite_database_url: str) -> None:
    engine = create_engine(sqlite_database_url)
    with Session(engine) as session:
        submit_one(session, submission_token="t" * 20)
    it_is_not_saved(engine, "PRAGMA max_page_count=1")
    then_it_is_saved(engine)
    engine.dispose()


def test_a_database_that_is_away_means_not_saved(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'no' / 'folder.sqlite'}")
    with Session(engine) as session, pytest.raises(InquiryNotSaved):
        submit_one(session)
    engine.dispose()


def test_a_pool_without_a_free_connection_means_not_saved(engine: sa.Engine) -> None:
    small = sa.create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0)
    with small.connect(), Session(small) as session, pytest.raises(InquiryNotSaved):
        submit_one(session)
    small.dispose()


def test_without_its_audit_event_nothing_is_stored(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_audit(*_arguments: object, **_options: object) -> None:
        raise KeyError

    monkeypatch.setattr(audit, "record", no_audit)
    with pytest.raises(KeyError):
        submit_one(session)
    session.rollback()
    assert rows(session) == rows(session, Consent) == 0


# What was written is nowhere to be seen

CANARIES: dict[str, Any] = {
    "contact_name": "canary-name",
    "email": "canary@canary-mail.org",
    "best_times": "canary-times",
    "looking_for": "canary-looking",
    "message": "canary-message",
    "phone": "541-555-0199",
}
PIN, TOKEN = "73915826", "token-that-nobody-may-see"
SECRETS: list[str] = [*CANARIES.values(), "canary", PIN, TOKEN]


def send_canaries(session: Session) -> str:
    facility_id = add_facility(session)
    received = submit_one(
        session, **CANARIES, pin=PIN, submission_token=TOKEN, facility_id=facility_id
    )
    return received.reference_code


def test_no_word_is_in_the_sqlite_file_or_its_log(sqlite_database_url: str) -> None:
    engine = create_engine(sqlite_database_url)
    with Session(engine) as session:
        code = send_canaries(session)
        path = Path(str(engine.url.database))
        files = [path, *path.parent.glob(path.name + "-*")]
        assert {file.name for file in files} >= {path.name, path.name + "-wal"}
        written = b"".join(file.read_bytes() for file in files)
    engine.dispose()
    assert b"inquiry.submitted" in written
    for secret in (*SECRETS, code, code.replace("-", "")):
        for encoded in (secret.encode(), secret.encode("utf-16-le"), secret.encode("utf-16-be")):
            assert encoded not in written


def test_no_word_is_in_any_column(session: Session) -> None:
    code = send_canaries(session)
    stored = ""
    for table in Model.metadata.sorted_tables:
        for row in session.execute(sa.select(table)):
            stored += repr(tuple(row))
    assert "inquiry.submitted" in stored
    for secret in (*SECRETS, code, code.replace("-", "")):
        assert secret not in stored


def test_a_blob_is_refused_in_another_inquirys_row(session: Session) -> None:
    submit_one(session)
    submit_one(session, submission_token="t" * 20, message="another")
    one, other = session.scalars(sa.select(Inquiry)).all()
    one.sealed, other.sealed = other.sealed, one.sealed
    for inquiry in (one, other):
        with pytest.raises(SealBroken):
            opened(inquiry)


def test_a_pins_blob_is_refused_as_content(session: Session) -> None:
    submit_one(session, pin="1234")
    inquiry = only_inquiry(session)
    assert inquiry.pin_hash
    inquiry.sealed = inquiry.pin_hash
    with pytest.raises(SealBroken):
        opened(inquiry)


def test_no_word_stands_in_a_repr_or_the_log(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        received = submit_inquiry(session, RING, submission(**CANARIES), clock=lambda: NOW)
    payload = opened(only_inquiry(session))
    assert "canary" not in caplog.text + repr(payload) + repr(received)
    assert received.reference_code not in repr(received) + repr(payload) + caplog.text
