"""Phonetic keys of names in English, for spellings by ear: "Sinsinati", "Feenix".

Rules of our own in the manner of Lawrence Philips's Metaphone but with the vowels kept apart, so
that a look-up goes by consonants and the ranking by the whole sound. Knows words, not places.
"""

from __future__ import annotations

import re

# In this order; each pattern is a spelling, each replacement one letter for its sound.
_RULES = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^eu", "yu"),
        (r"^kn", "n"),
        (r"^wr", "r"),
        (r"ph", "f"),
        (r"sch(?=[aeo])", "sk"),
        (r"tch|ch|sh", "S"),
        (r"th", "t"),
        (r"augh|ough|igh", "o"),
        (r"rgh", "rg"),
        (r"gh(?=[^aeiouy]|$)", ""),
        (r"c?qu", "k"),
        (r"ck|q", "k"),
        (r"cs", "s"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"dg(?=[eiy])|g(?=[ei])", "j"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"mb$", "m"),
        (r"([aeiouy])h", r"\1"),
        (r"([aeiou])w", r"\1"),
        (r"(.)\1+", r"\1"),
        (r"e$", ""),
        (r"[aeiouy]{2,}", "a"),
        (r"[ey]", "i"),
        (r"u", "o"),
    )
]
_VOWELS = str.maketrans("", "", "aeiouyh")
SHORTEST_SOUND = 2
"""Consonants that a name must have to be looked up by them in one state."""
SHORTEST_SOUND_ANYWHERE = 3


def sound_of(key: str) -> str:
    """Return how a key sounds, vowels included."""
    for pattern, sound in _RULES:
        key = pattern.sub(sound, key)
    return key


def consonants_of(sound: str) -> str:
    """Return the consonants of a sound, a vowel at its beginning as "a"; "" where too few."""
    kept = sound[1:].translate(_VOWELS)
    consonants = ("a" if sound[:1] in "aeiouy" else sound[:1]) + kept
    return consonants if len(consonants) >= SHORTEST_SOUND else ""
