"""Authenticates the author of an inquiry by reference code and PIN; finds one by code for staff.

A code has about 2**45 values, a PIN at least 10**4. Both are checked at once, in constant time;
the error does not tell which is wrong, whether the inquiry exists, or whether it has a PIN.
Failures are rate-limited by code and by network; those of staff, who give the code alone and
see only their own scope, by account.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.intake.inquiry import (
    AUTHOR,
    NotAReference,
    normalise_reference,
    reference_lookup,
    verify_dummy_pin,
    verify_pin,
)
from finder.intake.models import Inquiry
from finder.intake.permissions import (
    NoSuchInquiry,
    Permission,
    StaffActor,
    in_scope,
    require,
)
from finder.security import audit
from finder.security.attempts import (
    AttemptLimit,
    count_attempt,
    give_back_attempt,
    purge_attempts,
)
from finder.security.keys import KeyMissing, KeyRing, Sealed
from finder.translatable import N_

MOST_FOR_A_CODE = 5
CODE_SPAN = dt.timedelta(minutes=15)
MOST_FOR_A_NETWORK = 20
NETWORK_SPAN = dt.timedelta(hours=1)
MOST_FOR_AN_ACCOUNT = 20
ACCOUNT_SPAN = dt.timedelta(hours=1)
_LONGEST_PIN = 8


class WrongCodeOrPin(FinderError):
    """No inquiry has this code and this PIN."""


@dataclass(frozen=True, slots=True)
class _Kept:
    id: str
    pin: Sealed | None


def open_inquiry(
    session: Session,
    key_ring: KeyRing,
    reference_code: str,
    pin: str,
    *,
    client_bucket: str,
    clock: Callable[[], dt.datetime],
) -> str:
    """Return the id of the inquiry with this code and PIN; that it was opened is on record.

    :param client_bucket: whom failures are counted under, see ``security.throttle``.
    :raises WrongCodeOrPin: there is none.
    :raises TooManyAttempts: there were too many failures; not even the right PIN opens it now.
    :raises KeyMissing: a key is not in the ring, so that it may be there and is not found.
    :raises SealBroken: its PIN was changed outside of Finder.
    """
    now = clock()
    code = _normalised(reference_code)
    limits = _limits(key_ring, code, client_bucket)
    with write_transaction(session):
        purge_attempts(session, now=now)
        count_attempt(session, limits, at=now)
        kept = _find(session, key_ring, code)
    # Slow on purpose, and so while nobody waits for the database.
    is_right = _is_right(key_ring, kept, pin.strip()[: _LONGEST_PIN + 1])
    with write_transaction(session):
        if is_right:
            give_back_attempt(session, limits, at=now)
        audit.record(
            session,
            "inquiry.opened" if is_right else "inquiry.opening_refused",
            actor=AUTHOR if is_right else "public",
            subject=kept.id if kept else "",
            details={},
            at=now,
        )
    if kept is None or not is_right:
        raise WrongCodeOrPin(N_("This code or this PIN is not right. Please look at both again."))
    return kept.id


def find_by_code(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    reference_code: str,
    *,
    clock: Callable[[], dt.datetime],
) -> str:
    """Return the id of the inquiry with this code, for staff; that it was looked for is on record.

    :raises NotAReference: it cannot be a reference code; that is neither counted nor on record.
    :raises NotAllowed: the actor may not work on inquiries.
    :raises NoSuchInquiry: there is none that the actor may know of.
    :raises TooManyAttempts: there were too many failures; not even the right code finds it now.
    """
    require(actor, Permission.WORK_ON_INQUIRY)
    code = normalise_reference(reference_code)
    limits = [
        AttemptLimit(_bucket(key_ring, "account", actor.id), MOST_FOR_AN_ACCOUNT, ACCOUNT_SPAN)
    ]
    with write_transaction(session):
        now = clock()
        purge_attempts(session, now=now)
        count_attempt(session, limits, at=now)
        kept = _find(session, key_ring, code)
        is_theirs = kept is not None and _is_in_scope(session, actor, kept.id)
        if is_theirs:
            give_back_attempt(session, limits, at=now)
        audit.record(
            session,
            "inquiry.found_by_code" if is_theirs else "inquiry.finding_refused",
            actor=actor.id,
            subject=kept.id if kept else "",
            details={},
            at=now,
        )
    if kept is None or not is_theirs:
        raise NoSuchInquiry(N_("There is no such inquiry, or it was deleted."))
    return kept.id


def _is_in_scope(session: Session, actor: StaffActor, inquiry_id: str) -> bool:
    theirs = sa.select(Inquiry.id).where(Inquiry.id == inquiry_id, in_scope(actor))
    return session.scalar(theirs) is not None


def _normalised(reference_code: str) -> str | None:
    try:
        return normalise_reference(reference_code)
    except NotAReference:
        return None


def _limits(key_ring: KeyRing, code: str | None, client_bucket: str) -> list[AttemptLimit]:
    network = _bucket(key_ring, "network", client_bucket)
    limits = [AttemptLimit(network, MOST_FOR_A_NETWORK, NETWORK_SPAN)]
    if code is not None:
        limits.append(AttemptLimit(_bucket(key_ring, "code", code), MOST_FOR_A_CODE, CODE_SPAN))
    return limits


def _bucket(key_ring: KeyRing, kind: str, name: str) -> str:
    return key_ring.index(name.encode(), purpose=f"attempts of a {kind}").hex()


def _find(session: Session, key_ring: KeyRing, code: str | None) -> _Kept | None:
    if code is None:
        return None
    lookups = [reference_lookup(key_ring, code, key_id=key_id) for key_id in key_ring.ids]
    row = session.execute(
        sa.select(Inquiry.id, Inquiry.key_id, Inquiry.pin_hash).where(
            Inquiry.reference_lookup.in_(lookups)
        )
    ).one_or_none()
    if row is None:
        _require_every_key(session, key_ring)
        return None
    return _Kept(row.id, None if row.pin_hash is None else Sealed(row.key_id, row.pin_hash))


def _require_every_key(session: Session, key_ring: KeyRing) -> None:
    """Raise KeyMissing where an inquiry lies under a key that this process does not have.

    It cannot be looked for then: to say that its code is not right would be a lie.
    """
    unknown = sa.exists().where(Inquiry.key_id.not_in(key_ring.ids))
    if session.scalar(sa.select(unknown)):
        raise KeyMissing("A key of some inquiries is not in the ring of this process.")


def _is_right(key_ring: KeyRing, kept: _Kept | None, pin: str) -> bool:
    if kept is None or kept.pin is None:
        verify_dummy_pin(pin)
        return False
    return verify_pin(key_ring, kept.pin, pin, inquiry_id=kept.id)
