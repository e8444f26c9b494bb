"""The encrypted container of a backup: chunked AES-256-GCM, so that nothing unverified is read.

    header:  "FINDERBK", version 1, length of the key's id, the id, 16 bytes of salt
    chunk:   4 bytes length, 1 byte (1 for the last chunk), AES-256-GCM ciphertext and tag

The key is derived for this file alone, so a chunk's number can be its nonce. Each chunk is bound to
the header, to its number and to whether it is the last: a file that was changed, cut, put in
another order or lengthened does not open. Must not know what is in it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from finder.errors import FinderError
from finder.security.keys import KeyMissing, KeyRing

CHUNK_BYTES = 256 * 1024
_MAGIC = b"FINDERBK\x01"
_SALT_BYTES = 16
_TAG_BYTES = 16
_USE = "backup"


class BackupBroken(FinderError):
    """The file is no backup, or not as it was written."""


class SealingWriter:
    """Encrypts what is written to it; without ``close`` the file does not open."""

    def __init__(self, file: BinaryIO, key_ring: KeyRing) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        key_id = key_ring.sealing_id.encode()
        self._header = _MAGIC + bytes([len(key_id)]) + key_id + salt
        self._cipher = key_ring.file_cipher(_USE, salt=salt, key_id=key_ring.sealing_id)
        self._file = file
        self._number = 0
        self._waiting = bytearray()
        file.write(self._header)

    def write(self, data: bytes) -> None:
        """Add to the file."""
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._chunk(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]

    def close(self) -> None:
        """Write the last chunk; the file stays open."""
        self._chunk(bytes(self._waiting), last=True)

    def _chunk(self, data: bytes, *, last: bool) -> None:
        bound_to = _bound_to(self._header, self._number, last=last)
        encrypted = self._cipher.encrypt(self._number.to_bytes(12), data, bound_to)
        self._file.write(len(encrypted).to_bytes(4) + bytes([last]) + encrypted)
        self._number += 1


def decrypted_chunks(file: BinaryIO, key_rings: Sequence[KeyRing]) -> Iterator[bytes]:
    """Yield what ``SealingWriter`` encrypted; only when it ends is it known to be all.

    :raises KeyMissing: its key is in none of the rings.
    :raises BackupBroken: it is no backup, or not as it was written.
    """
    start = file.read(len(_MAGIC) + 1)
    if start[:-1] != _MAGIC:
        raise BackupBroken("This is no backup, or one that another version of Finder made.")
    rest = file.read(start[-1] + _SALT_BYTES)
    key_name, salt = rest[: start[-1]], rest[start[-1] :]
    if len(salt) != _SALT_BYTES:
        raise _broken()
    key_id = key_name.decode(errors="replace")
    ring = next((each for each in key_rings if key_id in each), None)
    if ring is None:
        raise KeyMissing(
            f"This backup was made with the key {key_id!r}, which is missing. Add it to FINDER_KEYS"
            " or FINDER_BACKUP_KEY and try again."
        )
    cipher = ring.file_cipher(_USE, salt=salt, key_id=key_id)
    number, last = 0, False
    while not last:
        frame = file.read(5)
        length = int.from_bytes(frame[:4])
        if len(frame) != 5 or frame[4] > 1 or length > CHUNK_BYTES + _TAG_BYTES:
            raise _broken()
        last, encrypted = bool(frame[4]), file.read(length)
        if len(encrypted) != length:
            raise _broken()
        bound_to = _bound_to(start + rest, number, last=last)
        try:
            yield cipher.decrypt(number.to_bytes(12), encrypted, bound_to)
        except InvalidTag:
            raise _broken() from None
        number += 1
    if file.read(1):
        raise _broken()


def _bound_to(header: bytes, number: int, *, last: bool) -> bytes:
    return header + number.to_bytes(8) + bytes([last])


def _broken() -> BackupBroken:
    return BackupBroken("This backup was changed or is not whole; use another one.")
