"""Writes inquiries as CSV, headed by the notice on redisclosure (42 CFR 2.32)."""

from __future__ import annotations

import csv
import dataclasses
import io
import unicodedata
from collections.abc import Sequence

from finder.intake.casework.export import NamelessInquiry, ReadInquiry
from finder.intake.inquiry import Message

REDISCLOSURE_NOTICE = (
    "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
    " Do not pass them on without the written consent of the person who is named here,"
    " unless 42 CFR part 2 permits it."
)
"""The first sentence is the notice of 42 CFR 2.32(a)(2), word for word."""
_COLUMNS = (
    "id",
    "status",
    "received_at",
    "erase_after",
    "reference_code",
    "contact_name",
    "contact_method",
    "phone",
    "email",
    "voicemail_ok",
    "best_times",
    "for_whom",
    "looking_for",
    "message",
    "later_messages",
    "about_facility",
    "may_be_shared_with_facility",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def nameless_csv(nameless: Sequence[NamelessInquiry]) -> str:
    """Return the export without names as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([REDISCLOSURE_NOTICE])
    writer.writerow(each.name for each in dataclasses.fields(NamelessInquiry))
    for inquiry in nameless:
        cells = dataclasses.astuple(inquiry)
        writer.writerow(["" if cell is None else cell for cell in cells])
    return text.getvalue()


def inquiries_csv(read: Sequence[ReadInquiry]) -> str:
    """Return the full export as CSV; cells that would run as formulas are escaped."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([REDISCLOSURE_NOTICE])
    writer.writerow(_COLUMNS)
    for inquiry in read:
        payload = inquiry.payload
        cells = (
            inquiry.id,
            inquiry.status,
            inquiry.created_at.isoformat(timespec="seconds"),
            inquiry.erase_after.isoformat(timespec="seconds"),
            payload.reference_code,
            payload.contact_name,
            payload.contact_method,
            payload.phone,
            payload.email,
            _yes_or_no(payload.voicemail_ok),
            payload.best_times,
            payload.for_whom,
            payload.looking_for,
            payload.message,
            "\n\n".join(_said(each) for each in inquiry.messages),
            payload.about_facility_name or "",
            _yes_or_no(inquiry.facility_id is not None),
        )
        writer.writerow([_guarded(cell) for cell in cells])
    return text.getvalue()


def _said(message: Message) -> str:
    return f"{message.created_at.isoformat(timespec='seconds')} {message.author}: {message.text}"


def _guarded(cell: str) -> str:
    # A spreadsheet runs a cell that begins like this; full-width signs count in some of them.
    begins = unicodedata.normalize("NFKC", cell.lstrip(" \n")[:1])
    return f"'{cell}" if begins.startswith(_FORMULA_STARTS) else cell


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"
