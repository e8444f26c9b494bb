"""How long and how safely it is kept: sealed columns, key rotation, retention, tombstones."""

from __future__ import annotations

from finder.intake.keeping.retention import (
    PurgeSummary,
    erase_inquiries,
    erase_inquiry,
    overdue_inquiries,
    purge_inquiries,
    truncate_wal,
)
from finder.intake.keeping.rotation import RotationSummary, rotate_keys
from finder.intake.keeping.sealed_columns import (
    SealCheck,
    check_sealed_rows,
    sealed_rows_by_key,
    sealed_rows_exist,
)
from finder.intake.keeping.tombstones import (
    add_tombstones,
    all_tombstones,
    erase_tombstoned,
    read_tombstone_file,
    tombstone,
    update_tombstone_file,
)

__all__ = [
    "PurgeSummary",
    "RotationSummary",
    "SealCheck",
    "add_tombstones",
    "all_tombstones",
    "check_sealed_rows",
    "erase_inquiries",
    "erase_inquiry",
    "erase_tombstoned",
    "overdue_inquiries",
    "purge_inquiries",
    "read_tombstone_file",
    "rotate_keys",
    "sealed_rows_by_key",
    "sealed_rows_exist",
    "tombstone",
    "truncate_wal",
    "update_tombstone_file",
]
