"""Texts in the name field that are words for what programs list: "EMDR", "CARF", "methadone".

Knows the vocabulary, and nothing of how candidates are read. ``docs/names.md`` tells what follows.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from finder.facilities.index import LAYOUT, Bitmap, sought_name
from finder.facilities.search.candidates import Candidates
from finder.facilities.vocabulary import CARE_WORD_OF, SERVICE_WORDS, option


class OfferedWord(NamedTuple):
    """What programs list: a service by its place in ``SERVICE_WORDS``, or values of a filter."""

    service: int | None
    parameter: str = ""
    values: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """What it is in plain words, as message ids."""
        if self.service is not None:
            return (SERVICE_WORDS[self.service].label,)
        return tuple(option(self.parameter, value).label for value in self.values)

    def of(self, candidates: Candidates) -> Bitmap:
        """Return the candidates that list it."""
        if self.service is not None:
            return candidates.with_service(self.service)
        bits = (candidates.with_bit(LAYOUT.bit(self.parameter, value)) for value in self.values)
        return functools.reduce(np.bitwise_or, bits)


def offered_word(typed: str) -> OfferedWord | None:
    """Return what programs list that a text is a word for, if it is nothing else; O(its length)."""
    phrases = sought_name(typed).phrases
    return _BY_PHRASE.get(phrases[0]) if phrases else None


def _by_phrase() -> Mapping[str, OfferedWord]:
    found: dict[str, OfferedWord] = {}
    for number, service in enumerate(SERVICE_WORDS):
        for phrase in service.phrases:
            found[sought_name(phrase).phrases[0]] = OfferedWord(number)
    for words, care in CARE_WORD_OF.items():
        if phrases := sought_name(" ".join(words)).phrases:
            found.setdefault(phrases[0], OfferedWord(None, care.parameter, care.values))
    return found


_BY_PHRASE = _by_phrase()
