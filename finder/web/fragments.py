"""Fragment cache: facility cards, the search form, header and footer, and translated texts.

Rendering costs more than searching. A fragment's key holds everything it was rendered from, the
locale included, so no entry is invalidated. What differs a request (a distance, a count) is a
placeholder in the fragment that is filled in afterwards.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import current_app, g, render_template
from flask_babel import format_date, format_number, get_locale, get_translations
from jinja2 import Environment
from markupsafe import Markup, escape
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from finder.extensions import db, services
from finder.facilities.listings import years_if_stale
from finder.facilities.search import (
    OFFERED_RADII,
    Hit,
    Person,
    SearchRequest,
    SearchResults,
    Sort,
    Unstated,
    unstated_values,
)
from finder.facilities.vocabulary import FILTERS, Facet, Treats, option
from finder.translatable import N_
from finder.web.distances import distance_words
from finder.web.list_parameter import add_list_to_cards, list_value

if TYPE_CHECKING:
    from finder.web.public.searching.presets import SearchPreset

_MAX_CARDS = 2_048
_CARDS: dict[tuple[object, ...], str] = {}
_MAX_FORMS = 512
_CARD, _FORM = "public/searching/facility_card.html", "public/searching/search_form.html"
# Placeholders for counts, distances and texts: control characters, which no text holds. Characters
# beyond Latin-1 would make every string with one two or four times as large in memory.
_PLACEHOLDER = "\x1a"
_NEAR, _AROUND, _NAME, _LIST = "\x1c", "\x1d", "\x1e", "\x1f"
_OUTSIDE_FILTERS = frozenset({"near", "lat", "lon", "radius", "start"})
"""parameters with fields outside the filters; an error in one does not open the filters"""
_FACETS_AS_SHOWN = sorted(FILTERS, key=lambda facet: not facet.prominent)


def language() -> str:
    """Return the locale of the request, cached on ``g``: Flask-Babel's own look-up is slow."""
    known: str | None = g.get("language")
    if known is None:
        known = g.language = str(get_locale())
    return known


def translated(message: str, **values: object) -> Markup:
    """Return a template's text in the request's locale, the values escaped and filled in.

    Does what Jinja's own gettext does, several times as fast.
    """
    text = _translated(message, language())
    return _interpolate(text, values) if values else _filled(text)


def _interpolate(text: Markup, values: Mapping[str, object]) -> Markup:
    """Return a text with values escaped and filled in; faster than ``Markup.__mod__``."""
    escaped = {name: escape(value) for name, value in values.items()}
    return Markup(str.__mod__(text, escaped))  # noqa: S704 - text and values are escaped


@functools.lru_cache(maxsize=4_096)
def _translated(message: str, _locale: str) -> Markup:
    return Markup(get_translations().ugettext(message))  # noqa: S704 - a text of ours


@functools.lru_cache(maxsize=4_096)
def _filled(text: Markup) -> Markup:
    return text % {}


def translated_number(singular: str, plural: str, num: int, **values: object) -> Markup:
    """Return the plural form of a template's text for a number, which fills ``num``."""
    text = _translated_number(singular, plural, num, language())
    return _interpolate(text, {"num": number(num), **values})


@functools.lru_cache(maxsize=4_096)
def _translated_number(singular: str, plural: str, num: int, _locale: str) -> Markup:
    return Markup(get_translations().ungettext(singular, plural, num))  # noqa: S704 - ours


def number(value: float) -> str:
    """Return a number as the request's locale writes it."""
    return _number(value, language())


@functools.lru_cache(maxsize=4_096)
def _number(value: float, _locale: str) -> str:
    return str(format_number(value))


def day(date: dt.date) -> str:
    """Return a date as the request's locale writes it."""
    return _day(date, language())


@functools.lru_cache(maxsize=1_024)
def _day(date: dt.date, _locale: str) -> str:
    return str(format_date(date))


