"""Verifies a backup by a trial restore into a temporary database."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.backup.archive import Manifest, read_archive
from finder.backup.container import decrypted_chunks
from finder.backup.loading import load
from finder.db import Model, create_engine, sqlite_url
from finder.intake.keeping import SealCheck, check_sealed_rows
from finder.security import audit
from finder.security.audit import AuditVerdict
from finder.security.keys import KeyRing


@dataclass(frozen=True, slots=True)
class VerificationSummary:
    """What is in a backup that could be read to its end."""

    made_at: dt.datetime
    revision: str
    counts: Mapping[str, int]
    """rows a table, without those that have none"""
    audit: AuditVerdict
    seals: SealCheck
    dangling: int
    """rows that point to others that are not there"""

    @property
    def sound(self) -> bool:
        """Whether a restore would bring back all of it, readable."""
        return (
            self.audit.intact and not self.seals.broken and not self.seals.missing
        ) and self.dangling == 0


def verify_backup(
    path: Path, key_rings: Sequence[KeyRing], key_ring: KeyRing
) -> VerificationSummary:
    """Read a backup to its end into a database of its own, and check that.

    :param key_rings: where the key of the file is looked for.
    :param key_ring: opens what is sealed in it.
    :raises BackupBroken: it is not as it was written.
    :raises BackupUnusable: it has tables that this version of Finder does not have.
    :raises KeyMissing: the file's key is in none of the rings.
    """
    with tempfile.TemporaryDirectory(prefix="finder-verify-") as folder:
        engine = create_engine(sqlite_url(Path(folder) / "verify.sqlite"))
        try:
            Model.metadata.create_all(engine)
            with path.open("rb") as file, Session(engine) as session:
                parts = read_archive(decrypted_chunks(file, key_rings))
                manifest = next(parts)
                assert isinstance(manifest, Manifest)  # noqa: S101 - it is always first
                # Nothing of it is ever committed, so that rows which point nowhere can be counted.
                session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
                counts = load(session, itertools.chain([manifest], parts))
                dangling = session.execute(sa.text("PRAGMA foreign_key_check")).all()
                return VerificationSummary(
                    made_at=manifest.made_at,
                    revision=manifest.revision,
                    counts=counts,
                    audit=_verdict(session, manifest),
                    seals=check_sealed_rows(session, key_ring),
                    dangling=len(dangling),
                )
        finally:
            engine.dispose()


def _verdict(session: Session, manifest: Manifest) -> AuditVerdict:
    verdict = audit.verify(session)
    if (verdict.count, verdict.head_hash) == (manifest.audit_count, manifest.audit_hash):
        return verdict
    problem = verdict.problem or "The audit log is not the one that the backup names."
    return AuditVerdict(verdict.count, verdict.head_hash, problem)
