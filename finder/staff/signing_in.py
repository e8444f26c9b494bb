"""Signing in: a password first, then a second factor, without which nothing is open.

Failures of both are counted for an address, whether or not there is such an account, so that
nobody guesses for long and nobody learns who works here. Five in fifteen minutes, then it waits.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.security.attempts import (
    AttemptLimit,
    TooManyAttempts,
    count_attempt,
    give_back_attempt,
    purge_attempts,
)
from finder.security.keys import KeyRing, Sealed
from finder.staff.accounts import drop_sessions, locked, normal_email, note
from finder.staff.models import StaffAccount, StaffSession
from finder.staff.passwords import code_hash, hash_password, new_code, password_is_right
from finder.staff.sessions import SignedIn, start_session
from finder.translatable import N_

FAILURES = 5
WITHIN = dt.timedelta(minutes=15)
RECOVERY_CODES = 10
TOTP_PURPOSE = "staff totp"
_STEP_SECONDS = 30
_WRONG = N_("This is not right, or the account is not open. Please look at it again.")


class SignInRefused(FinderError):
    """What was entered is not right."""


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """What an authenticator app is given."""

    secret: str
    address: str
    """otpauth://…, for a QR code"""


def give_password(
    session: Session,
    key_ring: KeyRing,
    email: str,
    password: str,
    *,
    clock: Callable[[], dt.datetime],
) -> str:
    """Return the token of a session in which the second factor is still to be given.

    :raises SignInRefused: there is no such account, or its password is another.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    limits = _limits(key_ring, email)
    _count(session, limits, email, now)
    account = session.scalars(_with_email(email)).one_or_none()
    account_id = account.id if account else ""
    kept = account.password_hash if account and account.disabled_at is None else None
    session.rollback()  # slow on purpose, and so while nobody waits for the database
    if not password_is_right(kept, password):
        _refuse(session, account_id, "password", now)
    with write_transaction(session):
        give_back_attempt(session, limits, at=now)
        if locked(session, account_id).password_hash != kept:
            raise SignInRefused(_WRONG)  # changed meanwhile
        return start_session(session, account_id, now)


def choose_password(
    session: Session,
    key_ring: KeyRing,
    email: str,
    code: str,
    password: str,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Choose a password with a one-time code that an administrator gave.

    :raises SignInRefused: the code is wrong, used, or too old.
    :raises WeakPassword: the password is none to be used; the code is still good.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    limits = _limits(key_ring, email)
    hashed = hash_password(password, email=normal_email(email))
    _count(session, limits, email, now)
    account = session.scalars(_with_email(email)).one_or_none()
    account_id = account.id if account else ""
    is_right = (
        account is not None
        and account.disabled_at is None
        and account.setup_hash is not None
        and account.setup_expires_at is not None
        and account.setup_expires_at > now
        and secrets.compare_digest(account.setup_hash, code_hash(code))
    )
    if not is_right:
        _refuse(session, account_id, "set-up-code", now)
    with write_transaction(session):
        give_back_attempt(session, limits, at=now)
        account = locked(session, account_id)
        if account.setup_hash != code_hash(code):
            raise SignInRefused(_WRONG)  # used meanwhile
        account.password_hash = hashed
        account.setup_hash = None
        drop_sessions(session, account_id)
        note(session, "staff.password_chosen", by=account_id, account_id=account_id, now=now)


def change_password(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    present: str,
    password: str,
    *,
    clock: Callable[[], dt.datetime],
) -> str:
    """Choose another password, and end every session; return the token of a new one.

    :raises SignInRefused: the present password is another.
    :raises WeakPassword: the new one is none to be used.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    account_id, email = signed_in.account.id, signed_in.account.email
    hashed = hash_password(password, email=email)
    limits = _limits(key_ring, email)
    _count(session, limits, email, now)
    kept = session.scalars(_with_email(email)).one().password_hash
    session.rollback()  # slow on purpose, and so while nobody waits for the database
    if not password_is_right(kept, present):
        _refuse(session, account_id, "password", now)
    with write_transaction(session):
        give_back_attempt(session, limits, at=now)
        account = locked(session, account_id)
        if account.password_hash != kept:
            raise SignInRefused(_WRONG)  # changed meanwhile
        account.password_hash = hashed
        drop_sessions(session, account_id)
        note(session, "staff.password_chosen", by=account_id, account_id=account_id, now=now)
        return start_session(session, account_id, now, verified=True)


def enrolment(
    session: Session, key_ring: KeyRing, signed_in: SignedIn, *, site_name: str
) -> Enrolment:
    """Return the secret of an account that has yet to confirm one.

    :raises SignInRefused: it has one already.
    """
    with write_transaction(session):
        account = locked(session, signed_in.account.id)
        if account.totp_confirmed:
            raise SignInRefused(_WRONG)
        if account.totp_sealed is None:
            made = pyotp.random_base32().encode()
            sealed = key_ring.seal(made, purpose=TOTP_PURPOSE, row_id=account.id)
            account.key_id, account.totp_sealed = sealed.key_id, sealed.blob
        secret = _secret(key_ring, account)
        address = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=site_name)
    return Enrolment(secret, address)


