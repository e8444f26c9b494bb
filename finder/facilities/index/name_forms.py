"""Match forms of program names: what is stored of a name, and what a typed name looks for.

A *match form* is a name in lower-case ASCII with short forms spelled out and every plural or
possessive s taken away (`singular`), so that "St Joseph's Ctr" and "Saint Joseph Center" are one.
It is computed in Python alone: the same on every database. The words that are equal stand in
``vocabulary.name_words``; the rule is told in ``docs/names.md``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from finder.facilities.vocabulary import (
    EQUAL_WORDS,
    LONGEST_SHORT_FORM,
    SAINT,
    SAYS_NOTHING,
    STREET,
    singular,
)
from finder.geocoding import join_initials

PART_SEPARATOR = "\t"
"""Between the parts of a match form: name, program's name, further words. It sorts before a space,
so that all programs of one name stand together, before longer names."""

_NOT_WORD = re.compile(r"[^0-9a-z]+")
_MAY_BE_UNFINISHED = re.compile(r"(?=[a-z]*[aeiouy])[a-z]{3,}")
"""a short form that is looked for as a part of words, too: "comm" may be the begin of one, "ctr"
is not"""
_MOST_WORDS = 20
"""words of a typed name that are read"""
_ST = ("st",)
_ORDINALS = frozenset(
    ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
)


def fold_name(text: str) -> str:
    """Return a name in lower-case ASCII letters and digits, words separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub(" ", plain.lower().replace("'", "")).strip()


class _Word(NamedTuple):
    """One or more written words, and what they stand for."""

    written: str
    readings: tuple[tuple[str, ...], ...]
    """the likeliest first; in full, with the s of a plural"""
    is_short_form: bool


class SoughtWord(NamedTuple):
    """A word that somebody typed, as it is looked for in match forms.

    A name has the word where it has all words of one of its ``readings``, and a part of it where
    its words contain one of ``parts``.
    """

    written: str
    """as it was typed, folded"""
    readings: tuple[tuple[str, ...], ...]
    parts: tuple[str, ...]

    @property
    def needles(self) -> tuple[str, ...]:
        """Substrings of which every match form that has the word or a part of it holds one."""
        found = {*(reading[0] for reading in self.readings), *self.parts}
        return tuple(
            sorted(each for each in found if not any(o in each for o in found if o != each))
        )


class SoughtName(NamedTuple):
    """A typed name: every one of its words must be found."""

    words: tuple[SoughtWord, ...]
    sequences: tuple[tuple[str, ...], ...]
    """the words of its match form, by which it is exactly a name or begins one; then the same with
    any two that follow each other written as one"""
    phrases: tuple[str, ...]
    """each sequence with spaces between"""
    first_words: tuple[str, ...]
    """the different first words of the sequences"""


def match_form(name: str, program_name: str = "") -> str:
    """Return the match form of a program: its names, and further words that they may be found by.

    The three parts stand between `PART_SEPARATOR`; empty ones at the end are left away. Words that
    say nothing ("the", "Inc") and second readings of a short form ("Co" as Colorado) are in the
    last part, so that a name is exactly the one that is typed without them. Equal names have equal
    first parts. O(length).
    """
    (first, of_first), (second, of_second) = _form_of(name), _form_of(program_name)
    known = {*first.split(), *second.split()}
    further = dict.fromkeys(each for each in (*of_first, *of_second) if each not in known)
    return PART_SEPARATOR.join((first, second, " ".join(further))).rstrip(PART_SEPARATOR)


@lru_cache(maxsize=4096)  # an organisation has many programs
def _form_of(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the words of one name, with spaces between, and further words."""
    kept: list[str] = []
    further: list[str] = []
    for word in _read(text, is_typed=False):
        first, *others = word.readings
        if word.written in SAYS_NOTHING:
            further.append(word.written)
        else:
            kept += map(singular, first)
        further += (singular(each) for other in others for each in other)
    return " ".join(kept), tuple(further)


@lru_cache(maxsize=256)
def sought_name(typed: str) -> SoughtName:
    """Return what a typed name looks for; without words where it has no letter or digit.

    Words that say nothing are left out, unless there are no others. At most 20 words are read.
    Two words that follow each other may be one in the name ("Clean Slate", "CleanSlate").
    """
    read = list(_read(typed, is_typed=True))[:_MOST_WORDS]
    telling = [word for word in read if word.written not in SAYS_NOTHING]
    words = [_sought(word) for word in telling or read]
    form = tuple(singular(each) for word in telling for each in word.readings[0])
    for at, (one, other) in enumerate(pairwise(words)):
        together = (singular(one.written + other.written),)
        words[at] = words[at]._replace(readings=(*words[at].readings, together))
        words[at + 1] = other._replace(readings=(*other.readings, together))
    sequences = (form, *_with_two_as_one(form)) if form else ()
    return SoughtName(
        tuple(dict.fromkeys(words)),
        sequences,
        tuple(map(" ".join, sequences)),
        tuple(dict.fromkeys(sequence[0] for sequence in sequences)),
    )


def _with_two_as_one(form: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for at in range(len(form) - 1):
        yield (*form[:at], form[at] + form[at + 1], *form[at + 2 :])


def spelled_out(text: str) -> tuple[str, ...]:
    """Return the words of a name with short forms spelled out, each with its plural's s."""
    return tuple(each for word in _read(text, is_typed=False) for each in word.readings[0])


def _sought(word: _Word) -> SoughtWord:
    readings = tuple(tuple(map(singular, reading)) for reading in word.readings)
    first = word.readings[0]
    parts = dict.fromkeys(first if len(first) == 1 else ())
    # What looks like a short form may be a word that is not typed to its end: "comm", "rec".
    if word.is_short_form and _MAY_BE_UNFINISHED.fullmatch(word.written):
        parts[word.written] = None
    return SoughtWord(word.written, readings, tuple(dict.fromkeys(map(singular, parts))))


def _read(text: str, *, is_typed: bool) -> Iterator[_Word]:
    """Yield the words of a name with what they stand for, from left to right, the longest first."""
    words = list(join_initials(fold_name(text.replace("&", " and ")).split()))
    at = 0
    while at < len(words):
        length, readings = _longest_at(words, at)
        written = " ".join(words[at : at + length])
        if readings and words[at : at + length] == list(_ST):
            readings = _readings_of_st(words, at, is_typed=is_typed)
        yield _Word(written, readings or ((written,),), bool(readings))
        at += length


def _longest_at(words: Sequence[str], at: int) -> tuple[int, tuple[tuple[str, ...], ...]]:
    """Return how many words the longest short form at a position has, and what it stands for."""
    for length in range(min(LONGEST_SHORT_FORM, len(words) - at), 1, -1):
        if readings := EQUAL_WORDS.get(tuple(words[at : at + length])):
            return length, readings
    word = words[at]
    return 1, EQUAL_WORDS.get((word,)) or EQUAL_WORDS.get((singular(word),), ())


def _readings_of_st(
    words: Sequence[str], at: int, *, is_typed: bool
) -> tuple[tuple[str, ...], ...]:
    """Return what "St" stands for: a street after a number and at the end, else a saint."""
    before = words[at - 1] if at else ""
    is_last = at == len(words) - 1
    is_street = bool(before) and (before[0].isdigit() or before in _ORDINALS or is_last)
    if is_typed and is_last:  # it may be unfinished
        return ((STREET,), (SAINT,)) if is_street else ((SAINT,), (STREET,))
    return ((STREET,),) if is_street else ((SAINT,),)
