from __future__ import annotations

import datetime as dt

from finder.intake import STATUSES
from finder.intake.workflow import FIRST_STATUS, erase_after
from tests.factories import NOW


def test_statuses_are_those_of_a_fhir_task() -> None:
    assert list(STATUSES) == [
        "requested",
        "accepted",
        "in-progress",
        "on-hold",
        "completed",
        "rejected",
        "cancelled",
        "failed",
    ]
    assert all(code == status.code and status.shown_as for code, status in STATUSES.items())
    assert FIRST_STATUS.shown_as == "Received"
    assert not FIRST_STATUS.is_closed


def test_an_inquiry_is_erased_180_days_after_the_last_activity() -> None:
    assert erase_after(NOW) == NOW + dt.timedelta(days=180)


def test_a_closed_inquiry_is_erased_90_days_later_or_when_it_would_be_anyway() -> None:
    assert erase_after(NOW, closed_at=NOW) == NOW + dt.timedelta(days=90)
    late = NOW + dt.timedelta(days=100)
    assert erase_after(NOW, closed_at=late) == NOW + dt.timedelta(days=180)
