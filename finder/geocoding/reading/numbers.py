"""Reads the numbers in a text that say where something is: coordinates and ZIP codes.

Knows their form and range, not which ZIP codes exist.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = r"([+-]?\d{1,3}(?:\.\d{0,15})?)\s*°?\s*"
_COORDINATES = re.compile(
    rf"[(\[]?\s*{_NUMBER}([NS])?\s*[,;/\s]\s*{_NUMBER}([EW])?\s*[)\]]?", re.IGNORECASE
)
_MINUTE = r"(\d{1,2}(?:\.\d{0,9})?)"
_ANGLE = (
    rf"(\d{{1,3}})\s*(?:°|º|˚|deg|d|\s)\s*{_MINUTE}\s*['′’m]?\s*"
    rf"(?:{_MINUTE}\s*(?:\"|″|”|''|′′|s)?)?\s*"
)
_MINUTES = re.compile(rf"{_ANGLE}([NS])\s*[,;/]?\s*{_ANGLE}([EW])", re.IGNORECASE)
_DEGREES = r"([+-]?\d{1,3}(?:\.\d{0,15})?)\s*°?"
_GEO = re.compile(rf"geo:\s*{_DEGREES}\s*,\s*{_DEGREES}(?:,[^,]*)?(?:[;?].*)?", re.IGNORECASE)
_LABELLED = re.compile(
    rf"lat(?:itude|itud)?\s*[:=]?\s*{_DEGREES}\s*[,;/]?\s*"
    rf"(?:lon|long|lng|longitude|longitud)\s*[:=]?\s*{_DEGREES}",
    re.IGNORECASE,
)
_LEADING_SIDES = re.compile(
    r"([NS])\s*(\d[\d.°º˚'′’\"″”\s]*?)\s*[,;/]?\s*([EW])\s*(\d[\d.°º˚'′’\"″”\s]*)", re.IGNORECASE
)
_FIRST_LETTERS = frozenset("gGlLnNsS")
# South, north, west, east, in degrees: the states with Alaska and Hawaii, and the territories.
_BOXES = (
    (17.5, 72.0, -180.0, -64.0),
    (51.0, 54.0, 172.0, 180.0),
    (13.0, 21.0, 144.0, 147.0),
    (-15.0, -11.0, -172.0, -168.0),
)
_SIGNS = "+-\N{MINUS SIGN}(["
_ZIP_AT_END = re.compile(r"(?<!\d)(\d{5})(?:[-\u2010-\u2015\s]?\d{4})?(?!\d)\W*$")
_ZIP_ANYWHERE = re.compile(r"(?<![\d.])(\d{5})(?:-\d{4})?(?![\d.])")
_SPACED_ZIP = re.compile(r"\d(?:[\s.]?\d){4}")
_CANADIAN = re.compile(r"[a-z]\d[a-z]\d[a-z]\d")
_BRITISH = re.compile(r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}")
_SHORTENED_ZIP = re.compile(r"\d{3,4}")
_SHORTENED_AT_END = re.compile(r"(.*[A-Za-z.,])\s+(\d{4})(?:-\d{4})?")
_SHORTENED_PLUS_FOUR = re.compile(r"(\d{4})-\d{4}")
_ZIP_DIGITS = 5
_MILITARY_PREFIXES = frozenset(
    ["340", *(f"{prefix:03d}" for prefix in range(90, 99)), "962", "963", "964", "965", "966"]
)


def read_coordinates(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees where ``text`` is a pair of them, in range.

    Degrees may have minutes and seconds. Two whole numbers without a comma are no coordinates:
    "40 75" may be anything.
    """
    if text[:1] in _FIRST_LETTERS:
        text = _plain_coordinates(text)
    first = text[:1]
    if first.isdigit() and (minutes := _MINUTES.fullmatch(text)):
        return _of_minutes(minutes)
    if not (first.isdigit() or first in _SIGNS) or not any(mark in text for mark in ".,;"):
        return None
    match = _COORDINATES.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if match is None:
        return None
    north, hemisphere, east, side = match.groups()
    latitude = float(north) * (-1 if (hemisphere or "").upper() == "S" else 1)
    longitude = float(east) * (-1 if (side or "").upper() == "W" else 1)
    if abs(latitude) > 90 and not (hemisphere or side) and in_united_states(longitude, latitude):
        return longitude, latitude  # "-122.33, 47.61", longitude first
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return latitude, longitude


