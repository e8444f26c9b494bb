"""Reports that a detail of a listing is wrong: stored, listed, read, closed, erased.

Reports are anonymous. Which detail is wrong is stored in the open; the free text and how the person
knows are sealed, because they may tell that the person was a patient.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.facilities.listings import Facility, FacilityNotFound, read_facility
from finder.intake.inquiry import without_controls
from finder.intake.models import DetailReport
from finder.intake.notifying import NotificationKind, notify
from finder.security import audit
from finder.security.keys import KeyRing, Sealed
from finder.translatable import N_

REPORT_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "phone": N_("The phone number"),
        "address": N_("The address"),
        "closed": N_("It closed or moved"),
        "services": N_("What it offers, or whom it takes"),
        "payment": N_("How one can pay"),
        "other": N_("Something else"),
    }
)
"""What can be wrong with a listing: code -> words."""

REPORT_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "called": N_("I called"),
        "visited": N_("I was there"),
        "website": N_("Its website says so"),
        "works-there": N_("I work there"),
        "other": N_("In another way"),
    }
)
"""How one can know: code -> words."""

LONGEST_DETAILS = 2_000
KEPT_FOR = dt.timedelta(days=180)
REPORT_PURPOSE = "detail report"
_PUBLIC = "public"
_logger = logging.getLogger(__name__)


class InvalidReport(FinderError):
    """Something in the form must be changed; ``errors`` says what, field by field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(N_("Please look at what is marked. Nothing that you wrote is lost."))
        self.errors = errors


class ReportNotSaved(FinderError):
    """The database could not take the report."""


class ReportNotFound(FinderError):
    """No stored report has this id."""


# No repr: what people write must not come into a traceback.
@dataclass(frozen=True, slots=True, repr=False)
class ReportSubmission:
    """One report as it was filled in."""

    facility_id: int
    reasons: tuple[str, ...]
    """codes of ``REPORT_REASONS``"""
    details: str
    known_from: str
    """a code of ``REPORT_SOURCES``, or empty"""
    form_token: str
    """made for one form; who sends the same with it twice sends one report"""

    def cleaned(self) -> ReportSubmission:
        """Return the same without control characters, and each reason once."""
        return dataclasses.replace(
            self,
            reasons=tuple(dict.fromkeys(self.reasons)),
            details=without_controls(self.details, keep="\n\t"),
        )


@dataclass(frozen=True, slots=True, repr=False)
class ListedReport:
    """One report; ``details`` and ``known_from`` are None where it was not unsealed."""

    id: str
    facility_id: int
    facility_name: str
    created_at: dt.datetime
    reasons: tuple[str, ...]
    handled_at: dt.datetime | None
    details: str | None = None
    known_from: str | None = None


def check_report(report: ReportSubmission) -> dict[str, str]:
    """Return what is wrong: field -> message for the person, to be translated."""
    errors = {}
    if not report.reasons or not all(each in REPORT_REASONS for each in report.reasons):
        errors["reasons"] = N_("Choose at least one thing that is wrong.")
    if len(report.details) > LONGEST_DETAILS:
        errors["details"] = N_("This is too long. Please shorten it.")
    if report.known_from and report.known_from not in REPORT_SOURCES:
        errors["known_from"] = N_("Choose one of these, or none.")
    return errors


