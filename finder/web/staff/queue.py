"""The queue and the dashboard: what waits, since when, and how things stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from finder.extensions import db, services
from finder.intake import (
    OUTCOMES,
    STATUSES,
    Permission,
    QueueFilter,
    QueueSort,
    dashboard,
    list_queue,
)
from finder.staff import list_accounts
from finder.translatable import N_
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint

AGES = (("", N_("Any age")), ("1", N_("1 day")), ("3", N_("3 days")), ("7", N_("7 days")))
SORTS = (
    (QueueSort.OLDEST, N_("Oldest first")),
    (QueueSort.NEWEST, N_("Newest first")),
    (QueueSort.LAST_ACTIVITY, N_("Untouched for longest first")),
)
_BAR_WIDTH = 8
_CHART_HEIGHT = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart."""

    x: int
    y: int
    height: int
    day: dt.date
    number: int | None


@blueprint.get("/queue")
@guard.needs(Permission.SEE_QUEUE)
def queue() -> Response:
    """List inquiries; nothing of them is unsealed."""
    asked = request.args
    own = guard.person().account.id
    status, who, age = asked.get("status", "open"), asked.get("who", ""), asked.get("age", "")
    assignee = {"me": own, "nobody": ""}.get(who)
    if who not in ("", "me", "nobody"):
        assignee = who
    sort = next((each for each, _ in SORTS if each == asked.get("sort")), QueueSort.OLDEST)
    found = list_queue(
        db.session,
        guard.actor(),
        QueueFilter(
            statuses=frozenset({status}) if status in STATUSES else frozenset(),
            open_only=status == "open",
            assignee=assignee,
            older_than=dt.timedelta(days=int(age)) if age in ("1", "3", "7") else None,
            overdue_only=asked.get("overdue") == "y",
        ),
        sort=sort,
        page=asked.get("page", 1, int),
        clock=services().clock,
    )
    return make_response(
        render_template(
            "staff/queue.html",
            found=found,
            statuses=STATUSES,
            ages=AGES,
            sorts=SORTS,
            chosen={"status": status, "who": who, "age": age, "sort": sort.value},
            overdue=asked.get("overdue") == "y",
            names=names_of_accounts(),
        )
    )


@blueprint.get("/dashboard")
@guard.needs(Permission.SEE_QUEUE)
def numbers() -> Response:
    """Show how things stand, as numbers and a small chart."""
    told = dashboard(db.session, guard.actor(), clock=services().clock)
    most = max((count.number or 0 for _, count in told.new_by_day), default=0) or 1
    bars = []
    for place, (day, count) in enumerate(told.new_by_day):
        height = round((count.number or 0) / most * _CHART_HEIGHT)
        bars.append(Bar(place * _BAR_WIDTH, _CHART_HEIGHT - height, height, day, count.number))
    return make_response(
        render_template(
            "staff/dashboard.html",
            told=told,
            bars=bars,
            width=len(bars) * _BAR_WIDTH,
            height=_CHART_HEIGHT,
            statuses=STATUSES,
            outcomes=OUTCOMES,
        )
    )


def names_of_accounts() -> dict[str, str]:
    """Return what people call the accounts that stand in lists by their ids."""
    return {each.id: each.email for each in list_accounts(db.session)}
