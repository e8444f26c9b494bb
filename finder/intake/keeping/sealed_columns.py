"""The registry of sealed columns: which columns of which tables are encrypted, and bound to what.

``keys rotate``, ``keys status``, the start's look for missing keys and ``backup verify`` all go by
``SEALED_TABLES``. A test fails where a model has a column of bytes that is neither listed here nor
in ``NOT_SEALED``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import Model
from finder.intake.corrections import REPORT_PURPOSE
from finder.intake.inquiry import (
    CALL_PURPOSE,
    MESSAGE_PURPOSE,
    NOTE_PURPOSE,
    PAYLOAD_PURPOSE,
    PIN_PURPOSE,
    rebuild_contact_lookups,
    reference_lookup,
)
from finder.intake.models import DetailReport, Inquiry, InquiryCall, InquiryMessage, InquiryNote
from finder.security.kept_secrets import PURPOSE as KEPT_SECRET_PURPOSE
from finder.security.keys import KeyMissing, KeyRing, SealBroken, Sealed
from finder.security.models import KeptSecret
from finder.staff.codes import TOTP_PURPOSE
from finder.staff.models import StaffAccount

Opened = Mapping[str, bytes]
"""what the sealed columns of one row hold, by column; without those that are empty"""

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed column, and what binds it to its row."""

    column: str
    purpose: str
    bound_to: tuple[str, ...] = ("id",)
    """the columns that make the row's name in the seal, with slashes between"""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A column with a keyed hash of something that is sealed in the same row."""

    column: str
    of: Callable[[KeyRing, Opened, str], bytes]
    """makes it: from the ring, what is sealed, and the id of the key to make it with"""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table whose rows each are sealed under one key."""

    model: type[Model]
    seals: tuple[Seal, ...]
    lookups: tuple[Lookup, ...] = ()
    id_column: str = "id"
    key_column: str = "key_id"
    rebuild_lookups: Callable[[Session, KeyRing, Mapping[Any, Opened]], None] | None = field(
        default=None
    )
    """makes again, under the first key, what look-ups of other tables were made of rows (their
    ids, what is sealed): called when the rows were sealed again, in the same transaction"""

    @property
    def table(self) -> sa.Table:
        """The table itself."""
        table = self.model.__table__
        assert isinstance(table, sa.Table)  # noqa: S101 - narrows a type
        return table

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @property
    def id(self) -> sa.Column[Any]:
        """The column that a row is known by."""
        return self.table.c[self.id_column]

    @property
    def key(self) -> sa.Column[Any]:
        """The column with the id of the key."""
        return self.table.c[self.key_column]

    @property
    def columns(self) -> list[sa.Column[Any]]:
        """All that opening a row takes."""
        names = [self.id_column, self.key_column]
        for seal in self.seals:
            names += [seal.column, *seal.bound_to]
        names += [each.column for each in self.lookups]
        return [self.table.c[name] for name in dict.fromkeys(names)]

    def open(self, key_ring: KeyRing, row: Mapping[str, Any]) -> dict[str, bytes]:
        """Return what is sealed in a row.

        :raises KeyMissing: its key is not in the ring.
        :raises SealBroken: it was changed, or belongs to another row.
        """
        key_id = row[self.key_column]
        return {
            seal.column: key_ring.open(
                Sealed(key_id, row[seal.column]), purpose=seal.purpose, row_id=_bound(seal, row)
            )
            for seal in self.seals
            if row[seal.column] is not None
        }

    def seal(self, key_ring: KeyRing, row: Mapping[str, Any], opened: Opened) -> dict[str, Any]:
        """Return the columns of a row as the first key of the ring makes them."""
        key_id = key_ring.sealing_id
        made: dict[str, Any] = {self.key_column: key_id}
        for seal in self.seals:
            if seal.column in opened:
                made[seal.column] = key_ring.seal(
                    opened[seal.column], purpose=seal.purpose, row_id=_bound(seal, row)
                ).blob
        return made | {each.column: each.of(key_ring, opened, key_id) for each in self.lookups}


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What ``check_sealed_rows`` found."""

    opened: int
    """rows whose every seal opens and whose look-ups fit"""
    broken: tuple[str, ...]
    """``table id`` of rows that were changed outside of Finder"""
    missing: Mapping[str, int]
    """key id -> rows that wait for it"""


def _reference_lookup(key_ring: KeyRing, opened: Opened, key_id: str) -> bytes:
    code = json.loads(opened["sealed"])["reference_code"]
    return reference_lookup(key_ring, code, key_id=key_id)


SEALED_TABLES: tuple[SealedTable, ...] = (
    SealedTable(
        Inquiry,
        seals=(Seal("sealed", PAYLOAD_PURPOSE), Seal("pin_hash", PIN_PURPOSE)),
        lookups=(Lookup("reference_lookup", _reference_lookup),),
        rebuild_lookups=rebuild_contact_lookups,
    ),
    SealedTable(
        InquiryMessage,
        seals=(Seal("sealed", MESSAGE_PURPOSE, bound_to=("inquiry_id", "id")),),
    ),
    SealedTable(InquiryNote, seals=(Seal("sealed", NOTE_PURPOSE, bound_to=("inquiry_id", "id")),)),
    SealedTable(InquiryCall, seals=(Seal("sealed", CALL_PURPOSE, bound_to=("inquiry_id", "id")),)),
    SealedTable(DetailReport, seals=(Seal("sealed", REPORT_PURPOSE),)),
    SealedTable(StaffAccount, seals=(Seal("totp_sealed", TOTP_PURPOSE),)),
    SealedTable(
        KeptSecret,
        id_column="name",
        seals=(Seal("sealed", KEPT_SECRET_PURPOSE, bound_to=("name",)),),
    ),
)

NOT_SEALED: Mapping[str, str] = {
    "disclosure.pseudonym": "keyed by a kept secret, which stays when keys are rotated",
    "erasure_tombstone.id_hash": "SHA-256 of 128 random bits; made without a key",
    "inquiry_contact_lookup.lookup": "rebuilt with the inquiry's row, by ``rebuild_lookups``",
    "inquiry.submission_token_hash": "SHA-256 of a random token; made without a key",
    "staff_passkey.public_key": "a public key: it checks a signature, and makes none",
    "search_entry.mask": "what a public listing answers to filters",
    "search_entry.mask_all": "what a public listing answers to filters",
    "search_entry.mask_mental_health": "what a public listing answers to filters",
    "search_entry.services": "which services a public listing has",
    "search_tile.services": "which services public listings have",
    "search_name_segment.services": "which services public listings have",
    "search_tile.points": "where public listings are",
    "search_tile.entries": "ids and dates of public listings",
    "search_tile.bitmaps": "what public listings answer to filters",
    "search_tile.bitmaps_all": "what public listings answer to filters",
    "search_tile.bitmaps_mental_health": "what public listings answer to filters",
    "search_name_segment.ids": "ids of public listings",
    "search_name_segment.bitmaps": "what public listings answer to filters",
    "search_name_segment.bitmaps_all": "what public listings answer to filters",
    "search_name_segment.bitmaps_mental_health": "what public listings answer to filters",
    "search_name_segment.postings": "which public listings have a word in their name",
    "search_name_segment.places": "where in the names of public listings a word is",
    "search_name_segment.lengths": "how many words the names of public listings have",
    "search_name_segment.days": "dates of public listings",
    "search_name_segment.name_starts": "which public listings have the same name",
    "search_name_segment.points": "where public listings are",
}
"""``table.column`` of bytes that no key of the ring made -> why that is enough"""


def sealed_rows_exist(session: Session) -> bool:
    """Whether something is stored that only the operator's keys can open."""
    return any(session.execute(each.limit(1)).first() is not None for each in _seals())


