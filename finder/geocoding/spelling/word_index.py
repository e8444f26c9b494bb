"""The deletion index of all names, packed in memory.

On disk, each form that is looked up would cost a read; in memory they take some 7 MB, loaded at
the first typing error. Knows spellings and their states, no places.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from finder.geocoding.spelling.deletions import (
    MOST_EDITS,
    NearSpelling,
    deletion_sums,
    edits_allowed,
    typing_errors,
)

# Short words have very many neighbours: two errors away, only towns are looked at.
_SHORT = 7
_LEAST_WEIGHT_OF_SHORT = 5000

# A sum is split in two: the upper half is the number of its bucket, the lower half is stored in the
# bucket, above the number of a word.
_HALF_BITS = 16
_HALF = (1 << _HALF_BITS) - 1
# A Bloom filter of 2**23 bits with one hash rejects nine in ten sums that no word has.
_BLOOM_BITS = 23
_BLOOM_MASK = (1 << _BLOOM_BITS) - 1


class Word(NamedTuple):
    """A spelling, the key of the name it stands for, its heaviest place's weight, its states.

    ``states`` has a bit for each state in which a place is called so.
    """

    spelling: str
    key: str
    weight: int
    states: int


class WordIndex:
    """All words, numbered as they were packed, and the forms of them that lack letters."""

    def __init__(self, packed: dict[str, bytes]) -> None:
        """Take what ``pack`` made."""
        self._spellings = packed["spellings"].decode("ascii").split("\n")
        self._keys = packed["keys"].decode("ascii").split("\n")
        self._weights = memoryview(packed["weights"]).cast("I")
        self._states = memoryview(packed["states"]).cast("Q")
        self._bloom = packed["bloom"]
        self._buckets = memoryview(packed["buckets"]).cast("I")
        self._forms = memoryview(packed["forms"]).cast("I")

    def word(self, number: int, *, state_bit: int = -1) -> Word | None:
        """Return a word by its number; None where no place of the wanted state is called so."""
        states = self._states[number]
        if not states & state_bit:
            return None
        return Word(self._spellings[number], self._keys[number], self._weights[number], states)

    def spelled_like(self, key: str, *, state_bit: int = -1) -> list[NearSpelling]:
        """Return the words within the typing errors allowed for ``key``, nearest first.

        With ``state_bit``, only names of places in that state.
        """
        edits = edits_allowed(key)
        if not edits:
            return []
        numbers = self._with_any_form(deletion_sums(key, edits=edits))
        if state_bit < 0 and edits > 1 and len(key) <= _SHORT:
            closer = self._with_any_form(deletion_sums(key, edits=1))
            weights = self._weights
            numbers = closer | {
                number for number in numbers if weights[number] >= _LEAST_WEIGHT_OF_SHORT
            }
        spellings, states = self._spellings, self._states
        shortest, longest = len(key) - edits, len(key) + edits
        near = []
        for number in numbers:
            spelling = spellings[number]
            if states[number] & state_bit and shortest <= len(spelling) <= longest:
                errors = typing_errors(key, spelling, most=edits)
                if 0 < errors <= edits:
                    name = self._keys[number]
                    near.append(NearSpelling(spelling, name, self._weights[number], errors))
        near.sort(key=_by_edits)
        return near

    def _with_any_form(self, sums: Iterable[int]) -> set[int]:
        """Return the numbers of the words that have a form with one of ``sums``."""
        bloom, buckets, forms = self._bloom, self._buckets, self._forms
        numbers = set()
        for each in sums:
            if not bloom[(each & _BLOOM_MASK) >> 3] >> (each & 7) & 1:
                continue
            bucket, lower = each >> _HALF_BITS, (each & _HALF) << _HALF_BITS
            end = buckets[bucket + 1]
            at = bisect_left(forms, lower, buckets[bucket], end)
            while at < end and forms[at] - lower <= _HALF:
                numbers.add(forms[at] & _HALF)
                at += 1
        return numbers


def pack(words: Sequence[Word]) -> dict[str, bytes]:
    """Return ``words``, at most 65,536 of them, as the few long strings that an index is made of.

    Numbers are in this machine's byte order.
    """
    # Pairs as single numbers sort three times as fast.
    pairs = [
        form << _HALF_BITS | number
        for number, word in enumerate(words)
        for form in deletion_sums(word.spelling, edits=MOST_EDITS)
    ]
    pairs.sort()
    bloom = bytearray(1 << _BLOOM_BITS - 3)
    buckets = array("I", bytes(4 * (_HALF + 2)))
    for pair in pairs:
        form = pair >> _HALF_BITS
        bloom[(form & _BLOOM_MASK) >> 3] |= 1 << (form & 7)
        buckets[(form >> _HALF_BITS) + 1] += 1
    ends = array("I", accumulate(buckets))
    return {
        "spellings": "\n".join(word.spelling for word in words).encode("ascii"),
        "keys": "\n".join(word.key for word in words).encode("ascii"),
        "weights": array("I", [word.weight for word in words]).tobytes(),
        "states": array("Q", [word.states for word in words]).tobytes(),
        "bloom": bytes(bloom),
        "buckets": ends.tobytes(),
        "forms": array("I", [pair & 0xFFFFFFFF for pair in pairs]).tobytes(),
    }


def _by_edits(near: NearSpelling) -> tuple[float, str]:
    return near.edits, near.spelling
