"""Sealing: what people write is encrypted with the operator's keys before it is stored.

Answers for the format of a sealed blob, for keyed look-ups and for the key file of development.
Must not know what is sealed. A key never leaves this module, nor stands in any message.

The first key of a ring seals and all of them open, so that a key can be replaced while the
application runs. From each key HKDF-SHA256 derives one subkey a use, so that no two uses share one.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config import new_key, parse_keys, write_private
from finder.errors import FinderError

PADDING_BYTES = 512
"""A blob tells the length of what is in it no closer than this."""
_LENGTH_BYTES = 4
_NONCE_BYTES = 12
_FORMAT = b"\x01"
"""First byte of every blob; another format would have another."""


class KeyMissing(FinderError):
    """A key that is needed is not in the ring."""


class SealBroken(FinderError):
    """A sealed blob was changed, cut, or taken from another row."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What ``KeyRing.seal`` returns; both parts are stored."""

    key_id: str
    blob: bytes
    """format byte, 12-byte nonce, ciphertext, 16-byte tag"""


class KeyRing:
    """The operator's keys in their order: the first one seals, all of them open.

    :param keys: (id, 32 bytes), as ``config.parse_keys`` reads them.
    :raises KeyMissing: there is none.
    """

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        if not keys:
            raise KeyMissing(
                "There is no key to seal or read inquiries with. Set FINDER_KEYS, or put the keys"
                " file back into the data folder, and start again."
            )
        self._keys = dict(keys)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"

    def __contains__(self, key_id: object) -> bool:
        return key_id in self._keys

    @property
    def ids(self) -> tuple[str, ...]:
        """The keys' ids in order."""
        return tuple(self._keys)

    @property
    def sealing_id(self) -> str:
        """The id of the key that seals."""
        return self.ids[0]

    def seal(self, plaintext: bytes, *, purpose: str, row_id: str) -> Sealed:
        """Encrypt with the first key, bound to a purpose and a row.

        AES-256-GCM with a random nonce: good for 2**32 seals a key. The length is hidden up to
        the next multiple of 512 bytes.
        """
        key_id = self.sealing_id
        framed = len(plaintext).to_bytes(_LENGTH_BYTES) + plaintext
        padded = framed + bytes(-len(framed) % PADDING_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self._subkey(key_id, "seal"))
        encrypted = cipher.encrypt(nonce, padded, _bound_to(purpose, row_id, key_id))
        return Sealed(key_id, _FORMAT + nonce + encrypted)

    def open(self, sealed: Sealed, *, purpose: str, row_id: str) -> bytes:
        """Decrypt what ``seal`` made for the same purpose and row.

        :raises KeyMissing: the key that sealed it is not in the ring.
        :raises SealBroken: not one byte of it may differ.
        """
        cipher = AESGCM(self._subkey(sealed.key_id, "seal"))
        nonce, encrypted = sealed.blob[1 : 1 + _NONCE_BYTES], sealed.blob[1 + _NONCE_BYTES :]
        broken = SealBroken(
            f"The sealed content of {row_id} was changed or belongs elsewhere, so it is not shown."
            " Bring it back from a backup."
        )
        if sealed.blob[:1] != _FORMAT or len(nonce) != _NONCE_BYTES:
            raise broken
        try:
            padded = cipher.decrypt(nonce, encrypted, _bound_to(purpose, row_id, sealed.key_id))
        except InvalidTag:
            raise broken from None
        length = int.from_bytes(padded[:_LENGTH_BYTES])
        return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]

    def index(self, value: bytes, *, purpose: str, key_id: str | None = None) -> bytes:
        """Return the keyed hash that a row is found by (HMAC-SHA256, 32 bytes).

        :param key_id: the key that made the row's look-up; the sealing key if not given.
        :raises KeyMissing: that key is not in the ring.
        """
        subkey = self._subkey(key_id or self.sealing_id, f"index {purpose}")
        return hmac.digest(subkey, value, hashlib.sha256)

    def file_cipher(self, use: str, *, salt: bytes, key_id: str) -> AESGCM:
        """Return a cipher for one file alone: the salt is random, and stands in the file.

        :raises KeyMissing: that key is not in the ring.
        """
        return AESGCM(self._subkey(key_id, f"file {use}", salt=salt))

    def _subkey(self, key_id: str, use: str, *, salt: bytes | None = None) -> bytes:
        key = self._keys.get(key_id)
        if key is None:
            raise KeyMissing(
                f"The key {key_id} is missing, and what it sealed cannot be read. Put it back:"
                " add its id:base64 to FINDER_KEYS, or restore the keys file in the data folder."
            )
        derivation = HKDF(algorithm=SHA256(), length=32, salt=salt, info=f"finder {use}".encode())
        return derivation.derive(key)


def ensure_development_keys(
    path: Path, *, sealed_rows_exist: bool
) -> tuple[tuple[str, bytes], ...]:
    """Return the keys in a file, which is made with a first key (mode 600) if it is not there.

    :param sealed_rows_exist: whether something waits for the keys that the file should hold.
    :raises KeyMissing: the file is gone while something is sealed: a new key would not open it.
    """
    if not path.exists():
        if sealed_rows_exist:
            raise KeyMissing(
                f"The keys file {path} is missing, so the inquiries that are stored cannot be"
                " read. Restore it from a backup, or set FINDER_KEYS to the keys that it held."
            )
        _, entry = new_key()
        with contextlib.suppress(FileExistsError):  # another process was first: its key counts
            _write_durably(path, entry + "\n")
    return parse_keys(path.read_text("ascii"))


def add_development_key(path: Path) -> str:
    """Put a fresh key before those in a file, in one step, and return its id.

    :raises FinderError: another process is at it.
    """
    key_id, entry = new_key()
    present = path.read_text("ascii")
    parse_keys(present)  # a file that cannot be read is left as it is
    draft = path.with_name(path.name + ".new")
    try:
        _write_durably(draft, f"{entry}\n{present}")
    except FileExistsError:
        raise FinderError(
            f"Another command is adding a key, or broke off: if none is running, remove {draft}"
            " and try again."
        ) from None
    draft.replace(path)
    _sync(path.parent)
    return key_id


def _write_durably(path: Path, text: str) -> None:
    # A key must outlive a power cut as surely as what it seals.
    write_private(path, text)
    _sync(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _bound_to(purpose: str, row_id: str, key_id: str) -> bytes:
    # Each part carries its length: "ab" + "c" never reads as "a" + "bc".
    parts = (b"finder sealed blob 1", purpose.encode(), row_id.encode(), key_id.encode())
    return b"".join(len(part).to_bytes(_LENGTH_BYTES) + part for part in parts)
