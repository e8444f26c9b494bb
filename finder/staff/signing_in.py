"""First factor: signing in with a password, and choosing or changing it.

A right password opens a partial session, in which only the second factor can be given. Failures are
limited by e-mail address (``sign_in_throttle``): five in fifteen minutes.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.security.attempts import give_back_attempt
from finder.security.keys import KeyRing
from finder.staff.accounts import (
    locked,
    normal_email,
    record_sign_in_change,
)
from finder.staff.models import StaffAccount
from finder.staff.passwords import code_hash, hash_password, require_length, verify_password
from finder.staff.sessions import SignedIn, start_session
from finder.staff.sign_in_throttle import (
    CHANGED,
    SignInRefused,
    count_sign_in_attempt,
    limits_of,
    refuse,
    with_email,
)
from finder.translatable import N_

_NOT_SIGNED_IN = N_(
    "This address and this password do not open an account. Look at both again: capital and small"
    " letters count in a password. If you have a one-time code, choose a password with it first. If"
    " you still cannot get in, ask an administrator of this site."
)
_NO_SUCH_CODE = N_(
    "This one-time code is not good with this address. Look at both again. A code is good once, and"
    " for 48 hours: if it is older, or was used, ask an administrator of this site for a new one."
)
_NOT_YOUR_PASSWORD = N_(
    "This is not your present password, so nothing has changed. Please type it once more."
)


def begin_sign_in(
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
    limits = limits_of(key_ring, email)
    count_sign_in_attempt(session, limits, email, now)
    account = session.scalars(with_email(email)).one_or_none()
    account_id = account.id if account else ""
    kept = account.password_hash if account and account.disabled_at is None else None
    session.rollback()  # slow on purpose, and so while nobody waits for the database
    if not verify_password(kept, password):
        refuse(session, account_id, "password", now, why=_NOT_SIGNED_IN)
    with write_transaction(session):
        give_back_attempt(session, limits, at=now)
        if locked(session, account_id).password_hash != kept:
            raise SignInRefused(_NOT_SIGNED_IN)  # changed meanwhile
        return start_session(session, account_id, now)


def choose_password(
    session: Session,
    key_ring: KeyRing,
    email: str,
    code: str,
    password: str,
    *,
    site_name: str,
    clock: Callable[[], dt.datetime],
) -> None:
    """Choose a password with a one-time code that an administrator gave.

    :raises SignInRefused: the code is wrong, used, or too old.
    :raises WeakPassword: the password is none to be used; the code is still good.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    limits = limits_of(key_ring, email)
    require_length(password)
    count_sign_in_attempt(session, limits, email, now)
    account = session.scalars(with_email(email)).one_or_none()
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
        refuse(session, account_id, "set-up-code", now, why=_NO_SUCH_CODE)
    with write_transaction(session):
        give_back_attempt(session, limits, at=now)
    hashed = hash_password(password, email=normal_email(email), site_name=site_name)
    with write_transaction(session):
        account = locked(session, account_id)
        if account.setup_hash != code_hash(code):
            raise SignInRefused(_NO_SUCH_CODE)  # used meanwhile
        account.password_hash = hashed
        account.setup_hash = None
        record_sign_in_change(session, account, "staff.password_chosen", now)


def change_password(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    present: str,
    password: str,
    *,
    site_name: str,
    clock: Callable[[], dt.datetime],
) -> str:
    """Choose another password, and end every session; return the token of a new one.

    :raises SignInRefused: the present password is another.
    :raises WeakPassword: the new one is none to be used.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    require_length(password)
    kept = _proven(session, key_ring, signed_in, present, now)
    hashed = hash_password(password, email=signed_in.account.email, site_name=site_name)
    with _unchanged(session, signed_in, kept) as account:
        account.password_hash = hashed
        record_sign_in_change(session, account, "staff.password_chosen", now)
        return start_session(session, account.id, now, verified=True)


@contextmanager
def with_password(
    session: Session, key_ring: KeyRing, signed_in: SignedIn, password: str, *, now: dt.datetime
) -> Iterator[StaffAccount]:
    """Run a block in a transaction, with the locked account, where the password is given again.

    Whoever finds a browser open must not be able to change how its owner signs in.

    :raises SignInRefused: it is another password, or the second factor was not given yet.
    :raises TooManyAttempts: there were too many failures.
    """
    kept = _proven(session, key_ring, signed_in, password, now)
    with _unchanged(session, signed_in, kept) as account:
        yield account


def _proven(
    session: Session, key_ring: KeyRing, signed_in: SignedIn, password: str, now: dt.datetime
) -> str | None:
    """Return what is kept of the password that was given again."""
    if not signed_in.is_verified:
        raise SignInRefused(CHANGED)  # a password alone must not change what else is asked for
    account_id, email = signed_in.account.id, signed_in.account.email
    limits = limits_of(key_ring, email)
    count_sign_in_attempt(session, limits, email, now)
    kept = session.scalars(with_email(email)).one().password_hash
    session.rollback()  # slow on purpose, and so while nobody waits for the database
    if not verify_password(kept, password):
        refuse(session, account_id, "password", now, why=_NOT_YOUR_PASSWORD)
    with write_transaction(session):
        give_back_attempt(session, limits, at=now)
    return kept


@contextmanager
def _unchanged(session: Session, signed_in: SignedIn, kept: str | None) -> Iterator[StaffAccount]:
    with write_transaction(session):
        account = locked(session, signed_in.account.id)
        if account.password_hash != kept:
            raise SignInRefused(CHANGED)  # changed meanwhile
        yield account
