"""Parses and normalises single values: text, telephone, place, website, service codes, date.

A function returns the normal form, or raises ``BadValue`` with the reason; "" and None mean not
stated. Knows nothing of rows, files or the database.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

import phonenumbers

from finder.facilities.vocabulary import SERVICES, code_for_label

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_NORTH_AMERICAN = re.compile(r"1?([2-9]\d{2})([2-9]\d{6})")
_EXTENSION = re.compile(r"(?:\s*(?:ext\.?|extension|x|#)\s*\.?\s*)([0-9]{1,7})\s*$", re.IGNORECASE)
_HOST = re.compile(
    r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.(?:[a-z]{2,63}|xn--[a-z0-9-]+)",
    re.IGNORECASE,
)
_SCHEMES = re.compile(r"^(?:https?:?/*)*(?=https?:?//)|^", re.IGNORECASE)
# "1-800-555-HELP": letters after an area code, and perhaps an extension.
_VANITY = re.compile(
    r"((?:\+?1[\s.-]*)?\(?[2-9]\d{2}\)?[\s.-]*(?=[\w\s.-]*[A-Z])[0-9A-Z][0-9A-Z\s.-]{5,11}?)"
    r"\s*(?:\(\d{4,7}\))?\s*((?:ext\.?|x)\s*\d{1,7})?",
    re.ASCII,
)
_ZIP_AND_MORE = re.compile(r"(\d{3,5})(?:\.0+|\s?[A-Za-z])")
_MONTHS = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y")
# Spreadsheets count days from here; these numbers are of the years 2000 to 2099.
_SERIAL_ZERO = dt.date(1899, 12, 30)
_SERIALS = range(36_526, 73_051)
_BETWEEN_SERVICES = re.compile(r"[,;|\n]")
SERVICE_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
_NOT_STATED = frozenset({"n/a", "na", "none", "null", "nan", "-", "--", "unknown"})

_STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA",
    "colorado": "CO", "connecticut": "CT", "delaware": "DE", "district of columbia": "DC",
    "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL",
    "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA",
    "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN",
    "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE", "nevada": "NV",
    "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY",
    "north carolina": "NC", "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR",
    "pennsylvania": "PA", "rhode island": "RI", "south carolina": "SC", "south dakota": "SD",
    "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT", "virginia": "VA",
    "washington": "WA", "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY",
    "american samoa": "AS", "guam": "GU", "northern mariana islands": "MP", "puerto rico": "PR",
    "virgin islands": "VI", "us virgin islands": "VI", "u.s. virgin islands": "VI",
    "micronesia": "FM", "federated states of micronesia": "FM", "marshall islands": "MH",
    "palau": "PW",
}  # fmt: skip
_STATE_CODES = frozenset(_STATES.values())
_CALLING_CODES = {"FM": "691", "MH": "692", "PW": "680"}
"""The freely associated states, which the directories list, are outside the North American plan."""


class BadValue(ValueError):
    """A value that cannot be parsed; its text is the reason."""


def clean_text(value: object) -> str:
    """Return a cell's text without control characters, its white space collapsed."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else _plain(value)
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def _plain(value: object) -> str:
    # Spreadsheets keep ZIP codes and telephone numbers as floating point numbers.
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


@lru_cache(maxsize=4096)
def phone_number(text: str, state: str = "") -> str:
    """Return a telephone number as ``(301) 334-7670``, with `` ext. 12`` where it has one.

    :raises BadValue: it is a placeholder, or no number that could be dialled.
    """
    if not text or text.casefold() in _NOT_STATED:
        return ""
    match = _EXTENSION.search(text)
    extension = match[1] if match else ""
    digits = re.sub(r"[\s().+/-]", "", text[: match.start()] if match else text)
    if digits.isascii() and digits.isdigit() and len(set(digits)) == 1:
        raise BadValue("a placeholder, not a telephone number")
    if (plan := _NORTH_AMERICAN.fullmatch(digits)) and phonenumbers.is_valid_number(
        phonenumbers.PhoneNumber(country_code=1, national_number=int(plan[1] + plan[2]))
    ):
        parsed = f"({plan[1]}) {plan[2][:3]}-{plan[2][3:]}"
        return f"{parsed} ext. {extension}" if extension else parsed
    return _parsed_number(text, state)


