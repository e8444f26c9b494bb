"""Small makers for the intake room's tests."""

from __future__ import annotations

import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.intake.inquiry import InquirySubmission
from finder.intake.inquiry.payload import Payload, open_payload
from finder.intake.models import Inquiry
from finder.intake.permissions import ROLES, Role, StaffActor
from finder.intake.submitting import Acknowledgement, submit_inquiry
from finder.security.keys import KeyRing, Sealed
from tests.factories import NOW, SEALING_KEYS

RING = KeyRing(SEALING_KEYS)
OTHER_RING = KeyRing([("k2", bytes(range(32, 64)))])
BOTH = KeyRing([("k2", bytes(range(32, 64))), *SEALING_KEYS])


def submission(**changes: Any) -> InquirySubmission:
    """A submission in which nothing is wrong."""
    filled = InquirySubmission(
        contact_name="Robin",
        contact_method="call",
        phone="541-555-0123",
        email="",
        voicemail_ok=False,
        best_times="evenings",
        for_whom="self",
        looking_for="withdrawal care",
        message="I would like to talk to someone.",
        consent_collect=True,
        consent_share=False,
        pin="",
        facility_id=None,
        submission_token="token-of-one-form-0001",
    )
    return dataclasses.replace(filled, **changes)


def submit(session: Session, key_ring: KeyRing = RING, **changes: Any) -> Acknowledgement:
    """Submit what ``submission`` makes."""
    return submit_inquiry(session, key_ring, submission(**changes), clock=lambda: NOW)


def only_inquiry(session: Session) -> Inquiry:
    """The one inquiry that is stored."""
    return session.scalars(sa.select(Inquiry)).one()


def opened(inquiry: Inquiry, key_ring: KeyRing = RING) -> Payload:
    """What is sealed in an inquiry."""
    sealed = Sealed(inquiry.key_id, inquiry.sealed)
    return open_payload(key_ring, sealed, inquiry_id=inquiry.id)


def actor(
    role: Role = Role.MANAGER, *facility_ids: int, account_id: str = "account-1"
) -> StaffActor:
    """Somebody of the operator's own team, or of the facilities that are given."""
    return StaffActor(account_id, ROLES[role], frozenset(facility_ids) or None)
