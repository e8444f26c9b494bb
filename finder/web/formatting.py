"""What templates call: dates, distances, telephone links, addresses of files and searches."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

import phonenumbers
from flask import Flask, current_app, url_for
from flask_babel import format_date, format_number, gettext

from config import CrisisLine
from finder.extensions import services
from finder.facilities.audience import Gender
from finder.facilities.search_request import DEFAULT_RADIUS_MILES, SearchRequest
from finder.facilities.sources import ORIGINS
from finder.geocoding import NothingFound
from finder.translatable import N_
from finder.web.fragments import (
    facility_card,
    language,
    miles,
    place_typed,
    same_for_all,
    search_form,
    translated,
    translated_number,
)

CRISIS_LINES = (
    CrisisLine(
        N_("Emergency"), "911", N_("Danger, a possible overdose, or someone who will not wake up.")
    ),
    CrisisLine(
        N_("Suicide and Crisis Lifeline"), "988", N_("In crisis? Call or text, any time. Free.")
    ),
    CrisisLine(
        N_("SAMHSA National Helpline"),
        "1-800-662-4357",
        N_("Help to find treatment, in English and Spanish. Free, any time."),
    ),
)
"""Sources: docs/data-sources.md."""

_EXCLUSIVE = {
    "women": N_("Only for women"),
    "men": N_("Only for men"),
    "adolescents": N_("Only for children and teens"),
    "dui-clients": N_("Only for people with a DUI or DWI case"),
    "alcohol-use-disorder": N_("Only for alcohol use disorder"),
    "opioid-use-disorder": N_("Only for opioid use disorder"),
}
_GENDERS = {Gender.FEMALE: N_("For a woman or girl"), Gender.MALE: N_("For a man or boy")}
_LEFT_OUT = {
    "men-only": N_("%(count)s only for men"),
    "women-only": N_("%(count)s only for women"),
    "adolescents-only": N_("%(count)s only for children and teens"),
    "adults-only": N_("%(count)s only for adults"),
}
_PRECISION = {
    "exact": N_("Distance to the address that the source gives."),
    "zip": N_("Distance to the middle of its ZIP code, because its exact place is not known."),
    "city": N_("Distance to the middle of its town, because its exact place is not known."),
    "county": N_("Distance to the middle of its county, because its exact place is not known."),
    "unknown": N_("Its place on the map is not known, so no distance is shown."),
}
_NOTHING_FOUND = {
    NothingFound.MILITARY: N_(
        "This is a military post office. It is at no place on the map: please type the town that"
        " you are near, or that you want to search in."
    ),
    NothingFound.ABROAD: N_("This place seems to be outside of the United States."),
    NothingFound.UNKNOWN_ZIP: N_("We do not know this ZIP code. Please check the digits."),
}
_UNASKED = SearchRequest()


def init_app(app: Flask) -> None:
    """Give the templates their functions and filters."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        {
            "miles": miles,
            "telephone_url": telephone_url,
            "day": format_date,
            "number": format_number,
        }
    )
    app.jinja_env.globals.update(
        {
            # A page asks for some forty texts; Flask-Babel finds the language anew for each.
            "_": translated,
            "gettext": translated,
            "ngettext": translated_number,
            "crisis_lines": crisis_lines,
            "facility_card": facility_card,
            "language": language,
            "exclusive_words": _EXCLUSIVE,
            "nothing_found_words": _NOTHING_FOUND,
            "precision_words": _PRECISION,
            "person_chips": person_chips,
            "place_typed": place_typed,
            "search_form": search_form,
            "radius_parameter": _radius,
            "reason_words": _LEFT_OUT,
            "same_for_all": same_for_all,
            "search_url": search_url,
            "site_name": lambda: services().settings.site_name,
            "source_words": {name: origin.title for name, origin in ORIGINS.items()},
            "static_url": static_url,
        }
    )


def crisis_lines() -> Sequence[CrisisLine]:
    """Return the help lines of every page: the operator's own as they wrote them, or ours."""
    return services().settings.crisis_lines or [
        CrisisLine(gettext(each.name), each.number, gettext(each.purpose)) for each in CRISIS_LINES
    ]


def person_chips(request: SearchRequest) -> Iterator[tuple[str, dict[str, None]]]:
    """Yield what is said of the person and of silence, with what takes it away again."""
    if request.person.gender is not None:
        yield gettext(_GENDERS[request.person.gender]), {"for_gender": None}
    if request.person.age is not None:
        yield gettext("Age %(age)s", age=request.person.age), {"for_age": None}
    if request.unsaid:
        yield gettext("Also programs that did not say"), {"unsaid": None}


@functools.lru_cache(maxsize=8_192)
def telephone_url(number: str) -> str:
    """Return the ``tel:`` link of a telephone number as it is shown, with its extension."""
    digits = re.sub(r"\D", "", number)
    if len(digits) <= 6:
        return f"tel:{digits}"
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return f"tel:{digits}"
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.RFC3966))


def static_url(name: str) -> str:
    """Return the address of a static file; it changes when the file does."""
    return url_for(
        "static", filename=name, v=_content_hash(Path(str(current_app.static_folder)), name)
    )


@functools.cache
def _content_hash(folder: Path, name: str) -> str:
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]


def search_url(request: SearchRequest, **changes: object) -> str:
    """Return the address of a search, with some of its parameters changed; None drops one."""
    parameters: dict[str, object] = {
        "near": request.near or None,
        "lat": request.latitude,
        "lon": request.longitude,
        "radius": _radius(request.radius_miles),
        "name": request.name or None,
        "sort": request.sort.value if request.sort != _UNASKED.sort else None,
        "page": request.page,
        "per_page": request.per_page if request.per_page != _UNASKED.per_page else None,
        **request.chosen,
        "for_gender": request.person.gender,
        "for_age": request.person.age,
        "unsaid": 1 if request.unsaid else None,
        "around": "{:g},{:g}".format(*request.around) if request.around else None,
        **changes,
    }
    if parameters["page"] == 1:
        del parameters["page"]
    pairs = [
        (name, str(value))
        for name, given in parameters.items()
        if given is not None
        for value in (given if isinstance(given, tuple | list) else (given,))
    ]
    return url_for("search.results") + "?" + urlencode(pairs, quote_via=quote)


def _radius(miles: float | None) -> str | None:
    if miles is None:
        return "any"
    return None if miles == DEFAULT_RADIUS_MILES else f"{miles:g}"