def facility_cards(hits: Iterable[Hit]) -> Markup:
    """Return the cards of a list of results as HTML."""
    today, locale = services().clock().date(), language()
    cards = "".join(_facility_card(hit, today, locale) for hit in hits)
    return Markup(add_list_to_cards(cards))  # noqa: S704 - rendered by our templates


def _facility_card(hit: Hit, today: dt.date, locale: str) -> str:
    years = years_if_stale(hit.facility.listed_as_of, today)
    is_placed = hit.distance_miles is not None
    # All that a card shows, its distance excepted, follows from these: the mask is that of the kind
    # that was asked for.
    what = (hit.mask, hit.asked, hit.preferred, hit.lists)
    key = (hit.facility.id, hit.version, what, is_placed, years, locale)
    card = _CARDS.get(key)
    if card is None:
        if len(_CARDS) >= _MAX_CARDS:
            _CARDS.clear()
        render = _macros(_CARD, current_app.jinja_env, locale).facility_card
        card = str(render(hit, dict(hit.asked), _PLACEHOLDER if is_placed else "", years))
        _CARDS[key] = card
    if hit.distance_miles is None:
        return card
    distance = distance_words(hit.facility, hit.distance_miles, locale)
    return card.replace(_PLACEHOLDER, escape(distance), 1)


def cached_template(template: str) -> Markup:
    """Return a template rendered without context, cached by settings and locale."""
    return _same_for_all(template, services().settings, language())


@functools.lru_cache(maxsize=64)
def _same_for_all(template: str, _settings: Settings, _locale: str) -> Markup:
    return Markup(render_template(template))  # noqa: S704 - a template escaped it


def place_field_value(request: SearchRequest) -> str:
    """Return the text of the place field; coordinates as ``latitude, longitude``."""
    if request.near or request.latitude is None:
        return request.near
    return f"{request.latitude:g}, {request.longitude:g}"


def proximity_bias(results: SearchResults) -> str:
    """Return the point that biases the next search's place names, to a tenth of a degree.

    The origin of this search; the point it was given itself where it has no origin.
    """
    point = results.origin.point if results.origin else results.request.around
    return "{:.1f},{:.1f}".format(*point) if point else ""


def search_form(
    request: SearchRequest,
    *,
    results: SearchResults | None = None,
    invalid: Sequence[str] = (),
    presets: tuple[SearchPreset, ...] = (),
    only_place_missing: bool = False,
) -> Markup:
    """Return the search form filled in from a request, as HTML.

    :param results: its facet counts are shown beside the filters.
    :param invalid: the parameters with errors.
    :param presets: the preset buttons to show.
    :param only_place_missing: the request lacks a place and has no error.
    """
    counted = results is not None and not results.unplaced
    around = proximity_bias(results) if results else ""
    never_stated = unstated(request)
    list_along = list_value()
    form = _search_form(
        request.radius_miles,
        bool(results and results.whole_state),
        request.sort,
        request.person,
        request.unsaid,
        request.preferred,
        request.treats,
        request.treats_by_default,
        tuple(request.chosen.items()),
        tuple(invalid),
        presets,
        only_place_missing,
        counted,
        bool(around),
        bool(list_along),
        filters_in_use(request),
        never_stated,
        language(),
    )
    filled: list[object] = [escape(place_field_value(request))]
    if around:
        filled.append(around)
    if list_along:
        filled.append(list_along)
    if results is not None and counted:
        for facet in _FACETS_AS_SHOWN:
            counts = results.facets.yes(facet.name)
            shown = _counted_options(facet, never_stated)
            filled += counts if shown is None else [counts[each] for each in shown]
    return Markup(form % (*filled, escape(request.name)))  # noqa: S704 - a template escaped it


