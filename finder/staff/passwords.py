"""Passwords and one-time codes: how they are made, checked and kept."""

from __future__ import annotations

import functools
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from finder.errors import FinderError
from finder.translatable import N_

FEWEST = 12
MOST = 128
_hasher = PasswordHasher()  # Argon2id, with the library's present parameters
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""nothing that looks like something else"""


class WeakPassword(FinderError):
    """The password is too short, too long, or easily guessed."""


def hash_password(password: str, *, email: str) -> str:
    """Return what is kept of a new password.

    :raises WeakPassword: it is none to be used.
    """
    if not FEWEST <= len(password) <= MOST:
        raise WeakPassword(N_("Choose a password of 12 to 128 characters."))
    name = email.partition("@")[0]
    if password.casefold() in (email, name * 2) or len(set(password)) < 5:
        raise WeakPassword(N_("This password is easily guessed. Choose another one."))
    return _hasher.hash(password)


def password_is_right(kept: str | None, password: str) -> bool:
    """Whether a password is the one; where none is kept, it takes as long to say no."""
    try:
        _hasher.verify(kept or _nobodys(), password[: MOST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@functools.cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_hex(16))


def new_code(groups: int) -> str:
    """Return a random code of groups of four (each about 20 bits)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def code_hash(code: str) -> str:
    """Return what is kept of a code that ``new_code`` made; spaces and hyphens do not matter."""
    plain = "".join(char for char in code.casefold() if char in _ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()
