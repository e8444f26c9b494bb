"""Takes an inquiry in: checks, seals and stores it with its consents, then acknowledges it.

An inquiry that names a facility goes to it only with consent to share. Without it the operator's
own team alone gets the inquiry: ``inquiry.facility_id`` stays empty, and which facility the person
wrote about is known to whoever may unseal it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.facilities.listings import FacilityNotFound, FacilityStatus, FacilityView, read_facility
from finder.intake.errors import InvalidInquiry
from finder.intake.inquiry import (
    FIRST_STATUS,
    ConsentKind,
    InquirySubmission,
    check_submission,
    consent_texts,
    contact_lookups,
    erase_after,
    make_reference,
    open_payload,
    payload_of,
    reference_lookup,
    seal_payload,
    seal_pin,
    verify_pin,
)
from finder.intake.models import Consent, Inquiry
from finder.intake.notifying import NotificationKind, notify
from finder.security import audit
from finder.security.keys import KeyMissing, KeyRing, SealBroken, Sealed
from finder.translatable import N_

_PUBLIC = "public"
_ATTEMPTS = 3
_logger = logging.getLogger(__name__)


class TokenReused(FinderError):
    """The form's token is unusable, or belongs to an inquiry that says something else."""


class FacilityUnavailable(FinderError):
    """The facility that the inquiry is about is not listed, or not any more."""


class InquiryNotSaved(FinderError):
    """The database could not take the inquiry."""


@dataclass(frozen=True, slots=True, repr=False)
class Acknowledgement:
    """Acknowledges a stored inquiry: made after the commit, never before."""

    reference_code: str
    erase_after: dt.datetime
    already_received: bool
    """whether this submission was stored before, and is acknowledged once more"""
    may_be_passed_on: bool
    """whether the facility that it is about may receive it, as its author has agreed until now"""


def submit_inquiry(
    session: Session,
    key_ring: KeyRing,
    submission: InquirySubmission,
    *,
    clock: Callable[[], dt.datetime],
) -> Acknowledgement:
    """Store an inquiry, its consents and an audit event in one transaction, and acknowledge it.

    The same submission with the same token is stored once, however often and at once it comes.

    :raises InvalidInquiry: fields are missing or wrong.
    :raises TokenReused: the token is unusable, or was used for something else.
    :raises FacilityUnavailable: there is no such facility, or it closed.
    :raises InquiryNotSaved: the database is locked, full, read-only or away.
    """
    given = submission.cleaned()
    if errors := check_submission(given):
        raise InvalidInquiry(errors)
    if not given.has_usable_token:
        raise TokenReused(
            N_(
                "This form cannot be sent any more, so your inquiry was not sent. What you wrote"
                " is still here: please send it once more."
            )
        )
    inquiry_id = secrets.token_hex(16)
    # Slow on purpose, and so before the database is locked.
    pin = seal_pin(key_ring, given.pin, inquiry_id=inquiry_id) if given.pin else None
    try:
        for _ in range(_ATTEMPTS):
            try:
                return _store_once(session, key_ring, given, pin, inquiry_id, clock())
            except sa.exc.IntegrityError:
                # The same token was stored by someone else just now: it is there to be found.
                continue
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        _logger.error("An inquiry could not be saved: %s", getattr(error, "orig", error))
    raise InquiryNotSaved(
        N_(
            "Your inquiry was NOT saved: our database cannot take it at the moment. What you wrote"
            " is still here. Please send it once more in a minute, or call one of"
            " these numbers."
        )
    )


def _store_once(
    session: Session,
    key_ring: KeyRing,
    given: InquirySubmission,
    pin: Sealed | None,
    inquiry_id: str,
    now: dt.datetime,
) -> Acknowledgement:
    token_hash = hashlib.sha256(given.submission_token.encode()).digest()
    with write_transaction(session):
        stored = _stored_with(session, token_hash)
        if stored is None:
            facility = _facility(session, given.facility_id)
            inquiry, reference_code = _inquiry(key_ring, given, facility, pin, inquiry_id, now)
            inquiry.submission_token_hash = token_hash
            inquiry.consents = _consents(given, facility, inquiry)
            session.add(inquiry)
            notify(session, NotificationKind.INQUIRY, now=now)
            session.flush()
            audit.record(
                session,
                "inquiry.submitted",
                actor=_PUBLIC,
                subject=inquiry_id,
                details={"share": inquiry.facility_id is not None},
                at=now,
            )
            acknowledged = Acknowledgement(
                reference_code,
                inquiry.erase_after,
                already_received=False,
                may_be_passed_on=inquiry.facility_id is not None,
            )
    if stored is None:
        return acknowledged
    return _acknowledged_again(key_ring, stored, given)


