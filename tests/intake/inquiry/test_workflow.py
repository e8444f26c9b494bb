from __future__ import annotations

import datetime as dt

from finder.intake.casework import CALL_OUTCOME_LABELS, CallOutcome
from finder.intake.inquiry import OUTCOMES, STATUSES
from finder.intake.inquiry.workflow import FIRST_STATUS, erase_after
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


def test_an_inquiry_is_erased_180_days_after_the_last_contact() -> None:
    assert erase_after(NOW) == NOW + dt.timedelta(days=180)


def test_a_closed_inquiry_is_erased_90_days_later_or_when_it_would_be_anyway() -> None:
    assert erase_after(NOW, closed_at=NOW) == NOW + dt.timedelta(days=90)
    late = NOW + dt.timedelta(days=100)
    assert erase_after(NOW, closed_at=late) == NOW + dt.timedelta(days=180)


def test_a_row_says_all_that_staff_and_its_author_are_told() -> None:
    for status in STATUSES.values():
        assert status.staff_label
        assert set(status.followed_by) <= STATUSES.keys() - {FIRST_STATUS.code, status.code}
        assert status.message or status is FIRST_STATUS
        if status.is_closed:
            assert [STATUSES[each].reopening_message for each in status.followed_by] != [""]
            assert not any(STATUSES[each].is_closed for each in status.followed_by)
    assert set(OUTCOMES) == {"connected", "no-contact", "not-eligible", "declined", "no-capacity"}
    assert set(CALL_OUTCOME_LABELS) == set(CallOutcome)


def test_who_asked_not_to_be_contacted_is_not_told_that_we_try_to() -> None:
    trying = STATUSES["in-progress"]
    assert trying.shown_to("call") == "We are contacting you"
    assert trying.shown_to("none") == "We are working on it"
    for status in STATUSES.values():
        told = status.message_to("none", FIRST_STATUS) + status.shown_to("none")
        assert "reach" not in told
        assert "contact" not in told
        assert status.message_to("text", FIRST_STATUS) == status.message


def test_no_ready_message_says_what_staff_may_not_have_done() -> None:
    for status in STATUSES.values():
        assert "told you" not in status.message


def test_every_status_can_be_come_to() -> None:
    reached = {code for status in STATUSES.values() for code in status.followed_by}
    assert reached == STATUSES.keys() - {FIRST_STATUS.code}
