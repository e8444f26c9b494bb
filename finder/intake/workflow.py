"""The statuses of an inquiry (the words of FHIR's Task): who reads what, what may follow, how long.

``STATUSES`` is the one place: the author's page, the queue, the buttons, permissions and retention
follow from its rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from finder.intake.permissions import Permission
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
    staff_label: str = ""
    """what staff read"""
    followed_by: tuple[str, ...] = ()
    """the codes of the statuses that may come next"""
    message: str = ""
    """what the person is told when it comes to this, until staff write it in their own words"""
    needs: Permission = Permission.WORK_ON_INQUIRY
    """who may bring an inquiry to this status"""
    is_closed: bool = False
    """whether it is erased 90 days later, whatever happens"""


_CLOSED = ("completed", "rejected", "cancelled", "failed")

STATUSES: Mapping[str, Status] = {
    status.code: status
    for status in (
        Status(
            "requested",
            N_("Received"),
            N_("New"),
            ("accepted", "in-progress", "on-hold", *_CLOSED),
        ),
        Status(
            "accepted",
            N_("We are looking at it"),
            N_("Being looked at"),
            ("in-progress", "on-hold", *_CLOSED),
            N_("We have read your inquiry and are looking for what fits."),
        ),
        Status(
            "in-progress",
            N_("We are contacting you"),
            N_("Contacting the person"),
            ("on-hold", *_CLOSED),
            N_("We are trying to reach you in the way that you chose."),
        ),
        Status(
            "on-hold",
            N_("Waiting list"),
            N_("On a waiting list"),
            ("in-progress", *_CLOSED),
            N_("There is no place at the moment. You are on a waiting list."),
        ),
        Status(
            "completed",
            N_("Connected"),
            N_("Connected with care"),
            message=N_("You are in touch with a program now, so we close your inquiry."),
            is_closed=True,
        ),
        Status(
            "rejected",
            N_("Referred elsewhere"),
            N_("Referred elsewhere"),
            message=N_("We cannot offer what you need. We told you who might."),
            is_closed=True,
        ),
        Status(
            "cancelled",
            N_("Closed"),
            N_("Closed: not wanted any more"),
            message=N_("We close your inquiry as you wished. You can write to us again any time."),
            is_closed=True,
        ),
        Status(
            "failed",
            N_("Closed"),
            N_("Closed: nobody was reached"),
            message=N_(
                "We could not reach you, so we close your inquiry. You can write to us again any"
                " time."
            ),
            is_closed=True,
        ),
    )
}
FIRST_STATUS = STATUSES["requested"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an inquiry; staff alone read it."""

    code: str
    staff_label: str


OUTCOMES: Mapping[str, Outcome] = {
    outcome.code: outcome
    for outcome in (
        Outcome("connected", N_("Connected with care")),
        Outcome("no-contact", N_("Nobody was reached")),
        Outcome("not-eligible", N_("Not eligible")),
        Outcome("declined", N_("The person declined")),
        Outcome("no-capacity", N_("No place was free")),
    )
}


def erase_after(last_activity: dt.datetime, closed_at: dt.datetime | None = None) -> dt.datetime:
    """Return when an inquiry is erased, as long as nothing more happens with it."""
    latest = last_activity + ERASE_AFTER_LAST_ACTIVITY
    return latest if closed_at is None else min(latest, closed_at + ERASE_AFTER_CLOSING)


def erase_after_activity(status: str, present: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return when an inquiry is erased after somebody did something with it.

    :param present: when it would have been erased; activity never moves that of a closed one.
    """
    return min(present, erase_after(now)) if STATUSES[status].is_closed else erase_after(now)
