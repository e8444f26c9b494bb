"""What looks for words finds them however they are written."""

from __future__ import annotations

import base64
import hashlib
import urllib.parse

import pytest

from tests.traces import traces

WORD = "Q7 canary&ü"


@pytest.mark.parametrize(
    "content",
    [
        WORD.encode(),
        f"{{'message': '{WORD}'}}".encode(),
        WORD.upper().encode(),
        WORD.encode("utf-16-le"),
        WORD.encode().hex().encode(),
        urllib.parse.quote(WORD).encode(),
        *(base64.b64encode(b"x" * n + WORD.encode() + b"yz") for n in range(3)),
        *(base64.urlsafe_b64encode(b"x" * n + WORD.encode() + b"y") for n in range(3)),
        hashlib.sha256(WORD.encode()).digest(),
        hashlib.md5(WORD.lower().encode(), usedforsecurity=False).hexdigest().encode(),
    ],
)
def test_a_word_is_found(content: bytes) -> None:
    assert traces([WORD, "nothing"], {"a": b"before " + content + b" after", "b": b"else"}) == [
        f"{WORD} in a"
    ]
