"""Which inquiries have waited too long for the team, as a condition of a query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from finder.intake.inquiry.activity import AUTHOR
from finder.intake.inquiry.workflow import FIRST_STATUS
from finder.intake.models import Inquiry
from finder.security.models import AuditEvent
from finder.translatable import N_

UNREAD_EVENTS: Mapping[str, str] = {
    "inquiry.message_added": N_("New message"),
    "inquiry.hand_over_answered": N_("Answered whether it may be passed on"),
    "inquiry.contact_changed": N_("New way to reach them"),
    "inquiry.consent_withdrawn": N_("Consent taken back"),
}
"""event of what its author does with an inquiry -> what the queue calls it until it is opened"""


_SATURDAY = 5


def one_business_day_before(now: dt.datetime) -> dt.datetime:
    """Return the moment since when one business day has passed: weekends do not count, in UTC."""
    moment = now
    if moment.weekday() >= _SATURDAY:  # a weekend counts as its Friday's last moment
        days = moment.weekday() - _SATURDAY
        moment = dt.datetime.combine(moment.date(), dt.time(), moment.tzinfo)
        moment -= dt.timedelta(days=days)
    since = moment - dt.timedelta(days=1)
    return since if since.weekday() < _SATURDAY else since - dt.timedelta(days=2)


def overdue_condition(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Return the condition that the author of an ``Inquiry`` waits for over one business day.

    They wait for a first answer while it is new and nobody wrote or called: to open it is no
    answer. And they wait for somebody to open what they did since; where it came into other hands
    by what they did, since then.
    """
    since = one_business_day_before(now)
    return sa.or_(
        sa.and_(
            Inquiry.status == FIRST_STATUS.code,
            Inquiry.first_contact_at.is_(None),
            Inquiry.created_at < since,
        ),
        sa.and_(
            sa.exists().where(*unread_event_conditions(), AuditEvent.at < since),
            sa.not_(sa.exists().where(*_became_unread_anew(), AuditEvent.at >= since)),
        ),
    )


def unread_event_conditions() -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that an ``AuditEvent`` is of an ``Inquiry``, and news."""
    return (
        AuditEvent.subject == Inquiry.id,
        AuditEvent.actor == AUTHOR,
        AuditEvent.event.in_(UNREAD_EVENTS),
        sa.or_(Inquiry.staff_read_at.is_(None), AuditEvent.at > Inquiry.staff_read_at),
    )


def _became_unread_anew() -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that by an ``AuditEvent`` all of an ``Inquiry`` is unread anew."""
    return (
        AuditEvent.subject == Inquiry.id,
        AuditEvent.event.in_(("inquiry.hand_over_answered", "inquiry.consent_withdrawn")),
        Inquiry.staff_read_at.is_(None),
    )
