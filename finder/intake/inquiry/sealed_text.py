"""Seals a text that belongs to an inquiry: a message, a note of the team, the note of a call.

A blob is bound to its purpose, to its inquiry and to its row (AES-256-GCM's associated data, see
``security.keys``): copied into another row, it does not open.
"""

from __future__ import annotations

from typing import Any, Protocol

from finder.security.keys import KeyRing, Sealed

MESSAGE_PURPOSE = "inquiry message"
NOTE_PURPOSE = "inquiry note"
CALL_PURPOSE = "inquiry call"


class SealedRow(Protocol):
    """A row with one sealed text: ``InquiryMessage``, ``InquiryNote`` or ``InquiryCall``."""

    id: Any
    inquiry_id: Any
    key_id: Any
    sealed: Any


def seal_text(
    key_ring: KeyRing, text: str, *, purpose: str, inquiry_id: str, row_id: str
) -> Sealed:
    """Return a text sealed under the ring's first key.

    :raises KeyMissing: the ring has no key.
    """
    return key_ring.seal(text.encode(), purpose=purpose, row_id=bound_to(inquiry_id, row_id))


def open_text(key_ring: KeyRing, row: SealedRow, *, purpose: str) -> str:
    """Return what ``seal_text`` sealed.

    :raises KeyMissing: its key is not in the ring.
    :raises SealBroken: it was changed, or belongs to another inquiry.
    """
    sealed = Sealed(row.key_id, row.sealed)
    return key_ring.open(sealed, purpose=purpose, row_id=bound_to(row.inquiry_id, row.id)).decode()


def bound_to(inquiry_id: str, row_id: str) -> str:
    """Return the name of a row under its inquiry, which its seal is bound to."""
    return f"{inquiry_id}/{row_id}"
