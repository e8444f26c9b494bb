"""Statistics of inquiries for staff: counts, time to first contact, outcomes.

Small-cell suppression: broken down by facility, a count from 1 to 4 is shown as "fewer than 5",
because a small number can identify a person.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.inquiry import FIRST_STATUS, OUTCOMES, STATUSES, overdue_condition
from finder.intake.models import Inquiry
from finder.intake.permissions import Permission, StaffActor, in_scope, require
from finder.translatable import N_

DAYS = 30
SMALLEST_TOLD = 5
CONTACT_SPANS: tuple[tuple[dt.timedelta | None, str], ...] = (
    (dt.timedelta(hours=1), N_("Within an hour")),
    (dt.timedelta(hours=4), N_("Within 4 hours")),
    (dt.timedelta(days=1), N_("Within a day")),
    (dt.timedelta(days=3), N_("Within 3 days")),
    (None, N_("Later")),
)
"""how long the first contact may take to count in each span, shortest first; and its words"""


@dataclass(frozen=True, slots=True)
class Count:
    """A number, or that it is small."""

    number: int | None
    """None: from 1 to 4"""

    @property
    def is_small(self) -> bool:
        """Whether it is to be told as "fewer than 5"."""
        return self.number is None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """How things stand."""

    by_status: Mapping[str, Count]
    """code of every status -> how many"""
    new_by_day: tuple[tuple[dt.date, Count], ...]
    """the last 30 days (in UTC) with today, oldest first"""
    waiting: Count
    """new"""
    overdue: Count
    """those whose author waits for the team for more than one business day"""
    median_to_first_contact: dt.timedelta | None
    """of those that came in the last 30 days and were contacted; None: too few"""
    first_contacts: Mapping[str, Count]
    """words of every span of ``CONTACT_SPANS`` -> how many of the same had it in that span"""
    outcomes: Mapping[str, Count]
    """code of every outcome -> how many"""


def read_dashboard(
    session: Session,
    actor: StaffActor,
    *,
    facility_id: int | None = None,
    clock: Callable[[], dt.datetime],
) -> Dashboard:
    """Return the counts over the inquiries that an actor may know of.

    :param facility_id: count those of one facility alone.
    :raises NotAllowed: the actor may not see the queue.
    """
    require(actor, Permission.SEE_QUEUE)
    now = clock()
    counted = [in_scope(actor)]
    if facility_id is not None:
        counted.append(Inquiry.facility_id == facility_id)
    by_facility = facility_id is not None or actor.facility_ids is not None

    def told(number: int) -> Count:
        return Count(None if by_facility and 0 < number < SMALLEST_TOLD else number)

    by_status = _counts(session, Inquiry.status, counted)
    outcomes = _counts(session, Inquiry.outcome, counted)
    recent = _recent(session, counted, now)
    days = [now.date() - dt.timedelta(days=back) for back in reversed(range(DAYS))]
    came = [created.date() for created, _ in recent]
    overdue = sa.select(sa.func.count()).select_from(Inquiry)
    return Dashboard(
        by_status={code: told(by_status.get(code, 0)) for code in STATUSES},
        new_by_day=tuple((day, told(came.count(day))) for day in days),
        waiting=told(by_status.get(FIRST_STATUS.code, 0)),
        overdue=told(session.scalar(overdue.where(*counted, overdue_condition(now))) or 0),
        median_to_first_contact=_median(recent, fewest=SMALLEST_TOLD if by_facility else 1),
        first_contacts={words: told(number) for words, number in _by_span(recent).items()},
        outcomes={code: told(outcomes.get(code, 0)) for code in OUTCOMES},
    )


def _counts(
    session: Session,
    column: sa.orm.InstrumentedAttribute[str] | sa.orm.InstrumentedAttribute[str | None],
    counted: list[sa.ColumnElement[bool]],
) -> dict[str | None, int]:
    rows = session.execute(sa.select(column, sa.func.count()).where(*counted).group_by(column))
    return {row[0]: row[1] for row in rows}


def _recent(
    session: Session, counted: list[sa.ColumnElement[bool]], now: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime | None]]:
    since = dt.datetime.combine(now.date() - dt.timedelta(days=DAYS - 1), dt.time(), dt.UTC)
    rows = session.execute(
        sa.select(Inquiry.created_at, Inquiry.first_contact_at).where(
            *counted, Inquiry.created_at >= since
        )
    )
    return [(row[0], row[1]) for row in rows]


def _by_span(recent: list[tuple[dt.datetime, dt.datetime | None]]) -> dict[str, int]:
    counted = dict.fromkeys((words for _, words in CONTACT_SPANS), 0)
    for created, contact in recent:
        if contact is not None:
            took = contact - created
            counted[next(w for most, w in CONTACT_SPANS if most is None or took <= most)] += 1
    return counted


def _median(
    recent: list[tuple[dt.datetime, dt.datetime | None]], *, fewest: int
) -> dt.timedelta | None:
    seconds = [(contact - created).total_seconds() for created, contact in recent if contact]
    return dt.timedelta(seconds=statistics.median(seconds)) if len(seconds) >= fewest else None
