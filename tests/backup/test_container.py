from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from finder.backup import container
from finder.backup.container import BackupBroken, SealingWriter, decrypted_chunks
from finder.security.keys import KeyMissing, KeyRing
from tests.factories import SEALING_KEYS
from tests.intake.making import BOTH, OTHER_RING, RING

HEADER = 8 + 1 + 1 + 2 + 16


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "CHUNK_BYTES", 8)


def sealed(content: bytes, ring: KeyRing = RING) -> bytes:
    file = io.BytesIO()
    writer = SealingWriter(file, ring)
    writer.write(content)
    writer.close()
    return file.getvalue()


def opened(file: bytes, rings: Sequence[KeyRing] = (RING,)) -> bytes:
    return b"".join(decrypted_chunks(io.BytesIO(file), rings))


def frames(file: bytes) -> list[bytes]:
    rest, found = file[HEADER:], []
    while rest:
        length = 5 + int.from_bytes(rest[:4])
        found.append(rest[:length])
        rest = rest[length:]
    return found


@pytest.mark.parametrize("content", [b"", b"a", b"12345678", b"123456789", bytes(1_000)])
@pytest.mark.usefixtures("small_chunks")
def test_what_is_written_can_be_read(content: bytes) -> None:
    assert opened(sealed(content)) == content


def test_a_file_is_what_the_format_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A known answer: HKDF of RFC 5869 with the file's salt, written down a second time."""
    monkeypatch.setattr("secrets.token_bytes", lambda size: bytes([7]) * size)
    header = b"FINDERBK\x01\x02k1" + bytes([7]) * 16
    extracted = hmac.digest(bytes([7]) * 16, SEALING_KEYS[0][1], hashlib.sha256)
    key = hmac.digest(extracted, b"finder file backup\x01", hashlib.sha256)
    body = AESGCM(key).encrypt(bytes(12), b"hello", header + bytes(8) + b"\x01")
    assert sealed(b"hello") == header + len(body).to_bytes(4, "big") + b"\x01" + body


def test_each_file_has_a_key_of_its_own() -> None:
    assert sealed(b"same")[HEADER:] != sealed(b"same")[HEADER:]


@pytest.mark.usefixtures("small_chunks")
def test_every_flipped_bit_is_refused() -> None:
    file = sealed(b"a backup in chunks")
    for place in range(len(file)):
        for bit in range(8):
            flipped = bytearray(file)
            flipped[place] ^= 1 << bit
            with pytest.raises((BackupBroken, KeyMissing)):
                opened(bytes(flipped))


@pytest.mark.usefixtures("small_chunks")
def test_every_cut_is_refused() -> None:
    file = sealed(b"a backup in chunks")
    for length in range(len(file)):
        with pytest.raises(BackupBroken):
            opened(file[:length])


@pytest.mark.usefixtures("small_chunks")
def test_chunks_in_another_order_left_out_repeated_or_added_are_refused() -> None:
    file = sealed(b"a backup in chunks")
    head, (one, two, three) = file[:HEADER], frames(file)
    assert opened(head + one + two + three) == b"a backup in chunks"
    for changed in (
        [two, one, three],
        [one, three],
        [two, three],
        [one, one, two, three],
        [one, two],
        [one, two, three, three],
        [one, two, three, b"x"],
        [three],
    ):
        with pytest.raises(BackupBroken):
            opened(head + b"".join(changed))


@pytest.mark.usefixtures("small_chunks")
def test_chunks_of_another_file_are_refused() -> None:
    one, other = sealed(b"a backup in chunks"), sealed(b"a backup in chunks")
    with pytest.raises(BackupBroken):
        opened(one[:HEADER] + b"".join([frames(one)[0], *frames(other)[1:]]))


def test_the_first_key_seals_and_the_rings_are_searched_in_order() -> None:
    assert b"k2" in sealed(b"x", BOTH)[:HEADER]
    assert opened(sealed(b"x", OTHER_RING), [RING, OTHER_RING]) == b"x"
    with pytest.raises(KeyMissing, match=r"k2.*FINDER_BACKUP_KEY"):
        opened(sealed(b"x", OTHER_RING))


def test_another_key_of_the_same_name_opens_nothing() -> None:
    with pytest.raises(BackupBroken):
        opened(sealed(b"x"), [KeyRing([("k1", bytes(range(1, 33)))])])


def test_what_is_no_backup_is_said_to_be_none() -> None:
    with pytest.raises(BackupBroken, match="no backup"):
        opened(b"SQLite format 3")
