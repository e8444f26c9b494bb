"""Completes a sign-in with any second factor: TOTP, recovery code or passkey.

Failures count together with wrong passwords, so that no factor is a way around the limit of
another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.security.attempts import give_back_attempt
from finder.security.keys import KeyRing
from finder.staff.accounts import locked, record_account_event
from finder.staff.models import StaffAccount, StaffSession
from finder.staff.passwords import code_hash, new_code
from finder.staff.sessions import SignedIn, start_session
from finder.staff.sign_in_throttle import CHANGED, count_sign_in_attempt, limits_of, refuse
from finder.translatable import N_

RECOVERY_CODES = 10
LAST_FACTOR = N_("This is your only second factor. Add another one first, and then remove it.")


class FactorRefused(FinderError):
    """A second factor cannot be added or removed now."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of looking at what was given."""

    is_right: bool
    events: tuple[str, ...] = ()
    """what is to be on record, beside that somebody signed in or was refused"""
    why: str = CHANGED
    """what a person is told who is refused"""


Look = Callable[[StaffAccount, StaffSession], Outcome]
"""looks at what was given, with the locked account and the half-way session; what it changes of
them is kept, also where it is not right"""


def complete_second_factor(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    look: Look,
    *,
    step: str,
    now: dt.datetime,
) -> str:
    """End a half-way session, and return the token of one in which everything is open.

    :param step: what a refusal is on record as.
    :raises SignInRefused: what was given is not right.
    :raises TooManyAttempts: there were too many failures.
    """
    account_id, email = signed_in.account.id, signed_in.account.email
    limits = limits_of(key_ring, email)
    count_sign_in_attempt(session, limits, email, now)
    token = None
    outcome = Outcome(is_right=False)
    with write_transaction(session):
        account = locked(session, account_id)
        half_way = session.get(StaffSession, signed_in.session_id)
        if half_way is not None and half_way.verified_at is None:
            outcome = look(account, half_way)
        if outcome.is_right:
            give_back_attempt(session, limits, at=now)
            session.delete(half_way)  # another token: what was seen before is worth nothing
            token = start_session(session, account_id, now, verified=True)
            account.last_sign_in = now
        for event in (*outcome.events, *(["staff.signed_in"] if token else [])):
            record_account_event(session, event, by=account_id, account_id=account_id, now=now)
    if token is None:
        refuse(session, account_id, step, now, why=outcome.why)
    return token


def is_set_up(account: StaffAccount) -> bool:
    """Whether an account has a second factor; a secret that was shown and not confirmed is none."""
    return account.totp_confirmed or bool(account.passkeys)


def give_recovery_codes(account: StaffAccount) -> tuple[str, ...]:
    """Give an account new recovery codes in the place of those that it had."""
    codes = tuple(new_code(4) for _ in range(RECOVERY_CODES))
    account.recovery_hashes = [code_hash(each) for each in codes]
    return codes
