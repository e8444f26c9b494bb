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
_NAMED_UNIT = re.compile(
    r"(?:\b(?:SUITE|STE|UNIT|APT|APARTMENT|ROOM|RM|BLDG|BUILDING|FLOOR|FL)\b|#)[\s.#]*([A-Z0-9-]+)"
    r"|\b([A-Z0-9]+) (?:FLOOR|FL)\b"
)
_INITIAL = re.compile(r"\b([A-Z])\.(?=\s|[A-Z]\b)")
"""a letter of initials, with its dot"""
_ONES = (
    ("FIRST", "1ST"), ("SECOND", "2ND"), ("THIRD", "3RD"), ("FOURTH", "4TH"), ("FIFTH", "5TH"),
    ("SIXTH", "6TH"), ("SEVENTH", "7TH"), ("EIGHTH", "8TH"), ("NINTH", "9TH"),
)  # fmt: skip
_TENS = ("TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY")
_TEENS = (
    *("TENTH", "ELEVENTH", "TWELFTH", "THIRTEENTH", "FOURTEENTH", "FIFTEENTH", "SIXTEENTH"),
    *("SEVENTEENTH", "EIGHTEENTH", "NINETEENTH"),
)
_ORDINALS = {
    **dict(_ONES),
    **{word: f"{number}TH" for number, word in enumerate(_TEENS, start=10)},
    **{f"{word[:-1]}IETH": f"{number}0TH" for number, word in enumerate(_TENS, start=2)},
    **{
        f"{tens} {word}": f"{number}{short}"
        for number, tens in enumerate(_TENS, start=2)
        for word, short in _ONES
    },
}
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        (
            *("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX"),
            *("SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE"),
        ),
        start=1,
    )
}
_ALIKE = {"SAINT": "ST", "JUNIOR": "JR", "DOCTOR": "DR"}
_OF_ROAD = r"(?:ROUTE|RTE|RT|HIGHWAY|HIGHWY|HWY)"
_REWRITTEN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"\b(?:POST OFFICE|P ?O) ?BOX\b|\bP ?O ?B(?= ?#? ?\d)", "PO BOX"),
        # A box beside a street is another way to the same house.
        (r"^(\d.*[A-Z].*?)[\s,/&;]+(?:AND )?PO BOX \S+$", r"\1"),
        (r"^PO BOX \S+[\s,/&;]+(?:AND )?(\d.*[A-Z].*)$", r"\1"),
        (r"\b(?:RURAL (?:ROUTE|RTE|RT)|R ?R|R ?F ?D)(?= ?#?\d)", "RR "),
        # One number, and the words before it that people take for the same road.
        (
            rf"\b(?:U ?S|STATE|ST|S|COUNTY|CNTY|CTY|CO) {_OF_ROAD}[- ]?(?=\d)"
            r"|\b(?:STATE|ST|COUNTY|CNTY|CTY|CO) (?:ROAD|RD) (?=\d)"
            rf"|\b{_OF_ROAD}[- ]?(?=\d)"
            r"|\bINTERSTATE (?:HIGHWAY |HWY )?(?=\d)"
            r"|\b(?:FARM (?:TO|-TO-) MARKET (?:ROAD |RD )?)(?=\d)"
            r"|(?<=[\dNSEW] )(?:US|SR|CR|SH|FM|IH|I)[- ]?(?=\d)",
            "HWY ",
        ),
        (
            r"\b(?:(?:DR|DOCTOR) )?(?:MARTIN LUTHER KING|M ?L ?K(?: KING)?)(?:,? (?:JR|JUNIOR)\b)?",
            "MARTIN LUTHER KING",
        ),
        (rf"\b({'|'.join(_TENS)})-(?={'|'.join(word for word, _ in _ONES)})", r"\1 "),
    )
)
"""one spelling of what is spelled in several words"""
_ORDINAL = re.compile(rf"\b(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})\b")
_NUMBER = re.compile(rf"^(?:{'|'.join(_NUMBERS)})\b(?= )")
"""a house number in letters"""


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


def units_in(address: str) -> frozenset[str]:
    """Return the names of the suites, floors and the like in an address, without their kind."""
    return frozenset(found[0] or found[1] for found in _NAMED_UNIT.findall(_plain(address)))


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
    written = _INITIAL.sub(r"\1", " ".join(ascii_alone.upper().replace("'", "").split()))
    written = written.replace(". ", " ")
    for pattern, instead in _REWRITTEN:
        written = pattern.sub(instead, written)
    written = _ORDINAL.sub(lambda found: _ORDINALS[found[0]], written)
    return _NUMBER.sub(lambda found: _NUMBERS[found[0]], written)
