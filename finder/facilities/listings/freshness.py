"""How old a listing is, and when that is too old to be taken at its word.

The rule is published on /about: a listing whose date is unknown or more than `STALE_AFTER_YEARS`
years ago is marked, and stands where its distance puts it.
"""

from __future__ import annotations

import datetime as dt

STALE_AFTER_YEARS = 2


def whole_years(since: dt.date, today: dt.date) -> int:
    """Return how many full years have gone by; 0 for a date to come."""
    years = today.year - since.year - ((today.month, today.day) < (since.month, since.day))
    return max(0, years)


def years_if_stale(listed_as_of: dt.date | None, today: dt.date) -> int | None:
    """Return a stale listing's age in full years; None where it is not stale or has no date."""
    if listed_as_of is None:
        return None
    years = whole_years(listed_as_of, today)
    return years if years >= STALE_AFTER_YEARS else None
