"""Where a secret word can be found again: as it is, written in other ways, or hashed."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.parse
from collections.abc import Iterable, Mapping
from pathlib import Path


def ways_to_write(word: str) -> frozenset[bytes]:
    """Return the bytes that give a word away: its encodings, and hashes made without a key."""
    plain = word.encode()
    forms = {each.encode() for each in (word, word.lower(), word.upper(), word.title())}
    forms |= {plain[::-1], plain.hex().encode(), plain.hex().upper().encode()}
    forms |= {word.encode("utf-16-le"), word.encode("utf-16-be")}
    forms |= {urllib.parse.quote(word).encode(), urllib.parse.quote_plus(word).encode()}
    forms.add(json.dumps(word)[1:-1].encode())
    for before in range(3):  # in the middle of a longer text it can stand at three offsets
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * before + plain).rstrip(b"=")
            # The characters at the edges are shared with what stands beside it.
            forms.add(encoded[(0, 2, 3)[before] : len(encoded) - 1])
    for text in (plain, plain.lower()):
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, text, usedforsecurity=False)
            forms |= {digest.digest(), digest.hexdigest().encode()}
    return frozenset(forms)


def traces(words: Iterable[str], places: Mapping[str, bytes]) -> list[str]:
    """Return each word that gives itself away in a place, as "word in place"."""
    return [
        f"{word} in {name}"
        for word in words
        for name, content in places.items()
        if any(form in content for form in ways_to_write(word))
    ]


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder, by its path there."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
