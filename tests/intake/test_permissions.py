"""Who may do what with whose inquiry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.author import withdraw_share
from finder.intake.casework import (
    CallOutcome,
    add_note,
    assign,
    change_status,
    export_for_staff,
    export_without_names_for_staff,
    list_queue,
    open_case,
    read_dashboard,
    record_call_attempt,
    send_message,
    set_outcome,
    unassign,
)
from finder.intake.permissions import ROLES, NoSuchInquiry, NotAllowed, Permission, Role, StaffActor
from finder.intake.sharing import request_hand_over
from finder.security.models import AuditEvent
from tests.factories import NOW, add_facilities
from tests.intake.making import RING, actor, only_inquiry, submit

LATER = NOW + dt.timedelta(hours=1)


def now() -> dt.datetime:
    return LATER


Act = Callable[[Session, StaffActor, str], object]
# Each act on one inquiry, and the permission that it needs.
ACTS: dict[str, tuple[Permission, Act]] = {
    "open": (Permission.OPEN_INQUIRY, lambda s, a, i: open_case(s, RING, a, i, clock=now)),
    "note": (Permission.WORK_ON_INQUIRY, lambda s, a, i: add_note(s, RING, a, i, "x", clock=now)),
    "call": (
        Permission.WORK_ON_INQUIRY,
        lambda s, a, i: record_call_attempt(s, RING, a, i, CallOutcome.NO_ANSWER, clock=now),
    ),
    "take": (Permission.WORK_ON_INQUIRY, lambda s, a, i: assign(s, a, i, a.id, clock=now)),
    "assign": (Permission.ASSIGN, lambda s, a, i: assign(s, a, i, "somebody", clock=now)),
    "unassign": (Permission.WORK_ON_INQUIRY, lambda s, a, i: unassign(s, a, i, clock=now)),
    "status": (
        Permission.WORK_ON_INQUIRY,
        lambda s, a, i: change_status(s, RING, a, i, "accepted", clock=now),
    ),
    "message": (
        Permission.WORK_ON_INQUIRY,
        lambda s, a, i: send_message(s, RING, a, i, "x", clock=now),
    ),
    "outcome": (
        Permission.WORK_ON_INQUIRY,
        lambda s, a, i: set_outcome(s, a, i, "connected", clock=now),
    ),
    "hand over": (Permission.HAND_OVER, lambda s, a, i: request_hand_over(s, a, i, 2, clock=now)),
}


@pytest.fixture
def inquiry_id(session: Session) -> str:
    """An inquiry of the first of two facilities."""
    first, _ = add_facilities(session, {}, {"natural_key": "other", "name": "Other House"})
    submit(session, facility_id=first, consent_share=True, pin="493817")
    return only_inquiry(session).id


def events(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(sa.select(AuditEvent.event).order_by(AuditEvent.seq)))[1:]


def test_an_admin_reads_no_inquiry_and_a_viewer_no_word_of_one() -> None:
    assert ROLES[Role.ADMIN] == {
        Permission.MANAGE_ACCOUNTS,
        Permission.MANAGE_FACILITIES,
        Permission.SEE_AUDIT,
    }
    assert ROLES[Role.VIEWER] == {Permission.SEE_QUEUE}
    assert ROLES.keys() == set(Role)


def test_every_act_needs_its_permission_and_lets_who_has_it_pass(
    session: Session, inquiry_id: str
) -> None:
    for name, (needed, act) in ACTS.items():
        without = StaffActor("a", frozenset(Permission) - {needed}, None)
        with pytest.raises(NotAllowed):
            act(session, without, inquiry_id)
        assert name
    assert events(session) == []
    for _, act in ACTS.values():
        act(session, actor(), inquiry_id)


def test_another_facilitys_inquiry_and_none_at_all_are_the_same(
    session: Session, inquiry_id: str
) -> None:
    manager = actor(Role.MANAGER, 2)
    for _, act in ACTS.values():
        with pytest.raises(NoSuchInquiry) as others:
            act(session, manager, inquiry_id)
        with pytest.raises(NoSuchInquiry) as none:
            act(session, manager, "f" * 32)
        assert str(others.value) == str(none.value)
    assert events(session) == []
    assert list_queue(session, manager, clock=now).total == 0
    assert export_for_staff(session, RING, manager, reason="x", clock=now) == []
    assert export_without_names_for_staff(session, manager, clock=now) == []


def test_a_facility_sees_its_own_until_its_consent_is_taken_back(
    session: Session, inquiry_id: str
) -> None:
    own = actor(Role.TRIAGE, 1)
    assert [each.id for each in list_queue(session, own, clock=now).entries] == [inquiry_id]
    assert open_case(session, RING, own, inquiry_id, clock=now).payload.contact_name == "Robin"
    withdraw_share(session, inquiry_id, clock=now)
    assert list_queue(session, own, clock=now).total == 0
    with pytest.raises(NoSuchInquiry):
        open_case(session, RING, own, inquiry_id, clock=now)


def test_an_export_and_counts_need_their_permissions(session: Session, inquiry_id: str) -> None:
    triage = actor(Role.TRIAGE)
    for refused in (
        lambda: export_for_staff(session, RING, triage, reason="x", clock=now),
        lambda: export_without_names_for_staff(session, triage, clock=now),
        lambda: list_queue(session, actor(Role.ADMIN), clock=now),
        lambda: read_dashboard(session, actor(Role.ADMIN), clock=now),
    ):
        with pytest.raises(NotAllowed, match="Ask a manager"):
            refused()
    assert events(session) == []
    read = export_for_staff(session, RING, actor(), reason="a review", clock=now)
    assert [each.id for each in read] == [inquiry_id]
    assert len(export_without_names_for_staff(session, actor(), clock=now)) == 1
    assert events(session) == [
        "inquiries.exported",
        "inquiry.read",
        "inquiries.exported_without_names",
    ]


def test_what_another_looks_after_is_taken_by_a_manager_alone(
    session: Session, inquiry_id: str
) -> None:
    triage = actor(Role.TRIAGE, account_id="triage")
    assign(session, actor(), inquiry_id, "other", clock=now)
    with pytest.raises(NotAllowed):
        assign(session, triage, inquiry_id, "triage", clock=now)
    with pytest.raises(NotAllowed):
        unassign(session, triage, inquiry_id, clock=now)
    unassign(session, actor(), inquiry_id, clock=now)
    unassign(session, actor(), inquiry_id, clock=now)
    for _ in range(2):
        assign(session, triage, inquiry_id, "triage", clock=now)
    assert only_inquiry(session).assigned_to == "triage"
    assert events(session) == ["inquiry.assigned", "inquiry.unassigned", "inquiry.assigned"]
