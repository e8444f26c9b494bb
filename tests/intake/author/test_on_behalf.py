"""What staff do with an inquiry on its author's word, and how they find it by its code."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.author import (
    Contact,
    change_contact,
    delete_own_inquiry,
    find_by_code,
    withdraw_share,
)
from finder.intake.casework import open_case
from finder.intake.errors import InvalidInquiry
from finder.intake.inquiry import NotAReference
from finder.intake.inquiry.reference_code import make_reference
from finder.intake.models import Consent, ErasureTombstone, Inquiry
from finder.intake.permissions import NoSuchInquiry, NotAllowed, Role, StaffActor
from finder.intake.sharing import disclosures_of
from finder.security import audit
from finder.security.attempts import TooManyAttempts
from finder.security.models import AuditEvent
from tests.factories import NOW, add_facilities
from tests.intake.making import BOTH, OTHER_RING, RING, actor, only_inquiry, opened, submit

LATER = NOW + dt.timedelta(days=10)
TEAM = actor(Role.TRIAGE, account_id="account-7")
CONTACT = Contact(
    contact_method="email",
    phone="",
    email="robin@example.org",
    voicemail_ok=True,
    best_times="after 6",
)
Act = Callable[[Session, str, StaffActor | None], None]


@pytest.fixture
def code(session: Session) -> str:
    """The code of an inquiry that Bend House may read; it has no PIN."""
    here, _ = add_facilities(session, {}, {"natural_key": "other", "name": "Other House"})
    return submit(session, facility_id=here, consent_share=True).reference_code


def find(
    session: Session,
    code: str,
    who: StaffActor = TEAM,
    *,
    after: dt.timedelta = dt.timedelta(),
) -> str:
    return find_by_code(session, RING, who, code, clock=lambda: LATER + after)


def events(session: Session) -> list[tuple[str, str, str, dict[str, int | bool | str]]]:
    session.rollback()
    rows = session.scalars(sa.select(AuditEvent).where(AuditEvent.seq > 1).order_by("seq"))
    return [(row.event, row.actor, row.subject, row.details) for row in rows]


def change(session: Session, inquiry_id: str, by: StaffActor | None) -> None:
    change_contact(session, RING, inquiry_id, CONTACT, clock=lambda: LATER, by=by)


def withdraw(session: Session, inquiry_id: str, by: StaffActor | None) -> None:
    withdraw_share(session, inquiry_id, clock=lambda: LATER, by=by)


def delete(session: Session, inquiry_id: str, by: StaffActor | None) -> None:
    delete_own_inquiry(session, inquiry_id, consent_withdrawn=False, clock=lambda: LATER, by=by)


def stop_keeping(session: Session, inquiry_id: str, by: StaffActor | None) -> None:
    delete_own_inquiry(session, inquiry_id, consent_withdrawn=True, clock=lambda: LATER, by=by)


ACTS: tuple[Act, ...] = (change, withdraw, delete, stop_keeping)


def test_a_code_finds_its_inquiry_and_that_is_on_record(session: Session, code: str) -> None:
    inquiry_id = only_inquiry(session).id
    assert find(session, code.lower().replace("-", " ")) == inquiry_id
    assert events(session) == [("inquiry.found_by_code", "account-7", inquiry_id, {})]
    assert audit.verify(session).intact


def test_it_is_found_whichever_key_of_the_ring_sealed_it(session: Session) -> None:
    code = submit(session, OTHER_RING).reference_code
    found = find_by_code(session, BOTH, TEAM, code, clock=lambda: LATER)
    assert found == only_inquiry(session).id


def test_a_programs_staff_find_their_own_alone_and_learn_nothing_of_others(
    session: Session, code: str
) -> None:
    inquiry_id = only_inquiry(session).id
    assert find(session, code, actor(Role.TRIAGE, 1)) == inquiry_id
    answers = set()
    for tried in (code, make_reference()):
        with pytest.raises(NoSuchInquiry) as refused:
            find(session, tried, actor(Role.TRIAGE, 2, account_id="elsewhere"))
        answers.add(str(refused.value))
    assert len(answers) == 1
    assert events(session)[1:] == [
        ("inquiry.finding_refused", "elsewhere", inquiry_id, {}),
        ("inquiry.finding_refused", "elsewhere", "", {}),
    ]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_who_works_on_no_inquiry_finds_none(session: Session, code: str, role: Role) -> None:
    with pytest.raises(NotAllowed):
        find(session, code, actor(role))
    assert events(session) == []


def test_a_slip_is_said_and_is_no_attempt(session: Session, code: str) -> None:
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    for _ in range(25):
        with pytest.raises(NotAReference, match="letter by letter"):
            find(session, wrong)
    assert events(session) == []
    assert find(session, code)


def test_nobody_guesses_codes_for_long(session: Session, code: str) -> None:
    for _ in range(20):
        with pytest.raises(NoSuchInquiry):
            find(session, make_reference())
    with pytest.raises(TooManyAttempts):
        find(session, code, after=dt.timedelta(minutes=59))
    assert find(session, code, actor(Role.TRIAGE, account_id="account-8"))
    assert find(session, code, after=dt.timedelta(minutes=60))


def test_finding_often_is_no_failure(session: Session, code: str) -> None:
    for _ in range(25):
        assert find(session, code)


def test_staff_change_how_to_reach_a_person_who_has_no_pin(session: Session, code: str) -> None:
    inquiry_id = only_inquiry(session).id
    before = opened(only_inquiry(session))
    change(session, inquiry_id, TEAM)
    after = opened(only_inquiry(session))
    assert after == dataclasses.replace(before, **dataclasses.asdict(CONTACT))
    assert only_inquiry(session).updated_at == LATER
    assert events(session) == [
        (
            "inquiry.done_on_their_word",
            "account-7",
            inquiry_id,
            {"what": "contact-changed"},
        ),
        ("inquiry.contact_changed", "account-7", inquiry_id, {}),
    ]
    assert audit.verify(session).intact


def test_who_has_no_pin_cannot_be_left_without_a_way(session: Session, code: str) -> None:
    nothing = Contact("none", "", "", voicemail_ok=False, best_times="")
    inquiry_id = only_inquiry(session).id
    with pytest.raises(InvalidInquiry) as refused:
        change_contact(session, RING, inquiry_id, nothing, clock=lambda: LATER, by=TEAM)
    assert set(refused.value.errors) == {"contact_method"}
    wrong = dataclasses.replace(CONTACT, email="robin")
    with pytest.raises(InvalidInquiry) as refused:
        change_contact(session, RING, inquiry_id, wrong, clock=lambda: LATER, by=TEAM)
    assert set(refused.value.errors) == {"email"}
    assert events(session) == []


def test_staff_take_consent_back_as_its_giver_would(session: Session, code: str) -> None:
    inquiry_id = only_inquiry(session).id
    withdraw(session, inquiry_id, TEAM)
    share = session.scalars(sa.select(Consent).where(Consent.kind == "share")).one()
    assert share.withdrawn_at == LATER
    assert only_inquiry(session).facility_id is None
    assert events(session) == [
        (
            "inquiry.done_on_their_word",
            "account-7",
            inquiry_id,
            {"what": "consent-withdrawn"},
        ),
        ("inquiry.consent_withdrawn", "account-7", inquiry_id, {"share": True}),
    ]
    withdraw(session, inquiry_id, TEAM)
    assert len(events(session)) == 2


@pytest.mark.parametrize("act", [delete, stop_keeping])
def test_what_staff_delete_leaves_what_its_author_would_leave(
    session: Session, code: str, act: Act
) -> None:
    inquiry_id = only_inquiry(session).id
    open_case(session, RING, actor(Role.TRIAGE, 1), inquiry_id, clock=lambda: NOW)
    act(session, inquiry_id, TEAM)
    assert session.scalars(sa.select(Inquiry)).all() == []
    assert len(session.scalars(sa.select(ErasureTombstone)).all()) == 1
    assert len(disclosures_of(session, RING, code)) == 1
    _, word, *rest = events(session)
    what = "erased" if act is delete else "consent-withdrawn"
    assert word == ("inquiry.done_on_their_word", "account-7", inquiry_id, {"what": what})
    taken_back = ("inquiry.consent_withdrawn", "account-7", inquiry_id, {"share": False})
    assert rest == [
        *([taken_back] if act is stop_keeping else []),
        ("inquiry.erased", "account-7", inquiry_id, {"expired": False}),
    ]
    assert audit.verify(session).intact


@pytest.mark.parametrize("act", ACTS)
def test_nobody_does_it_to_what_is_not_theirs(session: Session, code: str, act: Act) -> None:
    inquiry_id = only_inquiry(session).id
    with pytest.raises(NoSuchInquiry):
        act(session, inquiry_id, actor(Role.MANAGER, 2))
    with pytest.raises(NotAllowed):
        act(session, inquiry_id, actor(Role.VIEWER))
    with pytest.raises(NotAllowed):
        act(session, inquiry_id, actor(Role.ADMIN))
    assert events(session) == []
    assert only_inquiry(session).facility_id == 1


@pytest.mark.parametrize("act", ACTS)
def test_what_its_author_does_says_nothing_of_staff(session: Session, code: str, act: Act) -> None:
    act(session, only_inquiry(session).id, None)
    assert {who for _, who, _, _ in events(session)} == {"author"}
    assert "inquiry.done_on_their_word" not in [each[0] for each in events(session)]
