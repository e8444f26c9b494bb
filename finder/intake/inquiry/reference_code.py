"""Reference codes: what a person writes down, and can say on the phone to name their inquiry.

Twelve characters in three groups, ``XXXX-XXXX-XXXX``. The alphabet has 17 characters, chosen for
the eye and for the ear:

- none that looks like another: no 0 O, 1 I L, 5 S, 2 with Z, 6 with G, 8 with B, W with U V;
- few that sound alike: of the letters that rhyme with "bee" only P stays, of those with "jay"
  only K, of F, S and X no S, of M and N only M, of 5 and 9 only 9;
- no vowel, so that no code spells a word.

Seventeen is prime, and so the last character, a sum modulo 17 in which every place has a weight of
its own, shows every single wrong character and every two that changed places. The other eleven
are random: 17**11 codes, about 2**45.
"""

from __future__ import annotations

import secrets
import unicodedata

from finder.errors import FinderError
from finder.translatable import N_

ALPHABET = "2346789FHKMPQRWXY"
REFERENCE_CHARACTERS = 12
_GROUP = 4
_MODULUS = len(ALPHABET)
_TOO_SHORT = N_(
    "This code is too short: a reference code has 12 letters and digits. Please compare it with"
    " yours, letter by letter."
)
_TOO_LONG = N_(
    "This code is too long: a reference code has 12 letters and digits. Please compare it with"
    " yours, letter by letter."
)


class NotAReference(FinderError):
    """A text that is no reference code: a character is wrong, missing or in another's place."""


def make_reference() -> str:
    """Return a new random reference code."""
    values = [secrets.randbelow(_MODULUS) for _ in range(REFERENCE_CHARACTERS - 1)]
    # The weight of the last place, inverted, so that all weighted values sum up to 0.
    check = -_weighted(values) * pow(REFERENCE_CHARACTERS, -1, _MODULUS) % _MODULUS
    return _grouped("".join(ALPHABET[value] for value in (*values, check)))


def normalise_reference(text: str) -> str:
    """Return a reference code as ``make_reference`` wrote it; case, spaces and dashes are free.

    :raises NotAReference: it cannot be one.
    """
    code = _bare(text)
    if (
        len(code) != REFERENCE_CHARACTERS
        or not set(code) <= set(ALPHABET)
        or _weighted([ALPHABET.index(char) for char in code])
    ):
        raise NotAReference(
            N_("This is not a reference code. Please compare it with yours, letter by letter.")
        )
    return _grouped(code)


def wrong_length_text(text: str) -> str:
    """Return what to tell whoever typed too few or too many characters; empty: neither, or none.

    It depends on the text alone, and so tells nothing about any inquiry.
    """
    typed = len(_bare(text))
    if 0 < typed < REFERENCE_CHARACTERS:
        return _TOO_SHORT
    return _TOO_LONG if typed > REFERENCE_CHARACTERS else ""


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in plain if not _separates(char))


def _separates(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Pd" or char in "._"


def _weighted(values: list[int]) -> int:
    return sum(weight * value for weight, value in enumerate(values, start=1)) % _MODULUS


def _grouped(code: str) -> str:
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))
