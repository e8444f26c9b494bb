"""The search index: what a search reads in place of the tables of facilities.

A spatial index of grid cells, an inverted index of the words of names, and bitmaps of the answers
to every filter value; ``writing`` keeps them in step with ``facility``. How a search reads them:
``docs/search-index.md``.
"""

from __future__ import annotations

from finder.facilities.index.bitmap_index import LAYOUT
from finder.facilities.index.models import BITMAP_COLUMNS, NameSegment, SearchEntry, SearchTile
from finder.facilities.index.name_fit import Fits, fits_of_forms, names_of_form
from finder.facilities.index.name_forms import (
    SoughtName,
    SoughtWord,
    fold_name,
    match_form,
    sought_name,
    spelled_out,
)
from finder.facilities.index.name_index import NameTerms, match_words
from finder.facilities.index.spatial_index import (
    BITMAPS,
    ENTRY_DTYPE,
    SERVICE_BITMAPS,
    Bitmap,
    Entry,
    Tile,
    cells_around,
    pack_tile,
    unplaced_cell,
)
from finder.facilities.index.substrings import SubstringScan
from finder.facilities.index.writing import (
    index_is_current,
    rebuild_index,
    reindex,
    reindex_all,
    unit_vector,
)

__all__ = [
    "BITMAPS",
    "BITMAP_COLUMNS",
    "ENTRY_DTYPE",
    "LAYOUT",
    "SERVICE_BITMAPS",
    "Bitmap",
    "Entry",
    "Fits",
    "NameSegment",
    "NameTerms",
    "SearchEntry",
    "SearchTile",
    "SoughtName",
    "SoughtWord",
    "SubstringScan",
    "Tile",
    "cells_around",
    "fits_of_forms",
    "fold_name",
    "index_is_current",
    "match_form",
    "match_words",
    "names_of_form",
    "pack_tile",
    "rebuild_index",
    "reindex",
    "reindex_all",
    "sought_name",
    "spelled_out",
    "unit_vector",
    "unplaced_cell",
]
