"""Symmetric deletion index (SymSpell, Wolf Garbe): names within one or two typing errors.

Two words within two edits share a form that lacks at most two letters, so an index of such forms
answers by plain look-up. Only the beginnings of words are indexed, as in his later versions, and
forms are stored as 32-bit sums: candidates are verified by edit distance, so false matches do no
harm. Knows words, not places.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple
from zlib import crc32

from rapidfuzz.distance import DamerauLevenshtein

LONGEST_WORD = 40
SHORTEST_CORRECTED = 4
SHORTEST_IN_STATE = 3
SHORTEST_TWO_EDITS = 4
MOST_EDITS = 2
_BEGINNING = 12
"""Letters of a word that forms are made from."""

_LOST, _ADDED, _CHANGED, _SWAPPED = 0.7, 1.15, 1.15, 0.7


class NearSpelling(NamedTuple):
    """A stored name that lies within a few typing errors of what was written.

    ``spelling`` is the form of the name that is near, ``key`` the one that its places are stored
    under, ``weight`` what its heaviest place weighs, ``edits`` how many typing errors lie between.
    """

    spelling: str
    key: str
    weight: int
    edits: float


def deletion_sums(word: str, *, edits: int) -> set[int]:
    """Return the sums of ``word``'s beginning and of its forms lacking up to ``edits`` letters."""
    start = word[:_BEGINNING].encode()
    sums = {crc32(start)}
    for lost in range(1, min(edits, len(start)) + 1):
        sums.update(map(crc32, map(bytes, combinations(start, len(start) - lost))))
    return sums


def edits_allowed(word: str) -> int:
    """Return how many typing errors are forgiven in ``word``; short words allow few readings."""
    if not SHORTEST_IN_STATE <= len(word) <= LONGEST_WORD:
        return 0
    return MOST_EDITS if len(word) >= SHORTEST_TWO_EDITS else 1


def typing_errors(written: str, meant: str, *, most: int) -> int:
    """Return the Damerau-Levenshtein distance: letters lost, added, changed or swapped.

    Letters may be swapped over others that were lost or added between them. Beyond ``most`` it
    is only told that there are more.
    """
    return DamerauLevenshtein.distance(written, meant, score_cutoff=most)


def slip_cost(written: str, meant: str) -> float:
    """Return how unlikely the typing errors are that lie between, as a sum of costs.

    The same distance with other weights (Lowrance and Wagner): of all slips, few lose just this
    letter, many put some other one in its place.
    """
    written, meant = _without_common_ends(written, meant)
    if not written or not meant:
        return len(written) * _ADDED + len(meant) * _LOST
    if len(written) == len(meant) == 1:
        return _CHANGED
    if len(written) == len(meant) == 2 and written == meant[::-1]:
        return _SWAPPED
    # Row 0 is a wall; row 1 stands for nothing written.
    wall = float(LONGEST_WORD * 2)
    table = [[wall] * (len(meant) + 2)]
    table.append([wall, *(column * _LOST for column in range(len(meant) + 1))])
    last_row_of: dict[str, int] = {}
    for row, letter in enumerate(written, 1):
        above = table[row]
        current = [wall, row * _ADDED]
        last_column = 0
        for column, other in enumerate(meant, 1):
            last_row = last_row_of.get(other, 0)
            swap = table[last_row][last_column] + _SWAPPED
            swap += (row - last_row - 1) * _ADDED + (column - last_column - 1) * _LOST
            same = letter == other
            cost = min(
                above[column] + (0 if same else _CHANGED),
                above[column + 1] + _ADDED,
                current[column] + _LOST,
                swap,
            )
            if same:
                last_column = column
            current.append(cost)
        last_row_of[letter] = row
        table.append(current)
    return table[-1][-1]


def _without_common_ends(first: str, second: str) -> tuple[str, str]:
    """Return what lies between the beginning and the ending that both words share."""
    start, shorter = 0, min(len(first), len(second))
    while start < shorter and first[start] == second[start]:
        start += 1
    end = 0
    while end < shorter - start and first[-1 - end] == second[-1 - end]:
        end += 1
    return first[start : len(first) - end], second[start : len(second) - end]
