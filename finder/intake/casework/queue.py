"""Lists inquiries for staff: filters, order, pages. Unseals nothing."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.inquiry import (
    STATUSES,
    UNREAD_EVENTS,
    Status,
    ids_with_duplicates,
    overdue_condition,
    unread_event_conditions,
)
from finder.intake.models import Inquiry
from finder.intake.permissions import Permission, StaffActor, in_scope, require
from finder.security.models import AuditEvent

PER_PAGE = 50


class QueueSort(enum.StrEnum):
    """Orders of the queue."""

    OLDEST = "oldest"
    NEWEST = "newest"
    LAST_ACTIVITY = "last-activity"
    """what lay untouched for longest comes first"""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Filters of the queue; None or empty does not filter."""

    statuses: frozenset[str] = frozenset()
    open_only: bool = False
    """those that are not closed, and of the closed ones those with news of their author"""
    assignee: str | None = None
    """the id of a staff account; empty: those that nobody looks after"""
    facility_id: int | None = None
    older_than: dt.timedelta | None = None
    overdue_only: bool = False


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One row of the queue."""

    id: str
    status: Status
    created_at: dt.datetime
    updated_at: dt.datetime
    erase_after: dt.datetime
    facility_id: int | None
    assigned_to: str | None
    outcome: str | None
    is_overdue: bool
    """see ``overdue_condition``"""
    news: tuple[str, ...]
    """the codes in ``UNREAD_EVENTS`` of what its author did since somebody last opened it"""
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
    news = _news(session, ids)
    overdue = set(
        session.scalars(sa.select(Inquiry.id).where(Inquiry.id.in_(ids), overdue_condition(now)))
    )
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
            is_overdue=row.id in overdue,
            news=tuple(code for code in UNREAD_EVENTS if (row.id, code) in news),
            has_possible_duplicate=row.id in duplicates,
        )
        for row in rows
    )
    return QueuePage(entries, total, page, pages)


def _conditions(wanted: QueueFilter, now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(Inquiry.status.in_(sorted(wanted.statuses)))
    if wanted.open_only:
        still_open = [each.code for each in STATUSES.values() if not each.is_closed]
        conditions.append(
            sa.or_(Inquiry.status.in_(still_open), sa.exists().where(*unread_event_conditions()))
        )
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


def _news(session: Session, ids: list[str]) -> set[tuple[str, str]]:
    rows = session.execute(
        sa.select(Inquiry.id, AuditEvent.event)
        .distinct()
        .join(AuditEvent, sa.and_(*unread_event_conditions()))
        .where(Inquiry.id.in_(ids))
    )
    return {(row[0], row[1]) for row in rows}
