"""String matching of names: normalisation, edit distance with a deletion index, and phonetics."""

from __future__ import annotations

from finder.geocoding.spelling.deletions import (
    LONGEST_WORD,
    SHORTEST_CORRECTED,
    NearSpelling,
    slip_cost,
    typing_errors,
)
from finder.geocoding.spelling.normalisation import (
    Tokens,
    clean,
    join_initials,
    key_of,
    key_of_text,
    tokenise,
    tokenise_parts,
)
from finder.geocoding.spelling.phonetics import (
    SHORTEST_SOUND,
    SHORTEST_SOUND_ANYWHERE,
    consonants_of,
    sound_of,
)
from finder.geocoding.spelling.word_index import Word, WordIndex, pack

__all__ = [
    "LONGEST_WORD",
    "SHORTEST_CORRECTED",
    "SHORTEST_SOUND",
    "SHORTEST_SOUND_ANYWHERE",
    "NearSpelling",
    "Tokens",
    "Word",
    "WordIndex",
    "clean",
    "consonants_of",
    "join_initials",
    "key_of",
    "key_of_text",
    "pack",
    "slip_cost",
    "sound_of",
    "tokenise",
    "tokenise_parts",
    "typing_errors",
]
