"""The tables of the audit log, of attempt counts and of secrets that survive key rotation.

The log is written by ``audit`` alone, and never changed once written; counts by ``attempts``;
secrets by ``kept_secrets``.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from finder.db import Model


class AuditEvent(Model):
    """One thing that somebody did, chained to the one before it."""

    __tablename__ = "audit_event"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 …, with no gap"""
    at: Mapped[dt.datetime]
    event: Mapped[str]
    """a name in ``audit.EVENTS``"""
    actor: Mapped[str] = mapped_column(index=True)
    """who did it: ``public``, ``author`` (of an inquiry, by its code and PIN), ``command:`` and
    the account that ran it, or the id of a staff account"""
    subject: Mapped[str] = mapped_column(index=True)
    """what it was done to, by its id; empty where it was nothing in particular"""
    details: Mapped[dict[str, int | bool | str]] = mapped_column(sa.JSON)
    previous_hash: Mapped[str]
    hash: Mapped[str]
    """SHA-256 over all of the above, in hex"""


class AuditHead(Model):
    """The one row that says where the chain ends; locked by whoever lengthens it."""

    __tablename__ = "audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    hash: Mapped[str]


class AttemptCount(Model):
    """When something was tried in one bucket, as long as it counts."""

    __tablename__ = "attempt_count"

    bucket: Mapped[str] = mapped_column(primary_key=True)
    """a keyed hash: it leads back to nobody and nothing without the key"""
    times: Mapped[list[float]] = mapped_column(sa.JSON)
    """seconds since 1970"""
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    """from then on the row counts nothing, and may go"""


class KeptSecret(Model):
    """A random secret that stays the same when keys are rotated, sealed under the ring."""

    __tablename__ = "kept_secret"

    name: Mapped[str] = mapped_column(primary_key=True)
    """what it is for"""
    key_id: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes]
