"""Spelling correction of program names against the terms of the name index.

Knows nothing of places or filters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from itertools import islice, product
from math import prod

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.index import NameSegment, fold_name, match_names

_SPELLINGS_OF_A_WORD = 6
_SPELLINGS = 216
"""of all words together: the number of combinations"""
_TERMS = sa.select(NameSegment.terms)
_NAMES = sa.select(
    *(NameSegment.first_name, NameSegment.first_id, NameSegment.last_name),
    *(NameSegment.terms, NameSegment.postings, NameSegment.name_starts),
)


def similar_names(session: Session, name: str, *, limit: int = 3) -> tuple[str, ...]:
    """Return corrected spellings of a name that listed programs have, the likeliest first.

    A word of four to six letters is corrected by one edit, a longer one by two, in optimal string
    alignment distance. Scans all terms once: for a name under which nothing is found. The name as
    typed is never returned.
    """
    typed = fold_name(name).split()
    if not typed:
        return ()
    known = {word for words in session.scalars(_TERMS) for word in words.split("\n")}
    corrections = [_spellings(word, known) for word in typed]
    found: dict[tuple[str, ...], int] = {}
    for choice in product(*(spellings.items() for spellings in _limited(corrections))):
        words = tuple(word for word, _ in choice)
        if list(words) != typed:
            found[words] = sum(count for _, count in choice)
    counts = _occurrences(session, found) if found else {}
    likeliest = sorted(counts, key=lambda words: (found[words], -counts[words], words))
    return tuple(" ".join(words) for words in likeliest[:limit])


def _occurrences(
    session: Session, spellings: Collection[tuple[str, ...]]
) -> Mapping[tuple[str, ...], int]:
    """Return how many different names contain all words of each spelling, where any does."""
    counts: Counter[tuple[str, ...]] = Counter()
    words = set().union(*spellings)
    before = ""
    any_of_them = sa.or_(*(NameSegment.terms.contains(word) for word in words))
    segments = session.execute(_NAMES.where(any_of_them)).all()
    for segment in sorted(segments, key=lambda segment: (segment.first_name, segment.first_id)):
        name_starts = np.unpackbits(np.frombuffer(segment.name_starts, np.uint8), bitorder="little")
        # The same name may be in two segments.
        name_starts[0] = segment.first_name != before
        before = segment.last_name
        different = np.packbits(name_starts, bitorder="little")
        containing = {
            word: match_names(segment.terms, segment.postings, [word], len(name_starts)) & different
            for word in words
        }
        for spelling in spellings:
            matching = reduce(np.bitwise_and, map(containing.__getitem__, spelling))
            counts[spelling] += int(np.bitwise_count(matching).sum())
    return +counts


def _limited(corrections: Sequence[Mapping[str, int]]) -> list[dict[str, int]]:
    """Return fewer spellings of each word, so that at most `_SPELLINGS` combinations are left."""
    each = _SPELLINGS_OF_A_WORD
    while prod(min(len(spellings), each) for spellings in corrections) > _SPELLINGS:
        each -= 1
    return [dict(islice(spellings.items(), each)) for spellings in corrections]


def _spellings(word: str, known: Collection[str]) -> Mapping[str, int]:
    """Return the known words within the allowed edits of a word, and the number of edits."""
    if any(word in each for each in known):
        return {word: 0}
    allowed = _mistakes_allowed(word)
    letters = set(word)
    near = (
        (mistakes(word, each, most=allowed), each)
        for each in known
        if abs(len(each) - len(word)) <= allowed
        and len(letters.symmetric_difference(each)) <= 2 * allowed
    )
    best = sorted(pair for pair in near if pair[0] <= allowed)
    return {each: count for count, each in best[:_SPELLINGS_OF_A_WORD]}


def _mistakes_allowed(word: str) -> int:
    if len(word) < 4:
        return 0
    return 1 if len(word) < 7 else 2


def mistakes(a: str, b: str, *, most: int) -> int:
    """Return the optimal string alignment distance of two words; ``most + 1`` where it is more."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        before, above, row = row, before, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
