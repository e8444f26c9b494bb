"""What both formats of FindTreatment.gov share: the service codes of a facility's type."""

from __future__ import annotations

from finder.facilities.sources.records import LeftOut, excerpt
from finder.facilities.sources.values import clean_text

_CODES_OF_TYPE: dict[str, tuple[str, ...]] = {
    "": (),
    "SA": ("SA",),
    "SU": ("SA",),
    "MH": ("MH",),
    # An opioid treatment program is certified to dispense methadone; its row lists no services.
    "OTP": ("SA", "OTP", "MU"),
}


def type_codes(row: int, column: str, value: object) -> tuple[set[str], list[LeftOut]]:
    """Return the service codes that a facility's type implies, and the type if it is unknown."""
    kind = clean_text(value).upper()
    if kind in _CODES_OF_TYPE:
        return set(_CODES_OF_TYPE[kind]), []
    return set(), [LeftOut(row, column, excerpt(kind), "an unknown type of facility")]
