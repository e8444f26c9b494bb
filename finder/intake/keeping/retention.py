"""Erases inquiries and reports: when their retention ends, or when the author asks.

What stays are ids and times in the audit log, the ledger of disclosures, and a tombstone that keeps
a restored backup from bringing it back. On SQLite ``secure_delete`` overwrites the pages and the
WAL is truncated; on PostgreSQL the next vacuum removes the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.corrections import erase_old_reports
from finder.intake.errors import InquiryNotFound
from finder.intake.inquiry import normalise_reference, reference_lookup
from finder.intake.keeping.tombstones import add_tombstones, tombstone
from finder.intake.models import Inquiry
from finder.intake.notifying import purge_outbox
from finder.intake.sharing import purge_disclosures
from finder.security import audit
from finder.security.attempts import purge_attempts
from finder.security.keys import KeyRing


@dataclass(frozen=True, slots=True)
class PurgeSummary:
    """What a purge did."""

    erased: int
    remaining: int
    """inquiries that are kept on"""
    reports: int = 0
    """reports of wrong details that were erased"""
    left: int = 0
    """inquiries whose time is up, and that the database did not let go"""


def purge_inquiries(
    session: Session, *, actor: str, clock: Callable[[], dt.datetime]
) -> PurgeSummary:
    """Erase every inquiry and report whose time is up, and counts that count nothing.

    Needs no key. An inquiry that the database does not let go keeps none of the others; it is
    counted, and tried again the next time.
    """
    with write_transaction(session):
        now = clock()
        purge_attempts(session, now=now)
        purge_outbox(session, now=now)
        purge_disclosures(session, now=now)
        due = session.scalars(sa.select(Inquiry.id).where(Inquiry.erase_after <= now)).all()
        gone = [each for each in due if _delete_if_allowed(session, each)]
        erase_inquiries(session, gone, actor=actor, expired=True, now=now)
        reports = erase_old_reports(session, actor=actor, now=now)
        remaining = session.scalar(sa.select(sa.func.count()).select_from(Inquiry)) or 0
    truncate_wal(session)
    left = len(due) - len(gone)
    return PurgeSummary(len(gone), remaining - left, reports=reports, left=left)


def overdue_inquiries(session: Session, *, since: dt.datetime) -> int:
    """Return how many inquiries should have been erased before that time."""
    due = sa.select(sa.func.count()).select_from(Inquiry).where(Inquiry.erase_after < since)
    return session.scalar(due) or 0


def erase_inquiry(
    session: Session,
    key_ring: KeyRing,
    reference_code: str,
    *,
    actor: str,
    clock: Callable[[], dt.datetime],
) -> None:
    """Erase the inquiry with this reference code, because its author asked for it.

    :raises finder.intake.NotAReference: it cannot be a reference code.
    :raises InquiryNotFound: there is none, or no more.
    """
    code = normalise_reference(reference_code)
    lookups = [reference_lookup(key_ring, code, key_id=key_id) for key_id in key_ring.ids]
    with write_transaction(session):
        found = session.scalars(
            sa.select(Inquiry.id).where(Inquiry.reference_lookup.in_(lookups))
        ).all()
        if not found:
            raise InquiryNotFound(f"No inquiry with the code {code} is stored.")
        erase_inquiries(session, found, actor=actor, expired=False, now=clock())
    truncate_wal(session)


def erase_inquiries(
    session: Session, ids: Sequence[str], *, actor: str, expired: bool, now: dt.datetime
) -> None:
    """Erase inquiries with all that belongs to them, in the caller's ``write_transaction``.

    The caller calls ``truncate_wal`` once that is committed.
    """
    for inquiry_id in ids:
        session.execute(sa.delete(Inquiry).where(Inquiry.id == inquiry_id))
    add_tombstones(session, [tombstone(each) for each in ids], at=now)
    audit.record_all(
        session,
        [audit.AuditRecord("inquiry.erased", actor, each, {"expired": expired}) for each in ids],
        at=now,
    )


def _delete_if_allowed(session: Session, inquiry_id: str) -> bool:
    try:
        with session.begin_nested():
            session.execute(sa.delete(Inquiry).where(Inquiry.id == inquiry_id))
    except sa.exc.IntegrityError:
        return False
    return True


def truncate_wal(session: Session) -> None:
    """Checkpoint and truncate SQLite's write-ahead log, so that erased pages leave it too."""
    if session.get_bind().dialect.name != "sqlite":
        return
    session.rollback()
    connection = session.get_bind().engine.raw_connection()
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
