"""Passkeys (WebAuthn) as a phishing-resistant second factor: register, sign in, list, remove.

A challenge belongs to one session, is valid once, and for five minutes. What browsers send is
verified by ``webauthn_ceremonies``, which is imported at first use.

Who adds a passkey gives the password again: it is what the challenge is given for. Whether the
account was set up with a passkey or with an app makes no difference later on.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.security.attempts import give_back_attempt
from finder.security.keys import KeyRing
from finder.staff.accounts import locked, record_sign_in_change
from finder.staff.codes import forget_app
from finder.staff.models import StaffAccount, StaffPasskey, StaffSession
from finder.staff.second_factor import (
    LAST_FACTOR,
    FactorRefused,
    Outcome,
    complete_second_factor,
    give_recovery_codes,
    is_set_up,
)
from finder.staff.sessions import SignedIn
from finder.staff.sign_in_throttle import (
    CHANGED,
    SignInRefused,
    count_sign_in_attempt,
    limits_of,
    refuse,
)
from finder.staff.signing_in import with_password
from finder.staff.site import Site
from finder.translatable import N_

if TYPE_CHECKING:
    from finder.staff.webauthn_ceremonies import KnownCredential, NewCredential

CHALLENGE_TIME = dt.timedelta(minutes=5)
MOST_PASSKEYS = 10
LONGEST_LABEL = 60
_TOO_MANY = N_("You have 10 passkeys already. Remove one of them first.")
_NOT_TAKEN = N_(
    "This passkey was not taken. Load this page again and try once more, or use another way. If"
    " none is left, ask an administrator of this site."
)
_COPIED = N_(
    "This passkey may have been copied, so it opens nothing now. Sign in another way, remove it,"
    " and tell an administrator."
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey, as its owner sees it."""

    id: str
    label: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None


def list_passkeys(session: Session, account_id: str) -> tuple[Passkey, ...]:
    """Return the passkeys of an account, the oldest first."""
    rows = session.scalars(
        sa.select(StaffPasskey)
        .where(StaffPasskey.account_id == account_id)
        .order_by(StaffPasskey.created_at, StaffPasskey.id)
    )
    return tuple(Passkey(row.id, row.label, row.created_at, row.last_used_at) for row in rows)


def begin_passkey_setup(
    session: Session, signed_in: SignedIn, site: Site, *, clock: Callable[[], dt.datetime]
) -> dict[str, Any]:
    """Return what a browser needs for making the passkey with which an account is set up.

    :raises SignInRefused: the account is set up already, or the session is over.
    """
    with write_transaction(session):
        account, here = _account_and_session(session, signed_in)
        if is_set_up(account):
            raise SignInRefused(CHANGED)
        return _ask_for_new_one(account, here, site, clock())


def complete_passkey_setup(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    site: Site,
    answer: str,
    label: str,
    *,
    clock: Callable[[], dt.datetime],
) -> tuple[str, tuple[str, ...]]:
    """Finish setting up with a passkey; return a new token and the recovery codes.

    :param answer: the JSON that the browser sent.
    :raises SignInRefused: it is not what was asked for.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    codes: tuple[str, ...] = ()

    def look(account: StaffAccount, half_way: StaffSession) -> Outcome:
        nonlocal codes
        new = _made(session, half_way, site, answer, now)
        if new is None or is_set_up(account):
            return Outcome(is_right=False, why=_NOT_TAKEN)
        forget_app(account)  # a secret that was shown, and that no app needs now
        _keep(account, new, label, now)
        codes = give_recovery_codes(account)
        return Outcome(is_right=True, events=("staff.set_up", "staff.passkey_added"))

    token = complete_second_factor(session, key_ring, signed_in, look, step="passkey", now=now)
    return token, codes


def begin_passkey_sign_in(
    session: Session, signed_in: SignedIn, site: Site, *, clock: Callable[[], dt.datetime]
) -> dict[str, Any]:
    """Return what a browser needs for signing in with one of an account's passkeys.

    :raises SignInRefused: it has none, or the session is over.
    """
    from finder.staff import webauthn_ceremonies

    with write_transaction(session):
        account, here = _account_and_session(session, signed_in)
        if not account.passkeys:
            raise SignInRefused(CHANGED)
        return webauthn_ceremonies.request_options(
            site,
            challenge=_new_challenge(here, clock()),
            within=CHALLENGE_TIME,
            known=_known(account),
        )


def sign_in_with_passkey(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    site: Site,
    answer: str,
    *,
    clock: Callable[[], dt.datetime],
) -> str:
    """Return the token of a new session in which everything is open, for a signed challenge.

    :param answer: the JSON that the browser sent.
    :raises SignInRefused: it is not signed by a passkey of this account for this site, not what
        was asked for, or the passkey seems to have been copied.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    from finder.staff import webauthn_ceremonies

    said = webauthn_ceremonies.credential_id_of(answer)

    def look(account: StaffAccount, half_way: StaffSession) -> Outcome:
        challenge = _take_challenge(half_way, now)
        passkey = next((each for each in account.passkeys if each.credential_id == said), None)
        if challenge is None or passkey is None:
            return Outcome(is_right=False, why=_NOT_TAKEN)
        count = webauthn_ceremonies.verify_assertion(
            answer, site, challenge=challenge, public_key=passkey.public_key
        )
        if count is None:
            return Outcome(is_right=False, why=_NOT_TAKEN)
        if (count or passkey.sign_count) and count <= passkey.sign_count:
            return Outcome(is_right=False, events=("staff.passkey_copied",), why=_COPIED)
        passkey.sign_count = count
        passkey.last_used_at = now
        return Outcome(is_right=True, events=("staff.passkey_used",))

    return complete_second_factor(session, key_ring, signed_in, look, step="passkey", now=now)


