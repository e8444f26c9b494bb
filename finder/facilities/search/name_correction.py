"""Finds the names that somebody meant who typed one with mistakes.

Answers for spelling alone: which spellings of the typed words are names of listed programs. Knows
nothing of places or filters.
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

from finder.facilities.index import SearchShelf, fold_name, named

_SPELLINGS_OF_A_WORD = 6
_SPELLINGS = 216
"""of all words together"""
_WORDS = sa.select(SearchShelf.words)
_NAMES = sa.select(
    *(SearchShelf.first_name, SearchShelf.first_id, SearchShelf.last_name),
    *(SearchShelf.words, SearchShelf.postings, SearchShelf.starts),
)


def similar_names(session: Session, name: str, *, limit: int = 3) -> tuple[str, ...]:
    """Return spellings of a name that listed programs have, the likeliest first.

    A word of four to six letters may have one mistake, a longer one two; a mistake is a letter
    too many, too few or wrong, or two that changed places. Reads every name once, and is meant for
    a name under which nothing is found; what was typed is never among the answers.
    """
    typed = fold_name(name).split()
    if not typed:
        return ()
    known = {word for words in session.scalars(_WORDS) for word in words.split("\n")}
    meant = [_spellings(word, known) for word in typed]
    found: dict[tuple[str, ...], int] = {}
    for choice in product(*(spellings.items() for spellings in _fewer(meant))):
        words = tuple(word for word, _ in choice)
        if list(words) != typed:
            found[words] = sum(count for _, count in choice)
    counts = _occurrences(session, found) if found else {}
    likeliest = sorted(counts, key=lambda words: (found[words], -counts[words], words))
    return tuple(" ".join(words) for words in likeliest[:limit])


def _occurrences(
    session: Session, spellings: Collection[tuple[str, ...]]
) -> Mapping[tuple[str, ...], int]:
    """Return how many different names hold all words of each spelling; none that none does."""
    counts: Counter[tuple[str, ...]] = Counter()
    words = set().union(*spellings)
    before = ""
    any_of_them = sa.or_(*(SearchShelf.words.contains(word) for word in words))
    shelves = session.execute(_NAMES.where(any_of_them)).all()
    for shelf in sorted(shelves, key=lambda shelf: (shelf.first_name, shelf.first_id)):
        starts = np.unpackbits(np.frombuffer(shelf.starts, np.uint8), bitorder="little")
        # A name may stand on two shelves.
        starts[0] = shelf.first_name != before
        before = shelf.last_name
        different = np.packbits(starts, bitorder="little")
        having = {
            word: named(shelf.words, shelf.postings, [word], len(starts)) & different
            for word in words
        }
        for spelling in spellings:
            those = reduce(np.bitwise_and, map(having.__getitem__, spelling))
            counts[spelling] += int(np.bitwise_count(those).sum())
    return +counts


def _fewer(meant: Sequence[Mapping[str, int]]) -> list[dict[str, int]]:
    """Return as many spellings of each word as may be put together in every way."""
    each = _SPELLINGS_OF_A_WORD
    while prod(min(len(spellings), each) for spellings in meant) > _SPELLINGS:
        each -= 1
    return [dict(islice(spellings.items(), each)) for spellings in meant]


def _spellings(word: str, known: Collection[str]) -> Mapping[str, int]:
    """Return the known words that one may mean, with the number of mistakes in it."""
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
