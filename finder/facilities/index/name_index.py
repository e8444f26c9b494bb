"""Inverted index of names, in segments: what a search without a radius reads.

A *segment* packs some thousands of entries that are consecutive in order of (name, id) as arrays,
padded to a multiple of 64 with entries of id 0. Its terms are the words of its names, its postings
the positions of the entries that have each. A substring of a name that is typed as one word lies
within one term, so names are found by their terms. Order by name is the order of positions.

Knows the shape of ``search_name_segment``, and nothing of how a search is asked.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from finder.facilities.index.spatial_index import Bitmap, Entry, bitmaps_of, days_of, points_of
from finder.facilities.index.substrings import SubstringScan

SEGMENT_ENTRIES = 8_192
"""of a new segment; one that grows beyond one and a half times as many is split"""
_PADDED_TO = 64
_POSITION = "<u2"


class Segment(NamedTuple):
    """A row of ``search_name_segment``; n entries with the padding, bitmaps as in `Bitmap`."""

    first_name: str
    first_id: int
    last_name: str
    terms: str
    """the different words of all names, sorted, one a line"""
    ids: bytes
    """int32[n]: facility ids, 0 for padding"""
    bitmaps: bytes
    """uint8[`BITMAPS`, n / 8]: a bitmap for each bit of a mask"""
    postings: bytes
    """uint16: how many entries have each term, then their positions, term by term"""
    days: bytes
    """int32[n]: as in `spatial_index.ENTRY_DTYPE`"""
    name_starts: bytes
    """bitmap of the entries whose name differs from that of the one before, and of the first"""
    points: bytes
    """float64[n, 3]: as in `spatial_index.Tile`"""
    bitmaps_all: bytes
    bitmaps_mental_health: bytes


def pack_segment(entries: Sequence[Entry]) -> Segment:
    """Return the segment of at least one entry; they are in order of (name, id)."""
    count = -(-len(entries) // _PADDED_TO) * _PADDED_TO
    ids = np.zeros(count, "<i4")
    ids[: len(entries)] = [each.facility_id for each in entries]
    positions: defaultdict[str, array[int]] = defaultdict(lambda: array("H"))
    name_starts = np.zeros(count, np.bool_)
    before = None
    for position, entry in enumerate(entries):
        name = entry.sort_name
        if name != before:
            name_starts[position] = True
            words, before = set(name.split()), name
        for word in words:
            positions[word].append(position)
    terms = sorted(positions)
    postings = array("H", [len(positions[term]) for term in terms])
    for term in terms:
        postings += positions[term]
    return Segment(
        first_name=entries[0].sort_name,
        first_id=entries[0].facility_id,
        last_name=entries[-1].sort_name,
        terms="\n".join(terms),
        ids=ids.tobytes(),
        bitmaps=bitmaps_of([each.mask for each in entries], count),
        postings=np.array(postings, _POSITION).tobytes(),
        days=days_of(entries, count).tobytes(),
        name_starts=np.packbits(name_starts, bitorder="little").tobytes(),
        points=points_of(entries, count).tobytes(),
        bitmaps_all=bitmaps_of([each.mask_all for each in entries], count),
        bitmaps_mental_health=bitmaps_of([each.mask_mental_health for each in entries], count),
    )


def match_names(terms: str, postings: bytes, substrings: Sequence[str], count: int) -> Bitmap:
    """Return the bitmap of the entries of a segment whose names contain all substrings.

    :param terms: as in `Segment`, and so ``postings``.
    :param count: the number of entries with the padding.
    """
    scan, numbers = SubstringScan(terms), np.frombuffer(postings, _POSITION)
    counts, positions = numbers[: len(scan)], numbers[len(scan) :]
    found = np.ones(count, np.bool_)
    for substring in substrings:
        containing = np.zeros(count, np.bool_)
        containing[positions[np.repeat(scan.lines_containing(substring), counts)]] = True
        found &= containing
    return np.packbits(found, bitorder="little")
