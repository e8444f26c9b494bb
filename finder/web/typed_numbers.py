"""Reads the number of a program as people give it: alone, or in the address of its page."""

from __future__ import annotations

import re

_NUMBER = re.compile(r".*/facilities/(\d{1,10})(?:[/?#].*)?|(\d{1,10})/?", re.ASCII)


def facility_number(typed: str) -> int | None:
    """Return the number of a program in what was typed or pasted; None where there is none."""
    read = _NUMBER.fullmatch(typed.strip())
    return int(read[1] or read[2]) if read else None