@functools.lru_cache(maxsize=_MAX_FORMS)
def _search_form(
    radius_miles: float | None,
    whole_state: bool,
    sort: Sort,
    person: Person,
    unsaid: bool,
    preferred: tuple[tuple[str, str], ...],
    treats: Treats | None,
    treats_by_default: Treats,
    chosen: tuple[tuple[str, tuple[str, ...]], ...],
    invalid: tuple[str, ...],
    presets: tuple[SearchPreset, ...],
    only_place_missing: bool,
    counted: bool,
    with_around: bool,
    with_list: bool,
    in_use: int,
    never_stated: Unstated,
    locale: str,
) -> str:
    request = SearchRequest(
        near=_NEAR,
        radius_miles=radius_miles,
        name=_NAME,
        sort=sort,
        chosen=dict(chosen),
        person=person,
        unsaid=unsaid,
        preferred=preferred,
        treats=treats,
        treats_by_default=treats_by_default,
    )
    form = _macros(_FORM, current_app.jinja_env, locale).search_form(
        request,
        _facet_texts(never_stated, locale),
        OFFERED_RADII,
        whole_state,
        count=_PLACEHOLDER if counted else "",
        invalid=invalid,
        presets=presets,
        around=_AROUND if with_around else "",
        list_along=_LIST if with_list else "",
        in_use=in_use,
        preferred=[(*each, option(*each).label) for each in preferred],
        only_place_missing=only_place_missing,
        opened=bool(set(invalid) - _OUTSIDE_FILTERS),
    )
    text = str(form).replace("%", "%%").replace(_PLACEHOLDER, "%d")
    return re.sub(f"[{_NEAR}{_AROUND}{_LIST}{_NAME}]", "%s", text)


def filters_in_use(request: SearchRequest) -> int:
    """Return the number of filters in use, the place not counted; each has a chip."""
    person = request.person
    others = (
        person.gender is not None,
        person.age is not None,
        request.unsaid,
        request.treats is not None,
        request.name != "",
    )
    return sum(map(len, request.chosen.values())) + len(request.preferred) + sum(others)


def unstated(request: SearchRequest) -> Unstated:
    """Return the filter values that no listing states of those that a search is for.

    An empty set where the database fails.
    """
    try:
        return unstated_values(db.session, services().places(), request.kind)
    except SQLAlchemyError:
        return frozenset()


@functools.lru_cache(maxsize=512)
def _counted_options(facet: Facet, never_stated: Unstated) -> list[int] | None:
    """Return the positions of a facet's options that show a count; None where all do."""
    shown = [
        position
        for position, each in enumerate(facet.options)
        if (facet.name, each.value) not in never_stated
    ]
    return None if len(shown) == len(facet.options) else shown


_ALL = N_("If you choose several, all must be there.")
_ANY = N_("If you choose several, any one is enough.")


@functools.lru_cache(maxsize=64)
def _facet_texts(
    never_stated: Unstated, _locale: str
) -> list[tuple[str, bool, Markup, Markup, list[tuple[str, Markup, bool]]]]:
    """Return a row a facet for the form: name, is prominent, label, help, options.

    An option is a row of value, label, and whether any listing states it.
    """
    return [
        (
            facet.name,
            facet.prominent,
            translated(facet.label),
            translated(facet.help) + " " + translated(_ALL if facet.all_needed else _ANY),
            [
                (
                    each.value,
                    translated(each.label),
                    (facet.name, each.value) not in never_stated,
                )
                for each in facet.options
            ],
        )
        for facet in _FACETS_AS_SHOWN
    ]


@functools.lru_cache(maxsize=64)
def _macros(template: str, environment: Environment, locale: str) -> Any:
    """Return a template's macros with ``_`` bound to one locale, to be called in that locale.

    Their texts are looked up without asking for the locale each time.
    """
    texts: dict[str, Markup] = {}

    def text_of(message: str, **values: object) -> Markup:
        if values:
            return _interpolate(_translated(message, locale), values)
        text = texts.get(message)
        if text is None:
            text = texts[message] = translated(message)
        return text

    return environment.get_template(template).make_module({"_": text_of})
