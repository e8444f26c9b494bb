"""Facilities in order of their names, packed side by side: what a search without a circle reads.

A *shelf* holds some thousands of entries that follow one another in order of name and id, as
arrays, filled up to a multiple of 64 with entries that have no id. So the order by name is where
an entry stands, and needs no names. An entry is found by its name with the words of all names on
the shelf: a part of a name lies within one word of it.

Knows the shape of ``search_shelf``, and nothing of how a search is asked.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from finder.facilities.index.spatial_index import Bits, Entry, days_of, planes_of, points_of
from finder.facilities.index.substrings import Lines

ENTRIES = 8_192
"""on a shelf that is made anew; one that grows beyond half as many again becomes two"""
_FILLED = 64
_POSITION = "<u2"


class Shelf(NamedTuple):
    """A row of ``search_shelf``."""

    first_name: str
    first_id: int
    last_name: str
    words: str
    """every word of a name, one a line, in order"""
    ids: bytes
    """of each entry (32 bits), 0 where it only fills up"""
    planes: bytes
    """for each bit of a mask, the set of those that have it"""
    postings: bytes
    """how many have each word; then where those stand, word by word (all of 16 bits)"""
    days: bytes
    """as in `blocks.PROGRAM` (32 bits)"""
    starts: bytes
    """the set of those that are not named as the one before; the first is one of them"""
    points: bytes
    """as in `blocks.Block`"""


def pack_shelf(entries: Sequence[Entry]) -> Shelf:
    """Return the shelf of some entries, at least one, which are in order of name and id."""
    count = -(-len(entries) // _FILLED) * _FILLED
    ids = np.zeros(count, "<i4")
    ids[: len(entries)] = [each.facility_id for each in entries]
    standing: defaultdict[str, array[int]] = defaultdict(lambda: array("H"))
    starts = np.zeros(count, np.bool_)
    before = None
    for position, entry in enumerate(entries):
        name = entry.sort_name
        if name != before:
            starts[position] = True
            words, before = set(name.split()), name
        for word in words:
            standing[word].append(position)
    words_in_order = sorted(standing)
    postings = array("H", [len(standing[word]) for word in words_in_order])
    for word in words_in_order:
        postings += standing[word]
    return Shelf(
        first_name=entries[0].sort_name,
        first_id=entries[0].facility_id,
        last_name=entries[-1].sort_name,
        words="\n".join(words_in_order),
        ids=ids.tobytes(),
        planes=planes_of(entries, count).tobytes(),
        postings=np.array(postings, _POSITION).tobytes(),
        days=days_of(entries, count).tobytes(),
        starts=np.packbits(starts, bitorder="little").tobytes(),
        points=points_of(entries, count).tobytes(),
    )


def named(words: str, postings: bytes, parts: Sequence[str], count: int) -> Bits:
    """Return the set of those of a shelf in whose names all parts are.

    :param words: as `Shelf` has them, and so ``postings``.
    :param count: the number of entries, with those that fill up.
    """
    lines, numbers = Lines(words), np.frombuffer(postings, _POSITION)
    counts, standing = numbers[: len(lines)], numbers[len(lines) :]
    found = np.ones(count, np.bool_)
    for part in parts:
        theirs = np.zeros(count, np.bool_)
        theirs[standing[np.repeat(lines.holding(part), counts)]] = True
        found &= theirs
    return np.packbits(found, bitorder="little")
