"""Inquiries: taken in, sealed, counted and read; no Flask.

What people write is unsealed here and nowhere else, and every read is on record.
"""

from __future__ import annotations

from finder.intake.consent import ConsentKind, ConsentText, consent_texts
from finder.intake.read import (
    ReadInquiry,
    export_inquiries,
    inquiry_counts,
    sealed_rows_by_key,
    sealed_rows_exist,
)
from finder.intake.reference import NotAReference, normalise_reference
from finder.intake.retention import InquiryNotFound, Purged, erase_inquiry, purge_inquiries
from finder.intake.submission import InquirySubmission, check_submission
from finder.intake.submit import (
    Acknowledgement,
    FacilityUnavailable,
    InquiryNotSaved,
    InvalidInquiry,
    TokenReused,
    submit_inquiry,
)
from finder.intake.workflow import STATUSES

__all__ = [
    "STATUSES",
    "Acknowledgement",
    "ConsentKind",
    "ConsentText",
    "FacilityUnavailable",
    "InquiryNotFound",
    "InquiryNotSaved",
    "InquirySubmission",
    "InvalidInquiry",
    "NotAReference",
    "Purged",
    "ReadInquiry",
    "TokenReused",
    "check_submission",
    "consent_texts",
    "erase_inquiry",
    "export_inquiries",
    "inquiry_counts",
    "normalise_reference",
    "purge_inquiries",
    "sealed_rows_by_key",
    "sealed_rows_exist",
    "submit_inquiry",
]
