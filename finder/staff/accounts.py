"""Accounts of staff: create, change, disable, enable, reset.

What a role allows is not known here: the caller has checked that ``by`` may do it.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.security import audit
from finder.staff.models import StaffAccount, StaffFacility, StaffSession
from finder.staff.passwords import code_hash, new_code
from finder.translatable import N_

SETUP_TIME = dt.timedelta(hours=48)
_EMAIL = re.compile(r"[!-?A-~]+@[a-z0-9.-]+\.[a-z0-9-]{2,}")
_LONGEST_EMAIL = 254


class AccountRefused(FinderError):
    """The account cannot be made or changed so."""


class NoSuchAccount(FinderError):
    """There is no such account."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as others may see it."""

    id: str
    email: str
    role: str
    facility_ids: frozenset[int]
    created_at: dt.datetime
    last_sign_in: dt.datetime | None
    is_disabled: bool
    has_app: bool
    """whether an authenticator app was set up"""
    passkeys: int
    recovery_codes: int
    """how many of them are left"""
    saved_views: tuple[str, ...]

    @property
    def is_set_up(self) -> bool:
        """Whether there is a second factor to ask for."""
        return self.has_app or self.passkeys > 0


def create_account(
    session: Session,
    email: str,
    *,
    role: str,
    facility_ids: Iterable[int] = (),
    by: str,
    clock: Callable[[], dt.datetime],
) -> str:
    """Make an account; return the one-time code with which its owner chooses a password.

    :raises AccountRefused: the address is none or taken, or a facility does not exist.
    """
    email = normal_email(email)
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise AccountRefused(N_("This is not an e-mail address."))
    with write_transaction(session):
        if _find(session, email) is not None:
            raise AccountRefused(N_("There is an account with this address already."))
        now = clock()
        account = StaffAccount(id=secrets.token_hex(16), email=email, role=role, created_at=now)
        session.add(account)
        session.flush()
        _set_facilities(session, account, facility_ids)
        code = _new_setup_code(account, now)
        record_account_event(
            session, "staff.created", by=by, account_id=account.id, now=now, role=role
        )
    return code


def reset_account(
    session: Session, account_id: str, *, by: str, clock: Callable[[], dt.datetime]
) -> str:
    """Forget password and second factors, end all sessions; return a one-time code to start anew.

    :raises NoSuchAccount: there is none.
    :raises AccountRefused: it is disabled, and the code would open nothing.
    """
    with write_transaction(session):
        account = locked(session, account_id)
        if account.disabled_at is not None:
            raise AccountRefused(
                N_(
                    "This account is disabled, so a new one-time code would open nothing. Enable"
                    " it: that gives a new code, too."
                )
            )
        now = clock()
        code = _start_anew(session, account, now)
        record_account_event(session, "staff.reset", by=by, account_id=account.id, now=now)
    return code


def disable_account(
    session: Session, account_id: str, *, by: str, clock: Callable[[], dt.datetime]
) -> None:
    """Disable an account, and end its sessions.

    :raises NoSuchAccount: there is none.
    :raises AccountRefused: it is the actor's own.
    """
    _not_oneself(account_id, by)
    with write_transaction(session):
        account = locked(session, account_id)
        now = clock()
        account.disabled_at = account.disabled_at or now
        account.setup_hash = None
        drop_sessions(session, account.id)
        record_account_event(session, "staff.disabled", by=by, account_id=account.id, now=now)


def enable_account(
    session: Session, account_id: str, *, by: str, clock: Callable[[], dt.datetime]
) -> str:
    """Enable a disabled account; return the one-time code with which its owner sets it up again.

    Role and facilities are as they were. Nothing else is: neither its password nor a factor.

    :raises NoSuchAccount: there is none.
    :raises AccountRefused: it is not disabled.
    """
    with write_transaction(session):
        account = locked(session, account_id)
        if account.disabled_at is None:
            raise AccountRefused(N_("This account is open already. Nothing has changed."))
        now = clock()
        account.disabled_at = None
        code = _start_anew(session, account, now)
        record_account_event(session, "staff.enabled", by=by, account_id=account.id, now=now)
    return code


