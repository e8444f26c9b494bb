"""Finds the names that somebody meant who typed one with mistakes.

Answers for spelling alone: which spellings of the typed words are names of listed programs. Knows
nothing of places or filters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import product

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.indexing import fold_name
from finder.facilities.models import SearchEntry

_SPELLINGS_OF_A_WORD = 6
_NAMES = sa.select(SearchEntry.sort_name).distinct()


def similar_names(session: Session, name: str, *, limit: int = 3) -> tuple[str, ...]:
    """Return spellings of a name that listed programs have, the likeliest first.

    A word of four to six letters may have one mistake, a longer one two; a mistake is a letter
    too many, too few or wrong, or two that changed places. Reads every name once, and is meant for
    a name under which nothing is found; what was typed is never among the answers.
    """
    typed = fold_name(name).split()
    if not typed:
        return ()
    names = session.scalars(_NAMES).all()
    known = set(" ".join(names).split())
    meant = [_spellings(word, known) for word in typed]
    found: dict[str, tuple[int, int]] = {}
    for choice in product(*(spellings.items() for spellings in meant)):
        words = [word for word, _ in choice]
        if words == typed:
            continue
        mistakes = sum(count for _, count in choice)
        found[" ".join(words)] = (mistakes, 0)
    counts = _occurrences(found, names)
    likeliest = sorted(counts, key=lambda text: (found[text][0], -counts[text], text))
    return tuple(likeliest[:limit])


def _occurrences(spellings: Collection[str], names: Collection[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for spelling in spellings:
        words = spelling.split()
        # The rarest word first would be no faster: most names fail at any of them.
        if count := sum(all(word in name for word in words) for name in names):
            counts[spelling] = count
    return counts


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
