"""Errors that several rooms of the intake raise."""

from __future__ import annotations

from finder.errors import FinderError
from finder.translatable import N_


class InquiryNotFound(FinderError):
    """No stored inquiry has this reference code."""


class InvalidInquiry(FinderError):
    """Something in the form must be changed; ``errors`` says what, field by field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(N_("Please look at what is marked. Nothing that you wrote is lost."))
        self.errors = errors
