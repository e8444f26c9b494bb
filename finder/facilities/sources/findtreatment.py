"""What both formats of FindTreatment.gov share: the meaning of a facility's type."""

from __future__ import annotations

from typing import NamedTuple

from finder.facilities.sources.records import (
    FINDTREATMENT,
    FINDTREATMENT_MH,
    LeftOut,
    ReadAs,
    excerpt,
)
from finder.facilities.sources.values import clean_text
from finder.facilities.vocabulary import Kind

_SUBSTANCE_USE = (Kind.SUBSTANCE_USE,)
_MENTAL_HEALTH = (Kind.MENTAL_HEALTH,)
_TYPES: dict[str, tuple[tuple[Kind, ...], tuple[str, ...]]] = {
    "": ((), ()),
    "SA": (_SUBSTANCE_USE, ("SA",)),
    "SU": (_SUBSTANCE_USE, ("SA",)),
    "MH": (_MENTAL_HEALTH, ("MH",)),
    # An opioid treatment program is certified to dispense methadone; its row lists no services.
    "OTP": (_SUBSTANCE_USE, ("SA", "OTP", "MU")),
}
"""type of facility -> what its row is about, and the service codes that it implies"""


class FacilityType(NamedTuple):
    """What the type of a facility says."""

    source: str
    """the source that its row is of"""
    kinds: tuple[Kind, ...]
    codes: set[str]
    left_out: list[LeftOut | ReadAs]
    """the type itself, if it is unknown"""


def facility_type(row: int, column: str, value: object) -> FacilityType:
    """Return what a facility's type says of its row."""
    name = clean_text(value).upper()
    if name in _TYPES:
        kinds, codes = _TYPES[name]
        source = FINDTREATMENT_MH if kinds == _MENTAL_HEALTH else FINDTREATMENT
        return FacilityType(source.name, kinds, set(codes), [])
    unknown = LeftOut(row, column, excerpt(name), "an unknown type of facility")
    return FacilityType(FINDTREATMENT.name, (), set(), [unknown])
