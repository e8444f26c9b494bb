"""Pieces of a page that are the same for many visitors, rendered once a language.

Rendering costs more than searching. What depends on a visit (a distance, a count, which boxes are
ticked) stays outside the fragment or is filled into it; what a fragment was made of is its key, so
that it is never old.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import current_app, g, render_template
from flask_babel import format_date, format_number, get_locale, get_translations, gettext, ngettext
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
from finder.facilities.vocabulary import FILTERS, Facet
from finder.web.carried_list import cards_carrying, carried

if TYPE_CHECKING:
    from finder.web.public.searching.starts import Start

_MOST_CARDS = 2_048
_CARDS: dict[tuple[object, ...], str] = {}
_FORMS = 512
_CARD, _FORM = "public/searching/facility_card.html", "public/searching/search_form.html"
# A character that no text has stands for what is filled in: a count, a distance. Those beyond the
# first 256 would make every text that holds one twice or four times as large.
_BLANK = "\x1a"
_NEAR, _AROUND, _NAME, _LIST = "\x1c", "\x1d", "\x1e", "\x1f"
_OUTSIDE_FILTERS = frozenset({"near", "lat", "lon", "radius", "start"})
"""parameters whose fields stand above the filters: what is wrong with them does not unfold these"""
_FACETS_AS_SHOWN = sorted(FILTERS, key=lambda facet: not facet.prominent)


def language() -> str:
    """Return the language of the present request; asking Flask-Babel anew costs much more."""
    known: str | None = g.get("language")
    if known is None:
        known = g.language = str(get_locale())
    return known


def translated(message: str, **values: object) -> Markup:
    """Return a text of the templates in the language of the present request.

    Values are escaped and filled in, as Jinja's own gettext does; that takes several times as long.
    """
    text = _translated(message, language())
    return _with(text, values) if values else _filled(text)


def _with(text: Markup, values: Mapping[str, object]) -> Markup:
    """Return a text with values filled in and escaped; ``Markup``'s own way takes much longer."""
    escaped = {name: escape(value) for name, value in values.items()}
    return Markup(str.__mod__(text, escaped))  # noqa: S704 - text and values are escaped


@functools.lru_cache(maxsize=4_096)
def _translated(message: str, _locale: str) -> Markup:
    return Markup(get_translations().ugettext(message))  # noqa: S704 - a text of ours


@functools.lru_cache(maxsize=4_096)
def _filled(text: Markup) -> Markup:
    return text % {}


def translated_number(singular: str, plural: str, num: int, **values: object) -> Markup:
    """Return the text of the templates that goes with a number, which fills ``num``."""
    text = _translated_number(singular, plural, num, language())
    return _with(text, {"num": number(num), **values})


@functools.lru_cache(maxsize=4_096)
def _translated_number(singular: str, plural: str, num: int, _locale: str) -> Markup:
    return Markup(get_translations().ungettext(singular, plural, num))  # noqa: S704 - ours


def number(value: float) -> str:
    """Return a number as the language of the present request writes it."""
    return _number(value, language())


@functools.lru_cache(maxsize=4_096)
def _number(value: float, _locale: str) -> str:
    return str(format_number(value))


def day(date: dt.date) -> str:
    """Return a date as the language of the present request writes it."""
    return _day(date, language())


@functools.lru_cache(maxsize=1_024)
def _day(date: dt.date, _locale: str) -> str:
    return str(format_date(date))


def miles(distance: float, locale: str | None = None) -> str:
    """Return a distance in words: ``0.4 miles``, ``1 mile``, ``12 miles``."""
    rounded = round(distance, 1) if distance < 10 else round(distance)
    return _miles(rounded, locale or language())


@functools.lru_cache(maxsize=1_024)
def _miles(rounded: float, _locale: str) -> str:
    if rounded < 0.1:
        return str(gettext("less than 0.1 miles"))
    several = 1 if rounded == 1 else 2  # a part of a mile is counted as several
    words = ngettext("%(distance)s mile", "%(distance)s miles", several, distance=number(rounded))
    return str(words)


def facility_cards(hits: Iterable[Hit]) -> Markup:
    """Return programs' cards in a list of results."""
    today, locale = services().clock().date(), language()
    cards = "".join(_facility_card(hit, today, locale) for hit in hits)
    return Markup(cards_carrying(cards))  # noqa: S704 - rendered by our templates


def _facility_card(hit: Hit, today: dt.date, locale: str) -> str:
    years = years_if_stale(hit.facility.listed_as_of, today)
    is_placed = hit.distance_miles is not None
    # What a card shows beside its distance follows from these.
    key = (hit.facility.id, hit.version, hit.asked, is_placed, years, locale)
    card = _CARDS.get(key)
    if card is None:
        if len(_CARDS) >= _MOST_CARDS:
            _CARDS.clear()
        render = _macros(_CARD, current_app.jinja_env, locale).facility_card
        card = str(render(hit, dict(hit.asked), _BLANK if is_placed else "", years))
        _CARDS[key] = card
    if hit.distance_miles is None:
        return card
    return card.replace(_BLANK, miles(hit.distance_miles, locale), 1)


def same_for_all(template: str) -> Markup:
    """Return a template that takes nothing from the page it stands in."""
    return _same_for_all(template, services().settings, language())


