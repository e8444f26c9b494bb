"""Inquiries are erased on time and on request, and nothing of them stays behind."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine
from finder.intake.errors import InquiryNotFound
from finder.intake.inquiry import NotAReference
from finder.intake.keeping import PurgeSummary, erase_inquiry, purge_inquiries
from finder.intake.models import Consent, ErasureTombstone, Inquiry
from finder.security import audit
from finder.security.models import AuditEvent
from tests.factories import NOW
from tests.intake.making import BOTH, OTHER_RING, submit


def purge(session: Session, *, days: float) -> PurgeSummary:
    return purge_inquiries(
        session, actor="command:test", clock=lambda: NOW + dt.timedelta(days=days)
    )


def test_an_inquiry_is_kept_until_its_day_and_erased_then(session: Session) -> None:
    submit(session)
    assert purge(session, days=179.9) == PurgeSummary(erased=0, remaining=1)
    assert purge(session, days=180) == PurgeSummary(erased=1, remaining=0)
    assert session.scalars(sa.select(Inquiry)).all() == []
    assert session.scalars(sa.select(Consent)).all() == []


def test_an_erasure_is_on_record_and_the_chain_stays_whole(session: Session) -> None:
    submit(session)
    purge(session, days=200)
    last = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert last is not None
    assert (last.event, last.details) == ("inquiry.erased", {"expired": True})
    assert audit.verify(session).intact


def test_its_author_can_have_it_erased_by_the_code_whichever_key_sealed_it(
    session: Session,
) -> None:
    kept = submit(session, OTHER_RING, submission_token="token-of-one-form-0002")
    code = submit(session).reference_code
    erase_inquiry(session, BOTH, code.lower(), actor="command:test", clock=lambda: NOW)
    assert [i.key_id for i in session.scalars(sa.select(Inquiry))] == ["k2"]
    with pytest.raises(InquiryNotFound, match=code):
        erase_inquiry(session, BOTH, code, actor="command:test", clock=lambda: NOW)
    with pytest.raises(NotAReference):
        erase_inquiry(session, BOTH, "hello", actor="command:test", clock=lambda: NOW)
    assert kept.reference_code != code


def test_nothing_of_an_erased_inquiry_is_left_in_the_file(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    engine = create_engine(sqlite_database_url)
    with Session(engine) as session:
        submit(session, message="x" * 4_000)
        sealed = session.scalars(sa.select(Inquiry.sealed)).one()
        purge(session, days=200)
    engine.dispose()
    files = list(tmp_path.glob("finder.sqlite*"))
    assert files
    for piece in range(0, len(sealed) - 64, 64):
        assert not any(sealed[piece : piece + 64] in file.read_bytes() for file in files)


def test_what_the_database_does_not_let_go_is_counted_and_keeps_no_other(
    session: Session,
) -> None:
    submit(session)
    held = session.scalars(sa.select(Inquiry.id)).one()
    submit(session, submission_token="token-of-one-form-0002")
    session.execute(sa.text("CREATE TABLE hold (inquiry_id TEXT REFERENCES inquiry (id))"))
    session.execute(sa.text("INSERT INTO hold VALUES (:held)"), {"held": held})
    session.commit()
    assert purge(session, days=180) == PurgeSummary(erased=1, remaining=0, left=1)
    assert session.scalars(sa.select(Inquiry.id)).all() == [held]
    erased = sa.select(AuditEvent.subject).where(AuditEvent.event == "inquiry.erased")
    assert held not in session.scalars(erased).all()
    assert len(session.scalars(sa.select(ErasureTombstone)).all()) == 1
    session.execute(sa.text("DROP TABLE hold"))
    session.commit()
    assert purge(session, days=181) == PurgeSummary(erased=1, remaining=0)
    assert audit.verify(session).intact
