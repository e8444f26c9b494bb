"""Parses a facility id from user input: a bare number, or the URL of a facility's page."""

from __future__ import annotations

import re

_NUMBER = re.compile(r".*/facilities/(\d{1,10})(?:[/?#].*)?|(\d{1,10})/?", re.ASCII)


def parse_facility_id(typed: str) -> int | None:
    """Return the facility id in what was typed or pasted; None where there is none."""
    read = _NUMBER.fullmatch(typed.strip())
    return int(read[1] or read[2]) if read else None