def phone_numbers(text: str, state: str = "") -> list[str]:
    """Return the telephone numbers in a cell: one, or several as "… or …", letters as digits.

    :raises BadValue: none is in it, or only a placeholder.
    """
    if not text or text.casefold() in _NOT_STATED:
        return []
    written = _spelled_out(text)
    try:
        return [phone_number(written, state)]
    except BadValue:
        found = [
            _formatted(match.number) for match in phonenumbers.PhoneNumberMatcher(written, "US")
        ]
        if not found:
            raise
        return list(dict.fromkeys(found))


def _spelled_out(text: str) -> str:
    """Return "1-800-555-HELP" as digits; a text that is no such number as it is."""
    match = _VANITY.fullmatch(text)
    if match is None:
        return text
    digits = phonenumbers.convert_alpha_characters_in_number(match[1])
    return f"{digits} {match[2] or ''}".strip()


def _parsed_number(text: str, state: str) -> str:
    calling_code = _CALLING_CODES.get(state)
    tries = [text] if calling_code is None else [f"+{text}", f"+{calling_code}{text}", text]
    for attempt in tries:
        try:
            number = phonenumbers.parse(attempt, "US")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return _formatted(number)
    raise BadValue("not a telephone number that can be dialled")


def _formatted(number: phonenumbers.PhoneNumber) -> str:
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 1
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return str(phonenumbers.format_number(number, style))


def website_url(text: str) -> str:
    """Return a website as an http or https URL.

    :raises BadValue: it is no address of a website.
    """
    if text.casefold().rstrip(":/") in ("", "http", "https") or text.casefold() in _NOT_STATED:
        return ""
    if " " in text:
        raise BadValue("not a web address: it has a space inside")
    url = _SCHEMES.sub("", text, count=1)
    if not re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE) or re.match(r"[^/:]+:\d+(/|$)", url):
        url = "http://" + url.lstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():  # as a resolver asks for it
            host = host.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        raise BadValue("not a web address") from None
    if parts.scheme not in ("http", "https"):
        raise BadValue("not a web address: only http and https are taken")
    if "@" in parts.netloc or "\\" in url or not _HOST.fullmatch(host):
        raise BadValue("not a web address")
    shown_port = f":{port}" if port else ""
    return parts._replace(netloc=host + shown_port).geturl()


def state_code(text: str) -> str:
    """Return a state's or territory's two letters.

    :raises BadValue: there is no such state.
    """
    code = text.upper()
    if code in _STATE_CODES or not code:
        return code
    if (named := _STATES.get(text.casefold().rstrip("."))) is not None:
        return named
    raise BadValue("not a state or territory of the United States")


def postal_code(text: str, plus_four: str = "") -> str:
    """Return a ZIP code as ``02139`` or ``02139-4307``; lost leading zeros are put back.

    A spreadsheet's ``2139.0`` and a slip like ``41101j`` are read, too.

    :raises BadValue: it is no ZIP code.
    """
    if not text:
        return ""
    if plain := _ZIP_AND_MORE.fullmatch(text):
        text = plain[1]
    head, dash, tail = text.partition("-")
    head, tail = head.strip(), tail.strip() or plus_four
    if not dash and head.isascii() and head.isdigit() and len(head) in (8, 9):
        head, tail = head.zfill(9)[:5], head.zfill(9)[5:]
    if not (head.isascii() and head.isdigit() and 3 <= len(head) <= 5):
        raise BadValue("not a ZIP code: it needs five digits")
    head = head.zfill(5)
    if head == "00000":
        raise BadValue("a placeholder, not a ZIP code")
    if tail and not (tail.isascii() and tail.isdigit() and len(tail) <= 4):
        return head
    return f"{head}-{tail.zfill(4)}" if tail and tail != "0000" else head


