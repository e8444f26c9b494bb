"""The tables of inquiries: what is kept of one, and what its author agreed to.

Whatever a person wrote is in ``sealed`` and nowhere else. The columns around it are what the work
needs without a key: ids, times, a status, and hashes that tell nothing.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from finder.db import Model


class Inquiry(Model):
    """One inquiry, sealed."""

    __tablename__ = "inquiry"

    id: Mapped[str] = mapped_column(primary_key=True)
    """128 random bits in hex: known before the row is written, because the seal is bound to it"""
    facility_id: Mapped[int | None] = mapped_column(sa.ForeignKey("facility.id"), index=True)
    """the facility that it may be passed on to; null: it stays with the operator's own team"""
    status: Mapped[str] = mapped_column(index=True)
    """a code in ``workflow.STATUSES``"""
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    """when its author or the team last did something with it"""
    erase_after: Mapped[dt.datetime] = mapped_column(index=True)
    key_id: Mapped[str] = mapped_column(index=True)
    """the key that made ``sealed``, ``pin_hash`` and ``reference_lookup``"""
    sealed: Mapped[bytes]
    """a ``payload.Payload``"""
    pin_hash: Mapped[bytes | None]
    """scrypt hash of the PIN, sealed too: without the key nobody can try all 4-digit ones"""
    reference_lookup: Mapped[bytes] = mapped_column(unique=True)
    """keyed hash of the reference code, which itself is sealed"""
    submission_token_hash: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of the form's token: pressing twice makes one inquiry"""

    consents: Mapped[list[Consent]] = relationship(
        back_populates="inquiry", cascade="all, delete-orphan", passive_deletes=True
    )


class InquiryMessage(Model):
    """What its author or the team wrote about an inquiry later, sealed."""

    __tablename__ = "inquiry_message"

    id: Mapped[str] = mapped_column(primary_key=True)
    """128 bits in hex: known before the row is written, because the seal is bound to it"""
    inquiry_id: Mapped[str] = mapped_column(
        sa.ForeignKey("inquiry.id", ondelete="CASCADE"), index=True
    )
    author: Mapped[str]
    """a ``messages.Author``"""
    created_at: Mapped[dt.datetime]
    key_id: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes]


class Consent(Model):
    """What the author of an inquiry agreed to; the name signed with is in the sealed payload."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry_id: Mapped[str] = mapped_column(
        sa.ForeignKey("inquiry.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    """a ``consent.ConsentKind``"""
    text_version: Mapped[str]
    text_sha256: Mapped[str]
    """of the English text, with the facility's name in it"""
    facility_name: Mapped[str | None]
    """the facility that the text names"""
    given_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]

    inquiry: Mapped[Inquiry] = relationship(back_populates="consents")


class Disclosure(Model):
    """That an inquiry was shown to somebody: kept for three years, longer than the inquiry.

    It holds no word and no code of the inquiry. There is no foreign key on purpose.
    """

    __tablename__ = "disclosure"

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[bytes] = mapped_column(index=True)
    """keyed hash of the reference code: whoever has the code finds the row, with the keys' help"""
    at: Mapped[dt.datetime] = mapped_column(index=True)
    actor: Mapped[str]
    """who did it, as in the audit log"""
    recipient: Mapped[str]
    """to whom"""
    kind: Mapped[str]
    """a ``disclosures.DisclosureKind``"""
    reason: Mapped[str]
    """why, in the operator's own words"""
    consent_id: Mapped[int | None]
    """the consent that it rests on, which goes with the inquiry"""
    consent_version: Mapped[str | None]
    """the version of that consent's text"""


class ErasureTombstone(Model):
    """That an inquiry was erased, so that no backup brings it back."""

    __tablename__ = "erasure_tombstone"

    id_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256 of the inquiry's id, which is 128 random bits"""
    erased_at: Mapped[dt.datetime]
