"""Inverted index of names, in segments: what a search without a radius reads.

A *segment* packs some thousands of entries that are consecutive in order of (name, id) as arrays,
padded to a multiple of 64 with entries of id 0. Its terms are the words of its names, its postings
the positions of the entries that have each. A word that is typed, or a part of one, lies within
one term of the match forms (``name_forms``), so names are found by their terms. Order by name is
the order of positions.

Knows the shape of ``search_name_segment``, and nothing of how a search is asked.
"""

from __future__ import annotations

import functools
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from finder.facilities.index.name_fit import Flags, names_of_form
from finder.facilities.index.name_forms import SoughtName, SoughtWord
from finder.facilities.index.spatial_index import (
    Bitmap,
    Entry,
    bitmaps_of,
    days_of,
    points_of,
    services_of,
)

SEGMENT_ENTRIES = 8_192
"""of a new segment; one that grows beyond one and a half times as many is split"""
_PADDED_TO = 64
_POSITION = "<u2"
_NO_PLACE = 255
_FEW_LINES = 4
_MOST_OF_A_WORD = 4
"""times that a name has a word; a term has fewer postings than 65,536 so"""


class Segment(NamedTuple):
    """A row of ``search_name_segment``; n entries with the padding, bitmaps as in `Bitmap`."""

    first_name: str
    first_id: int
    last_name: str
    terms: str
    """the different words of all match forms, sorted, one a line"""
    ids: bytes
    """int32[n]: facility ids, 0 for padding"""
    bitmaps: bytes
    """uint8[`BITMAPS`, n / 8]: a bitmap for each bit of a mask"""
    postings: bytes
    """uint16: how many positions each term has; how many of those are of entries whose names begin
    with it; then the positions, term by term, those first; an entry may stand there twice"""
    days: bytes
    """int32[n]: as in `spatial_index.ENTRY_DTYPE`"""
    name_starts: bytes
    """bitmap of the entries whose name differs from that of the one before, and of the first"""
    points: bytes
    """float64[n, 3]: as in `spatial_index.Tile`"""
    places: bytes
    """uint8: for each position in ``postings``, which word of its name the term is there, from 0;
    `_NO_PLACE` for a word that only helps to find it"""
    lengths: bytes
    """uint8[2, n]: words of the name, and of name and program's name together"""
    bitmaps_all: bytes
    bitmaps_mental_health: bytes
    services: bytes
    """uint8[`SERVICE_BITMAPS`, n / 8]: as in `spatial_index.Tile`"""


