"""How long and how safely it is kept: sealed columns, key rotation, retention, tombstones."""

from __future__ import annotations

from finder.intake.keeping.retention import (
    Purged,
    empty_wal,
    erase_found,
    erase_inquiry,
    overdue_inquiries,
    purge_inquiries,
)
from finder.intake.keeping.rotation import Rotated, rotate_keys
from finder.intake.keeping.sealed_columns import (
    SealCheck,
    check_sealed_rows,
    sealed_rows_by_key,
    sealed_rows_exist,
)
from finder.intake.keeping.tombstones import (
    add_tombstones,
    all_tombstones,
    erase_buried,
    keep_tombstones,
    read_tombstones,
    tombstone,
)

__all__ = [
    "Purged",
    "Rotated",
    "SealCheck",
    "add_tombstones",
    "all_tombstones",
    "check_sealed_rows",
    "empty_wal",
    "erase_buried",
    "erase_found",
    "erase_inquiry",
    "keep_tombstones",
    "overdue_inquiries",
    "purge_inquiries",
    "read_tombstones",
    "rotate_keys",
    "sealed_rows_by_key",
    "sealed_rows_exist",
    "tombstone",
]