def change_account(
    session: Session,
    account_id: str,
    *,
    role: str,
    facility_ids: Iterable[int],
    by: str,
    clock: Callable[[], dt.datetime],
) -> None:
    """Give an account another role and other facilities, and end its sessions.

    :raises NoSuchAccount: there is none.
    :raises AccountRefused: it is the actor's own, or a facility does not exist.
    """
    _not_oneself(account_id, by)
    with write_transaction(session):
        account = locked(session, account_id)
        now = clock()
        before, account.role = account.role, role
        _set_facilities(session, account, facility_ids)
        drop_sessions(session, account.id)
        record_account_event(
            session,
            "staff.changed",
            by=by,
            account_id=account.id,
            now=now,
            before=before,
            after=role,
            facilities=len(account.facilities),
        )


def list_accounts(session: Session) -> tuple[Account, ...]:
    """Return all accounts by their addresses."""
    rows = session.scalars(sa.select(StaffAccount).order_by(StaffAccount.email))
    return tuple(as_account(row) for row in rows)


def account_with_email(session: Session, email: str) -> Account:
    """Return the account with an address.

    :raises NoSuchAccount: there is none.
    """
    found = _find(session, normal_email(email))
    if found is None:
        raise NoSuchAccount(N_("There is no such account."))
    return as_account(found)


def as_account(row: StaffAccount) -> Account:
    """Return what others may see of an account."""
    return Account(
        id=row.id,
        email=row.email,
        role=row.role,
        facility_ids=frozenset(each.facility_id for each in row.facilities),
        created_at=row.created_at,
        last_sign_in=row.last_sign_in,
        is_disabled=row.disabled_at is not None,
        has_app=row.totp_confirmed,
        passkeys=len(row.passkeys),
        recovery_codes=len(row.recovery_hashes),
        saved_views=tuple(row.saved_views),
    )


def normal_email(email: str) -> str:
    """Return an address as it is kept."""
    return email.strip().casefold()


def locked(session: Session, account_id: str) -> StaffAccount:
    """Return an account, locked until the transaction ends.

    :raises NoSuchAccount: there is none.
    """
    found = session.scalars(
        sa.select(StaffAccount)
        .where(StaffAccount.id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NoSuchAccount(N_("There is no such account."))
    return found


def drop_sessions(session: Session, account_id: str, *, but: str = "") -> None:
    """End all sessions of an account in the caller's transaction, but the one with this id."""
    session.execute(
        sa.delete(StaffSession).where(StaffSession.account_id == account_id, StaffSession.id != but)
    )


def record_sign_in_change(
    session: Session, account: StaffAccount, event: str, now: dt.datetime, *, keep: str = ""
) -> None:
    """End an account's sessions and write the audit event, after its owner changed how it signs in.

    :param keep: the id of the session in which that was done; empty: it ends, too.
    """
    drop_sessions(session, account.id, but=keep)
    record_account_event(session, event, by=account.id, account_id=account.id, now=now)


def record_account_event(
    session: Session,
    event: str,
    *,
    by: str,
    account_id: str,
    now: dt.datetime,
    **details: int | bool | str,
) -> None:
    """Write an audit event about an account, as the last step of a transaction."""
    session.flush()
    audit.record(session, event, actor=by, subject=account_id, details=details, at=now)


def _find(session: Session, email: str) -> StaffAccount | None:
    return session.scalars(sa.select(StaffAccount).where(StaffAccount.email == email)).one_or_none()


def _not_oneself(account_id: str, by: str) -> None:
    if account_id == by:
        raise AccountRefused(N_("Nobody changes their own account. Ask another administrator."))


def _set_facilities(session: Session, account: StaffAccount, ids: Iterable[int]) -> None:
    account.facilities = [StaffFacility(facility_id=each) for each in sorted(set(ids))]
    try:
        session.flush()
    except sa.exc.IntegrityError:
        raise AccountRefused(
            N_("There is no facility with one of these numbers. Please look at them again.")
        ) from None


def _start_anew(session: Session, account: StaffAccount, now: dt.datetime) -> str:
    """Forget all that signs its owner in, end their sessions, and return a one-time code."""
    account.password_hash = account.key_id = account.totp_sealed = None
    account.totp_confirmed = False
    account.totp_last_step = 0  # of the old secret
    account.recovery_hashes = []
    account.passkeys = []
    drop_sessions(session, account.id)
    return _new_setup_code(account, now)


def _new_setup_code(account: StaffAccount, now: dt.datetime) -> str:
    code = new_code(6)
    account.setup_hash = code_hash(code)
    account.setup_expires_at = now + SETUP_TIME
    return code
