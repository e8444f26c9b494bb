"""Messages about an inquiry, from its author and from the team: sealed and opened."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass

from finder.intake.models import InquiryMessage
from finder.security.keys import KeyRing, Sealed

PURPOSE = "inquiry message"


class Author(enum.StrEnum):
    """Who wrote a message."""

    PERSON = "person"
    """whoever sent the inquiry"""
    STAFF = "staff"


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message, unsealed."""

    author: Author
    created_at: dt.datetime
    text: str


def seal_message(
    key_ring: KeyRing,
    text: str,
    *,
    message_id: str,
    inquiry_id: str,
    author: Author,
    created_at: dt.datetime,
) -> InquiryMessage:
    """Return the row of a message, its text sealed and bound to it and to its inquiry."""
    sealed = key_ring.seal(text.encode(), purpose=PURPOSE, row_id=_bound(inquiry_id, message_id))
    return InquiryMessage(
        id=message_id,
        inquiry_id=inquiry_id,
        author=author.value,
        created_at=created_at,
        key_id=sealed.key_id,
        sealed=sealed.blob,
    )


def open_messages(key_ring: KeyRing, rows: Iterable[InquiryMessage]) -> tuple[Message, ...]:
    """Return what ``seal_message`` sealed.

    :raises KeyMissing: a key is not in the ring.
    :raises SealBroken: a message was changed, or belongs to another inquiry.
    """
    return tuple(
        Message(Author(row.author), row.created_at, open_message(key_ring, row)) for row in rows
    )


def open_message(key_ring: KeyRing, row: InquiryMessage) -> str:
    """Return the text of one message; see ``open_messages``."""
    sealed = Sealed(row.key_id, row.sealed)
    row_id = _bound(row.inquiry_id, row.id)
    return key_ring.open(sealed, purpose=PURPOSE, row_id=row_id).decode()


def _bound(inquiry_id: str, message_id: str) -> str:
    return f"{inquiry_id}/{message_id}"
