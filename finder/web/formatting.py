"""Jinja filters and globals: dates, distances, ``tel:`` links, URLs, filter chips, labels."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

import phonenumbers
from flask import Flask, current_app, request, url_for
from flask_babel import gettext

from config import CrisisLine
from finder.extensions import services
from finder.facilities.listings import FacilityView, LocationPrecision
from finder.facilities.search import (
    DEFAULT_RADIUS_MILES,
    DISTANCE_BANDS,
    Gender,
    Hit,
    QueryReading,
    SearchRequest,
    Sort,
    Understood,
)
from finder.facilities.sources import ORIGINS
from finder.facilities.vocabulary import CONCERN_WITHDRAWAL, FILTERS, Answer, Kind, Treats, option
from finder.geocoding import Doubt, NothingFound
from finder.translatable import N_
from finder.web.distances import distance_words
from finder.web.fragments import (
    cached_template,
    day,
    facility_cards,
    filters_in_use,
    language,
    number,
    place_field_value,
    search_form,
    translated,
    translated_number,
    unstated,
)
from finder.web.list_parameter import PARAMETER as LIST
from finder.web.list_parameter import extended_list_url, list_value, listed_ids, with_list

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
"""The last one is also shown where a search finds nothing. Sources: docs/data-sources.md."""

CRISIS_IN_SPANISH = (
    "¿En crisis? Llame al 988 y oprima 2, o envíe AYUDA al 988. Gratis, a toda hora."
)
"""Stands in Spanish on an English page too: words of distress are understood in both."""

_EXCLUSIVE = {
    "women": N_("Only for women"),
    "men": N_("Only for men"),
    "adolescents": N_("Only for children and teens"),
    "adults": N_("Only for adults"),
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
_KINDS = {Kind.SUBSTANCE_USE: N_("Substance use"), Kind.MENTAL_HEALTH: N_("Mental health")}
TREATS = {
    Treats.SUBSTANCE_USE: N_("Only programs that treat substance use"),
    Treats.MENTAL_HEALTH: N_("Only mental health programs"),
    Treats.ALL: N_("Also mental health programs"),
}
_PRECISION = {
    "zip": N_("Its exact place is not known: distances are to the middle of its ZIP code."),
    "city": N_("Its exact place is not known: distances are to the middle of its town."),
    "county": N_("Its exact place is not known: distances are to the middle of its county."),
    "unknown": N_("Its place on the map is not known, so no distance is shown."),
}
_NOTHING_FOUND = {
    NothingFound.MILITARY: N_(
        "This is a military post office. It is at no place on the map: please type the town that"
        " you are near, or that you want to search in."
    ),
    NothingFound.ABROAD: N_("This place seems to be outside of the United States."),
    NothingFound.UNKNOWN_ZIP: N_("We do not know this ZIP code. Please check the digits."),
    NothingFound.HERE: N_(
        "These words do not tell us where you are. Please type your ZIP code or your town."
        " Where you see “Use my location”, you can tap that instead."
    ),
}
_DOUBT = {
    Doubt.CORRECTED: N_("We did not find “%(near)s”. We searched for %(place)s instead."),
    Doubt.LIKELIER: N_("We took “%(near)s” to mean %(place)s."),
    Doubt.CONTRADICTORY: N_(
        "“%(near)s” names two places that are far apart. We searched for %(place)s."
    ),
    Doubt.EXCHANGED: N_(
        "“%(near)s” is not in the United States. We took these numbers to mean %(place)s."
    ),
    Doubt.SHORTENED: N_("We took “%(near)s” to mean the ZIP code %(place)s."),
}
_ORDER = {
    Sort.DISTANCE: N_("The nearest come first."),
    Sort.NAME: N_("They are ordered by name."),
    Sort.UPDATED: N_("The newest listings come first."),
}
_AREAS = frozenset({LocationPrecision.ZIP, LocationPrecision.CITY, LocationPrecision.COUNTY})
_DEFAULTS = SearchRequest()


def init_app(app: Flask) -> None:
    """Register the filters and globals with Jinja."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        {
            # A page of 20 cards has 60 URLs, and these are ten times as fast as ``url_for``.
            "facility_url": facility_url,
            "with_list": with_list,
            "inquiry_url": inquiry_url,
            "list_url": list_url,
            "telephone_url": telephone_url,
            "day": day,
            "number": number,
        }
    )
    app.jinja_env.globals.update(
        {
            # A page has some 40 texts, and Flask-Babel would look the locale up for each.
            "_": translated,
            "gettext": translated,
            "ngettext": translated_number,
            "listed_ids": listed_ids,
            "crisis_lines": crisis_lines,
            "crisis_in_spanish": CRISIS_IN_SPANISH,
            "distance_words": distance_words,
            "distance_bands": DISTANCE_BANDS,
            "default_radius": DEFAULT_RADIUS_MILES,
            "doubt_words": _DOUBT,
            "facility_cards": facility_cards,
            "helplines": helplines,
            "kind_words": _KINDS,
            "labels_of": labels_of,
            "language": language,
            "offers_withdrawal": offers_withdrawal,
            "order_words": _ORDER,
            "withdrawal_concerns": withdrawal_concerns,
            "extended_list_url": extended_list_url,
            "exclusive_words": _EXCLUSIVE,
            "nothing_found_words": _NOTHING_FOUND,
            "precision_words": _PRECISION,
            "chips": chips,
            "filters_in_use": filters_in_use,
            "unstated_filters": unstated_filters,
            "place_field_value": place_field_value,
            "search_form": search_form,
            "radius_parameter": _radius,
            "reason_words": _LEFT_OUT,
            "treats_choice": treats_choice,
            "treats_words": TREATS,
            "cached_template": cached_template,
            "search_url": search_url,
            "site_name": lambda: services().settings.site_name,
            "operator": lambda: services().settings.operator,
            "source_words": {name: origin.title for name, origin in ORIGINS.items()},
            "shows_areas": shows_areas,
            "static_url": static_url,
        }
    )


