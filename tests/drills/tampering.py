"""Flip every byte of everything that is sealed, and swap it all: nothing of it may open.

    python -m tests.drills.tampering [--inquiries 10] [--database URL of an empty database]

A row of every table in ``SEALED_TABLES`` is stored as people make it. Then each byte of each seal
is changed, each seal is put into the place of each other one, and each row is said to be under
another key of the ring. All of these must be refused; what was not touched must open.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine, sqlite_url, write_transaction
from finder.intake.author import add_message
from finder.intake.casework import CallOutcome, add_note, record_call_attempt
from finder.intake.corrections import ReportSubmission
from finder.intake.corrections.reports import submit_report
from finder.intake.keeping.sealed_columns import SEALED_TABLES, Seal, SealedTable
from finder.intake.models import Inquiry
from finder.security.kept_secrets import make_kept_secret
from finder.security.keys import KeyMissing, SealBroken
from finder.staff import create_account
from finder.staff.codes import TOTP_PURPOSE
from finder.staff.models import StaffAccount
from tests.drills.rotation import migrate
from tests.factories import NOW, add_facility
from tests.intake.making import BOTH, RING, actor, submit


@dataclass
class Tampered:
    """What came of it."""

    tables: set[str] = field(default_factory=set)
    seals: int = 0
    flipped: int = 0
    """bytes that were changed, one at a time"""
    swapped: int = 0
    """seals that were put into the place of another one"""
    other_keys: int = 0
    taken: list[str] = field(default_factory=list)
    """what opened although it was touched, or did not although it was not"""


@dataclass(frozen=True)
class _Stored:
    table: SealedTable
    seal: Seal
    row: Mapping[str, Any]

    @property
    def blob(self) -> bytes:
        blob: bytes = self.row[self.seal.column]
        return blob

    def opens(self, **changes: object) -> bool:
        try:
            self.table.open(BOTH, {**self.row, **changes})
        except (SealBroken, KeyMissing):
            return False
        return True


def drill(engine: sa.Engine, *, inquiries: int) -> Tampered:
    """Run it on an empty database and return what came of it."""
    with Session(engine) as session:
        _fill(session, inquiries)
        stored = [
            _Stored(table, seal, dict(row))
            for table in SEALED_TABLES
            for row in session.execute(sa.select(*table.columns)).mappings()
            for seal in table.seals
            if row[seal.column] is not None
        ]
    done = Tampered(tables={each.table.name for each in stored}, seals=len(stored))
    for each in stored:
        if not each.opens():
            done.taken.append(f"{each.table.name}: does not open as it is")
        _flip(each, done)
        if each.opens(**{each.table.key_column: BOTH.ids[0]}):
            done.taken.append(f"{each.table.name}.{each.seal.column}: under another key")
        done.other_keys += 1
    for one, other in itertools.permutations(stored, 2):
        if one.opens(**{one.seal.column: other.blob}):
            done.taken.append(f"{one.table.name}.{one.seal.column}: with {other.table.name}'s")
        done.swapped += 1
    return done


def _flip(each: _Stored, done: Tampered) -> None:
    for place in range(len(each.blob)):
        changed = bytearray(each.blob)
        changed[place] ^= 1 << place % 8
        if each.opens(**{each.seal.column: bytes(changed)}):
            done.taken.append(f"{each.table.name}.{each.seal.column}: byte {place}")
        done.flipped += 1


def _fill(session: Session, inquiries: int) -> None:
    """Store at least one row of every table that is sealed."""
    facility_id = add_facility(session)
    for number in range(inquiries):
        submit(session, pin="493817", submission_token=f"token-of-one-form-{number:06}")
    for inquiry_id in session.scalars(sa.select(Inquiry.id)).all():
        add_message(session, RING, inquiry_id, "Later", token="a", clock=lambda: NOW)
        who = actor()
        add_note(session, RING, who, inquiry_id, "Ring twice", clock=lambda: NOW)
        record_call_attempt(
            session, RING, who, inquiry_id, CallOutcome.NO_ANSWER, note="-", clock=lambda: NOW
        )
    report = ReportSubmission(facility_id, ("phone",), "It is another one", "", "a" * 24)
    submit_report(session, RING, report, clock=lambda: NOW)
    create_account(session, "a@example.org", role="triage", by="command:a", clock=lambda: NOW)
    with write_transaction(session):
        make_kept_secret(session, RING, "drill")
        account = session.scalars(sa.select(StaffAccount)).one()
        sealed = RING.seal(b"JBSWY3DP", purpose=TOTP_PURPOSE, row_id=account.id)
        account.key_id, account.totp_sealed = sealed.key_id, sealed.blob


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inquiries", type=int, default=10)
    parser.add_argument("--database", help="URL of an empty database; SQLite of its own without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-tampering-") as name:
        url = options.database or sqlite_url(Path(name) / "finder.sqlite")
        migrate(Path(name), url)
        engine = create_engine(url)
        done = drill(engine, inquiries=options.inquiries)
        engine.dispose()
    print(
        f"{done.seals} seals in {len(done.tables)} tables: {done.flipped} flipped bytes,"
        f" {done.swapped} swaps, {done.other_keys} other keys; {len(done.taken)} were taken"
    )
    print(*done.taken[:20], sep="\n", end="")
    return 1 if done.taken else 0


if __name__ == "__main__":
    sys.exit(main())
