"""Parses and normalises single values: text, telephone, place, website, service codes, date.

A function returns the normal form, or raises ``BadValue`` with the reason; "" and None mean not
stated. Knows nothing of rows, files or the database.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import lru_cache
from urllib.parse import urlsplit

import phonenumbers

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


def _parsed_number(text: str, state: str) -> str:
    calling_code = _CALLING_CODES.get(state)
    tries = [text] if calling_code is None else [f"+{text}", f"+{calling_code}{text}", text]
    for attempt in tries:
        try:
            number = phonenumbers.parse(attempt, "US")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            style = (
                phonenumbers.PhoneNumberFormat.NATIONAL
                if number.country_code == 1
                else phonenumbers.PhoneNumberFormat.INTERNATIONAL
            )
            return phonenumbers.format_number(number, style)
    raise BadValue("not a telephone number that can be dialled")


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
    except ValueError:
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

    :raises BadValue: it is no ZIP code.
    """
    if not text:
        return ""
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


def service_codes(text: str) -> tuple[set[str], list[str]]:
    """Return the service codes in a text, and the words in it that cannot be codes."""
    words = set(text.split())
    codes = {code for word in words if (code := _service_code(word))}
    return codes, sorted(word for word in words if _service_code(word) is None)


@lru_cache(maxsize=4096)
def _service_code(word: str) -> str | None:
    code = word.strip("*,;").upper()
    return code if not code or SERVICE_CODE.fullmatch(code) else None


def calendar_date(text: str) -> dt.date | None:
    """Return a date written ``2022-05-19``, ``5/19/2022``, or a timestamp that begins so.

    :raises BadValue: it is no date.
    """
    if not text:
        return None
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        parts = (int(match[3]), int(match[1]), int(match[2]))
    elif match := re.match(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]|$)", text):
        parts = (int(match[1]), int(match[2]), int(match[3]))
    else:
        raise BadValue("not a date; write it as 2022-05-19")
    try:
        return dt.date(*parts)
    except ValueError:
        raise BadValue("not a date; write it as 2022-05-19") from None