def begin_adding_passkey(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    site: Site,
    password: str,
    *,
    clock: Callable[[], dt.datetime],
) -> dict[str, Any]:
    """Return what a browser needs for making one more passkey, to who gives the password again.

    :raises FactorRefused: the account has as many as it may have.
    :raises SignInRefused: the password is another, or the session is over.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    with with_password(session, key_ring, signed_in, password, now=now):
        account, here = _account_and_session(session, signed_in)
        if len(account.passkeys) >= MOST_PASSKEYS:
            raise FactorRefused(_TOO_MANY)
        return _ask_for_new_one(account, here, site, now)


def add_passkey(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    site: Site,
    answer: str,
    label: str,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Keep one more passkey, and end the account's other sessions.

    :param answer: the JSON that the browser sent.
    :raises SignInRefused: it is not what was asked for.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    account_id, email = signed_in.account.id, signed_in.account.email
    limits = limits_of(key_ring, email)
    count_sign_in_attempt(session, limits, email, now)
    with write_transaction(session):
        account, here = _account_and_session(session, signed_in)
        new = _made(session, here, site, answer, now) if here.verified_at is not None else None
        if new is not None:
            give_back_attempt(session, limits, at=now)
            _keep(account, new, label, now)
            record_sign_in_change(session, account, "staff.passkey_added", now, keep=here.id)
    if new is None:
        refuse(session, account_id, "passkey", now, why=_NOT_TAKEN)


def remove_passkey(
    session: Session,
    key_ring: KeyRing,
    signed_in: SignedIn,
    passkey_id: str,
    password: str,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Forget a passkey, and end the account's other sessions; one that is gone is no mistake.

    :raises FactorRefused: it is the only second factor.
    :raises SignInRefused: the password is another.
    :raises TooManyAttempts: there were too many failures.
    """
    now = clock()
    with with_password(session, key_ring, signed_in, password, now=now) as account:
        passkey = next((each for each in account.passkeys if each.id == passkey_id), None)
        if passkey is None:
            return
        if len(account.passkeys) == 1 and not account.totp_confirmed:
            raise FactorRefused(LAST_FACTOR)
        account.passkeys.remove(passkey)
        record_sign_in_change(
            session, account, "staff.passkey_removed", now, keep=signed_in.session_id
        )


def _account_and_session(
    session: Session, signed_in: SignedIn
) -> tuple[StaffAccount, StaffSession]:
    account = locked(session, signed_in.account.id)
    here = session.get(StaffSession, signed_in.session_id)
    if here is None:
        raise SignInRefused(CHANGED)  # ended meanwhile
    return account, here


def _ask_for_new_one(
    account: StaffAccount, here: StaffSession, site: Site, now: dt.datetime
) -> dict[str, Any]:
    from finder.staff import webauthn_ceremonies

    return webauthn_ceremonies.creation_options(
        site,
        challenge=_new_challenge(here, now),
        within=CHALLENGE_TIME,
        user_id=bytes.fromhex(account.id),
        email=account.email,
        known=_known(account),
    )


def _known(account: StaffAccount) -> list[KnownCredential]:
    from finder.staff.webauthn_ceremonies import KnownCredential

    return [KnownCredential(each.credential_id, each.transports) for each in account.passkeys]


def _new_challenge(here: StaffSession, now: dt.datetime) -> bytes:
    challenge = secrets.token_bytes(32)
    here.challenge = base64.urlsafe_b64encode(challenge).decode()
    here.challenge_expires_at = now + CHALLENGE_TIME
    return challenge


def _take_challenge(here: StaffSession, now: dt.datetime) -> bytes | None:
    """Return the challenge of a session, which is none from now on; None: there is none."""
    challenge, expires_at = here.challenge, here.challenge_expires_at
    here.challenge = here.challenge_expires_at = None
    if challenge is None or expires_at is None or expires_at <= now:
        return None
    return base64.urlsafe_b64decode(challenge)


def _made(
    session: Session, here: StaffSession, site: Site, answer: str, now: dt.datetime
) -> NewCredential | None:
    from finder.staff import webauthn_ceremonies

    challenge = _take_challenge(here, now)
    if challenge is None:
        return None
    new = webauthn_ceremonies.verify_registration(answer, site, challenge=challenge)
    if new is None:
        return None
    taken = sa.select(StaffPasskey.id).where(StaffPasskey.credential_id == new.credential_id)
    return new if session.scalar(taken) is None else None


def _keep(account: StaffAccount, new: NewCredential, label: str, now: dt.datetime) -> None:
    printable = "".join(each if each.isprintable() else " " for each in label)
    account.passkeys.append(
        StaffPasskey(
            id=secrets.token_hex(16),
            credential_id=new.credential_id,
            public_key=new.public_key,
            sign_count=new.sign_count,
            label=" ".join(printable.split())[:LONGEST_LABEL],
            transports=new.transports,
            created_at=now,
        )
    )
