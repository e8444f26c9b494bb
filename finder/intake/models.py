"""The tables of the intake: inquiries and what belongs to them, disclosures, outbox, reports.

Whatever a person wrote is in ``sealed`` and nowhere else. The other columns hold what must be read
without a key: ids, times, statuses, keyed hashes.
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
    """Argon2id hash of the PIN, sealed too: without the key nobody can try all 4-digit ones"""
    reference_lookup: Mapped[bytes] = mapped_column(unique=True)
    """keyed hash of the reference code, which itself is sealed"""
    submission_token_hash: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of the form's token: pressing twice makes one inquiry"""

    assigned_to: Mapped[str | None] = mapped_column(index=True)
    """the id of the staff account that looks after it"""
    outcome: Mapped[str | None]
    """a code in ``workflow.OUTCOMES``: what came of it"""
    first_contact_at: Mapped[dt.datetime | None]
    """when the team first wrote to its author or tried to call them"""
    closed_at: Mapped[dt.datetime | None]
    staff_read_at: Mapped[dt.datetime | None]
    """when somebody of the team last opened it: what its author wrote later is unread"""

    consents: Mapped[list[Consent]] = relationship(
        back_populates="inquiry", cascade="all, delete-orphan", passive_deletes=True
    )
    contact_lookups: Mapped[list[InquiryContactLookup]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
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


class InquiryNote(Model):
    """What the team noted about an inquiry for itself, sealed."""

    __tablename__ = "inquiry_note"

    id: Mapped[str] = mapped_column(primary_key=True)
    """128 bits in hex: known before the row is written, because the seal is bound to it"""
    inquiry_id: Mapped[str] = mapped_column(
        sa.ForeignKey("inquiry.id", ondelete="CASCADE"), index=True
    )
    written_by: Mapped[str]
    """the id of a staff account"""
    created_at: Mapped[dt.datetime]
    key_id: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes]


class InquiryCall(Model):
    """One try of the team's to call the author of an inquiry; what was noted of it is sealed."""

    __tablename__ = "inquiry_call"

    id: Mapped[str] = mapped_column(primary_key=True)
    """128 bits in hex: known before the row is written, because the seal is bound to it"""
    inquiry_id: Mapped[str] = mapped_column(
        sa.ForeignKey("inquiry.id", ondelete="CASCADE"), index=True
    )
    called_by: Mapped[str]
    """the id of a staff account"""
    created_at: Mapped[dt.datetime]
    outcome: Mapped[str]
    """a ``calls.CallOutcome``"""
    key_id: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes]


class InquiryContactLookup(Model):
    """A keyed hash of a phone number or an address: it shows which inquiries give the same one."""

    __tablename__ = "inquiry_contact_lookup"

    inquiry_id: Mapped[str] = mapped_column(
        sa.ForeignKey("inquiry.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    """``phone`` or ``email``"""
    lookup: Mapped[bytes] = mapped_column(index=True)
    """made by the key that the inquiry's ``key_id`` names, and made again whenever that changes"""


class HandOverRequest(Model):
    """What the team asked the author of an inquiry: whether it may be passed on."""

    __tablename__ = "hand_over_request"

    id: Mapped[str] = mapped_column(primary_key=True)
    inquiry_id: Mapped[str] = mapped_column(
        sa.ForeignKey("inquiry.id", ondelete="CASCADE"), index=True
    )
    facility_id: Mapped[int] = mapped_column(sa.ForeignKey("facility.id"), index=True)
    facility_name: Mapped[str]
    """as the consent's text names it; an answer counts for this name alone"""
    requested_by: Mapped[str]
    """the id of a staff account"""
    requested_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    accepted: Mapped[bool | None]


class OutboxMessage(Model):
    """One notification that is to leave by one way: that something waits, and never what."""

    __tablename__ = "outbox_message"
    __table_args__ = (sa.UniqueConstraint("subject", "way"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """128 random bits in hex; whoever receives it twice knows it by this"""
    subject: Mapped[str]
    """what is told once; it holds no id of an inquiry"""
    way: Mapped[str]
    """an ``outbox.Way``"""
    kind: Mapped[str]
    """an ``outbox.Kind``"""
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    due_at: Mapped[dt.datetime] = mapped_column(index=True)
    """from when on it may be sent (again)"""
    attempts: Mapped[int]
    unsure: Mapped[int]
    """attempts of which nobody knows whether they arrived"""
    lease: Mapped[str | None]
    """whoever is sending it at the moment, or broke off while they did"""
    sent_at: Mapped[dt.datetime | None]
    dead_at: Mapped[dt.datetime | None]
    """from when on nobody tries any more"""


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


class DetailReport(Model):
    """What a person says is wrong with a listing; nothing tells who they are."""

    __tablename__ = "detail_report"

    id: Mapped[str] = mapped_column(primary_key=True)
    """128 bits in hex: known before the row is written, because the seal is bound to it"""
    facility_id: Mapped[int] = mapped_column(sa.ForeignKey("facility.id"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    reasons: Mapped[str]
    """codes of ``corrections.REPORT_REASONS`` with spaces between"""
    key_id: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes]
    """what they wrote, and how they know"""
    handled_at: Mapped[dt.datetime | None]
