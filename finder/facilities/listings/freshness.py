"""The age of a listing, and when it counts as stale.

The rule is published on /about: a listing whose date is unknown or at least `STALE_AFTER_YEARS`
years ago is marked; its age changes its rank only among programs that are equally far.
"""

from __future__ import annotations

import datetime as dt

STALE_AFTER_YEARS = 2


def whole_years(since: dt.date, today: dt.date) -> int:
    """Return the number of full years between two dates; 0 for a date in the future."""
    years = today.year - since.year - ((today.month, today.day) < (since.month, since.day))
    return max(0, years)


def years_if_stale(listed_as_of: dt.date | None, today: dt.date) -> int | None:
    """Return a stale listing's age in full years; None where it is not stale or has no date."""
    if listed_as_of is None:
        return None
    years = whole_years(listed_as_of, today)
    return years if years >= STALE_AFTER_YEARS else None