def crisis_lines() -> Sequence[CrisisLine]:
    """Return the help lines of every page: the operator's own as they wrote them, or ours."""
    return services().settings.crisis_lines or [
        CrisisLine(gettext(each.name), each.number, gettext(each.purpose)) for each in CRISIS_LINES
    ]


def helplines() -> Sequence[CrisisLine]:
    """Return the lines that help to find a program: the operator's own, or the national one."""
    return services().settings.crisis_lines or crisis_lines()[-1:]


def chips(request: SearchRequest) -> Iterator[tuple[str, dict[str, list[str] | None]]]:
    """Yield a chip for each filter in use: its label, and the parameters that remove it."""
    for facet in FILTERS:
        chosen = request.chosen.get(facet.name, ())
        for each in facet.options if chosen else ():
            if each.value in chosen:
                rest = [value for value in chosen if value != each.value]
                yield gettext(each.label), {facet.name: rest}
    for facet_name, value in request.preferred:
        label = gettext(option(facet_name, value).label)
        rest = [f"{a}:{b}" for a, b in request.preferred if (a, b) != (facet_name, value)]
        yield gettext("Preferred: %(label)s", label=label), {"prefer": rest}
    if request.person.gender is not None:
        yield gettext(_GENDERS[request.person.gender]), {"for_gender": None}
    if request.person.age is not None:
        yield gettext("Age %(age)s", age=request.person.age), {"for_age": None}
    if request.name:
        yield gettext("Name: %(name)s", name=request.name), {"name": None}
    if request.unsaid:
        yield gettext("Also programs that did not say"), {"unsaid": None}
    if request.treats is not None:
        yield gettext(TREATS[request.treats]), {"treats": None}


def treats_choice(request: SearchRequest) -> Treats:
    """Return what the form's box for what programs treat stands for: ticked where it is chosen."""
    if request.treats is not None:
        return request.treats
    return Treats.SUBSTANCE_USE if request.kind == Treats.ALL else Treats.ALL


def labels_of(understood: Understood) -> str:
    """Return the labels of the filter values, or the age, that some words were understood as."""
    if understood.parameter == "for_age":
        return str(gettext("Age %(age)s", age=understood.values[0]))
    labels = (gettext(option(understood.parameter, value).label) for value in understood.values)
    return str(gettext(" or ").join(labels))


