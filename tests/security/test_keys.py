from __future__ import annotations

import base64
import hashlib
import hmac
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from config import parse_keys
from finder.errors import FinderError, SettingError
from finder.security import keys
from finder.security.keys import (
    KeyMissing,
    KeyRing,
    SealBroken,
    Sealed,
    add_development_key,
    ensure_development_keys,
)

OLD = ("k1", bytes(range(32)))
NEW = ("k2", bytes(range(32, 64)))
RING = KeyRing([OLD])
KNOWN_BLOB = "4ee407d3b975be7b64a1f6c3126d5c7c096e054019358e05a767cb027ea67b80"
KNOWN_INDEX = "ff2c8d9297cd3c0ca93e5a087b007b99831b7737a2ee0d7a0637cccc4371646c"


def _hkdf(key: bytes, info: bytes) -> bytes:
    """RFC 5869 with no salt and one block, written down a second time."""
    extracted = hmac.digest(bytes(32), key, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


def test_a_blob_is_what_the_format_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_bytes", lambda size: bytes([7]) * size)
    sealed = RING.seal(b"hello", purpose="inquiry", row_id="row")

    bound_to = b"".join(
        len(part).to_bytes(4, "big") + part
        for part in (b"finder sealed blob 1", b"inquiry", b"row", b"k1")
    )
    padded = b"\x00\x00\x00\x05hello" + bytes(503)
    cipher = AESGCM(_hkdf(OLD[1], b"finder seal"))
    assert sealed == Sealed(
        "k1", b"\x01" + bytes([7]) * 12 + cipher.encrypt(bytes([7]) * 12, padded, bound_to)
    )


def test_blobs_and_lookups_are_the_same_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Known answers: whatever changes them makes stored inquiries unreadable."""
    monkeypatch.setattr("secrets.token_bytes", lambda size: bytes([7]) * size)
    sealed = RING.seal(b"hello", purpose="inquiry", row_id="row")
    assert hashlib.sha256(sealed.blob).hexdigest() == KNOWN_BLOB
    assert RING.index(b"hello", purpose="p").hex() == KNOWN_INDEX
    assert RING.index(b"hello", purpose="p").hex() == (
        hmac.digest(_hkdf(OLD[1], b"finder index p"), b"hello", "sha256").hex()
    )


@given(st.binary(max_size=2_000), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_can_be_opened(plaintext: bytes, purpose: str, row_id: str) -> None:
    sealed = RING.seal(plaintext, purpose=purpose, row_id=row_id)
    assert RING.open(sealed, purpose=purpose, row_id=row_id) == plaintext


@pytest.mark.parametrize(("length", "padded"), [(0, 512), (508, 512), (509, 1024), (5_000, 5_120)])
def test_a_blob_hides_its_length_up_to_the_next_512_bytes(length: int, padded: int) -> None:
    blob = RING.seal(bytes(length), purpose="p", row_id="r").blob
    assert len(blob) == 1 + 12 + padded + 16


def test_the_same_words_never_look_the_same_twice() -> None:
    blobs = {RING.seal(b"same", purpose="p", row_id="r").blob for _ in range(50)}
    assert len(blobs) == 50


@pytest.mark.slow
def test_every_flipped_bit_is_refused() -> None:
    sealed = RING.seal(b"hello", purpose="p", row_id="r")
    for place in range(len(sealed.blob)):
        for bit in range(8):
            blob = bytearray(sealed.blob)
            blob[place] ^= 1 << bit
            with pytest.raises(SealBroken, match="backup"):
                RING.open(Sealed("k1", bytes(blob)), purpose="p", row_id="r")


def test_every_cut_blob_is_refused() -> None:
    blob = RING.seal(b"hello", purpose="p", row_id="r").blob
    for length in range(len(blob)):
        with pytest.raises(SealBroken):
            RING.open(Sealed("k1", blob[:length]), purpose="p", row_id="r")


@pytest.mark.parametrize(("purpose", "row_id"), [("p", "r2"), ("p2", "r"), ("pr", ""), ("", "pr")])
def test_a_blob_is_refused_in_another_row_or_for_another_purpose(purpose: str, row_id: str) -> None:
    sealed = RING.seal(b"hello", purpose="p", row_id="r")
    with pytest.raises(SealBroken):
        RING.open(sealed, purpose=purpose, row_id=row_id)


def test_a_blob_is_refused_under_another_keys_name() -> None:
    sealed = RING.seal(b"hello", purpose="p", row_id="r")
    with pytest.raises(SealBroken):
        KeyRing([("k9", OLD[1])]).open(Sealed("k9", sealed.blob), purpose="p", row_id="r")


def test_the_first_key_seals_and_all_of_them_open() -> None:
    before = RING.seal(b"hello", purpose="p", row_id="r")
    both = KeyRing([NEW, OLD])
    assert both.ids == ("k2", "k1")
    assert both.sealing_id == "k2"
    assert "k1" in both
    assert "k3" not in both
    assert both.seal(b"", purpose="p", row_id="r").key_id == "k2"
    assert both.open(before, purpose="p", row_id="r") == b"hello"


def test_a_missing_key_is_named_with_what_to_do() -> None:
    sealed = RING.seal(b"hello", purpose="p", row_id="r")
    with pytest.raises(KeyMissing, match=r"key k1 is missing.*FINDER_KEYS"):
        KeyRing([NEW]).open(sealed, purpose="p", row_id="r")
    with pytest.raises(KeyMissing, match="key k1"):
        KeyRing([NEW]).index(b"", purpose="p", key_id="k1")


def test_no_key_at_all_is_said_at_once() -> None:
    with pytest.raises(KeyMissing, match="FINDER_KEYS"):
        KeyRing([])


def test_lookups_differ_by_key_and_purpose() -> None:
    both = KeyRing([NEW, OLD])
    lookups = {
        both.index(b"a", purpose="p"),
        both.index(b"a", purpose="q"),
        both.index(b"b", purpose="p"),
        both.index(b"a", purpose="p", key_id="k1"),
    }
    assert len(lookups) == 4
    assert both.index(b"a", purpose="p", key_id="k1") == RING.index(b"a", purpose="p")


def test_no_key_stands_in_a_rings_text() -> None:
    assert repr(KeyRing([NEW, OLD])) == "KeyRing(k2, k1)"


def test_development_makes_its_first_key_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys"
    made = ensure_development_keys(path, sealed_rows_exist=False)
    assert len(made) == 1
    assert made == parse_keys(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ensure_development_keys(path, sealed_rows_exist=True) == made


def test_a_missing_keys_file_is_never_replaced_while_rows_are_sealed(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    with pytest.raises(KeyMissing, match=r"keys is missing.*cannot be read.*Restore"):
        ensure_development_keys(path, sealed_rows_exist=True)
    assert not path.exists()


def test_two_first_starts_at_once_agree_on_one_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys"
    theirs = f"k1:{base64.b64encode(OLD[1]).decode()}\n"

    def other_process_first(path: Path, text: str) -> None:
        path.write_text(theirs)
        raise FileExistsError(path)

    monkeypatch.setattr(keys, "write_private", other_process_first)
    assert ensure_development_keys(path, sealed_rows_exist=False) == (OLD,)


def test_an_added_key_comes_first_and_the_file_stays_private(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    (first,) = ensure_development_keys(path, sealed_rows_exist=False)
    added = add_development_key(path)
    both = parse_keys(path.read_text())
    assert [key_id for key_id, _ in both] == [added, first[0]]
    assert both[1] == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["keys"]


def test_two_commands_do_not_add_a_key_at_once(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    before = ensure_development_keys(path, sealed_rows_exist=False)
    (tmp_path / "keys.new").touch()
    with pytest.raises(FinderError, match=r"remove .*keys\.new"):
        add_development_key(path)
    assert parse_keys(path.read_text()) == before


def test_a_keys_file_that_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("nonsense")
    with pytest.raises(SettingError):
        add_development_key(path)
    assert path.read_text() == "nonsense"
