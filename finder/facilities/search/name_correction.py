"""Spelling correction of program names against the terms of the name index.

Knows nothing of places or filters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice, product
from math import prod
from typing import NamedTuple

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.index import (
    NameSegment,
    NameTerms,
    SoughtWord,
    sought_name,
    spelled_out,
)
from finder.facilities.listings import Facility
from finder.facilities.vocabulary import singular

_SPELLINGS_OF_A_WORD = 6
_SPELLINGS = 216
"""of all words together: the number of combinations"""
_LEAST_HALF = 3
"""letters of a word that was written together with another"""
_TERMS = sa.select(NameSegment.terms)
_NAMES = sa.select(
    *(NameSegment.first_name, NameSegment.first_id, NameSegment.last_name),
    *(NameSegment.terms, NameSegment.postings, NameSegment.name_starts, NameSegment.ids),
)


class _Spelling(NamedTuple):
    """A word as it may have been meant; ``written`` is as it was typed, where it was not changed.

    The terms of the index are no words to show ("texa" for Texas): those of an example are.
    """

    sought: SoughtWord
    written: str = ""


@dataclass(slots=True)
class _Found:
    """Programs that have all words of some spellings."""

    names: int = 0
    """how many different ones there are"""
    example: int = 0
    """id of a facility"""


def similar_names(session: Session, name: str, *, limit: int = 3) -> tuple[str, ...]:
    """Return corrected spellings of a name that listed programs have, the likeliest first.

    A word of four to six letters is corrected by one edit, a longer one by two, in optimal string
    alignment distance; two words that were written as one are taken apart. Where a name of several
    words is found with none of them changed but the unknown, those that are known are corrected,
    too. Scans all terms once: for a name under which nothing is found. The name as typed is never
    returned. Short forms are spelled out in the words that were corrected.
    """
    typed = sought_name(name)
    known = {word for words in session.scalars(_TERMS) for word in words.split("\n")}
    for keep in (True, False) if len(typed.words) > 1 else (True,):
        found = _combinations(typed.words, known, keep=keep)
        occurring = _occurrences(session, found) if found else {}
        if occurring:
            break
    else:
        return ()
    likeliest = sorted(
        occurring, key=lambda each: (found[each], -occurring[each].names, _key(each))
    )[:limit]
    return _in_words(session, {each: occurring[each].example for each in likeliest})


def _key(spellings: Sequence[_Spelling]) -> list[tuple[str, ...]]:
    return [each.sought.readings[0] for each in spellings]


def _combinations(
    typed: Sequence[SoughtWord], known: Collection[str], *, keep: bool
) -> dict[tuple[_Spelling, ...], int]:
    """Return spellings of all words that are not all as typed, and their edits together.

    :param keep: whether words that are known are kept as they are.
    """
    corrections = [_spellings(word, known, keep=keep) for word in typed]
    found = {}
    for choice in product(*(spellings.items() for spellings in _limited(corrections))):
        if edits := sum(count for _, count in choice):
            found[tuple(spelling for spelling, _ in choice)] = edits
    return found


def _occurrences(
    session: Session, combinations: Collection[tuple[_Spelling, ...]]
) -> Mapping[tuple[_Spelling, ...], _Found]:
    """Return the programs whose names have all words of each combination, where there are any."""
    found: dict[tuple[_Spelling, ...], _Found] = {}
    words = set().union(*combinations)
    before = ""
    needles = {needle for word in words for needle in word.sought.needles}
    any_of_them = sa.or_(*(NameSegment.terms.contains(needle) for needle in needles))
    segments = session.execute(_NAMES.where(any_of_them)).all()
    for segment in sorted(segments, key=lambda segment: (segment.first_name, segment.first_id)):
        name_starts = np.unpackbits(np.frombuffer(segment.name_starts, np.uint8), bitorder="little")
        # The same name may be in two segments.
        name_starts[0] = segment.first_name != before
        before = segment.last_name
        different = np.packbits(name_starts, bitorder="little")
        terms = NameTerms(segment.terms, segment.postings, len(name_starts))
        containing = {
            word: np.packbits(terms.matching([word.sought])[0], bitorder="little") for word in words
        }
        for spellings in combinations:
            matching = reduce(np.bitwise_and, map(containing.__getitem__, spellings))
            if count := int(np.bitwise_count(matching & different).sum()):
                entry = found.setdefault(spellings, _Found())
                entry.names += count
                first = int(np.flatnonzero(np.unpackbits(matching, bitorder="little"))[0])
                entry.example = entry.example or int(np.frombuffer(segment.ids, "<i4")[first])
    return found


def _in_words(session: Session, examples: Mapping[tuple[_Spelling, ...], int]) -> tuple[str, ...]:
    """Return combinations as people read them, with the words of a program that has them."""
    names = sa.select(Facility.id, Facility.name, Facility.program_name)
    rows = session.execute(names.where(Facility.id.in_(examples.values())))
    words_of = {id_: spelled_out(f"{name} {program}") for id_, name, program in rows}
    return tuple(
        dict.fromkeys(
            " ".join(_shown(each, words_of.get(example, ())) for each in spellings)
            for spellings, example in examples.items()
        )
    )


def _shown(spelling: _Spelling, words: Sequence[str]) -> str:
    if spelling.written:
        return spelling.written
    whole = {singular(word): word for word in reversed(words)}
    return " ".join(whole.get(each, each) for each in spelling.sought.readings[0])


def _limited(
    corrections: Sequence[Mapping[_Spelling, int]],
) -> list[dict[_Spelling, int]]:
    """Return fewer spellings of each word, so that at most `_SPELLINGS` combinations are left."""
    each = _SPELLINGS_OF_A_WORD
    while prod(min(len(spellings), each) for spellings in corrections) > _SPELLINGS:
        each -= 1
    return [dict(islice(spellings.items(), each)) for spellings in corrections]


def _spellings(word: SoughtWord, known: Collection[str], *, keep: bool) -> Mapping[_Spelling, int]:
    """Return the known words within the allowed edits of a word, and the number of edits."""
    as_typed = _Spelling(word, word.written)
    is_known = any(needle in each for needle in word.needles for each in known)
    if is_known and (keep or len(word.readings[0]) > 1):
        return {as_typed: 0}
    best = {as_typed: 0} if is_known else {}
    typed = singular(word.written)
    near = sorted((*_near(typed, known), *_halves(word.written, known)))
    for edits, readings in near[:_SPELLINGS_OF_A_WORD]:
        parts = readings if len(readings) == 1 else ()
        best[_Spelling(SoughtWord(" ".join(readings), (readings,), parts))] = edits
    return best


def _near(word: str, known: Collection[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the known words within the allowed edits of a word, after their number."""
    allowed = _mistakes_allowed(word)
    letters = set(word)
    for each in known:
        if (
            abs(len(each) - len(word)) <= allowed
            and len(letters.symmetric_difference(each)) <= 2 * allowed
            and 0 < (edits := mistakes(word, each, most=allowed)) <= allowed
        ):
            yield edits, (each,)


def _halves(word: str, known: Collection[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the pairs of known words that a word is written together of: one edit each."""
    for at in range(_LEAST_HALF, len(word) - _LEAST_HALF + 1):
        halves = singular(word[:at]), singular(word[at:])
        if all(half in known for half in halves):
            yield 1, halves


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
