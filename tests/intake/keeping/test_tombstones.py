from __future__ import annotations

import stat
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.keeping.retention import erase_inquiries
from finder.intake.keeping.tombstones import (
    all_tombstones,
    erase_tombstoned,
    read_tombstone_file,
    tombstone,
    update_tombstone_file,
)
from finder.intake.models import Inquiry
from tests.factories import NOW
from tests.intake.making import only_inquiry, submit


def erase(session: Session, *ids: str) -> None:
    with write_transaction(session):
        erase_inquiries(session, ids, actor="author", expired=False, now=NOW)


def test_an_erased_inquiry_leaves_a_hash_of_its_id(session: Session) -> None:
    submit(session)
    inquiry_id = only_inquiry(session).id
    erase(session, inquiry_id)
    assert all_tombstones(session) == {tombstone(inquiry_id)}
    erase(session, inquiry_id)
    assert len(all_tombstones(session)) == 1


def test_the_file_keeps_what_the_database_has_and_loses_nothing(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "erased"
    assert read_tombstone_file(path) == set()
    assert update_tombstone_file(session, path) == 0
    assert not path.exists()
    erase(session, "a", "b")
    assert update_tombstone_file(session, path) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    session.execute(sa.text("DELETE FROM erasure_tombstone"))
    session.commit()
    erase(session, "c")
    assert update_tombstone_file(session, path) == 1
    assert update_tombstone_file(session, path) == 0
    assert read_tombstone_file(path) == {tombstone(each) for each in "abc"}


def test_a_torn_line_costs_nothing_but_itself(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "erased"
    path.write_text(tombstone("a").hex() + "\n" + tombstone("b").hex()[:20])
    erase(session, "c")
    update_tombstone_file(session, path)
    assert read_tombstone_file(path) == {tombstone("a"), tombstone("c")}


def test_what_has_a_tombstone_is_erased_and_nothing_else(session: Session) -> None:
    submit(session)
    first = only_inquiry(session).id
    submit(session, submission_token="t" * 20)
    with write_transaction(session):
        assert erase_tombstoned(session, {tombstone(first), tombstone("other")}) == [first]
    assert first not in session.scalars(sa.select(Inquiry.id)).all()
    assert len(session.scalars(sa.select(Inquiry.id)).all()) == 1
