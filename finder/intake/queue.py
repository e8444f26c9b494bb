"""The queue: which inquiries wait, since when, and for whom. Nothing is unsealed for it."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.duplicates import ids_with_duplicates
from finder.intake.messages import Author
from finder.intake.models import Inquiry, InquiryMessage
from finder.intake.permissions import Permission, StaffActor, in_scope, require
from finder.intake.workflow import FIRST_STATUS, STATUSES, Status

PER_PAGE = 50
_SATURDAY = 5


class QueueSort(enum.StrEnum):
    """In which order inquiries are listed."""

    OLDEST = "oldest"
    NEWEST = "newest"
    LAST_ACTIVITY = "last-activity"
    """what lay untouched for longest comes first"""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which inquiries are listed; what is None or empty leaves nothing out."""

    statuses: frozenset[str] = frozenset()
    open_only: bool = False
    """those that are not closed"""
    assignee: str | None = None
    """the id of a staff account; empty: those that nobody looks after"""
    facility_id: int | None = None
    older_than: dt.timedelta | None = None
    overdue_only: bool = False


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One inquiry, as it stands in the queue."""

    id: str
    status: Status
    created_at: dt.datetime
    updated_at: dt.datetime
    erase_after: dt.datetime
    facility_id: int | None
    assigned_to: str | None
    outcome: str | None
    is_overdue: bool
    """new for more than one business day"""
    has_unread_message: bool
    """whether its author wrote since somebody last opened it"""
    has_possible_duplicate: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue."""

    entries: tuple[QueueEntry, ...]
    total: int
    page: int
    pages: int


def list_queue(
    session: Session,
    actor: StaffActor,
    wanted: QueueFilter | None = None,
    *,
    sort: QueueSort = QueueSort.OLDEST,
    page: int = 1,
    per_page: int = PER_PAGE,
    clock: Callable[[], dt.datetime],
) -> QueuePage:
    """Return one page of the inquiries that an actor may know of; a page too far is the last one.

    :raises NotAllowed: the actor may not see the queue.
    """
    require(actor, Permission.SEE_QUEUE)
    now = clock()
    matching = sa.select(Inquiry).where(in_scope(actor), *_conditions(wanted or QueueFilter(), now))
    total = session.scalar(sa.select(sa.func.count()).select_from(matching.subquery())) or 0
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    rows = session.scalars(
        matching.order_by(*_order(sort)).limit(per_page).offset((page - 1) * per_page)
    ).all()
    ids = [row.id for row in rows]
    duplicates = ids_with_duplicates(session, actor, ids)
    unread = _with_unread(session, ids)
    entries = tuple(
        QueueEntry(
            id=row.id,
            status=STATUSES[row.status],
            created_at=row.created_at,
            updated_at=row.updated_at,
            erase_after=row.erase_after,
            facility_id=row.facility_id,
            assigned_to=row.assigned_to,
            outcome=row.outcome,
            is_overdue=is_overdue(row.status, row.created_at, now),
            has_unread_message=row.id in unread,
            has_possible_duplicate=row.id in duplicates,
        )
        for row in rows
    )
    return QueuePage(entries, total, page, pages)


def one_business_day_before(now: dt.datetime) -> dt.datetime:
    """Return the moment since when one business day has passed: weekends do not count, in UTC."""
    moment = now
    if moment.weekday() >= _SATURDAY:  # a weekend counts as its Friday's last moment
        days = moment.weekday() - _SATURDAY
        moment = dt.datetime.combine(moment.date(), dt.time(), moment.tzinfo)
        moment -= dt.timedelta(days=days)
    since = moment - dt.timedelta(days=1)
    return since if since.weekday() < _SATURDAY else since - dt.timedelta(days=2)


def is_overdue(status: str, created_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether an inquiry has been new for more than one business day."""
    return status == FIRST_STATUS.code and created_at < one_business_day_before(now)


def overdue_condition(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Return the condition that an ``Inquiry`` has been new for more than one business day."""
    return sa.and_(
        Inquiry.status == FIRST_STATUS.code, Inquiry.created_at < one_business_day_before(now)
    )


def _conditions(wanted: QueueFilter, now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(Inquiry.status.in_(sorted(wanted.statuses)))
    if wanted.open_only:
        still_open = [each.code for each in STATUSES.values() if not each.is_closed]
        conditions.append(Inquiry.status.in_(still_open))
    if wanted.assignee is not None:
        of_nobody = Inquiry.assigned_to.is_(None)
        conditions.append(Inquiry.assigned_to == wanted.assignee if wanted.assignee else of_nobody)
    if wanted.facility_id is not None:
        conditions.append(Inquiry.facility_id == wanted.facility_id)
    if wanted.older_than is not None:
        conditions.append(Inquiry.created_at < now - wanted.older_than)
    if wanted.overdue_only:
        conditions.append(overdue_condition(now))
    return conditions


def _order(sort: QueueSort) -> Sequence[sa.ColumnElement[Any]]:
    return {
        QueueSort.OLDEST: (Inquiry.created_at.asc(), Inquiry.id.asc()),
        QueueSort.NEWEST: (Inquiry.created_at.desc(), Inquiry.id.asc()),
        QueueSort.LAST_ACTIVITY: (Inquiry.updated_at.asc(), Inquiry.id.asc()),
    }[sort]


def _with_unread(session: Session, ids: list[str]) -> set[str]:
    return set(
        session.scalars(
            sa.select(InquiryMessage.inquiry_id)
            .distinct()
            .join(Inquiry, Inquiry.id == InquiryMessage.inquiry_id)
            .where(
                InquiryMessage.inquiry_id.in_(ids),
                InquiryMessage.author == Author.PERSON,
                sa.or_(
                    Inquiry.staff_read_at.is_(None),
                    InquiryMessage.created_at > Inquiry.staff_read_at,
                ),
            )
        )
    )