@functools.lru_cache(maxsize=64)
def _same_for_all(template: str, _settings: Settings, _locale: str) -> Markup:
    return Markup(render_template(template))  # noqa: S704


def place_typed(request: SearchRequest) -> str:
    """Return what stands in the place field: a point is written so that it is read as one."""
    if request.near or request.latitude is None:
        return request.near
    return f"{request.latitude:g}, {request.longitude:g}"


def around_typed(results: SearchResults) -> str:
    """Return the point that the next search of a form takes for nearness, to a tenth of a degree.

    Where nothing was placed, the one that this search itself was given.
    """
    point = results.origin.point if results.origin else results.request.around
    return "{:.1f},{:.1f}".format(*point) if point else ""


def search_form(
    request: SearchRequest,
    *,
    results: SearchResults | None = None,
    invalid: Sequence[str] = (),
    starts: tuple[Start, ...] = (),
    only_where: bool = False,
) -> Markup:
    """Return the form of a search as it was asked.

    :param results: what it found: how many programs answer yes stands beside every filter.
    :param invalid: the parameters that are wrong.
    :param starts: the one-tap starts that stand in it.
    :param only_where: nothing is wrong, and only the place is still to be typed.
    """
    counted = results is not None and not results.unplaced
    around = around_typed(results) if results else ""
    nobody_states = unstated()
    list_along = carried()
    form = _search_form(
        request.radius_miles,
        bool(results and results.whole_state),
        request.sort,
        request.person,
        request.unsaid,
        tuple(request.chosen.items()),
        tuple(invalid),
        starts,
        only_where,
        counted,
        bool(around),
        bool(list_along),
        filters_in_use(request),
        nobody_states,
        language(),
    )
    filled: list[object] = [escape(place_typed(request))]
    if around:
        filled.append(around)
    if list_along:
        filled.append(list_along)
    if results is not None and counted:
        for facet in _FACETS_AS_SHOWN:
            counts = results.facets.yes(facet.name)
            shown = _counted_options(facet, nobody_states)
            filled += counts if shown is None else [counts[each] for each in shown]
    return Markup(form % (*filled, escape(request.name)))  # noqa: S704


@functools.lru_cache(maxsize=_FORMS)
def _search_form(
    radius_miles: float | None,
    whole_state: bool,
    sort: Sort,
    person: Person,
    unsaid: bool,
    chosen: tuple[tuple[str, tuple[str, ...]], ...],
    invalid: tuple[str, ...],
    starts: tuple[Start, ...],
    only_where: bool,
    counted: bool,
    with_around: bool,
    with_list: bool,
    in_use: int,
    nobody_states: Unstated,
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
    )
    form = _macros(_FORM, current_app.jinja_env, locale).search_form(
        request,
        _facet_texts(nobody_states, locale),
        OFFERED_RADII,
        whole_state,
        count=_BLANK if counted else "",
        invalid=invalid,
        starts=starts,
        around=_AROUND if with_around else "",
        list_along=_LIST if with_list else "",
        in_use=in_use,
        only_where=only_where,
        opened=bool(set(invalid) - _OUTSIDE_FILTERS),
    )
    text = str(form).replace("%", "%%").replace(_BLANK, "%d")
    return re.sub(f"[{_NEAR}{_AROUND}{_LIST}{_NAME}]", "%s", text)


def filters_in_use(request: SearchRequest) -> int:
    """Return how many things a search asks for beside its place; each has a chip of its own."""
    person = request.person
    others = (person.gender is not None, person.age is not None, request.unsaid, request.name != "")
    return sum(map(len, request.chosen.values())) + sum(others)


def unstated() -> Unstated:
    """Return the filter values that no listing states; none where the database does not answer."""
    try:
        return unstated_values(db.session, services().places())
    except SQLAlchemyError:
        return frozenset()


@functools.lru_cache(maxsize=512)
def _counted_options(facet: Facet, nobody_states: Unstated) -> list[int] | None:
    """Return which options of a facet show a count, by their positions; None where all do."""
    shown = [
        position
        for position, each in enumerate(facet.options)
        if (facet.name, each.value) not in nobody_states
    ]
    return None if len(shown) == len(facet.options) else shown


@functools.lru_cache(maxsize=64)
def _facet_texts(
    nobody_states: Unstated, _locale: str
) -> list[tuple[str, bool, Markup, Markup, list[tuple[str, Markup, bool]]]]:
    """Return the facets as the form shows them: name, prominence, label, help, and its values.

    Of each value its label, and whether a listing states it.
    """
    return [
        (
            facet.name,
            facet.prominent,
            translated(facet.label),
            translated(facet.help),
            [
                (
                    each.value,
                    translated(each.label),
                    (facet.name, each.value) not in nobody_states,
                )
                for each in facet.options
            ],
        )
        for facet in _FACETS_AS_SHOWN
    ]


@functools.lru_cache(maxsize=64)
def _macros(template: str, environment: Environment, locale: str) -> Any:
    """Return a template's macros, to be called while this is the language of the request.

    Their texts are found without asking for the language each time.
    """
    texts: dict[str, Markup] = {}

    def text_of(message: str, **values: object) -> Markup:
        if values:
            return _with(_translated(message, locale), values)
        text = texts.get(message)
        if text is None:
            text = texts[message] = translated(message)
        return text

    return environment.get_template(template).make_module({"_": text_of})
