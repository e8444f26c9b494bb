"""The tables of staff: accounts, their facilities, passkeys and sessions."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from finder.db import Model


class StaffAccount(Model):
    """Somebody who works with inquiries, or gives out the accounts."""

    __tablename__ = "staff_account"

    id: Mapped[str] = mapped_column(primary_key=True)
    """128 random bits in hex; what the audit log calls them"""
    email: Mapped[str] = mapped_column(unique=True)
    """in small letters"""
    role: Mapped[str]
    """a role's code; what it allows is not this package's to know"""
    created_at: Mapped[dt.datetime]
    disabled_at: Mapped[dt.datetime | None]
    last_sign_in: Mapped[dt.datetime | None]
    password_hash: Mapped[str | None]
    """Argon2id; null: it has yet to be chosen"""
    setup_hash: Mapped[str | None]
    """SHA-256 of the one-time code that lets its owner choose a password"""
    setup_expires_at: Mapped[dt.datetime | None]
    key_id: Mapped[str | None] = mapped_column(index=True)
    """the key that made ``totp_sealed``"""
    totp_sealed: Mapped[bytes | None]
    """the secret of the second factor"""
    totp_confirmed: Mapped[bool] = mapped_column(default=False)
    """whether a code of it was entered once"""
    totp_last_step: Mapped[int] = mapped_column(default=0)
    """the half minute of the last code that was taken: none is taken twice"""
    recovery_hashes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    """SHA-256 of every recovery code that is left"""
    saved_views: Mapped[list[str]] = mapped_column(
        sa.JSON, default=list, server_default=sa.text("'[]'")
    )
    """query strings of the queue's address"""

    facilities: Mapped[list[StaffFacility]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    passkeys: Mapped[list[StaffPasskey]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="StaffPasskey.created_at"
    )


class StaffFacility(Model):
    """A facility that an account works for; an account without any is of the operator's team."""

    __tablename__ = "staff_facility"

    account_id: Mapped[str] = mapped_column(
        sa.ForeignKey("staff_account.id", ondelete="CASCADE"), primary_key=True
    )
    facility_id: Mapped[int] = mapped_column(sa.ForeignKey("facility.id"), primary_key=True)


class StaffPasskey(Model):
    """A passkey of an account: its public half, which signs nobody in by itself."""

    __tablename__ = "staff_passkey"

    id: Mapped[str] = mapped_column(primary_key=True)
    """128 random bits in hex; what forms call it"""
    account_id: Mapped[str] = mapped_column(
        sa.ForeignKey("staff_account.id", ondelete="CASCADE"), index=True
    )
    credential_id: Mapped[str] = mapped_column(unique=True)
    """what its authenticator calls it, in base64url"""
    public_key: Mapped[bytes]
    """as COSE writes it"""
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    """how often it was used, by its own count; always 0 where it does not count"""
    label: Mapped[str]
    """what its owner calls it; may be empty"""
    transports: Mapped[list[str]] = mapped_column(sa.JSON)
    """how a browser reaches it, in the words of WebAuthn"""
    created_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]


class StaffSession(Model):
    """One browser in which an account is signed in, or half-way through it."""

    __tablename__ = "staff_session"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(
        sa.ForeignKey("staff_account.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of what the cookie holds"""
    created_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    verified_at: Mapped[dt.datetime | None]
    """when the second factor was given; null: nothing but that step is open"""
    challenge: Mapped[str | None]
    """what a passkey is to sign next, in base64url; good once"""
    challenge_expires_at: Mapped[dt.datetime | None]
