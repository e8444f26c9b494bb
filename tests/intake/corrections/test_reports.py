"""Reports of wrong details: sealed, read on record, done once, erased in time."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.listings.views import FacilityNotFound
from finder.intake.corrections import (
    REPORT_REASONS,
    REPORT_SOURCES,
    InvalidReport,
    ReportNotFound,
    ReportNotSaved,
    ReportSubmission,
    finish_report,
    list_reports,
    read_reports,
    submit_report,
)
from finder.intake.keeping import purge_inquiries, sealed_rows_by_key, sealed_rows_exist
from finder.intake.models import DetailReport
from finder.security import audit
from finder.security.keys import KeyMissing, SealBroken
from finder.security.models import AuditEvent
from tests.factories import NOW, add_facility
from tests.intake.making import OTHER_RING, RING


@pytest.fixture
def facility(session: Session) -> int:
    """A program that a report can be about."""
    return add_facility(session)


def report(session: Session, facility: int, ring: Any = RING, **changes: Any) -> None:
    filled = {
        "facility_id": facility,
        "reasons": ("phone", "other"),
        "details": "The number is now\r\n541-322-7599.",
        "known_from": "called",
        "form_token": "token-of-one-form-0001",
        **changes,
    }
    submit_report(session, ring, ReportSubmission(**filled), clock=lambda: NOW)


def read(session: Session, **changes: Any) -> Any:
    return read_reports(
        session,
        RING,
        **{"actor": "command:test", "reason": "weekly", "clock": lambda: NOW, **changes},
    )


def events(session: Session) -> list[tuple[str, object]]:
    rows = session.execute(sa.select(AuditEvent.event, AuditEvent.details).order_by(AuditEvent.seq))
    return [(row[0], row[1]) for row in rows]


def test_what_is_written_is_sealed_and_what_is_wrong_is_open(
    session: Session, facility: int
) -> None:
    report(session, facility)
    [row] = session.execute(sa.select(DetailReport.__table__)).mappings()
    assert (row["facility_id"], row["reasons"]) == (facility, "phone other")
    assert row["handled_at"] is None
    kept = json.dumps({key: repr(value) for key, value in row.items()})
    assert "322-7599" not in kept
    assert "called" not in kept
    assert events(session) == [("detail_report.submitted", {})]


def test_it_is_read_as_it_was_written_and_each_reading_is_on_record(
    session: Session, facility: int
) -> None:
    report(session, facility)
    [one] = read(session)
    assert one.details == "The number is now\n541-322-7599."
    assert one.known_from == "called"
    assert (one.facility_name, one.reasons) == ("Bend House", ("phone", "other"))
    assert events(session)[1:] == [
        ("detail_reports.listed", {"count": 1, "reason": "weekly"}),
        ("detail_report.read", {"listing": 2}),
    ]
    assert audit.verify(session).intact


def test_without_a_key_it_can_be_listed_and_no_word_is_shown(
    session: Session, facility: int
) -> None:
    report(session, facility, OTHER_RING)
    [one] = list_reports(session)
    assert (one.details, one.known_from) == (None, None)
    assert one.reasons == ("phone", "other")
    with pytest.raises(KeyMissing):
        read(session)
    assert [event for event, _ in events(session)] == ["detail_report.submitted"]


def test_one_that_was_changed_is_not_shown(session: Session, facility: int) -> None:
    report(session, facility)
    session.execute(sa.update(DetailReport).values(sealed=b"\x01" + bytes(600)))
    session.commit()
    with pytest.raises(SealBroken):
        read(session)


def test_the_same_form_with_the_same_words_is_one_report(session: Session, facility: int) -> None:
    report(session, facility)
    report(session, facility)
    report(session, facility, details="Something else")
    report(session, facility, form_token="token-of-one-form-0002")
    assert len(list_reports(session)) == 3


def test_forms_without_a_token_are_reports_of_their_own(session: Session, facility: int) -> None:
    report(session, facility, form_token="")
    report(session, facility, form_token="")
    assert len(list_reports(session)) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reasons": ()}, "reasons"),
        ({"reasons": ("weather",)}, "reasons"),
        ({"details": "x" * 2_001}, "details"),
        ({"known_from": "a dream"}, "known_from"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_stored(
    session: Session, facility: int, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidReport) as caught:
        report(session, facility, **changes)
    assert list(caught.value.errors) == [field]
    assert list_reports(session) == []


def test_one_reason_is_enough_and_each_counts_once(session: Session, facility: int) -> None:
    report(session, facility, reasons=("closed", "closed"), details="", known_from="")
    [one] = list_reports(session)
    assert one.reasons == ("closed",)


def test_longest_details_fit(session: Session, facility: int) -> None:
    report(session, facility, details="é" * 2_000)
    assert read(session)[0].details == "é" * 2_000


def test_samples_and_what_is_not_there_cannot_be_reported(session: Session) -> None:
    sample = add_facility(session, is_sample=True)
    for wrong in (sample, sample + 1):
        with pytest.raises(FacilityNotFound):
            report(session, wrong)
    assert list_reports(session) == []


def test_a_closed_program_can_be_reported(session: Session) -> None:
    report(session, add_facility(session, status="closed"))
    assert len(list_reports(session)) == 1


def test_a_database_that_takes_nothing_is_told(session: Session, facility: int) -> None:
    def full(*_: object) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("database or disk is full"))

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", full)
    try:
        with pytest.raises(ReportNotSaved, match="NOT saved"):
            report(session, facility)
    finally:
        sa.event.remove(engine, "before_cursor_execute", full)
    report(session, facility)
    assert len(list_reports(session)) == 1


def test_done_is_done_once_and_hides_it(session: Session, facility: int) -> None:
    report(session, facility)
    [one] = list_reports(session)
    for days in (1, 2):
        finish_report(
            session,
            one.id,
            actor="command:test",
            clock=lambda days=days: NOW + dt.timedelta(days=days),  # type: ignore[misc]  # bound now
        )
    assert list_reports(session) == []
    assert read(session) == []
    [done] = list_reports(session, handled=True)
    assert done.handled_at == NOW + dt.timedelta(days=1)
    assert len(read(session, handled=True)) == 1
    assert [event for event, _ in events(session)].count("detail_report.done") == 1
    with pytest.raises(ReportNotFound):
        finish_report(session, "nothing", actor="command:test", clock=lambda: NOW)


def test_it_is_erased_after_180_days_and_that_is_on_record(session: Session, facility: int) -> None:
    report(session, facility)

    def purged(days: float) -> int:
        at = NOW + dt.timedelta(days=days)
        return purge_inquiries(session, actor="command:test", clock=lambda: at).reports

    assert purged(179.9) == 0
    assert len(list_reports(session)) == 1
    assert purged(180) == 1
    assert list_reports(session, handled=True) == []
    assert events(session)[-1] == ("detail_report.erased", {})
    assert audit.verify(session).intact


def test_its_seal_counts_among_those_that_need_a_key(session: Session, facility: int) -> None:
    assert not sealed_rows_exist(session)
    report(session, facility)
    assert sealed_rows_exist(session)
    assert sealed_rows_by_key(session) == {"k1": 1}


def test_every_reason_and_source_has_words() -> None:
    for registry in (REPORT_REASONS, REPORT_SOURCES):
        assert all(words and " " not in code for code, words in registry.items())


def test_no_word_of_a_report_comes_into_a_traceback() -> None:
    assert "secret" not in repr(ReportSubmission(1, ("phone",), "secret", "", ""))