def sealed_rows_by_key(session: Session) -> dict[str, int]:
    """Return how many rows each key has sealed, as a rotation counts them."""
    keys = [sa.select(each.key.label("key_id")) for each in SEALED_TABLES]
    rows = sa.union_all(*keys).subquery()
    counted = (
        sa.select(rows.c.key_id, sa.func.count())
        .where(rows.c.key_id.is_not(None))
        .group_by(rows.c.key_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def rows_under_other_keys(session: Session, each: SealedTable, key_id: str) -> int:
    """Return how many rows of a table are sealed under another key than this one."""
    other = sa.select(sa.func.count()).select_from(each.table).where(each.key != key_id)
    return session.scalar(other) or 0


def check_sealed_rows(session: Session, key_ring: KeyRing) -> SealCheck:
    """Decrypt every sealed row and count what opens, what is broken, and which keys are missing."""
    opened = 0
    broken: list[str] = []
    missing: dict[str, int] = {}
    for each, row in _rows(session):
        key_id = row[each.key_column]
        try:
            content = each.open(key_ring, row)
            fits = all(row[it.column] == it.of(key_ring, content, key_id) for it in each.lookups)
        except KeyMissing:
            missing[key_id] = missing.get(key_id, 0) + 1
            continue
        except SealBroken:
            fits = False
        if fits:
            opened += 1
        else:
            broken.append(f"{each.name} {row[each.id_column]}")
    return SealCheck(opened, tuple(broken), missing)


def _rows(session: Session) -> Iterator[tuple[SealedTable, Mapping[str, Any]]]:
    for each in SEALED_TABLES:
        sealed = sa.select(*each.columns).where(each.key.is_not(None)).order_by(each.id)
        for row in session.execute(sealed).yield_per(_CHUNK).mappings():
            yield each, dict(row)


def _seals() -> list[sa.Select[Any]]:
    """Return what selects the key of every seal; those of one row are under the same key."""
    return [
        sa.select(each.key.label("key_id")).where(each.table.c[seal.column].is_not(None))
        for each in SEALED_TABLES
        for seal in each.seals
    ]


def _bound(seal: Seal, row: Mapping[str, Any]) -> str:
    return "/".join(str(row[name]) for name in seal.bound_to)
