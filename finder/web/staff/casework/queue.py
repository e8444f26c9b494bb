"""The queue of inquiries with its saved views, and the dashboard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from finder.extensions import db, services
from finder.intake.casework import Count, QueueFilter, QueueSort, list_queue, read_dashboard
from finder.intake.inquiry import OUTCOMES, STATUSES, UNREAD_EVENTS
from finder.intake.permissions import Permission
from finder.staff import TooManyViews, delete_view, list_accounts, save_view
from finder.translatable import N_
from finder.web.staff import guard
from finder.web.staff.blueprint import blueprint

AGES = (("", N_("Any age")), ("1", N_("1 day")), ("3", N_("3 days")), ("7", N_("7 days")))
WHO = (("", N_("Anybody")), ("me", N_("Me")), ("nobody", N_("Nobody")))
SORTS = (
    (QueueSort.OLDEST, N_("Oldest first")),
    (QueueSort.NEWEST, N_("Newest first")),
    (QueueSort.LAST_ACTIVITY, N_("Untouched for longest first")),
)
_BAR_WIDTH = 8
_CHART_HEIGHT = 60
_LONGEST_BAR = 200


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the bar chart, in SVG units."""

    x: int
    y: int
    height: int
    day: dt.date
    number: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chart of counts."""

    words: str
    count: Count
    width: int


@dataclass(frozen=True, slots=True)
class View:
    """The filters and order of the queue, from the query string; unknown values are ignored."""

    status: str
    """``open``, ``all``, or a status's code"""
    who: str
    """``me``, ``nobody``, an account's id, or nothing for anybody"""
    age: str
    """days, or nothing for any age"""
    sort: QueueSort
    overdue: bool

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> View:
        """Parse a query string's parameters."""
        status, age = asked.get("status", "open"), asked.get("age", "")
        return cls(
            status=status if status in STATUSES or status == "all" else "open",
            who=asked.get("who", ""),
            age=age if age in dict(AGES) else "",
            sort=next((each for each, _ in SORTS if each == asked.get("sort")), QueueSort.OLDEST),
            overdue=asked.get("overdue") == "y",
        )

    @property
    def query(self) -> str:
        """The query string of this view, without the defaults."""
        asked = {
            "status": "" if self.status == "open" else self.status,
            "who": self.who,
            "age": self.age,
            "sort": "" if self.sort is QueueSort.OLDEST else self.sort.value,
            "overdue": "y" if self.overdue else "",
        }
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def words(self) -> str:
        """The view's name, made from its filters, since a typed name might identify somebody."""
        words = [
            {"open": gettext("All open"), "all": gettext("All")}.get(self.status)
            or gettext(STATUSES[self.status].staff_label)
        ]
        if self.who:
            words.append(gettext(dict(WHO).get(self.who, N_("Somebody"))))
        if self.age:
            words.append(gettext("older than %(age)s", age=gettext(dict(AGES)[self.age])))
        if self.overdue:
            words.append(gettext("Overdue"))
        if self.sort is not QueueSort.OLDEST:
            words.append(gettext(dict(SORTS)[self.sort]))
        return " · ".join(words)

    def filter(self, own: str) -> QueueFilter:
        """Return the domain's filter.

        :param own: the id of the account that ``me`` stands for.
        """
        return QueueFilter(
            statuses=frozenset({self.status}) if self.status in STATUSES else frozenset(),
            open_only=self.status == "open",
            assignee={"": None, "me": own, "nobody": ""}.get(self.who, self.who),
            older_than=dt.timedelta(days=int(self.age)) if self.age else None,
            overdue_only=self.overdue,
        )


@blueprint.get("/queue")
@guard.needs(Permission.SEE_QUEUE)
def queue() -> Response:
    """List inquiries; none is unsealed."""
    return _queue(View.of(request.args))


@blueprint.post("/queue/views")
@guard.needs(Permission.SEE_QUEUE)
def keep_view() -> Response | BaseResponse:
    """Save the view, or delete a saved one."""
    view = View.of(dict(parse_qsl(request.form.get("view", ""))))
    own = guard.person().account.id
    try:
        if request.form.get("do") == "forget":
            delete_view(db.session, own, view.query)
        else:
            save_view(db.session, own, view.query)
    except TooManyViews as error:
        return _queue(view, problem=gettext(str(error)), status=409)
    return redirect(f"{url_for('staff.queue')}?{view.query}", 303)


def _queue(view: View, *, problem: str = "", status: int = 200) -> Response:
    own = guard.person().account
    found = list_queue(
        db.session,
        guard.actor(),
        view.filter(own.id),
        sort=view.sort,
        page=request.args.get("page", 1, int),
        clock=services().clock,
    )
    return make_response(
        render_template(
            "staff/casework/queue.html",
            found=found,
            statuses=STATUSES,
            news=UNREAD_EVENTS,
            ages=AGES,
            sorts=SORTS,
            people=WHO,
            view=view,
            overdue=_overdue(),
            saved=[View.of(dict(parse_qsl(each))) for each in own.saved_views],
            names=names_of_accounts(),
            problem=problem,
        ),
        status,
    )


def _overdue() -> int:
    """Return the number of overdue inquiries, whatever the view shows."""
    wanted = QueueFilter(open_only=True, overdue_only=True)
    return list_queue(db.session, guard.actor(), wanted, per_page=1, clock=services().clock).total


@blueprint.get("/dashboard")
@guard.needs(Permission.SEE_QUEUE)
def numbers() -> Response:
    """Show the dashboard."""
    figures = read_dashboard(db.session, guard.actor(), clock=services().clock)
    most = max((count.number or 0 for _, count in figures.new_by_day), default=0) or 1
    bars = []
    for place, (day, count) in enumerate(figures.new_by_day):
        height = round((count.number or 0) / most * _CHART_HEIGHT)
        bars.append(Bar(place * _BAR_WIDTH, _CHART_HEIGHT - height, height, day, count.number))
    return make_response(
        render_template(
            "staff/casework/dashboard.html",
            figures=figures,
            bars=bars,
            width=len(bars) * _BAR_WIDTH,
            height=_CHART_HEIGHT,
            charts=(
                (
                    gettext("By status"),
                    _rows((STATUSES[code].staff_label, n) for code, n in figures.by_status.items()),
                ),
                (
                    gettext("Time to the first contact, of those of the last 30 days"),
                    _rows(figures.first_contacts.items()),
                ),
                (
                    gettext("What came of them"),
                    _rows((OUTCOMES[code].staff_label, n) for code, n in figures.outcomes.items()),
                ),
            ),
        )
    )


def _rows(counts: Iterable[tuple[str, Count]]) -> list[Row]:
    rows = list(counts)
    most = max((count.number or 0 for _, count in rows), default=0) or 1
    return [
        Row(gettext(words), count, round((count.number or 0) / most * _LONGEST_BAR))
        for words, count in rows
    ]


def names_of_accounts() -> dict[str, str]:
    """Return account id -> name to show.

    That is the e-mail address; a program's staff see those of their own colleagues alone.
    """
    own = guard.person().account.facility_ids
    return {
        each.id: each.email
        if not own or own & each.facility_ids
        else gettext("Another program")
        if each.facility_ids
        else gettext("The team of this site")
        for each in list_accounts(db.session)
    }
