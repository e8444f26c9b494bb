"""Messages between author and team: checks, seals and opens their text."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass

from finder.errors import FinderError
from finder.intake.inquiry.sealed_text import MESSAGE_PURPOSE, open_text, sealed_columns
from finder.intake.inquiry.submission import LONGEST, without_controls
from finder.intake.models import InquiryMessage
from finder.security.keys import KeyRing
from finder.translatable import N_


class TextRefused(FinderError):
    """A message or a note that cannot be taken; its writer still has it."""


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
    return InquiryMessage(
        **sealed_columns(
            key_ring, text, purpose=MESSAGE_PURPOSE, inquiry_id=inquiry_id, row_id=message_id
        ),
        author=author.value,
        created_at=created_at,
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
    return open_text(key_ring, row, purpose=MESSAGE_PURPOSE)


def checked_text(text: str, *, if_empty: str = "") -> str:
    """Return the text of a message or a note, stripped, without control characters.

    :param if_empty: what its writer is told where nothing is left; "" allows an empty text.
    :raises TextRefused: it is empty, or longer than ``LONGEST["message"]`` characters.
    """
    words = without_controls(text, keep="\n\t").strip()
    if if_empty and not words:
        raise TextRefused(if_empty)
    if len(words) > LONGEST["message"]:
        raise TextRefused(N_("This is too long. Please shorten it."))
    return words
