"""Backups: all that the database holds in one encrypted file, and back; no Flask.

A file is written and read alike for both databases, so that what was made on one can be restored
on the other.
"""

from __future__ import annotations

from finder.backup.archive import BackupUnusable
from finder.backup.container import BackupBroken
from finder.backup.creating import BackupSummary, create_backup
from finder.backup.restoring import RestoreRefused, RestoreSummary, restore_backup
from finder.backup.verifying import VerificationSummary, verify_backup

__all__ = [
    "BackupBroken",
    "BackupSummary",
    "BackupUnusable",
    "RestoreRefused",
    "RestoreSummary",
    "VerificationSummary",
    "create_backup",
    "restore_backup",
    "verify_backup",
]
