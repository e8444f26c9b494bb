"""Second factors that are typed: TOTP (RFC 6238) and recovery codes.

Both can be phished; a passkey (``passkeys``) cannot.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import pyotp
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.security.keys import KeyRing, Sealed
from finder.staff.accounts import locked, record_sign_in_change
from finder.staff.models import StaffAccount, StaffSession
from finder.staff.passwords import code_hash
from finder.staff.second_factor import (
    LAST_FACTOR,
    FactorRefused,
    Outcome,
    complete_second_factor,
    give_recovery_codes,
    is_set_up,
)
from finder.staff.sessions import SignedIn
from finder.staff.sign_in_throttle import CHANGED, SignInRefused
from finder.staff.signing_in import with_password
from finder.translatable import N_

TOTP_PURPOSE = "staff totp"
_STEP_SECONDS = 30
_NOT_THE_APPS = N_(
    "This is not the code that the app shows now. Wait for its next one, and give that. If it is"
    " not taken either, have the phone set its clock by itself, and scan the picture once more."
)
_NO_GOOD_CODE = N_(
    "This code is not good now. Wait for the next six digits of your app, for each is good once, or"
    " give a recovery code that you have not used. If you have neither, ask an administrator of"
    " this site."
)
_NO_GOOD_RECOVERY_CODE = N_(
    "This is none of your recovery codes, or it was used. Give another one, or use your passkey. If"
    " you have neither, ask an administrator of this site."
)


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """What an authenticator app is given."""

    secret: str
    address: str
    """otpauth://…, for a QR code"""


def enrolment(
    session: Session, key_ring: KeyRing, signed_in: SignedIn, *, site_name: str, anew: bool = False
) -> Enrolment:
    """Return the secret of an account that has yet to confirm one.

    :param anew: make another one, so that nobody knows it who saw the one before.
    :raises SignInRefused: it has one already, or another second factor was not given yet.
    """
    with write_transaction(session):
        account = locked(session, signed_in.account.id)
        if account.totp_confirmed or (is_set_up(account) and not signed_in.is_verified):
            raise SignInRefused(CHANGED)
        if account.totp_sealed is None or anew:
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
    now = clock()
    codes: tuple[str, ...] = ()

    def look(account: StaffAccount, _half_way: StaffSession) -> Outcome:
        nonlocal codes
        if is_set_up(account) or not _is_totp(key_ring, account, code, now):
            return Outcome(is_right=False, why=_NOT_THE_APPS)
        account.totp_confirmed = True
        codes = give_recovery_codes(account)
        return Outcome(is_right=True, events=("staff.set_up",))

    token = complete_second_factor(
        session, key_ring, signed_in, look, step="second-factor", now=now
    )
    return token, codes


def sign_in_with_code(
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
    now = clock()

    def look(account: StaffAccount, _half_way: StaffSession) -> Outcome:
        if is_set_up(account) and _is_recovery(account, code):
            return Outcome(is_right=True, events=("staff.recovery_code_used",))
        if not account.totp_confirmed:
            return Outcome(is_right=False, why=_NO_GOOD_RECOVERY_CODE)
        return Outcome(is_right=_is_totp(key_ring, account, code, now), why=_NO_GOOD_CODE)

    return complete_second_factor(session, key_ring, signed_in, look, step="second-factor", now=now)


def add_app(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    password: str,
    code: str,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Add an authenticator app to an account that is set up; end its other sessions.

    :raises SignInRefused: the password or the code is wrong, or there is an app already.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    with with_password(session, key_ring, signed_in, password, now=now) as account:
        if account.totp_confirmed or not _is_totp(key_ring, account, code, now):
            raise SignInRefused(_NOT_THE_APPS)
        account.totp_confirmed = True
        record_sign_in_change(session, account, "staff.app_added", now, keep=signed_in.session_id)


def remove_app(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    password: str,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Forget the authenticator app, and end the account's other sessions.

    :raises FactorRefused: it is the only second factor.
    :raises SignInRefused: the password is another.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    with with_password(session, key_ring, signed_in, password, now=now) as account:
        if not account.passkeys:
            raise FactorRefused(LAST_FACTOR)
        if account.totp_confirmed:
            forget_app(account)
            record_sign_in_change(
                session, account, "staff.app_removed", now, keep=signed_in.session_id
            )


def renew_recovery_codes(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    password: str,
    *,
    clock: Callable[[], dt.datetime],
) -> tuple[str, ...]:
    """Return new recovery codes; those from before are void, and the other sessions end.

    :raises SignInRefused: the password is another.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    with with_password(session, key_ring, signed_in, password, now=now) as account:
        codes = give_recovery_codes(account)
        record_sign_in_change(
            session, account, "staff.recovery_codes_renewed", now, keep=signed_in.session_id
        )
    return codes


def forget_app(account: StaffAccount) -> None:
    """Forget the secret of an authenticator app, whether or not it was confirmed."""
    account.key_id = account.totp_sealed = None
    account.totp_confirmed = False
    account.totp_last_step = 0  # of the old secret


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
