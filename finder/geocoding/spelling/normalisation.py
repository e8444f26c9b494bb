"""Normalises text to tokens and keys, by which names are compared.

A *token* is a run of ASCII letters and digits in lower case. A *key* is what names are stored and
looked up under: tokens with USPS abbreviations spelled out, joined without spaces, so that
"St. Louis", "saint louis" and "SaintLouis" are one. Knows no place and no state.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

LONGEST_QUERY = 200
"""Characters of a text that are read; no place on Earth needs more."""

Tokens = tuple[str, ...]

EXPANSIONS = {
    "st": "saint",
    "ste": "sainte",
    "ft": "fort",
    "mt": "mount",
    "mtn": "mountain",
    "n": "north",
    "no": "north",
    "so": "south",
    "s": "south",
    "e": "east",
    "w": "west",
    "hts": "heights",
    "hgts": "heights",
    "spg": "spring",
    "spgs": "springs",
    "spngs": "springs",
    "bch": "beach",
    "jct": "junction",
    "fls": "falls",
    "gdns": "gardens",
    "grv": "grove",
    "hbr": "harbor",
    "is": "island",
    "lk": "lake",
    "pk": "park",
    "pt": "point",
    "vly": "valley",
    "vlg": "village",
    "twp": "township",
    "cnty": "county",
}
# Letters that Unicode does not take apart into a base letter and an accent.
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})
_APOSTROPHES = re.compile("['`\u00b4\u2018\u2019\u02bb\u02bc\u2032]")
_TOKEN = re.compile(r"[a-z0-9]+")
_TOKEN_OR_SEPARATOR = re.compile(r"[a-z0-9]+|[,;|/]")
_SEPARATORS = frozenset(",;|/")
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]+"
)


def clean(text: str) -> str:
    """Return ``text`` cut to what is read, printable and safe to encode, full width made plain."""
    # Cut twice: one character may decompose into eighteen, and the work must stay bounded.
    text = unicodedata.normalize("NFKC", _UNPRINTABLE.sub(" ", text[: 2 * LONGEST_QUERY]))
    return " ".join(text.split())[:LONGEST_QUERY].strip()


def tokenise(text: str) -> Tokens:
    """Return the tokens of ``text``: accents and apostrophes gone, "D.C." as one token."""
    return join_initials(_TOKEN.findall(_plain(text)))


def tokenise_parts(text: str) -> list[Tokens]:
    """Return the tokens of each part between commas and the like, empty parts left out."""
    parts: list[Tokens] = []
    words: list[str] = []
    for word in _TOKEN_OR_SEPARATOR.findall(_plain(text)):
        if word not in _SEPARATORS:
            words.append(word)
        elif words:
            parts.append(join_initials(words))
            words = []
    if words:
        parts.append(join_initials(words))
    return parts


def key_of(tokens: Iterable[str], *, expansions: Mapping[str, str] = EXPANSIONS) -> str:
    """Return the key of ``tokens``: abbreviations spelled out, no spaces."""
    return "".join([expansions.get(token, token) for token in tokens])


def key_of_text(text: str) -> str:
    """Return the key of a name as it is written."""
    return key_of(tokenise(text))


def _plain(text: str) -> str:
    """Return ``text`` in lower case, without accents and apostrophes, "&" as a word."""
    if text.isascii():
        text = text.lower().replace("'", "").replace("`", "")
    else:
        text = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in text if not unicodedata.combining(character))
        text = _APOSTROPHES.sub("", text.casefold().translate(_UNDECOMPOSED))
    return text.replace("&", " and ")


def join_initials(words: Sequence[str]) -> Tokens:
    """Join neighbouring single letters: "n", "y" become "ny", as in "N.Y."."""
    if 1 not in map(len, words):
        return tuple(words)
    tokens: list[str] = []
    joining = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and joining:
            tokens[-1] += word
        else:
            tokens.append(word)
        joining = single
    return tuple(tokens)
