from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.casework import export_inquiries, inquiry_counts
from finder.intake.casework.export import ReadInquiry
from finder.intake.inquiry import STATUSES
from finder.intake.keeping import sealed_rows_by_key, sealed_rows_exist
from finder.intake.models import Inquiry
from finder.security import audit
from finder.security.audit import UnknownAuditEvent
from finder.security.keys import KeyMissing, KeyRing, SealBroken
from finder.security.models import AuditEvent
from tests.factories import NOW, add_facility
from tests.intake.making import BOTH, OTHER_RING, RING, submit


def export(session: Session, key_ring: KeyRing = RING, reason: str = "weekly") -> list[ReadInquiry]:
    return export_inquiries(
        session, key_ring, actor="command:ann", reason=reason, clock=lambda: NOW
    )


def events(session: Session) -> list[AuditEvent]:
    not_received = AuditEvent.event != "inquiry.submitted"
    return list(session.scalars(sa.select(AuditEvent).where(not_received).order_by(AuditEvent.seq)))


def test_inquiries_are_counted_by_status(session: Session) -> None:
    assert inquiry_counts(session) == dict.fromkeys(STATUSES, 0)
    submit(session)
    submit(session, submission_token="t" * 20)
    session.execute(
        sa.text("UPDATE inquiry SET status = 'failed' WHERE id = (SELECT MIN(id) FROM inquiry)")
    )
    session.commit()
    counts = inquiry_counts(session)
    assert (counts["requested"], counts["failed"], sum(counts.values())) == (1, 1, 2)


def test_sealed_rows_are_counted_by_key(session: Session) -> None:
    assert not sealed_rows_exist(session)
    assert sealed_rows_by_key(session) == {}
    submit(session)
    submit(session, BOTH, submission_token="t" * 20)
    assert sealed_rows_exist(session)
    assert sealed_rows_by_key(session) == {"k1": 1, "k2": 1}


def test_an_export_reads_everything_under_every_key(session: Session) -> None:
    facility_id = add_facility(session)
    first = submit(session, facility_id=facility_id, consent_share=True)
    second = submit(session, BOTH, submission_token="t" * 20, message="Second")
    opened = {each.payload.reference_code: each for each in export(session, BOTH)}
    assert opened.keys() == {first.reference_code, second.reference_code}
    assert opened[second.reference_code].payload.message == "Second"
    assert opened[first.reference_code].facility_id == facility_id
    assert opened[first.reference_code].status == "requested"
    assert opened[first.reference_code].created_at == NOW


def test_an_export_and_each_read_are_on_record(session: Session) -> None:
    submit(session)
    submit(session, submission_token="t" * 20)
    opened = export(session, reason="an audit by the county")
    exported, *reads = events(session)
    assert (exported.event, exported.actor, exported.details) == (
        "inquiries.exported",
        "command:ann",
        {"count": 2, "reason": "an audit by the county"},
    )
    assert [(each.event, each.actor, each.subject, each.details) for each in reads] == [
        ("inquiry.read", "command:ann", inquiry.id, {"export": exported.seq}) for inquiry in opened
    ]
    assert audit.verify(session).intact


def test_an_export_of_nothing_is_on_record_too(session: Session) -> None:
    assert export(session) == []
    assert [each.details["count"] for each in events(session)] == [0]


def test_a_missing_key_is_said_and_nothing_is_shown(session: Session) -> None:
    submit(session, OTHER_RING)
    submit(session, submission_token="t" * 20)
    with pytest.raises(KeyMissing, match="k2"):
        export(session)
    assert events(session) == []


def test_a_changed_row_is_said_and_nothing_is_shown(session: Session) -> None:
    submit(session)
    submit(session, submission_token="t" * 20)
    one, other = session.scalars(sa.select(Inquiry)).all()
    one.sealed, other.sealed = other.sealed, one.sealed
    session.commit()
    with pytest.raises(SealBroken):
        export(session)
    assert events(session) == []


@pytest.mark.parametrize("reason", ["", "two\nlines", "x" * 501])
def test_there_is_no_export_without_a_reason(session: Session, reason: str) -> None:
    submit(session)
    with pytest.raises(UnknownAuditEvent, match="reason"):
        export(session, reason=reason)
    assert events(session) == []


def test_nothing_is_shown_that_is_not_on_record(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(session)

    def fail(*_arguments: object, **_options: object) -> None:
        raise sa.exc.OperationalError("", None, Exception("full"))

    monkeypatch.setattr(audit, "record_all", fail)
    with pytest.raises(sa.exc.OperationalError):
        export(session)
    assert events(session) == []


def test_no_word_is_in_the_repr_of_what_was_read(session: Session) -> None:
    submit(session)
    assert "Robin" not in repr(export(session))
