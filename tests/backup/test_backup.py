"""What is backed up comes back, but for what its author took back since."""

from __future__ import annotations

import dataclasses
import datetime as dt
import stat
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.backup import (
    BackupBroken,
    BackupUnusable,
    RestoreRefused,
    RestoreSummary,
    create_backup,
    restore_backup,
    verify_backup,
)
from finder.backup.archive import tables
from finder.backup.creating import BackupSummary
from finder.facilities.listings.models import Facility
from finder.intake.author import (
    add_message,
    delete_own_inquiry,
    open_inquiry,
    read_own_inquiry,
    withdraw_share,
)
from finder.intake.casework import export_inquiries
from finder.intake.keeping import update_tombstone_file
from finder.intake.models import Consent, Inquiry, InquiryMessage
from finder.intake.sharing import disclosures_of
from finder.security import audit
from finder.security.keys import KeyMissing, KeyRing
from finder.security.models import AuditEvent, AuditHead
from finder.staff.models import StaffAccount, StaffPasskey
from tests.factories import NOW, add_facility
from tests.intake.making import BOTH, OTHER_RING, RING, only_inquiry, submit

pytestmark = pytest.mark.slow

LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one.backup"


@pytest.fixture
def erased(tmp_path: Path) -> Path:
    """The file of tombstones."""
    return tmp_path / "erased"


def create(session: Session, path: Path, ring: KeyRing = RING) -> BackupSummary:
    return create_backup(session, path, ring, actor="command:ann", clock=lambda: NOW)


def restore(
    session: Session, path: Path, *, rings: Sequence[KeyRing] = (RING,), replace: bool = True
) -> RestoreSummary:
    return restore_backup(
        session,
        path,
        rings,
        tombstones_path=path.with_name("erased"),
        replace=replace,
        actor="command:ann",
        clock=lambda: LATER,
    )


