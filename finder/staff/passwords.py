"""Passwords and one-time codes: how they are made, checked and kept."""

from __future__ import annotations

import functools
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from finder.errors import FinderError
from finder.staff.password_strength import is_easily_guessed
from finder.translatable import N_

FEWEST = 12
MOST = 128
_hasher = PasswordHasher()  # Argon2id, with the library's present parameters
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""nothing that looks like something else"""


class WeakPassword(FinderError):
    """The password is too short, too long, or easily guessed."""


def require_length(password: str) -> None:
    """Refuse a new password that is too short or too long.

    :raises WeakPassword: it is.
    """
    if not FEWEST <= len(password) <= MOST:
        raise WeakPassword(N_("Choose a password of 12 to 128 characters."))


def hash_password(password: str, *, email: str, site_name: str) -> str:
    """Return what is kept of a new password.

    It takes up to half a second: ask for it outside of a transaction, and only for who has proved
    that they may choose a password.

    :raises WeakPassword: it is none to be used.
    """
    require_length(password)
    name = email.partition("@")[0]
    if (
        password.casefold() in (email, name * 2)
        or len(set(password)) < 5
        or is_easily_guessed(password, about=(email, site_name))
    ):
        raise WeakPassword(
            N_(
                "This password is easily guessed. Put a few words together that nobody else would,"
                " without your address and the name of this site."
            )
        )
    return _hasher.hash(password)


def verify_password(kept: str | None, password: str) -> bool:
    """Whether a password is the one; where none is kept, it takes as long to say no."""
    try:
        _hasher.verify(kept or _dummy_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@functools.cache
def _dummy_hash() -> str:
    return _hasher.hash(secrets.token_hex(16))


def new_code(groups: int) -> str:
    """Return a random code of groups of four (each about 20 bits)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def code_hash(code: str) -> str:
    """Return what is kept of a code that ``new_code`` made; spaces and hyphens do not matter."""
    plain = "".join(char for char in code.casefold() if char in _ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()
