"""What staff do with reports of wrong details: list, open (audited), close.

Reports are open to the operator's own team alone, not to staff bound to a facility. Every function
checks the actor's permission.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.corrections.reports import (
    ListedReport,
    finish_report,
    list_reports,
    read_reports,
)
from finder.intake.models import DetailReport
from finder.intake.permissions import NotAllowed, Permission, StaffActor, require
from finder.security.keys import KeyRing
from finder.translatable import N_

_REASON = "opened by staff"


def may_handle_reports(actor: StaffActor) -> bool:
    """Tell whether this actor may work on reports."""
    return Permission.HANDLE_REPORTS in actor.permissions and actor.facility_ids is None


def reports_for_staff(session: Session, actor: StaffActor) -> list[ListedReport]:
    """Return the reports that wait, oldest first, without a word that is sealed.

    :raises NotAllowed: the actor may not.
    """
    _check(actor)
    return list_reports(session)


def waiting_reports(session: Session, actor: StaffActor) -> int | None:
    """Return the number of open reports; None where the actor may not know."""
    if not may_handle_reports(actor):
        return None
    waiting = sa.select(sa.func.count()).where(DetailReport.handled_at.is_(None))
    return session.scalar(waiting) or 0


def open_report(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    report_id: str,
    *,
    clock: Callable[[], dt.datetime],
) -> ListedReport:
    """Return one report, unsealed; the audit event is written first.

    :raises NotAllowed: the actor may not.
    :raises ReportNotFound: there is none, or no more.
    :raises KeyMissing: its key is not in the ring.
    :raises SealBroken: it was changed outside of Finder.
    """
    _check(actor)
    [read] = read_reports(
        session,
        key_ring,
        actor=actor.id,
        reason=_REASON,
        clock=clock,
        handled=True,
        report_id=report_id,
    )
    return read


def end_report(
    session: Session, actor: StaffActor, report_id: str, *, clock: Callable[[], dt.datetime]
) -> None:
    """Mark a report as done; one that is done already stays as it is.

    :raises NotAllowed: the actor may not.
    :raises ReportNotFound: there is none, or no more.
    """
    _check(actor)
    finish_report(session, report_id, actor=actor.id, clock=clock)


def _check(actor: StaffActor) -> None:
    require(actor, Permission.HANDLE_REPORTS)
    if not may_handle_reports(actor):
        raise NotAllowed(N_("Your account does not allow this. Ask a manager."))