def confirm_enrolment(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    code: str,
    *,
    clock: Callable[[], dt.datetime],
) -> tuple[str, tuple[str, ...]]:
    """Finish setting up with a first code; return a new token and the recovery codes.

    :raises SignInRefused: the code is wrong.
    :raises TooManyAttempts: there were too many failures.
    """
    codes = tuple(new_code(4) for _ in range(RECOVERY_CODES))

    def confirm(account: StaffAccount) -> None:
        account.totp_confirmed = True
        account.recovery_hashes = [code_hash(each) for each in codes]

    token = _second_factor(
        session, key_ring, signed_in, code, confirm=confirm, event="staff.set_up", clock=clock
    )
    return token, codes


def give_second_factor(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    code: str,
    *,
    clock: Callable[[], dt.datetime],
) -> str:
    """Return the token of a new session in which everything is open, for a code or recovery code.

    :raises SignInRefused: the code is wrong or was used.
    :raises TooManyAttempts: there were too many failures.
    """
    return _second_factor(session, key_ring, signed_in, code, confirm=None, event="", clock=clock)


def _second_factor(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    code: str,
    *,
    confirm: Callable[[StaffAccount], None] | None,
    event: str,
    clock: Callable[[], dt.datetime],
) -> str:
    now = clock()
    account_id = signed_in.account.id
    limits = _limits(key_ring, signed_in.account.email)
    _count(session, limits, signed_in.account.email, now)
    token = None
    with write_transaction(session):
        account = locked(session, account_id)
        half_way = session.get(StaffSession, signed_in.session_id)
        if half_way is not None and account.totp_confirmed is (confirm is None):
            recovered = confirm is None and _is_recovery(account, code)
            if recovered or _is_totp(key_ring, account, code, now):
                if confirm is not None:
                    confirm(account)
                give_back_attempt(session, limits, at=now)
                session.delete(half_way)  # another token: what was seen before is worth nothing
                token = start_session(session, account_id, now, verified=True)
                account.last_sign_in = now
                about = {"by": account_id, "account_id": account_id, "now": now}
                if event or recovered:
                    note(session, event or "staff.recovery_code_used", **about)  # type: ignore[arg-type]
                note(session, "staff.signed_in", **about)  # type: ignore[arg-type]
    if token is None:
        _refuse(session, account_id, "second-factor", now)
    return token


def _is_totp(key_ring: KeyRing, account: StaffAccount, code: str, now: dt.datetime) -> bool:
    if account.totp_sealed is None:
        return False
    digits = "".join(code.split())
    totp = pyotp.TOTP(_secret(key_ring, account))
    present = int(now.timestamp()) // _STEP_SECONDS
    for step in (present - 1, present, present + 1):  # clocks differ a little
        right = totp.at(step * _STEP_SECONDS)
        if step > account.totp_last_step and secrets.compare_digest(
            right.encode(), digits.encode()
        ):
            account.totp_last_step = step
            return True
    return False


def _is_recovery(account: StaffAccount, code: str) -> bool:
    hashed = code_hash(code)
    if hashed not in account.recovery_hashes:
        return False
    account.recovery_hashes = [each for each in account.recovery_hashes if each != hashed]
    return True


def _secret(key_ring: KeyRing, account: StaffAccount) -> str:
    sealed = Sealed(account.key_id or "", account.totp_sealed or b"")
    return key_ring.open(sealed, purpose=TOTP_PURPOSE, row_id=account.id).decode()


def _limits(key_ring: KeyRing, email: str) -> list[AttemptLimit]:
    bucket = key_ring.index(normal_email(email).encode(), purpose="staff sign-in").hex()
    return [AttemptLimit(bucket, FAILURES, WITHIN)]


def _count(session: Session, limits: list[AttemptLimit], email: str, now: dt.datetime) -> None:
    try:
        with write_transaction(session):
            purge_attempts(session, now=now)
            count_attempt(session, limits, at=now)
    except TooManyAttempts:
        with write_transaction(session):
            account = session.scalars(_with_email(email)).one_or_none()
            found = account.id if account else ""
            note(session, "staff.locked_out", by="public", account_id=found, now=now)
        raise


def _refuse(session: Session, account_id: str, step: str, now: dt.datetime) -> NoReturn:
    with write_transaction(session):
        note(
            session,
            "staff.sign_in_refused",
            by="public",
            account_id=account_id,
            now=now,
            step=step,
        )
    raise SignInRefused(_WRONG)


def _with_email(email: str) -> sa.Select[StaffAccount]:
    return sa.select(StaffAccount).where(StaffAccount.email == normal_email(email))
