"""The queue tells which inquiries wait, and for how long; and which may be of one person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.author import Contact, add_message, change_contact, withdraw_share
from finder.intake.casework import (
    CallOutcome,
    QueueFilter,
    QueuePage,
    QueueSort,
    change_status,
    list_queue,
    open_case,
    read_dashboard,
    record_call_attempt,
    send_message,
)
from finder.intake.casework.dashboard import Count
from finder.intake.inquiry import UNREAD_EVENTS
from finder.intake.inquiry.duplicates import rebuild_contact_lookups
from finder.intake.inquiry.overdue import one_business_day_before
from finder.intake.models import Inquiry, InquiryContactLookup, OutboxMessage
from finder.intake.notifying import Channel
from finder.intake.permissions import Role, StaffActor
from finder.intake.sharing import answer_hand_over, request_hand_over
from finder.intake.sharing.hand_over import hand_overs_of
from finder.security.keys import KeyRing, Sealed
from tests.factories import NOW, add_facilities
from tests.intake.making import BOTH, OTHER_RING, RING, actor, submit

HOUR = dt.timedelta(hours=1)
VIEWER = actor(Role.VIEWER)


def add(session: Session, number: int, key_ring: KeyRing = RING, **changes: Any) -> str:
    """Store an inquiry with a phone number of its own, and return its id."""
    changes = {"phone": f"541-555-01{number:02}", **changes}
    known = set(session.scalars(sa.select(Inquiry.id)))
    submit(session, key_ring, submission_token=f"token-of-form-number-{number:03}", **changes)
    [inquiry_id] = set(session.scalars(sa.select(Inquiry.id))) - known
    session.rollback()
    return inquiry_id


def queue(
    session: Session,
    wanted: QueueFilter | None = None,
    who: StaffActor = VIEWER,
    *,
    at: dt.datetime = NOW,
    **options: Any,
) -> QueuePage:
    session.rollback()
    session.expire_all()
    return list_queue(session, who, wanted, clock=lambda: at, **options)


@pytest.mark.parametrize(
    ("created", "now", "overdue"),
    [
        ("2026-03-04T15:00", "2026-03-05T15:00", False),
        ("2026-03-04T15:00", "2026-03-05T15:01", True),
        ("2026-03-06T10:00", "2026-03-08T23:59", False),  # a Friday, and the Sunday after it
        ("2026-03-06T10:00", "2026-03-09T09:59", False),
        ("2026-03-06T10:00", "2026-03-09T10:01", True),
        ("2026-03-07T10:00", "2026-03-09T23:59", False),  # a Saturday, and the Monday after it
        ("2026-03-07T10:00", "2026-03-10T00:01", True),
        ("2026-03-05T10:00", "2026-03-07T08:00", True),
    ],
)
def test_more_than_one_business_day_is_overdue(created: str, now: str, overdue: bool) -> None:
    times = [dt.datetime.fromisoformat(each).replace(tzinfo=dt.UTC) for each in (created, now)]
    assert (times[0] < one_business_day_before(times[1])) is overdue


def test_it_is_filtered_sorted_and_paged(session: Session) -> None:
    ids = [add(session, number) for number in range(5)]
    for number, inquiry_id in enumerate(ids):
        session.execute(
            sa.update(Inquiry)
            .where(Inquiry.id == inquiry_id)
            .values(created_at=NOW - number * HOUR, updated_at=NOW + number * HOUR)
        )
    session.commit()
    assert [each.id for each in queue(session).entries] == ids[::-1]
    assert [each.id for each in queue(session, sort=QueueSort.NEWEST).entries] == ids
    assert [each.id for each in queue(session, sort=QueueSort.LAST_ACTIVITY).entries] == ids
    last = queue(session, page=9, per_page=2)
    assert ([each.id for each in last.entries], last.page, last.pages) == ([ids[0]], 3, 3)
    change_status(session, RING, actor(), ids[0], "failed", clock=lambda: NOW)
    session.execute(sa.update(Inquiry).where(Inquiry.id == ids[1]).values(assigned_to="ann"))
    session.commit()
    assert queue(session, QueueFilter(open_only=True)).total == 4
    closed = queue(session, QueueFilter(statuses=frozenset({"failed", "completed"})))
    assert [each.id for each in closed.entries] == [ids[0]]
    assert [each.id for each in queue(session, QueueFilter(assignee="ann")).entries] == [ids[1]]
    assert queue(session, QueueFilter(assignee="")).total == 4
    assert queue(session, QueueFilter(older_than=2.5 * HOUR)).total == 2
    assert queue(session, QueueFilter(facility_id=1)).total == 0
    soon = NOW + dt.timedelta(hours=21, minutes=30)
    late = queue(session, QueueFilter(overdue_only=True), at=soon)
    assert [each.id for each in late.entries] == [ids[4], ids[3]]
    assert all(each.is_overdue for each in late.entries)


def test_an_empty_queue_has_one_page(session: Session) -> None:
    assert queue(session) == QueuePage((), 0, 1, 1)


def test_what_its_author_wrote_is_unread_until_somebody_opens_it(session: Session) -> None:
    inquiry_id = add(session, 1)
    for hour in (1, 3):
        at = NOW + hour * HOUR
        add_message(session, RING, inquiry_id, "x", token=str(hour), clock=lambda at=at: at)  # type: ignore[misc]  # bound now
        assert queue(session).entries[0].news == ("inquiry.message_added",)
        read_at = at + HOUR
        open_case(session, RING, actor(), inquiry_id, clock=lambda at=read_at: at)  # type: ignore[misc]  # bound now
        assert queue(session).entries[0].news == ()


def test_whatever_its_author_does_is_news_until_somebody_opens_it(session: Session) -> None:
    first, second = add_facilities(session, {}, {"natural_key": "other", "name": "Other House"})
    inquiry_id = add(session, 1, facility_id=first, consent_share=True, pin="493817")
    contact = Contact("text", "541-555-0199", "", voicemail_ok=False, best_times="")

    def answer(at: dt.datetime) -> None:
        request_hand_over(session, actor(), inquiry_id, second, clock=lambda: at)
        [asked] = hand_overs_of(session, inquiry_id)
        session.rollback()
        answer_hand_over(session, RING, inquiry_id, asked.id, accepted=True, clock=lambda: at)

    def change(at: dt.datetime) -> None:
        change_contact(session, RING, inquiry_id, contact, clock=lambda: at)

    def withdraw(at: dt.datetime) -> None:
        withdraw_share(session, inquiry_id, clock=lambda: at)

    def look(at: dt.datetime) -> tuple[str, ...]:
        open_case(session, RING, actor(), inquiry_id, clock=lambda: at)
        return queue(session).entries[0].news

    acts = {
        "inquiry.contact_changed": change,
        "inquiry.hand_over_answered": answer,
        "inquiry.consent_withdrawn": withdraw,
    }
    assert UNREAD_EVENTS.keys() == {"inquiry.message_added", *acts}
    for day, (event, act) in enumerate(acts.items()):
        at = NOW + dt.timedelta(days=day)
        assert look(at) == ()
        sent = session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) or 0
        session.rollback()
        act(at + HOUR)
        assert event in queue(session).entries[0].news
        told = session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))
        session.rollback()
        assert told == sent + len(Channel)
        assert look(at + 2 * HOUR) == ()


def test_an_answer_and_not_a_look_ends_the_wait_for_one(session: Session) -> None:
    read, called, written, brought_on = (add(session, n, pin="493817") for n in range(4))
    late = NOW + dt.timedelta(days=5)

    def waiting() -> set[str]:
        found = queue(session, QueueFilter(overdue_only=True), at=late).entries
        assert all(each.is_overdue for each in found)
        return {each.id for each in found}

    assert waiting() == {read, called, written, brought_on}
    open_case(session, RING, actor(), read, clock=lambda: NOW)
    record_call_attempt(session, RING, actor(), called, CallOutcome.NO_ANSWER, clock=lambda: NOW)
    send_message(session, RING, actor(), written, "A place is free", clock=lambda: NOW)
    change_status(session, RING, actor(), brought_on, "on-hold", clock=lambda: NOW)
    assert waiting() == {read}
    assert not any(each.is_overdue for each in queue(session, at=NOW + HOUR).entries)


def test_who_wrote_and_is_read_by_nobody_waits_too(session: Session) -> None:
    inquiry_id = add(session, 1)
    change_status(session, RING, actor(), inquiry_id, "accepted", clock=lambda: NOW)
    add_message(session, RING, inquiry_id, "x", token="t", clock=lambda: NOW)
    overdue = QueueFilter(overdue_only=True)
    assert queue(session, overdue, at=NOW + HOUR).total == 0
    late = NOW + dt.timedelta(days=5)
    assert queue(session, overdue, at=late).total == 1
    assert read_dashboard(session, VIEWER, clock=lambda: late).overdue == Count(1)
    session.rollback()
    open_case(session, RING, actor(), inquiry_id, clock=lambda: NOW + HOUR)
    assert queue(session, overdue, at=late).total == 0


def test_what_became_unread_for_others_is_overdue_from_then_on(session: Session) -> None:
    [first] = add_facilities(session, {})
    inquiry_id = add(session, 1, facility_id=first, consent_share=True)
    change_status(session, RING, actor(), inquiry_id, "accepted", clock=lambda: NOW)
    add_message(session, RING, inquiry_id, "x", token="t", clock=lambda: NOW)
    open_case(session, RING, actor(Role.TRIAGE, first), inquiry_id, clock=lambda: NOW + HOUR)
    at = NOW + dt.timedelta(days=7)
    withdraw_share(session, inquiry_id, clock=lambda: at)
    overdue = QueueFilter(overdue_only=True)
    [entry] = queue(session, at=at + HOUR).entries
    assert entry.news == ("inquiry.message_added", "inquiry.consent_withdrawn")
    assert queue(session, overdue, at=at + HOUR).total == 0
    assert queue(session, overdue, at=at + dt.timedelta(days=5)).total == 1


def test_a_closed_inquiry_waits_with_the_open_ones_while_there_is_news_of_it(
    session: Session,
) -> None:
    inquiry_id, other = add(session, 1), add(session, 2)
    for each in (inquiry_id, other):
        change_status(session, RING, actor(), each, "completed", clock=lambda: NOW)
    still_open = QueueFilter(open_only=True)
    assert queue(session, still_open).total == 0
    at = NOW + HOUR
    add_message(session, RING, inquiry_id, "It went wrong", token="t", clock=lambda: at)
    [entry] = queue(session, still_open).entries
    assert (entry.id, entry.news) == (inquiry_id, ("inquiry.message_added",))
    open_case(session, RING, actor(), inquiry_id, clock=lambda: at + HOUR)
    assert queue(session, still_open).total == 0


def test_the_same_number_or_address_is_flagged_however_it_is_written(session: Session) -> None:
    first = add(session, 1)
    second = add(session, 2, phone="+1 (541) 555 0101")
    mails = [
        add(session, 3, contact_method="email", phone="", email="robin@example.org"),
        add(session, 4, contact_method="email", phone="none", email=" Robin@Example.org"),
    ]
    add(session, 5)
    flagged = {each.id for each in queue(session).entries if each.has_possible_duplicate}
    assert flagged == {first, second, *mails}
    case = open_case(session, RING, actor(), first, clock=lambda: NOW)
    assert case.duplicate_ids == (second,)
    stored = session.scalars(sa.select(InquiryContactLookup)).all()
    assert all(len(each.lookup) == 32 for each in stored)


def test_a_changed_number_is_flagged_no_more(session: Session) -> None:
    first, second = add(session, 1), add(session, 2, phone="541-555-0101")
    contact = Contact("email", "", "robin@example.org", False, "")
    change_contact(session, RING, second, contact, clock=lambda: NOW)
    assert not any(each.has_possible_duplicate for each in queue(session).entries)
    contact = Contact("call", "541-555-0101", "robin@example.org", False, "")
    change_contact(session, RING, second, contact, clock=lambda: NOW)
    assert {e.id for e in queue(session).entries if e.has_possible_duplicate} == {first, second}


def test_duplicates_are_found_again_once_all_is_under_one_key(session: Session) -> None:
    old, new = add(session, 1, OTHER_RING), add(session, 2, phone="541-555-0101")
    assert not any(each.has_possible_duplicate for each in queue(session).entries)
    row = session.get_one(Inquiry, old)
    opened = BOTH.open(Sealed(row.key_id, row.sealed), purpose="inquiry", row_id=old)
    rebuild_contact_lookups(session, RING, {old: {"sealed": opened}})
    session.commit()
    assert {e.id for e in queue(session).entries if e.has_possible_duplicate} == {old, new}


def test_a_facility_learns_of_no_duplicate_at_another(session: Session) -> None:
    add_facilities(session, {}, {"natural_key": "other", "name": "Other House"})
    own = add(session, 1, facility_id=1, consent_share=True)
    add(session, 2, phone="541-555-0101", facility_id=2, consent_share=True)
    at_one = actor(Role.TRIAGE, 1)
    [entry] = queue(session, who=at_one).entries
    assert (entry.id, entry.has_possible_duplicate) == (own, False)
    assert open_case(session, RING, at_one, own, clock=lambda: NOW).duplicate_ids == ()
    assert all(each.has_possible_duplicate for each in queue(session).entries)


def test_counts_tell_how_many_and_how_fast(session: Session) -> None:
    ids = [add(session, number, pin="493817") for number in range(3)]
    for hours, inquiry_id in enumerate(ids[:2], start=1):
        at = NOW + hours * HOUR
        change_status(
            session,
            RING,
            actor(),
            inquiry_id,
            "accepted",
            message="x",
            clock=lambda at=at: at,  # type: ignore[misc]  # bound now
        )
    session.execute(sa.update(Inquiry).where(Inquiry.id == ids[0]).values(outcome="declined"))
    session.commit()
    board = read_dashboard(session, VIEWER, clock=lambda: NOW + dt.timedelta(days=2))
    assert {code: each.number for code, each in board.by_status.items() if each.number} == {
        "requested": 1,
        "accepted": 2,
    }
    assert (board.waiting, board.overdue) == (Count(1), Count(1))
    assert board.outcomes["declined"] == Count(1)
    assert board.median_to_first_contact == 1.5 * HOUR
    assert len(board.new_by_day) == 30
    assert board.new_by_day[-3] == (NOW.date(), Count(3))
    assert sum(each.number or 0 for _, each in board.new_by_day) == 3
    late = read_dashboard(session, VIEWER, clock=lambda: NOW + dt.timedelta(days=31))
    assert late.median_to_first_contact is None
    assert not any(each.number for _, each in late.new_by_day)


def test_small_counts_of_one_facility_are_not_told(session: Session) -> None:
    add_facilities(session, {})
    for number in range(4):
        add(session, number, facility_id=1, consent_share=True)
    for who, facility in ((VIEWER, 1), (actor(Role.VIEWER, 1), None)):
        board = read_dashboard(session, who, facility_id=facility, clock=lambda: NOW)
        assert board.waiting.is_small
        assert board.new_by_day[-1][1].is_small
        assert board.by_status["accepted"] == Count(0)
        assert board.median_to_first_contact is None
    add(session, 4, facility_id=1, consent_share=True)
    assert read_dashboard(session, VIEWER, facility_id=1, clock=lambda: NOW).waiting == Count(5)
    assert read_dashboard(session, VIEWER, facility_id=2, clock=lambda: NOW).waiting == Count(0)