def _stored_with(session: Session, token_hash: bytes) -> Inquiry | None:
    known = sa.select(Inquiry).where(Inquiry.submission_token_hash == token_hash)
    stored = session.scalars(known).one_or_none()
    if stored is not None:
        session.expunge(stored)  # it is read after the transaction, so that nobody waits for that
    return stored


def _acknowledged_again(
    key_ring: KeyRing, stored: Inquiry, given: InquirySubmission
) -> Acknowledgement:
    try:
        kept = open_payload(key_ring, Sealed(stored.key_id, stored.sealed), inquiry_id=stored.id)
        same = kept.says_the_same_as(payload_of(given, reference_code="", facility_name=None))
        if same and stored.pin_hash is not None:
            sealed_pin = Sealed(stored.key_id, stored.pin_hash)
            same = verify_pin(key_ring, sealed_pin, given.pin, inquiry_id=stored.id)
        elif given.pin:
            same = False
    except (KeyMissing, SealBroken):
        same = False  # what cannot be compared is taken as new: sent twice is better than lost
    if not same:
        raise TokenReused(
            N_(
                "You have sent this form before, with other answers. We have that inquiry. To"
                " send this one too, please send it once more."
            )
        )
    return Acknowledgement(
        kept.reference_code,
        stored.erase_after,
        already_received=True,
        # It may have been taken back, or agreed to for another facility since.
        may_be_passed_on=stored.facility_id is not None and stored.facility_id == given.facility_id,
    )


def _facility(session: Session, facility_id: int | None) -> FacilityView | None:
    if facility_id is None:
        return None
    unavailable = FacilityUnavailable(
        N_(
            "This program is not listed any more, so your inquiry was not sent. What you wrote is"
            " still here. Please choose another program, or write to the team of this site."
        )
    )
    try:
        facility = read_facility(session, facility_id)
    except FacilityNotFound:
        raise unavailable from None
    if facility.status == FacilityStatus.CLOSED:
        raise unavailable
    return facility


def _inquiry(
    key_ring: KeyRing,
    given: InquirySubmission,
    facility: FacilityView | None,
    pin: Sealed | None,
    inquiry_id: str,
    now: dt.datetime,
) -> tuple[Inquiry, str]:
    code = make_reference()
    name = facility.name if facility else None
    payload = payload_of(given, reference_code=code, facility_name=name)
    sealed = seal_payload(key_ring, payload, inquiry_id=inquiry_id)
    inquiry = Inquiry(
        id=inquiry_id,
        facility_id=facility.id if facility and payload.consent_share else None,
        status=FIRST_STATUS.code,
        created_at=now,
        updated_at=now,
        erase_after=erase_after(now),
        key_id=sealed.key_id,
        sealed=sealed.blob,
        pin_hash=pin.blob if pin else None,
        reference_lookup=reference_lookup(key_ring, code),
        contact_lookups=contact_lookups(key_ring, phone=payload.phone, email=payload.email),
    )
    return inquiry, code


def _consents(
    given: InquirySubmission, facility: FacilityView | None, inquiry: Inquiry
) -> list[Consent]:
    given_kinds = {
        ConsentKind.COLLECT: given.consent_collect,
        ConsentKind.SHARE: given.consent_share,
    }
    return [
        Consent(
            kind=text.kind.value,
            text_version=text.version,
            text_sha256=text.sha256,
            facility_name=text.facility_name,
            given_at=inquiry.created_at,
            expires_at=inquiry.erase_after,
        )
        for text in consent_texts(facility.name if facility else None)
        if given_kinds[text.kind]
    ]
