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


def sealed_columns(
    key_ring: KeyRing, text: str, *, purpose: str, inquiry_id: str, row_id: str
) -> dict[str, Any]:
    """Return the columns of a row that holds a text, sealed under the ring's first key."""
    sealed = key_ring.seal(text.encode(), purpose=purpose, row_id=_bound_to(inquiry_id, row_id))
    return {
        "id": row_id,
        "inquiry_id": inquiry_id,
        "key_id": sealed.key_id,
        "sealed": sealed.blob,
    }


def open_text(key_ring: KeyRing, row: SealedRow, *, purpose: str) -> str:
    """Return the text of a row that ``sealed_columns`` made.

    :raises KeyMissing: its key is not in the ring.
    :raises SealBroken: it was changed, or belongs to another inquiry.
    """
    sealed = Sealed(row.key_id, row.sealed)
    return key_ring.open(sealed, purpose=purpose, row_id=_bound_to(row.inquiry_id, row.id)).decode()


def _bound_to(inquiry_id: str, row_id: str) -> str:
    return f"{inquiry_id}/{row_id}"
