"""Natural keys: two rows with the same key are the same site.

A key is name, street, ZIP code and program name without case and surplus spaces. Where a source
withholds the street, coordinates take its place: two unknown streets are not the same.
"""

from __future__ import annotations

import unicodedata

from finder.facilities.sources import FacilityRecord

_SEPARATOR = "\x1f"
"""cannot stand in a value: sources strip control characters"""


def site_key(record: FacilityRecord) -> str:
    """Return the natural key without the program's name."""
    place = record.postal_code[:5] or f"{record.city}, {record.state}"
    street = record.street
    if not street and record.latitude is not None:
        street = f"@{record.latitude:.4f},{record.longitude:.4f}"
    return _SEPARATOR.join(map(_folded, (record.name, street, place)))


def natural_key(site: str, record: FacilityRecord) -> str:
    """Return the natural key of a record whose site key is ``site``."""
    return f"{site}{_SEPARATOR}{_folded(record.program_name)}"


def lacks_program(key: str) -> bool:
    """Tell whether a natural key is one without a program's name."""
    return key.endswith(_SEPARATOR)


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
