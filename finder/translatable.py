"""Marks text for translation where it is defined, far from any request; it translates nothing."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools extract
    """Return ``message`` as it is; the name makes the extractor collect it."""
    return message
