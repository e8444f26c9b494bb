"""Taking an inquiry in: checked, sealed, stored, acknowledged."""

from __future__ import annotations

from finder.intake.submitting.submission import (
    Acknowledgement,
    FacilityUnavailable,
    InquiryNotSaved,
    TokenReused,
    submit_inquiry,
)

__all__ = [
    "Acknowledgement",
    "FacilityUnavailable",
    "InquiryNotSaved",
    "TokenReused",
    "submit_inquiry",
]
