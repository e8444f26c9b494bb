"""Natural keys and place keys of listings.

Two rows with the same natural key are the same site: name, street, ZIP code and program name
without case and surplus spaces. Where a source withholds the street, coordinates take its place:
two unknown streets are not the same. Listings with the same place key may be of the same site:
street in one spelling (``streets``) and ZIP code; equal natural keys have equal place keys.
"""

from __future__ import annotations

import unicodedata
from typing import Protocol

from finder.facilities.importing.streets import normalised_street

_SEPARATOR = "\x1f"
"""cannot stand in a value: sources strip control characters"""
_SAMPLE = f"sample{_SEPARATOR}"


class Site(Protocol):
    """Where a facility is, and what it is called."""

    @property
    def name(self) -> str:
        """The name of the house."""

    @property
    def program_name(self) -> str:
        """The name of the program in it, empty where there is none."""

    @property
    def street(self) -> str:
        """Street and number, empty where they are withheld."""

    @property
    def city(self) -> str:
        """The city's name."""

    @property
    def state(self) -> str:
        """Two letters."""

    @property
    def postal_code(self) -> str:
        """``12345`` or ``12345-6789``."""

    @property
    def latitude(self) -> float | None:
        """Degrees north."""

    @property
    def longitude(self) -> float | None:
        """Degrees east."""


def natural_key(site: Site) -> str:
    """Return the natural key of a site."""
    return f"{_site_key(site)}{_SEPARATOR}{_folded(site.program_name)}"


def place_key(site: Site, *, is_sample: bool) -> str:
    """Return the place key of a site; the demonstration's are apart."""
    street = normalised_street(site.street)
    place = _folded(_place(site))
    key = f"{street}{_SEPARATOR}{place}" if street else _site_key(site)
    return f"{_SAMPLE}{key}" if is_sample else key


def has_street(key: str) -> bool:
    """Tell whether a place key is one with a street."""
    return key.removeprefix(_SAMPLE).count(_SEPARATOR) == 1


def without_program(key: str) -> str:
    """Return a natural key without the program's name."""
    return key.rpartition(_SEPARATOR)[0]


def lacks_program(key: str) -> bool:
    """Tell whether a natural key is one without a program's name."""
    return key.endswith(_SEPARATOR)


def _site_key(site: Site) -> str:
    street = site.street
    if not street and site.latitude is not None:
        street = f"@{site.latitude:.4f},{site.longitude:.4f}"
    return _SEPARATOR.join(map(_folded, (site.name, street, _place(site))))


def _place(site: Site) -> str:
    return site.postal_code[:5] or f"{site.city}, {site.state}"


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