def everything(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    held = {
        table.name: [
            tuple(row)
            for row in session.execute(sa.select(table).order_by(*table.primary_key.columns))
        ]
        for table in tables()
    }
    session.rollback()
    return held


def add_staff(session: Session) -> None:
    """An account with a passkey."""
    passkey = StaffPasskey(
        id="1" * 32,
        credential_id="AQID",
        public_key=bytes(range(256)),
        sign_count=2**32 - 1,
        label="Schlüssel",
        transports=["usb", "nfc"],
        created_at=NOW,
        last_used_at=LATER,
    )
    session.add(
        StaffAccount(
            id="0" * 32, email="ann@example.org", role="triage", created_at=NOW, passkeys=[passkey]
        )
    )
    session.commit()


def fill(session: Session) -> str:
    """A facility, an inquiry about it with a PIN, staff and an export; returns its code."""
    add_staff(session)
    facility_id = add_facility(session)
    code = submit(session, facility_id=facility_id, consent_share=True, pin="4711").reference_code
    inquiry_id = only_inquiry(session).id
    add_message(session, RING, inquiry_id, "Later", token="t", clock=lambda: NOW)
    export_inquiries(session, RING, actor="command:ann", reason="x", clock=lambda: NOW)
    return code


def without_ledgers(held: dict[str, Any]) -> dict[str, Any]:
    return {name: rows for name, rows in held.items() if not name.startswith("audit_")}


def test_a_backup_brings_back_every_row_as_it_was(session: Session, path: Path) -> None:
    code = fill(session)
    before = everything(session)
    made = create(session, path)
    assert made.rows == sum(map(len, before.values()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(file.name for file in path.parent.glob("*backup*")) == ["one.backup"]

    session.execute(sa.update(Facility).values(name="Other"))
    session.execute(sa.delete(InquiryMessage))
    session.commit()
    done = restore(session, path)
    assert (done.inquiries, done.erased_again, done.withdrawn_again) == (1, 0, 0)
    assert (done.made_at, done.key_ids) == (NOW, ("k1",))
    assert without_ledgers(everything(session)) == without_ledgers(before)
    opened = open_inquiry(session, RING, code, "4711", client_bucket="x", clock=lambda: NOW)
    assert read_own_inquiry(session, RING, opened).messages[0].text == "Later"


def test_what_is_restored_can_be_added_to(session: Session, path: Path) -> None:
    fill(session)
    create(session, path)
    restore(session, path)
    add_facility(session, natural_key="another")
    submit(session, submission_token="t" * 20)
    assert len(session.scalars(sa.select(Consent.id)).all()) == 3


def test_an_empty_database_takes_it_without_a_word(session: Session, path: Path) -> None:
    fill(session)
    before = everything(session)
    create(session, path)
    with session.begin_nested():
        for table in reversed(tables()):
            session.execute(sa.delete(table))
    session.commit()
    done = restore(session, path, replace=False)
    assert not done.kept_log
    after = everything(session)
    assert without_ledgers(after) == without_ledgers(before)
    assert after["audit_event"][:-1] == before["audit_event"]
    assert audit.verify(session).intact


def test_what_is_there_is_not_replaced_unasked(session: Session, path: Path) -> None:
    fill(session)
    create(session, path)
    before = everything(session)
    with pytest.raises(RestoreRefused, match="--replace"):
        restore(session, path, replace=False)
    assert everything(session) == before


def test_a_file_that_is_there_is_not_replaced(session: Session, path: Path) -> None:
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        create(session, path)
    assert path.read_bytes() == b"mine"


def test_a_backup_that_breaks_off_leaves_no_file(
    session: Session, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        create(session, path)
    assert list(path.parent.glob("*backup*")) == []
    assert session.scalars(sa.select(AuditEvent)).all() == []


@pytest.mark.parametrize("cut", [10, 200, -1])
def test_a_broken_backup_changes_nothing(session: Session, path: Path, cut: int) -> None:
    fill(session)
    create(session, path)
    path.write_bytes(path.read_bytes()[:cut])
    before = everything(session)
    with pytest.raises(BackupBroken):
        restore(session, path)
    assert everything(session) == before


def test_a_backup_of_another_schema_changes_nothing(session: Session, path: Path) -> None:
    create(session, path)
    session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    session.commit()
    before = everything(session)
    with pytest.raises(BackupUnusable, match="db upgrade"):
        restore(session, path)
    assert everything(session) == before


def test_a_backup_whose_key_is_missing_is_not_opened(session: Session, path: Path) -> None:
    create(session, path, OTHER_RING)
    with pytest.raises(KeyMissing, match="k2"):
        restore(session, path)
    assert restore(session, path, rings=[OTHER_RING]).inquiries == 0


def test_what_was_erased_since_never_comes_back(session: Session, path: Path) -> None:
    fill(session)
    inquiry_id = only_inquiry(session).id
    submit(session, submission_token="t" * 20)
    create(session, path)
    delete_own_inquiry(session, inquiry_id, consent_withdrawn=False, clock=lambda: NOW)
    done = restore(session, path)
    assert (done.inquiries, done.erased_again, done.kept_log) == (1, 1, True)
    assert only_inquiry(session).id != inquiry_id
    assert session.scalars(sa.select(InquiryMessage)).all() == []


def test_not_even_where_the_database_was_lost(session: Session, path: Path, erased: Path) -> None:
    fill(session)
    create(session, path)
    inquiry_id = only_inquiry(session).id
    delete_own_inquiry(session, inquiry_id, consent_withdrawn=False, clock=lambda: NOW)
    update_tombstone_file(session, erased)
    for table in reversed(tables()):
        session.execute(sa.delete(table))
    session.commit()
    done = restore(session, path, replace=False)
    assert (done.inquiries, done.erased_again) == (0, 1)
    restored_again = restore(session, path)
    assert restored_again.inquiries == 0


def test_a_consent_taken_back_since_stays_taken_back(session: Session, path: Path) -> None:
    fill(session)
    session.execute(sa.update(Inquiry).values(assigned_to="theirs", staff_read_at=NOW))
    session.commit()
    create(session, path)
    inquiry_id = only_inquiry(session).id
    withdraw_share(session, inquiry_id, clock=lambda: LATER)
    done = restore(session, path)
    assert done.withdrawn_again == 1
    left = only_inquiry(session)
    assert (left.facility_id, left.assigned_to, left.staff_read_at) == (None, None, None)
    share = session.scalars(sa.select(Consent).where(Consent.kind == "share")).one()
    assert share.withdrawn_at == LATER
    assert restore(session, path).withdrawn_again == 1


def test_a_consent_given_after_one_was_taken_back_stays_given(session: Session, path: Path) -> None:
    fill(session)
    inquiry = only_inquiry(session)
    withdraw_share(session, inquiry.id, clock=lambda: NOW)
    facility_id = session.scalars(sa.select(Facility.id)).one()
    session.execute(sa.update(Inquiry).values(facility_id=facility_id))
    session.execute(
        sa.update(Consent).where(Consent.kind == "share").values(withdrawn_at=None, given_at=LATER)
    )
    session.commit()
    create(session, path)
    assert restore(session, path).withdrawn_again == 0
    assert only_inquiry(session).facility_id == facility_id


def test_who_read_what_since_is_not_forgotten(session: Session, path: Path) -> None:
    code = fill(session)
    create(session, path)
    export_inquiries(session, RING, actor="command:eve", reason="x", clock=lambda: NOW)
    done = restore(session, path)
    assert done.kept_log
    actors = set(session.scalars(sa.select(AuditEvent.actor)))
    assert "command:eve" in actors
    assert [each.actor for each in disclosures_of(session, RING, code)] == [
        "command:ann",
        "command:eve",
    ]
    last = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert last is not None
    assert (last.event, last.details["inquiries"]) == ("backup.restored", 1)
    assert audit.verify(session).intact


def test_the_log_of_another_history_is_replaced_as_a_whole(session: Session, path: Path) -> None:
    fill(session)
    create(session, path)
    for table in (AuditEvent, AuditHead):
        session.execute(sa.delete(table))
    session.commit()
    submit(session, submission_token="t" * 20)
    assert not restore(session, path).kept_log
    assert audit.verify(session).intact


def test_a_good_backup_is_said_to_be_good(session: Session, path: Path) -> None:
    fill(session)
    create(session, path)
    before = everything(session)
    found = verify_backup(path, [RING], RING)
    assert found.sound
    assert (found.made_at, found.seals.opened, found.audit.count) == (NOW, 3, 4)
    assert found.counts["inquiry"] == 1
    assert everything(session) == before


def test_verifying_finds_rows_that_do_not_open(session: Session, path: Path) -> None:
    fill(session)
    session.execute(sa.update(Inquiry).values(pin_hash=b"x"))
    session.commit()
    create(session, path)
    found = verify_backup(path, [RING], RING)
    assert len(found.seals.broken) == 1
    assert not found.sound
    missing = verify_backup(path, [RING], OTHER_RING)
    assert (missing.seals.missing, missing.sound) == ({"k1": 3}, False)


def test_verifying_finds_a_log_that_was_touched(session: Session, path: Path) -> None:
    fill(session)
    session.execute(sa.update(AuditEvent).where(AuditEvent.seq == 2).values(actor="x"))
    session.commit()
    create(session, path)
    found = verify_backup(path, [RING], RING)
    assert found.audit.problem == "Event 2 was changed."
    assert not found.sound


def test_a_log_without_its_head_and_events_that_the_backup_names_is_found(
    session: Session, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(session)
    create(session, path)
    monkeypatch.setattr(
        "finder.security.audit.verify", lambda session: audit.AuditVerdict(0, "0" * 64, None)
    )
    found = verify_backup(path, [RING], RING)
    assert "not the one that the backup names" in str(found.audit.problem)


def test_rows_that_point_nowhere_are_counted(sqlite_database_url: str, path: Path) -> None:
    engine = sa.create_engine(sqlite_database_url)
    with Session(engine) as session:
        submit(session)
        session.execute(sa.text("DELETE FROM inquiry"))
        session.commit()
        create(session, path)
    engine.dispose()
    found = verify_backup(path, [RING], RING)
    assert (found.dangling, found.sound) == (
        2,
        False,
    )  # consent, phone look-up


def test_nothing_that_a_person_wrote_and_no_key_stands_in_the_file(
    session: Session, path: Path
) -> None:
    code = fill(session)
    create(session, path)
    content = path.read_bytes()
    for secret in (code.encode(), b"Robin", b"Bend House", b"inquiry", bytes(range(32))):
        assert secret not in content


def test_a_backup_made_on_one_database_can_be_restored_on_the_other(
    sqlite_database_url: str, postgresql_database_url: str, path: Path
) -> None:
    from finder.db import create_engine

    engines = [create_engine(url) for url in (sqlite_database_url, postgresql_database_url)]
    with Session(engines[0]) as one, Session(engines[1]) as other:
        fill(one)
        create(one, path)
        restore(other, path, replace=False)
        before, after = everything(one), everything(other)
        assert without_ledgers(after) == without_ledgers(before)
        assert after["audit_event"][:-1] == before["audit_event"][:-1]
        assert audit.verify(other).intact
        back = path.with_name("back.backup")
        create(other, back, BOTH)
        assert verify_backup(back, [BOTH], BOTH).sound
        assert dataclasses.is_dataclass(restore(one, back, rings=[BOTH]))
    for engine in engines:
        engine.dispose()


@pytest.mark.slow
def test_a_backup_is_of_one_moment_while_others_write(
    session: Session, engine: sa.Engine, path: Path
) -> None:
    submit(session)
    stop = threading.Event()
    written: list[bool] = []

    def write() -> None:
        while not stop.is_set():
            with Session(engine) as other:
                submit(other, submission_token=f"token-of-form-number-{len(written):06}")
            written.append(True)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(4):
            create(session, path.with_name(f"{number}.backup"))
    finally:
        stop.set()
        thread.join()
    found = [verify_backup(path.with_name(f"{number}.backup"), [RING], RING) for number in range(4)]
    assert all(each.sound for each in found)
    assert written
    # An inquiry, its consent and its event are there together or not at all.
    for each in found:
        events = each.audit.count - each.counts.get("erasure_tombstone", 0)
        backups_before = found.index(each)
        assert each.counts["inquiry"] == each.counts["consent"] == events - backups_before
