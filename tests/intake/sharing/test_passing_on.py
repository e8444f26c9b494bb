"""What is passed on by another way than this site stands in the ledger, too."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.author import withdraw_share
from finder.intake.models import Consent, Disclosure
from finder.intake.permissions import NoSuchInquiry, NotAllowed, Role, StaffActor
from finder.intake.sharing import (
    DisclosureKind,
    HandOverRefused,
    PassingOnWay,
    disclosures_of,
    record_passing_on,
)
from finder.security import audit
from finder.security.models import AuditEvent
from tests.factories import NOW, add_facilities
from tests.intake.making import RING, actor, only_inquiry, submit

LATER = NOW + dt.timedelta(days=10)
TEAM = actor(Role.TRIAGE, account_id="account-7")


@pytest.fixture
def code(session: Session) -> str:
    """The code of an inquiry that may be passed on to Bend House."""
    here, _ = add_facilities(session, {}, {"natural_key": "other", "name": "Other House"})
    return submit(session, facility_id=here, consent_share=True).reference_code


def pass_on(session: Session, who: StaffActor = TEAM, way: PassingOnWay = PassingOnWay.FAX) -> None:
    inquiry_id = only_inquiry(session).id
    session.rollback()
    record_passing_on(session, RING, who, inquiry_id, way, clock=lambda: LATER)


def entries(session: Session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(Disclosure)) or 0


@pytest.mark.parametrize("way", PassingOnWay)
def test_it_is_entered_with_whom_how_and_on_which_consent(
    session: Session, code: str, way: PassingOnWay
) -> None:
    until = only_inquiry(session).erase_after
    share = session.scalars(sa.select(Consent.id).where(Consent.kind == "share")).one()
    pass_on(session, way=way)
    (entry,) = disclosures_of(session, RING, code)
    assert (entry.kind, entry.recipient) == (DisclosureKind.PASSED_ON, "Bend House")
    assert (entry.actor, entry.at, entry.consent_id) == ("account-7", LATER, share)
    assert entry.reason == f"passed on by {'e-mail' if way == 'email' else way}"
    last = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert last is not None
    assert (last.event, last.actor, last.details) == (
        "inquiry.passed_on",
        "account-7",
        {"way": way.value},
    )
    assert audit.verify(session).intact
    assert only_inquiry(session).updated_at == LATER
    assert only_inquiry(session).erase_after == until, "it is no contact with its author"


def test_without_a_present_consent_nothing_is_entered(session: Session, code: str) -> None:
    withdraw_share(session, only_inquiry(session).id, clock=lambda: LATER)
    with pytest.raises(HandOverRefused, match="took that back"):
        pass_on(session)
    with write_transaction(session):
        session.execute(sa.delete(Consent).where(Consent.kind == "share"))
    with pytest.raises(HandOverRefused, match="has not agreed"):
        pass_on(session)
    assert entries(session) == 0


def test_only_the_team_passes_on(session: Session, code: str) -> None:
    with pytest.raises(HandOverRefused, match="Only the team"):
        pass_on(session, actor(Role.MANAGER, 1))
    with pytest.raises(NoSuchInquiry):
        pass_on(session, actor(Role.MANAGER, 2))
    for role in (Role.VIEWER, Role.ADMIN):
        with pytest.raises(NotAllowed):
            pass_on(session, actor(role))
    assert entries(session) == 0
