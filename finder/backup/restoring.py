"""Restores a backup in one transaction.

What was erased after the backup stays erased, and a consent to share withdrawn since stays
withdrawn. Where the present audit log continues the backup's, it is kept together with the ledger
of disclosures, so that no later access is forgotten.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.backup.archive import BackupUnusable, Manifest, read_archive, revision_of, tables
from finder.backup.container import decrypted_chunks
from finder.backup.loading import delete_all_rows, load
from finder.db import write_transaction
from finder.errors import FinderError
from finder.intake.inquiry import ConsentKind
from finder.intake.keeping import (
    add_tombstones,
    all_tombstones,
    erase_tombstoned,
    read_tombstone_file,
    sealed_rows_by_key,
    tombstone,
    truncate_wal,
)
from finder.intake.models import Consent, Inquiry
from finder.security import audit
from finder.security.keys import KeyRing
from finder.security.models import AuditEvent

_LEDGERS = ("audit_event", "audit_head", "disclosure", "kept_secret", "erasure_tombstone")
"""What only grows, and stays where the backup is of the same history."""


class RestoreRefused(FinderError):
    """The database is not empty, and nobody said that it may be replaced."""


@dataclass(frozen=True, slots=True)
class RestoreSummary:
    """What a restore did."""

    made_at: dt.datetime
    rows: int
    inquiries: int
    erased_again: int
    withdrawn_again: int
    kept_log: bool
    """whether the present audit log and ledger were kept, because they go on from the backup's"""
    key_ids: tuple[str, ...]
    """the keys that what was restored waits for"""


@dataclass(frozen=True, slots=True)
class _Withdrawn:
    inquiry_id: str
    at: dt.datetime


def restore_backup(
    session: Session,
    path: Path,
    key_rings: Sequence[KeyRing],
    *,
    tombstones_path: Path,
    replace: bool,
    actor: str,
    clock: Callable[[], dt.datetime],
) -> RestoreSummary:
    """Put what a backup holds in the place of what is there.

    :param key_rings: where the key of the file is looked for.
    :raises RestoreRefused: something is there, and ``replace`` is not set.
    :raises BackupBroken: the backup is not as it was written; nothing was changed.
    :raises BackupUnusable: it belongs to another schema; nothing was changed.
    :raises KeyMissing: the file's key is in none of the rings; nothing was changed.
    """
    with path.open("rb") as file, write_transaction(session):
        parts = read_archive(decrypted_chunks(file, key_rings))
        manifest = next(parts)
        assert isinstance(manifest, Manifest)  # noqa: S101 - it is always first
        _check_schema(session, manifest)
        if not replace and _holds_something(session):
            raise RestoreRefused(
                "The database is not empty. To put the backup in its place, make a backup of what"
                " is there, and run this again with --replace."
            )
        keep_log = _continues(session, manifest)
        buried, withdrawn = _erased_or_withdrawn_since(
            session, read_tombstone_file(tombstones_path)
        )
        leave = _LEDGERS if keep_log else ()
        delete_all_rows(session, leave=leave)
        counts = load(session, itertools.chain([manifest], parts), leave_out=leave)
        now = clock()
        add_tombstones(session, buried, at=now)
        erased = erase_tombstoned(session, all_tombstones(session))
        withdrawn_again = sum(_withdraw(session, each) for each in withdrawn)
        left = session.scalar(sa.select(sa.func.count()).select_from(Inquiry)) or 0
        audit.record(
            session,
            "backup.restored",
            actor=actor,
            subject="",
            details={
                "inquiries": left,
                "erased_again": len(erased),
                "withdrawn_again": withdrawn_again,
            },
            at=now,
        )
    truncate_wal(session)
    return RestoreSummary(
        made_at=manifest.made_at,
        rows=sum(counts.values()),
        inquiries=left,
        erased_again=len(erased),
        withdrawn_again=withdrawn_again,
        kept_log=keep_log,
        key_ids=tuple(sealed_rows_by_key(session)),
    )


def _check_schema(session: Session, manifest: Manifest) -> None:
    present = revision_of(session)
    if present != manifest.revision:
        raise BackupUnusable(
            f"The backup's schema is {manifest.revision}, the database's is {present}. Restore it"
            f" with the version of Finder that made it, and run ./run db upgrade with this one."
        )


def _holds_something(session: Session) -> bool:
    return any(session.execute(sa.select(table).limit(1)).first() for table in tables())


def _continues(session: Session, manifest: Manifest) -> bool:
    """Whether the present audit log begins with the whole of the backup's."""
    if manifest.audit_count == 0:
        return session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) != 0
    same = sa.select(AuditEvent.seq).where(
        AuditEvent.seq == manifest.audit_count, AuditEvent.hash == manifest.audit_hash
    )
    return session.scalar(same) is not None


def _erased_or_withdrawn_since(
    session: Session, from_file: set[bytes]
) -> tuple[set[bytes], list[_Withdrawn]]:
    events = session.execute(
        sa.select(AuditEvent.event, AuditEvent.subject, AuditEvent.at, AuditEvent.details)
        .where(AuditEvent.event.in_(("inquiry.erased", "inquiry.consent_withdrawn")))
        .order_by(AuditEvent.seq)
    ).all()
    erased = {tombstone(row.subject) for row in events if row.event == "inquiry.erased"}
    withdrawn = [
        _Withdrawn(row.subject, row.at)
        for row in events
        if row.event == "inquiry.consent_withdrawn" and row.details["share"]
    ]
    return from_file | all_tombstones(session) | erased, withdrawn


def _withdraw(session: Session, withdrawn: _Withdrawn) -> bool:
    shared = (Consent.inquiry_id == withdrawn.inquiry_id, Consent.kind == ConsentKind.SHARE.value)
    still = (*shared, Consent.withdrawn_at.is_(None))
    ids = session.scalars(
        sa.select(Consent.id).where(*still, Consent.given_at <= withdrawn.at)
    ).all()
    if not ids:
        return False
    session.execute(sa.update(Consent).where(Consent.id.in_(ids)).values(withdrawn_at=withdrawn.at))
    if session.scalar(sa.select(Consent.id).where(*still).limit(1)) is None:
        session.execute(
            sa.update(Inquiry)
            .where(Inquiry.id == withdrawn.inquiry_id)
            .values(facility_id=None, assigned_to=None, staff_read_at=None)
        )
    return True
