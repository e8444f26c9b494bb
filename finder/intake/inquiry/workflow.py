"""The state machine of an inquiry (codes of FHIR's Task.status): labels, transitions, retention.

``STATUSES`` is the one place: the author's page, the queue, the buttons, permissions and retention
follow from its rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from finder.intake.inquiry.submission import NO_CONTACT
from finder.intake.permissions import Permission
from finder.translatable import N_

ERASE_AFTER_LAST_CONTACT = dt.timedelta(days=180)
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
    quiet_shown_as: str = ""
    quiet_message: str = ""
    """the same two for whoever asked not to be contacted; empty: the same words"""
    reopening_message: str = ""
    """the message where it was closed before; empty: the same words"""
    needs: Permission = Permission.WORK_ON_INQUIRY
    """who may bring an inquiry to this status"""
    is_closed: bool = False
    """whether it is erased 90 days later, unless it is opened again"""

    def shown_to(self, contact_method: str) -> str:
        """Return what the person reads who chose to be reached in this way."""
        is_quiet = contact_method == NO_CONTACT
        return (is_quiet and self.quiet_shown_as) or self.shown_as

    def message_to(self, contact_method: str, before: Status) -> str:
        """Return what they are told when it comes to this from another status."""
        if before.is_closed and self.reopening_message:
            return self.reopening_message
        is_quiet = contact_method == NO_CONTACT
        return (is_quiet and self.quiet_message) or self.message


_CLOSED = ("completed", "rejected", "cancelled", "failed")
_REOPENED = ("accepted",)

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
            reopening_message=N_("Your inquiry is open again, and we are looking at it."),
        ),
        Status(
            "in-progress",
            N_("We are contacting you"),
            N_("Contacting the person"),
            ("on-hold", *_CLOSED),
            N_("We are trying to reach you in the way that you chose."),
            quiet_shown_as=N_("We are working on it"),
            quiet_message=N_("We are working on it. You will read our answer here."),
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
            _REOPENED,
            message=N_("You are in touch with a program now, so we close your inquiry."),
            is_closed=True,
        ),
        Status(
            "rejected",
            N_("Referred elsewhere"),
            N_("Referred elsewhere"),
            _REOPENED,
            message=N_(
                "We cannot offer what you need, so we close your inquiry. Another program may: you"
                " can search on this site, or write to us again."
            ),
            is_closed=True,
        ),
        Status(
            "cancelled",
            N_("Closed"),
            N_("Closed: not wanted any more"),
            _REOPENED,
            message=N_("We close your inquiry as you wished. You can write to us again any time."),
            is_closed=True,
        ),
        Status(
            "failed",
            N_("Closed"),
            N_("Closed: nobody was reached"),
            _REOPENED,
            message=N_(
                "We could not reach you, so we close your inquiry. You can write to us again any"
                " time."
            ),
            quiet_message=N_(
                "We have not heard from you, so we close your inquiry. You can write to us again"
                " any time."
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


def erase_after(last_contact: dt.datetime, closed_at: dt.datetime | None = None) -> dt.datetime:
    """Return when an inquiry is erased, as long as its author and the team do not speak again."""
    latest = last_contact + ERASE_AFTER_LAST_CONTACT
    return latest if closed_at is None else min(latest, closed_at + ERASE_AFTER_CLOSING)


def erase_after_contact(status: str, present: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return when an inquiry is erased after its author and the team spoke.

    :param present: when it would have been erased; contact never moves that of a closed one.
    """
    return min(present, erase_after(now)) if STATUSES[status].is_closed else erase_after(now)
