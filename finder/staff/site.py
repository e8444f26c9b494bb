"""The site, as browsers and passkeys know it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """Where a passkey is made, and where alone it signs."""

    host: str
    """without a port: the relying party's id"""
    origin: str
    """scheme, host and port, as they stand in the browser's address"""
    name: str