def _plain_coordinates(text: str) -> str:
    """Return coordinates with words or letters before their numbers as most people write them.

    "geo:40.44,-79.98", "lat 40.44 lon -79.98", "N40 26 46 W79 58 56"; other texts as they are.
    """
    text = text.replace("\N{MINUS SIGN}", "-")
    if match := _GEO.fullmatch(text) or _LABELLED.fullmatch(text):
        return f"{match[1]}, {match[2]}"
    if match := _LEADING_SIDES.fullmatch(text):
        north, latitude, west, longitude = match.groups()
        return f"{latitude} {north}, {longitude} {west}"
    return text


def _of_minutes(angles: re.Match[str]) -> tuple[float, float] | None:
    """Return the degrees of minutes and seconds: 41°52'N 87°38'W."""
    degrees = []
    for at in (1, 5):
        whole, minutes, seconds, side = angles.group(at, at + 1, at + 2, at + 3)
        value = int(whole) + float(minutes) / 60 + float(seconds or 0) / 3600
        degrees.append(-value if side.upper() in "SW" else value)
    latitude, longitude = degrees
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def in_united_states(latitude: float, longitude: float) -> bool:
    """Tell whether a point lies in a box around the states or around one of the territories."""
    return any(
        south <= latitude <= north and west <= longitude <= east
        for south, north, west, east in _BOXES
    )


def split_zip(text: str) -> tuple[str, str]:
    """Return ``text`` without the ZIP code at its end, and that code's five digits or ""."""
    match = _ZIP_AT_END.search(text)
    return (text[: match.start()], match[1]) if match else (text, "")


def joined_zip(text: str) -> str:
    """Return a text that is nothing but five digits with spaces between as a ZIP code."""
    if _ZIP_DIGITS < len(text) < 2 * _ZIP_DIGITS and _SPACED_ZIP.fullmatch(text):
        return "".join(filter(str.isdigit, text))
    return text


def is_foreign_code(tokens: Sequence[str]) -> bool:
    """Tell whether the end of a text is a postal code of Canada or Britain: "M5V 2T6"."""
    return any(
        code.fullmatch(end)
        for end in ("".join(tokens[-2:]), *tokens[-1:])
        for code in (_CANADIAN, _BRITISH)
    )


def zips_within(text: str) -> list[str]:
    """Return every run of five digits that might be a ZIP code."""
    return _ZIP_ANYWHERE.findall(text)


def restored_zip(text: str) -> str:
    """Return the ZIP code that a spreadsheet may have cut leading zeros from, or ""."""
    return text.zfill(_ZIP_DIGITS) if _SHORTENED_ZIP.fullmatch(text) else ""


def shortened_plus_four(text: str) -> str:
    """Return the ZIP code of "2139-1234", which lacks the zero that it begins with, or ""."""
    match = _SHORTENED_PLUS_FOUR.fullmatch(text)
    return f"0{match[1]}" if match else ""


def shortened_zip_at_end(text: str) -> tuple[str, str]:
    """Return a text without the four digits at its end, and the ZIP code that they may stand for.

    Both are "" where there are none after a word.
    """
    # Most texts end with a letter, and cost nothing.
    match = _SHORTENED_AT_END.fullmatch(text) if text[-1:].isdigit() else None
    return (match[1], f"0{match[2]}") if match else ("", "")


def zip_of(postal_code: str) -> str:
    """Return the five digits of a postal code as files have it: ZIP, ZIP+4 or without zeros."""
    code = postal_code.strip().split("-")[0]
    if not (code.isascii() and code.isdigit()):
        return ""
    if len(code) == _ZIP_DIGITS + 4:
        return code[:_ZIP_DIGITS]
    return code if len(code) == _ZIP_DIGITS else restored_zip(code)


def mistyped_zips(code: str) -> list[int]:
    """Return the numbers that ``code`` becomes with one digit changed or two neighbours swapped."""
    changed = [
        code[:position] + digit + code[position + 1 :]
        for position in range(len(code))
        for digit in "0123456789"
    ]
    swapped = [
        code[:position] + code[position + 1] + code[position] + code[position + 2 :]
        for position in range(len(code) - 1)
    ]
    return sorted({int(number) for number in changed + swapped} - {int(code)})


def is_military(code: str) -> bool:
    """Tell whether a ZIP code is one of the Armed Forces: Americas, Europe or Pacific."""
    return code[:3] in _MILITARY_PREFIXES
