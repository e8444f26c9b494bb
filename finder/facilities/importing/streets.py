"""Street addresses in one spelling: "12 North Main St., Suite 4" and "12 N. Main Street" are equal.

usaddress-scourgify abbreviates as USPS Publication 28 does and parts units from the street. What it
cannot take apart (post office boxes beside a street, double numbers, names of buildings) is
abbreviated word by word with the same tables.
"""

from __future__ import annotations

import functools
import re
import unicodedata

_WORD = re.compile(r"[A-Z0-9]+")
_UNIT = re.compile(
    r"[\s,]+(?:SUITES?|STE|UNIT|APT|ROOM|RM|BLDG|BUILDING|FLOOR|FL|#)[\s.#]*[A-Z0-9-]*$"
)
_INITIAL = re.compile(r"\b([A-Z])\.(?=\s|[A-Z]\b)")
"""a letter of initials, with its dot"""
_P_O = re.compile(r"\bP O(?= BOX\b)")
_ALIKE = {
    "SAINT": "ST",
} | {
    word: f"{number}{ending}"
    for number, (word, ending) in enumerate(
        [
            ("FIRST", "ST"), ("SECOND", "ND"), ("THIRD", "RD"), ("FOURTH", "TH"), ("FIFTH", "TH"),
            ("SIXTH", "TH"), ("SEVENTH", "TH"), ("EIGHTH", "TH"), ("NINTH", "TH"),
            ("TENTH", "TH"), ("ELEVENTH", "TH"), ("TWELFTH", "TH"),
        ],
        start=1,
    )
}  # fmt: skip


@functools.lru_cache(maxsize=50_000)
def normalised_street(street: str) -> str:
    """Return the words of a street address, abbreviated, in capitals and sorted; units left out.

    Sorted, because "5th Avenue NW" and "NW 5th Avenue" are the same.
    """
    from scourgify import address_constants as usps  # here: a server never reads a file

    written = _plain(street)
    words = _WORD.findall(written)
    if "#" in written or "," in written or not _units().isdisjoint(words):
        words = _WORD.findall(_without_unit(written)) or words
    short = (
        usps.DIRECTIONAL_REPLACEMENTS.get(word, usps.STREET_TYPE_ABBREVIATIONS.get(word, word))
        for word in words
    )
    return " ".join(sorted(_ALIKE.get(word, word) for word in short if word != "AND"))


def _without_unit(written: str) -> str:
    """Return the street's own line; about 0.1 ms, so not for streets without a unit."""
    import scourgify
    from scourgify.exceptions import AddressNormalizationError

    place = {"city": "X", "state": "TX", "postal_code": "00000"}  # it refuses to go without
    try:
        line = scourgify.normalize_address_record(
            {"address_line_1": written, "address_line_2": None, **place}
        )["address_line_1"]
    except (AddressNormalizationError, ValueError, TypeError, AttributeError, KeyError):
        line = _UNIT.sub("", written)
    return line or ""


@functools.cache
def _units() -> frozenset[str]:
    """Return the words that stand before the number of a suite, an apartment or the like."""
    from scourgify import address_constants as usps

    names = usps.OCCUPANCY_TYPE_ABBREVIATIONS
    return frozenset((*names, *names.values()))


def _plain(street: str) -> str:
    ascii_alone = unicodedata.normalize("NFKD", street).encode("ascii", "ignore").decode()
    return _P_O.sub(
        "PO", _INITIAL.sub(r"\1", " ".join(ascii_alone.upper().replace("'", "").split()))
    )
