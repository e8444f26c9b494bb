"""Changes to the directory outside of imports: closing, reopening and geocoding again."""

from __future__ import annotations

from finder.facilities.curation.closing import (
    MOST_FOUND,
    ClosingRefused,
    close_facility,
    find_facilities,
    reopen_facility,
)
from finder.facilities.curation.placing import place_again, unplaced

__all__ = [
    "MOST_FOUND",
    "ClosingRefused",
    "close_facility",
    "find_facilities",
    "place_again",
    "reopen_facility",
    "unplaced",
]
