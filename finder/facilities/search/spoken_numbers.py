"""Reads numbers that people say in words beside a place: ages, hours of the day, spans of time.

Works on tokens; knows neither places nor care words.
"""

from __future__ import annotations

import re

_LONGEST = 6
"""tokens that such a phrase may have"""
_AGES = (
    re.compile(r"(\d{1,3}) ?(?:years?|yrs?) ?olds?"),
    re.compile(r"(\d{1,3}) ?yo"),
    re.compile(r"(?:age|aged|edad|edad de) (\d{1,3})(?: (?:years?|yrs?|anos))?"),
    re.compile(r"(?:tiene|tengo|tienen) (\d{1,3}) anos(?: de edad)?"),
    re.compile(r"(\d{1,3}) anos de edad"),
    # "De 2 años" is said of a program.
    re.compile(r"(?:de )?([1-9]\d) anos"),
)
_HOUR = r"\d{1,2}(?: [0-5]\d)? ?(?:[ap] ?m|oclock)"
_HOURS = re.compile(
    rf"(?:(?:after|before|until|till|between) )?{_HOUR}(?: (?:(?:to|and) )?{_HOUR})?"
)
_SPAN = re.compile(
    r"(?:hace |desde hace |lleva |llevo |de )?\d{1,3} "
    r"(?:years?|yrs?|anos|months?|mos|meses|mes|weeks?|wks?|semanas?|days?|dias?)"
    r"(?: (?:sober|clean|ago|sobrio|sobria|limpio|limpia|bebiendo|consumiendo|usando|de [a-z]+))?"
)
_RANGE = re.compile(r"(?:ages?|aged|edades?|edad de) \d{1,3} (?:(?:to|through|and|a|y) )?\d{1,3}")
_OLDEST = 120


def age_of(tokens: tuple[str, ...]) -> int | None:
    """Return the age that exactly these tokens say: "16 year old", "de 15 años", "age 45"."""
    said = _said(tokens)
    for pattern in _AGES if said else ():
        if match := pattern.fullmatch(said):
            return int(match[1]) if 1 <= int(match[1]) <= _OLDEST else None
    return None


def is_time_of_day(tokens: tuple[str, ...]) -> bool:
    """Tell whether tokens are an hour, or two: "5pm", "9 am to 5 pm"."""
    return bool(_HOURS.fullmatch(_said(tokens)))


def is_span_of_time(tokens: tuple[str, ...]) -> bool:
    """Tell whether tokens are years, days or a range of ages, and no one age: "5 years sober"."""
    said = _said(tokens)
    return bool(_SPAN.fullmatch(said) or _RANGE.fullmatch(said))


def _said(tokens: tuple[str, ...]) -> str:
    """Return tokens as a text to match, nothing where they hold no number or are too many."""
    has_number = any(token[0].isdigit() for token in tokens)
    return " ".join(tokens) if has_number and len(tokens) <= _LONGEST else ""
