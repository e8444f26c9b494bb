"""Password strength by zxcvbn: leaked passwords, names, words and patterns.

The library takes 13 MB of memory, so it is imported when the first password is chosen.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable

_LOOKED_AT = 32
"""Characters. Made-up ones with many digits for letters take seconds where they are long; and what
begins with something that is hard to guess is hard to guess."""
_SHORTEST_PART = 3
_FEWEST_OF_ITS_OWN = 6
"""characters beside what its owner and the site are called"""
_HARD_ENOUGH = 3
"""of 4: at least 100 million guesses"""
_lock = threading.Lock()


def is_easily_guessed(password: str, *, about: Iterable[str]) -> bool:
    """Whether somebody would guess a password who knows what it is for.

    :param about: what its owner and the site are called; their parts are looked for, too.
    """
    from zxcvbn import zxcvbn

    parts = {part for each in about for part in (each, *re.split(r"[\W_]+", each))}
    known = sorted((part for part in parts if len(part) >= _SHORTEST_PART), key=len, reverse=True)
    if len(_without(password, known)) < _FEWEST_OF_ITS_OWN:
        return True
    with _lock:  # the library has one place for what is known, for all threads
        score: int = zxcvbn(password[:_LOOKED_AT], user_inputs=known)["score"]
    return score < _HARD_ENOUGH


def _without(password: str, known: Iterable[str]) -> str:
    """Return a password without the words that are known, and without spaces."""
    left = password.casefold()
    for each in known:
        left = left.replace(each.casefold(), " ")
    return "".join(left.split())