def coordinates(latitude: object, longitude: object) -> tuple[float, float] | None:
    """Return a point in degrees, or None where the source does not say.

    Zeros and empty values mean unknown.

    :raises BadValue: no numbers, or a point outside the United States and its islands.
    """
    north, east = _degrees(latitude), _degrees(longitude)
    if not north and not east:
        return None
    if not north or not east:
        raise BadValue("a latitude and a longitude are needed together")
    if not (abs(north) <= 90 and abs(east) <= 180):
        raise BadValue("out of range: latitude -90 to 90, longitude -180 to 180")
    if not (-15 <= north <= 72 and (east <= -64 or east >= 130)):
        raise BadValue("outside the United States; is a sign lost, or are the two exchanged?")
    return north, east


def _degrees(value: object) -> float:
    if value is None or value == "":
        return 0.0
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is: what is no number raises
    except (TypeError, ValueError, OverflowError):
        raise BadValue("not a number of degrees") from None
    if not math.isfinite(number):
        raise BadValue("not a number of degrees")
    return number


class ServiceWords(NamedTuple):
    """What a cell says of services."""

    codes: set[str]
    by_label: dict[str, str]
    """labels, and the codes that they stand for; these are among ``codes``"""
    unknown_labels: list[str]
    invalid: list[str]
    """words that can be no code"""


def service_codes(text: str) -> ServiceWords:
    """Return what a cell says of services.

    Codes may be separated by spaces, commas, semicolons, bars or slashes. A part that is the label
    of a service, as the national directory has it or in plain words, stands for its code.
    """
    found = ServiceWords(set(), {}, [], [])
    for part in filter(None, map(str.strip, _BETWEEN_SERVICES.split(text))):
        words = [word for each in part.split() for word in each.split("/")]
        read = [_service_code(word) for word in words]
        if all(code is not None and (not code or code in SERVICES) for code in read):
            found.codes.update(code for code in read if code)
        elif (code := code_for_label("", part)) is not None:
            found.codes.add(code)
            found.by_label[part] = code
        elif any(map(str.islower, part)) and len(part.split()) > 1 and not _has_codes(read):
            found.unknown_labels.append(part)
        else:
            found.codes.update(code for code in read if code)
            found.invalid.extend(
                word for word, code in zip(words, read, strict=True) if code is None
            )
    return found


def _has_codes(read: Iterable[str | None]) -> bool:
    return any(code in SERVICES for code in read if code)


@lru_cache(maxsize=4096)
def _service_code(word: str) -> str | None:
    code = word.strip("*,;").upper()
    return code if not code or SERVICE_CODE.fullmatch(code) else None


def calendar_date(text: str) -> dt.date | None:
    """Return a date as people and spreadsheets write it in the United States.

    ``2022-05-19``, ``5/19/2022``, ``May 19, 2022``, ``19 May 2022``, a timestamp that begins so, or
    a spreadsheet's serial number (44700).

    :raises BadValue: it is no date.
    """
    if not text:
        return None
    if match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?: .*)?", text):
        year = int(match[3])
        parts = (year if year > 99 else 2000 + year, int(match[1]), int(match[2]))
    elif match := re.match(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]|$)", text):
        parts = (int(match[1]), int(match[2]), int(match[3]))
    elif re.fullmatch(r"\d{5}(\.\d+)?", text) and int(float(text)) in _SERIALS:
        return _SERIAL_ZERO + dt.timedelta(days=int(float(text)))
    else:
        return _date_in_words(text)
    try:
        return dt.date(*parts)
    except ValueError:
        raise BadValue("not a date; write it as 2022-05-19") from None


def _date_in_words(text: str) -> dt.date:
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", text.replace(",", " ").replace(".", " "))
    words = " ".join(plain.split()[:3])
    for form in _MONTHS:
        with contextlib.suppress(ValueError):
            return dt.datetime.strptime(words, form).replace(tzinfo=dt.UTC).date()
    raise BadValue("not a date; write it as 2022-05-19")
