"""How old a listing is, and from when on it is marked."""

from __future__ import annotations

import datetime as dt

import pytest

from finder.facilities.listings.freshness import years_if_stale

TODAY = dt.date(2026, 3, 4)


@pytest.mark.parametrize(
    ("listed", "years"),
    [
        (None, None),
        (dt.date(2026, 3, 4), None),
        (dt.date(2027, 1, 1), None),
        (dt.date(2024, 3, 5), None),
        (dt.date(2024, 3, 4), 2),
        (dt.date(2022, 5, 19), 3),
    ],
)
def test_a_listing_is_stale_from_its_second_birthday(
    listed: dt.date | None, years: int | None
) -> None:
    assert years_if_stale(listed, TODAY) == years