def withdrawal_concerns(request: SearchRequest, reading: QueryReading | None = None) -> bool:
    """Tell whether somebody searches who may stop alcohol or sedatives, or is pregnant."""
    chosen = {(name, value) for name, values in request.chosen.items() for value in values}
    chosen.update(request.preferred)
    if not chosen.isdisjoint({*CONCERN_WITHDRAWAL, ("population", "pregnant")}):
        return True
    substances = reading.substances if reading else ()
    return any(substance.is_deadly_to_stop for _, substance in substances)


def offers_withdrawal(facility: FacilityView) -> bool:
    """Tell whether a program says that it offers withdrawal care or medication for alcohol."""
    answers = facility.answers
    return any(answers[name][value] == Answer.YES for name, value in CONCERN_WITHDRAWAL)


def unstated_filters(request: SearchRequest) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield the chosen filter values that no listing states, as ``chips`` does."""
    never_stated = unstated(request)
    for facet in FILTERS:
        chosen = request.chosen.get(facet.name, ())
        for each in facet.options if chosen else ():
            if each.value in chosen and (facet.name, each.value) in never_stated:
                rest = [value for value in chosen if value != each.value]
                yield gettext(each.label), {facet.name: rest}


def shows_areas(hits: Sequence[Hit]) -> bool:
    """Tell whether of at least two programs only the area is known."""
    precisions = [hit.facility.location_precision for hit in hits]
    return sum(each in _AREAS for each in precisions) > 1


@functools.lru_cache(maxsize=8_192)
def telephone_url(number: str) -> str:
    """Return the ``tel:`` URL of a telephone number, extension included (RFC 3966)."""
    digits = re.sub(r"\D", "", number)
    if len(digits) <= 6:
        return f"tel:{digits}"
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return f"tel:{digits}"
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.RFC3966))


def static_url(name: str) -> str:
    """Return the URL of a static file, with a hash of its content for cache busting."""
    return _static_url(str(current_app.static_folder), name, request.script_root)


@functools.lru_cache(maxsize=64)
def _static_url(folder: str, name: str, _root: str) -> str:
    digest = hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest()
    return url_for("static", filename=name, v=digest[:12])


def search_url(wanted: SearchRequest, **changes: object) -> str:
    """Return the URL of a search with some parameters changed; None drops one."""
    parameters: dict[str, object] = {
        "near": wanted.near or None,
        "lat": wanted.latitude,
        "lon": wanted.longitude,
        "radius": None if wanted.takes_whole_states else _radius(wanted.radius_miles),
        "name": wanted.name or None,
        "sort": wanted.sort.value if wanted.sort != _DEFAULTS.sort else None,
        "page": wanted.page,
        "per_page": wanted.per_page if wanted.per_page != _DEFAULTS.per_page else None,
        **wanted.chosen,
        "for_gender": wanted.person.gender,
        "for_age": wanted.person.age,
        "unsaid": 1 if wanted.unsaid else None,
        "prefer": [f"{facet}:{value}" for facet, value in wanted.preferred],
        "treats": wanted.treats,
        "around": "{:g},{:g}".format(*wanted.around) if wanted.around else None,
        LIST: list_value() or None,
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
    return f"{_search_path(request.script_root)}?" + urlencode(pairs, quote_via=quote)


def facility_url(number: int) -> str:
    """Return the address of a facility's page."""
    return _url_with_number("facility.page", "facility_id", number)


def inquiry_url(number: int) -> str:
    """Return the address of the form that writes to a facility."""
    return _url_with_number("inquiry.form", "facility_id", number)


def list_url(number: int) -> str:
    """Return the address of a list with one facility in it."""
    return _url_with_number("saved_list.page", "id", number)


def _url_with_number(endpoint: str, argument: str, number: int) -> str:
    before, after = _url_parts(endpoint, argument, request.script_root)
    return f"{before}{number}{after}"


@functools.lru_cache(maxsize=64)
def _url_parts(endpoint: str, argument: str, _root: str) -> tuple[str, str]:
    number = 987654321
    before, _, after = url_for(endpoint, **cast(Any, {argument: number})).partition(str(number))
    return before, after


@functools.lru_cache(maxsize=4)
def _search_path(_root: str) -> str:
    return url_for("search.results")


def _radius(miles: float | None) -> str | None:
    if miles is None:
        return "any"
    return f"{miles:g}"
