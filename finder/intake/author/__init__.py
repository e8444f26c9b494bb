"""What the author of an inquiry does: open it with code and PIN, follow, change, delete it."""

from __future__ import annotations

from finder.intake.author.changing import Contact, add_message, change_contact, withdraw_share
from finder.intake.author.deleting import delete_own_inquiry
from finder.intake.author.following import OwnInquiry, SeenBy, read_own_inquiry
from finder.intake.author.opening import WrongCodeOrPin, find_by_code, open_inquiry

__all__ = [
    "Contact",
    "OwnInquiry",
    "SeenBy",
    "WrongCodeOrPin",
    "add_message",
    "change_contact",
    "delete_own_inquiry",
    "find_by_code",
    "open_inquiry",
    "read_own_inquiry",
    "withdraw_share",
]
