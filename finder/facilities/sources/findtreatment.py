"""What FindTreatment.gov's two forms share: the type of a listing and what it says by itself."""

from __future__ import annotations

from finder.facilities.sources.records import LeftOut, shown
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
    """Return the service codes that a listing's type stands for, and the type if it is unknown."""
    kind = clean_text(value).upper()
    if kind in _CODES_OF_TYPE:
        return set(_CODES_OF_TYPE[kind]), []
    return set(), [LeftOut(row, column, shown(kind), "an unknown type of facility")]
