"""The statuses of an inquiry (the words of FHIR's Task), what its author reads, and how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from finder.translatable import N_

ERASE_AFTER_LAST_ACTIVITY = dt.timedelta(days=180)
ERASE_AFTER_CLOSING = dt.timedelta(days=90)
"""Whichever comes first."""


@dataclass(frozen=True, slots=True)
class Status:
    """One status of an inquiry."""

    code: str
    shown_as: str
    """what the person who wrote the inquiry reads"""
    is_closed: bool = False


STATUSES: Mapping[str, Status] = {
    status.code: status
    for status in (
        Status("requested", N_("Received")),
        Status("accepted", N_("We are looking at it")),
        Status("in-progress", N_("We are contacting you")),
        Status("on-hold", N_("Waiting list")),
        Status("completed", N_("Connected"), is_closed=True),
        Status("rejected", N_("Referred elsewhere"), is_closed=True),
        Status("cancelled", N_("Closed"), is_closed=True),
        Status("failed", N_("Closed"), is_closed=True),
    )
}
FIRST_STATUS = STATUSES["requested"]


def erase_after(last_activity: dt.datetime, closed_at: dt.datetime | None = None) -> dt.datetime:
    """Return when an inquiry is erased, as long as nothing more happens with it."""
    latest = last_activity + ERASE_AFTER_LAST_ACTIVITY
    return latest if closed_at is None else min(latest, closed_at + ERASE_AFTER_CLOSING)


def erase_after_activity(status: str, present: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return when an inquiry is erased after its author did something with it.

    :param present: when it would have been erased; activity never moves that of a closed one.
    """
    return min(present, erase_after(now)) if STATUSES[status].is_closed else erase_after(now)