def submit_report(
    session: Session,
    key_ring: KeyRing,
    report: ReportSubmission,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Store a report, a notification and an audit event in one transaction; the same once.

    :raises InvalidReport: fields are missing or wrong.
    :raises FacilityNotFound: people may not see a facility with this id, or it is a sample.
    :raises ReportNotSaved: the database is locked, full, read-only or away.
    """
    given = report.cleaned()
    if errors := check_report(given):
        raise InvalidReport(errors)
    try:
        with write_transaction(session):
            _store(session, key_ring, given, clock())
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        _logger.error("A report could not be saved: %s", getattr(error, "orig", error))
        raise ReportNotSaved(
            N_(
                "Your report was NOT saved: our database cannot take it at the moment. What you"
                " wrote is still here. Please send it once more in a minute."
            )
        ) from None


def _store(session: Session, key_ring: KeyRing, given: ReportSubmission, now: dt.datetime) -> None:
    if read_facility(session, given.facility_id).is_sample:
        raise FacilityNotFound("A sample is made up: nothing about it can be wrong.")
    report_id = _id_of(given)
    if session.get(DetailReport, report_id) is not None:
        return
    content = json.dumps({"details": given.details, "known_from": given.known_from})
    sealed = key_ring.seal(content.encode(), purpose=REPORT_PURPOSE, row_id=report_id)
    session.add(
        DetailReport(
            id=report_id,
            facility_id=given.facility_id,
            created_at=now,
            reasons=" ".join(given.reasons),
            key_id=sealed.key_id,
            sealed=sealed.blob,
        )
    )
    notify(session, NotificationKind.REPORT, now=now)
    session.flush()
    audit.record(
        session, "detail_report.submitted", actor=_PUBLIC, subject=report_id, details={}, at=now
    )


def _id_of(given: ReportSubmission) -> str:
    # The token is random and stored nowhere, so that this tells nothing of what was written.
    told = [given.form_token or secrets.token_hex(16), *dataclasses.astuple(given)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def list_reports(session: Session, *, handled: bool = False) -> list[ListedReport]:
    """Return the reports, oldest first, without a word that is sealed; needs no key.

    :param handled: those that are done as well.
    """
    return [_listed(row) for row in _rows(session, handled=handled)]


def read_reports(
    session: Session,
    key_ring: KeyRing,
    *,
    actor: str,
    reason: str,
    clock: Callable[[], dt.datetime],
    handled: bool = False,
    report_id: str | None = None,
) -> list[ListedReport]:
    """Return the reports unsealed, oldest first; audit events are written first.

    All or nothing: where one of them cannot be read, none is shown.

    :param report_id: this one alone.
    :raises ReportNotFound: it is not there, or no more.
    :raises KeyMissing: a key is not in the ring.
    :raises SealBroken: a report was changed outside of Finder.
    :raises UnknownAuditEvent: the reason is empty, too long or more than one line.
    """
    with write_transaction(session):
        rows = _rows(session, handled=handled, report_id=report_id)
        if report_id is not None and not rows:
            raise ReportNotFound(f"No report with the id {report_id} is stored.")
        read = [_opened(key_ring, row) for row in rows]
        now = clock()
        listing = audit.record(
            session,
            "detail_reports.listed",
            actor=actor,
            subject="",
            details={"count": len(read), "reason": reason},
            at=now,
        )
        audit.record_all(
            session,
            [
                audit.AuditRecord("detail_report.read", actor, each.id, {"listing": listing})
                for each in read
            ],
            at=now,
        )
    return read


def finish_report(
    session: Session, report_id: str, *, actor: str, clock: Callable[[], dt.datetime]
) -> None:
    """Mark a report as done; one that is done already stays as it is.

    :raises ReportNotFound: there is none, or no more.
    """
    with write_transaction(session):
        report = session.get(DetailReport, report_id)
        if report is None:
            raise ReportNotFound(f"No report with the id {report_id} is stored.")
        if report.handled_at is None:
            now = clock()
            report.handled_at = now
            audit.record(
                session, "detail_report.done", actor=actor, subject=report_id, details={}, at=now
            )


def erase_old_reports(session: Session, *, actor: str, now: dt.datetime) -> int:
    """Erase the reports whose time is up, in the caller's ``write_transaction``; return how many.

    The caller calls ``truncate_wal`` once that is committed.
    """
    due = DetailReport.created_at <= now - KEPT_FOR
    ids = session.scalars(sa.select(DetailReport.id).where(due)).all()
    for report_id in ids:
        session.execute(sa.delete(DetailReport).where(DetailReport.id == report_id))
    audit.record_all(
        session,
        [audit.AuditRecord("detail_report.erased", actor, each, {}) for each in ids],
        at=now,
    )
    return len(ids)


def _rows(
    session: Session, *, handled: bool, report_id: str | None = None
) -> list[tuple[DetailReport, str]]:
    query = (
        sa.select(DetailReport, Facility.name)
        .join(Facility, Facility.id == DetailReport.facility_id)
        .order_by(DetailReport.created_at, DetailReport.id)
    )
    if not handled:
        query = query.where(DetailReport.handled_at.is_(None))
    if report_id is not None:
        query = query.where(DetailReport.id == report_id)
    return [(row[0], row[1]) for row in session.execute(query)]


def _listed(row: tuple[DetailReport, str]) -> ListedReport:
    report, facility_name = row
    return ListedReport(
        id=report.id,
        facility_id=report.facility_id,
        facility_name=facility_name,
        created_at=report.created_at,
        reasons=tuple(report.reasons.split()),
        handled_at=report.handled_at,
    )


def _opened(key_ring: KeyRing, row: tuple[DetailReport, str]) -> ListedReport:
    report, _ = row
    sealed = Sealed(report.key_id, report.sealed)
    content = json.loads(key_ring.open(sealed, purpose=REPORT_PURPOSE, row_id=report.id))
    return dataclasses.replace(
        _listed(row), details=content["details"], known_from=content["known_from"]
    )