def pack_segment(entries: Sequence[Entry]) -> Segment:
    """Return the segment of at least one entry; they are in order of (name, id)."""
    count = -(-len(entries) // _PADDED_TO) * _PADDED_TO
    ids = np.zeros(count, "<i4")
    ids[: len(entries)] = [each.facility_id for each in entries]
    positions: defaultdict[str, array[int]] = defaultdict(lambda: array("H"))
    places: defaultdict[str, array[int]] = defaultdict(lambda: array("B"))
    lengths = np.zeros((2, count), np.uint8)
    name_starts = np.zeros(count, np.bool_)
    before = None
    form: str | None = None
    for position, entry in enumerate(entries):
        if entry.sort_name != before:
            name_starts[position], before = True, entry.sort_name
        if entry.match_form != form:
            form = entry.match_form
            words, length = _places_of(form), _lengths_of(form)
        for word, place in words:
            positions[word].append(position)
            places[word].append(place)
        lengths[:, position] = length
    terms = sorted(positions)
    counts = array("H", [len(positions[term]) for term in terms])
    counts.extend(places[term].count(0) for term in terms)
    of_postings = array("B")
    for term in terms:
        # Those that begin with the term first; sorting is stable.
        both = sorted(zip(places[term], positions[term], strict=True), key=lambda each: each[0] > 0)
        counts.extend(position for _, position in both)
        of_postings.extend(place for place, _ in both)
    return Segment(
        first_name=entries[0].sort_name,
        first_id=entries[0].facility_id,
        last_name=entries[-1].sort_name,
        terms="\n".join(terms),
        ids=ids.tobytes(),
        bitmaps=bitmaps_of([each.mask for each in entries], count),
        postings=np.array(counts, _POSITION).tobytes(),
        days=days_of(entries, count).tobytes(),
        name_starts=np.packbits(name_starts, bitorder="little").tobytes(),
        points=points_of(entries, count).tobytes(),
        places=of_postings.tobytes(),
        lengths=lengths.tobytes(),
        bitmaps_all=bitmaps_of([each.mask_all for each in entries], count),
        bitmaps_mental_health=bitmaps_of([each.mask_mental_health for each in entries], count),
        services=services_of(entries, count),
    )


def _places_of(form: str) -> list[tuple[str, int]]:
    """Return the different words of a match form, and which of its words each is."""
    words = names_of_form(form)[1].split()
    found = dict.fromkeys(zip(words, range(_NO_PLACE), strict=False))
    known = Counter[str]()
    kept = []
    for word, place in found:
        known[word] += 1
        if known[word] <= _MOST_OF_A_WORD:
            kept.append((word, place))
    return kept + [(word, _NO_PLACE) for word in set(form.split()) - set(words)]


def _lengths_of(form: str) -> tuple[int, int]:
    name, both = (len(each.split()) for each in names_of_form(form))
    return min(name, _NO_PLACE), min(both, _NO_PLACE)


class Searchable(Protocol):
    """Match forms in which words can be looked for."""

    def with_word(self, word: str) -> Flags:
        """Return which entries have a word, whole."""

    def with_part(self, part: str, *, but: str) -> Flags | None:
        """Return which entries have a part in words other than ``but``; None where none has."""


def match_words(names: Searchable, sought: Sequence[SoughtWord]) -> tuple[Flags, Flags]:
    """Return which entries have every sought word or a part of it, and which have them all whole.

    At least one word must be sought.
    """
    with_parts, with_words = [], []
    for word in sought:
        whole = _any(_all(names.with_word(each) for each in reading) for reading in word.readings)
        with_words.append(whole)
        # Most parts are found in whole words alone.
        others = [names.with_part(part, but=word.readings[0][0]) for part in word.parts]
        with_parts.append(_any([whole, *(each for each in others if each is not None)]))
    return _all(with_parts), _all(with_words)


class NameTerms:
    """The inverted index of one segment: which names match, and how well they fit."""

    def __init__(self, terms: str, postings: bytes, count: int) -> None:
        """Read columns of a segment.

        :param count: the number of entries with the padding.
        """
        numbers = np.frombuffer(postings, _POSITION)
        self._text = f"\n{terms}\n"
        size = terms.count("\n") + 1
        self._counts = numbers[:size]
        self._beginning = numbers[size : 2 * size]
        self._positions = numbers[2 * size :]
        self._count = count

    def matching(self, sought: Sequence[SoughtWord]) -> tuple[Flags, Flags]:
        """Return which entries `match_words` finds."""
        return match_words(self, sought)

    def with_word(self, word: str) -> Flags:
        """Return which entries have a word; O(length of the terms)."""
        line = self._line_of(word)
        return self._entries([] if line is None else [line])

    def with_part(self, part: str, *, but: str) -> Flags | None:
        """Return which entries have a part in words other than ``but``; None where none has."""
        whole = self._line_of(but)
        lines = [line for line in self._lines_containing(part) if line != whole]
        return self._entries(lines) if lines else None

    def may_begin(self, sought: SoughtName) -> bool:
        """Tell whether any name begins with the first word, so that `beginning` may find some."""
        lines = map(self._line_of, sought.first_words)
        return any(line is not None and self._beginning[line] for line in lines)

    def beginning(self, sought: SoughtName, places: bytes, lengths: bytes) -> tuple[Bitmap, Bitmap]:
        """Return the entries whose names are exactly what is sought, and those that begin with it.

        :param places: as in `Segment`, and so ``lengths``.
        """
        exact, begins = np.zeros((2, self._count), np.bool_)
        words = np.frombuffer(lengths, np.uint8).reshape(2, -1)
        for sequence in sought.sequences:
            found = self._beginning_with(sequence, np.frombuffer(places, np.uint8))
            begins[found] = True
            exact[found] |= (words[:, found] == len(sequence)).any(axis=0)
        return np.packbits(exact, bitorder="little"), np.packbits(begins, bitorder="little")

    def _beginning_with(
        self, sequence: Sequence[str], places: npt.NDArray[np.uint8]
    ) -> npt.NDArray[np.uint16]:
        """Return the positions of the entries whose names begin with some words, unordered."""
        found: npt.NDArray[np.uint16] | None = None
        for place, word in enumerate(sequence):
            line = self._line_of(word)
            if line is None:
                return np.zeros(0, np.uint16)
            run = self._run(line)
            here = self._positions[run][places[run] == place]
            found = here if found is None else found[np.isin(found, here)]
        return np.zeros(0, np.uint16) if found is None else found

    def _line_of(self, word: str) -> int | None:
        at = self._text.find(f"\n{word}\n")
        return None if at < 0 else self._text.count("\n", 0, at)

    def _lines_containing(self, part: str) -> Iterator[int]:
        text, line, end = self._text, -1, 0
        while (at := text.find(part, end)) >= 0:
            line += text.count("\n", end, at)
            yield line
            end = text.find("\n", at)

    def _entries(self, lines: Sequence[int]) -> Flags:
        found = np.zeros(self._count, np.bool_)
        if len(lines) > _FEW_LINES:
            chosen = np.zeros(len(self._counts), np.bool_)
            chosen[lines] = True
            found[self._positions[np.repeat(chosen, self._counts)]] = True
        else:
            for line in lines:
                found[self._positions[self._run(line)]] = True
        return found

    def _run(self, line: int) -> slice:
        """Return where the postings of a term stand."""
        start = int(self._counts[:line].sum(dtype=np.int64))
        return slice(start, start + int(self._counts[line]))


def _any(flags: Iterable[Flags]) -> Flags:
    return functools.reduce(np.bitwise_or, flags)


def _all(flags: Iterable[Flags]) -> Flags:
    return functools.reduce(np.bitwise_and, flags)
