"""The gazetteer file: built from the data files, and read."""

from __future__ import annotations

from finder.geocoding.gazetteer.build import (
    build_gazetteer,
    data_fingerprint,
    is_current,
    read_rows,
)
from finder.geocoding.gazetteer.store import (
    CELL_DEGREES,
    GazetteerStore,
    NamedPlace,
    NameGrade,
    ZipArea,
    ZipRegion,
    grid_cell,
)

__all__ = [
    "CELL_DEGREES",
    "GazetteerStore",
    "NameGrade",
    "NamedPlace",
    "ZipArea",
    "ZipRegion",
    "build_gazetteer",
    "data_fingerprint",
    "grid_cell",
    "is_current",
    "read_rows",
]
