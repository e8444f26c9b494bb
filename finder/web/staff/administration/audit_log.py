"""The audit log viewer: filters and pages, newest first, events in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from flask import Response, make_response, render_template, request
from flask_babel import gettext

from finder.errors import FinderError
from finder.extensions import db
from finder.intake.permissions import Permission
from finder.security.audit import EVENTS, AuditFilter, page_of_events
from finder.translatable import N_
from finder.web.staff import guard
from finder.web.staff.administration.audit_words import (
    EVENT_WORDS,
    actor_in_words,
    details_in_words,
)
from finder.web.staff.blueprint import blueprint
from finder.web.staff.casework.queue import names_of_accounts

_LAST_YEAR = 9000
_ID = re.compile(r"[0-9a-f]{1,32}")


class _InvalidFilter(FinderError):
    """A filter's value is invalid."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as typed, from the query string."""

    who: str = ""
    event: str = ""
    inquiry: str = ""
    """an id, or the beginning of one"""
    since: str = ""
    until: str = ""
    """the last day, included"""

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Asked:
        """Parse a query string's parameters."""
        return cls(**{each.name: address.get(each.name, "").strip() for each in fields(cls)})

    def filter(self) -> AuditFilter:
        """Return the log's filter.

        :raises _InvalidFilter: a value is invalid.
        """
        inquiry = self.inquiry.lower()
        if inquiry and not _ID.fullmatch(inquiry):
            raise _InvalidFilter(N_("The number of an inquiry has digits and the letters a to f."))
        if self.event and self.event not in EVENTS:
            raise _InvalidFilter(N_("Choose what was done."))
        until = _day(self.until)
        return AuditFilter(
            since=_day(self.since),
            until=until + dt.timedelta(days=1) if until else None,
            actor=self.who or None,
            events=frozenset({self.event} if self.event else ()),
            subject_begins=inquiry or None,
        )


@blueprint.get("/audit")
@guard.needs(Permission.SEE_AUDIT)
def audit_log() -> Response:
    """Show a page of the log, filtered."""
    asked, problem = Asked.of(request.args), ""
    try:
        wanted = asked.filter()
    except _InvalidFilter as error:
        wanted, problem = None, gettext(str(error))
    events, older = (
        page_of_events(db.session, wanted, before=request.args.get("before", None, int))
        if wanted
        else ((), None)
    )
    names = names_of_accounts()
    body = render_template(
        "staff/administration/audit.html",
        asked=asked,
        problem=problem,
        events=events,
        older=older,
        more={name: value for name, value in asdict(asked).items() if value},
        names=names,
        words=EVENT_WORDS,
        choices=sorted((gettext(EVENT_WORDS[each]), each) for each in EVENTS),
        details=lambda each: details_in_words(each.event, each.details, names),
        who=lambda actor: actor_in_words(actor, names),
    )
    return make_response(body, 400 if problem else 200)


def _day(typed: str) -> dt.datetime | None:
    if not typed:
        return None
    day: dt.datetime | None
    try:
        day = dt.datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=dt.UTC)
    except ValueError:
        day = None
    if day is None or day.year > _LAST_YEAR:
        raise _InvalidFilter(N_("Write a day like 2026-03-01."))
    return day
