"""Splits a text into phrases: parts, endings, words around a name, countries at the end.

Knows words and their order, not which names exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from string import punctuation

from finder.geocoding.reading.vocabulary import (
    AFTER_A_PLACE,
    AROUND_A_PLACE,
    BEFORE_A_PLACE,
    FOREIGN,
    STREET_WORDS,
    UNITED_STATES,
)
from finder.geocoding.spelling import Tokens, tokenise, tokenise_parts

LONGEST_NAME = 5
"""Tokens that an ending of an address may have to be taken for a place's name."""

MOST_PARTS = 8
"""Parts that are read, the last ones: an address has fewer, and the work must stay bounded."""

_LAST_LETTERS = frozenset(name[-1][-1] for name in UNITED_STATES)
_LAST_WORDS = frozenset(name[-1] for name in UNITED_STATES)


def without_country(query: str) -> str:
    """Return the text without the name of the United States at its end."""
    if query.rstrip(punctuation + " ")[-1:].lower() not in _LAST_LETTERS:
        return query
    # Most texts are done with by their last letter, or by their last word.
    last = tokenise(query[query.rfind(" ") + 1 :])
    if last and len(last[-1]) > 1 and last[-1] not in _LAST_WORDS:
        return query
    parts = query.rsplit(None, 4)
    for count in range(min(4, len(parts) - 1), 0, -1):
        ending = tokenise(" ".join(parts[-count:]))
        if ending in UNITED_STATES:
            return query[: query.rfind(parts[-count])].rstrip(" ,")
    return query


def parts_of(text: str) -> list[Tokens]:
    """Return the tokens of each part between commas and the like, empty parts left out."""
    return tokenise_parts(text)[-MOST_PARTS:]


def joined(parts: Sequence[Tokens]) -> Tokens:
    """Return the tokens of all parts in one."""
    return parts[0] if len(parts) == 1 else tuple(chain.from_iterable(parts))


def has_number(parts: Sequence[Tokens]) -> bool:
    """Tell whether a house or box number is among the tokens: an address is written."""
    # "0" to "9" stand before all letters: the least token tells.
    return any(part and min(part) < "a" for part in parts)


def is_spot(parts: Sequence[Tokens]) -> bool:
    """Tell whether an address or a crossing of streets is written: something within a city.

    A first word says nothing: "St Paul", "Avenue MD".
    """
    return has_number(parts) or any(not STREET_WORDS.isdisjoint(part[1:]) for part in parts)


def endings(tokens: Tokens) -> list[Tokens]:
    """Return the endings of ``tokens`` that may be a name, longest first."""
    return [tokens[-length:] for length in range(min(LONGEST_NAME, len(tokens)), 0, -1)]


def left_over(tokens: Tokens, used: Tokens) -> Tokens:
    """Return ``tokens`` without those that were used, in order."""
    rest = list(used)
    left = []
    for token in tokens:
        if token in rest:
            rest.remove(token)
        else:
            left.append(token)
    return tuple(left)


def without_noise(tokens: Tokens) -> Tokens:
    """Return ``tokens`` without the words at both ends that name no place."""
    first, last = 0, len(tokens)
    while first < last and tokens[first] in AROUND_A_PLACE:
        first += 1
    while last > first and tokens[last - 1] in AROUND_A_PLACE:
        last -= 1
    return tokens[first:last]


def before_clause(tokens: Tokens) -> Tokens:
    """Return what stands before "that takes Medicaid" and the like."""
    ends = (at for at, token in enumerate(tokens) if token in AFTER_A_PLACE)
    return tokens[: next(ends, len(tokens))]


def after_preposition(tokens: Tokens) -> Tokens:
    """Return what follows the last "near", "in" and the like, nothing where there is none."""
    for position in range(len(tokens) - 1, 0, -1):
        if tokens[position - 1] in BEFORE_A_PLACE:
            return tokens[position:]
    return ()


def foreign_ending(tokens: Tokens) -> int:
    """Return how many tokens at the end name a foreign country or province."""
    for length in (3, 2, 1):
        if len(tokens) > length and tokens[-length:] in FOREIGN:
            return length
    return 0
