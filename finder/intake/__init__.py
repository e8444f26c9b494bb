"""Inquiries: taken in, sealed, counted and read; no Flask.

What people write is unsealed here and nowhere else, and every read is on record.
"""

from __future__ import annotations

from finder.intake.author import (
    Contact,
    GivenConsent,
    MessageRefused,
    OwnInquiry,
    add_message,
    change_contact,
    delete_own_inquiry,
    read_own_inquiry,
    withdraw_share,
)
from finder.intake.consent import ConsentKind, ConsentText, consent_texts
from finder.intake.disclosures import (
    DisclosureKind,
    DisclosureRefused,
    GivenDisclosure,
    disclosures_of,
    record_disclosures,
)
from finder.intake.messages import Author, Message
from finder.intake.opening import WrongCodeOrPin, open_inquiry
from finder.intake.read import (
    ReadInquiry,
    export_inquiries,
    inquiry_counts,
)
from finder.intake.reference import NotAReference, normalise_reference
from finder.intake.retention import (
    InquiryNotFound,
    Purged,
    erase_inquiry,
    overdue_inquiries,
    purge_inquiries,
)
from finder.intake.rotation import Rotated, rotate_keys
from finder.intake.sealed_rows import (
    SealCheck,
    check_sealed_rows,
    sealed_rows_by_key,
    sealed_rows_exist,
)
from finder.intake.submission import InquirySubmission, check_submission
from finder.intake.submit import (
    Acknowledgement,
    FacilityUnavailable,
    InquiryNotSaved,
    InvalidInquiry,
    TokenReused,
    submit_inquiry,
)
from finder.intake.tombstones import keep_tombstones
from finder.intake.workflow import STATUSES

__all__ = [
    "STATUSES",
    "Acknowledgement",
    "Author",
    "ConsentKind",
    "ConsentText",
    "Contact",
    "DisclosureKind",
    "DisclosureRefused",
    "FacilityUnavailable",
    "GivenConsent",
    "GivenDisclosure",
    "InquiryNotFound",
    "InquiryNotSaved",
    "InquirySubmission",
    "InvalidInquiry",
    "Message",
    "MessageRefused",
    "NotAReference",
    "OwnInquiry",
    "Purged",
    "ReadInquiry",
    "Rotated",
    "SealCheck",
    "TokenReused",
    "WrongCodeOrPin",
    "add_message",
    "change_contact",
    "check_sealed_rows",
    "check_submission",
    "consent_texts",
    "delete_own_inquiry",
    "disclosures_of",
    "erase_inquiry",
    "export_inquiries",
    "inquiry_counts",
    "keep_tombstones",
    "normalise_reference",
    "open_inquiry",
    "overdue_inquiries",
    "purge_inquiries",
    "read_own_inquiry",
    "record_disclosures",
    "rotate_keys",
    "sealed_rows_by_key",
    "sealed_rows_exist",
    "submit_inquiry",
    "withdraw_share",
]
