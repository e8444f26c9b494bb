"""Pieces of a page that are the same for many visitors, rendered once a language.

Rendering costs more than searching. What depends on a visit (a distance, a count, which boxes are
ticked) stays outside the fragment or is filled into it; what a fragment was made of is its key, so
that it is never old.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

from flask import current_app, g, render_template
from flask_babel import format_number, get_locale, get_translations, gettext
from markupsafe import Markup

from config import Settings
from finder.extensions import services
from finder.facilities.counting import FacetCounts
from finder.facilities.filters import FACETS
from finder.facilities.freshness import years_if_stale
from finder.facilities.search import Hit

_CARDS = 4_096
_FACETS = 1_024
# A character that no text has stands for what is filled in: a count, a distance.
_BLANK = "\ue000"


def language() -> str:
    """Return the language of the present request; asking Flask-Babel anew costs much more."""
    if "language" not in g:
        g.language = str(get_locale())
    return str(g.language)


def translated(message: str) -> str:
    """Return a text of the templates in the language of the present request."""
    return _translated(message, language())


@functools.lru_cache(maxsize=4_096)
def _translated(message: str, _locale: str) -> str:
    return str(get_translations().ugettext(message))


def translated_number(singular: str, plural: str, number: int) -> str:
    """Return the text of the templates that goes with a number."""
    return str(get_translations().ungettext(singular, plural, number))


def miles(distance: float) -> str:
    """Return a distance in words: ``0.4 miles``, ``12 miles``."""
    return _miles(round(distance, 1) if distance < 10 else round(distance), language())


@functools.lru_cache(maxsize=1_024)
def _miles(rounded: float, _locale: str) -> str:
    if rounded < 0.1:
        return str(gettext("less than 0.1 miles"))
    return str(gettext("%(distance)s miles", distance=format_number(rounded)))


def facility_card(hit: Hit, chosen: Mapping[str, tuple[str, ...]]) -> Markup:
    """Return a program's card in a list of results."""
    # All that a card shows is in the hit and in what was asked; only the distance is filled in.
    alike = dataclasses.replace(hit, distance_miles=None)
    has_distance = hit.distance_miles is not None
    years = years_if_stale(hit.facility.listed_as_of, _today())
    card = _facility_card(alike, tuple(chosen.items()), has_distance, years, language())
    if hit.distance_miles is None:
        return Markup(card)  # noqa: S704
    return Markup(card.replace(_BLANK, miles(hit.distance_miles)))  # noqa: S704


def _today() -> dt.date:
    if "today" not in g:
        g.today = services().clock().date()
    today: dt.date = g.today
    return today


@functools.lru_cache(maxsize=_CARDS)
def _facility_card(
    hit: Hit,
    chosen: tuple[tuple[str, tuple[str, ...]], ...],
    has_distance: bool,
    years: int | None,
    _locale: str,
) -> str:
    card = _macros("components/facility_card.html")
    return str(card.facility_card(hit, dict(chosen), _BLANK if has_distance else "", years))


def same_for_all(template: str) -> Markup:
    """Return a template that takes nothing from the page it stands in."""
    return _same_for_all(template, services().settings, language())


@functools.lru_cache(maxsize=64)
def _same_for_all(template: str, _settings: Settings, _locale: str) -> Markup:
    return Markup(render_template(template))  # noqa: S704


def facet_fields(
    facet: str, chosen: tuple[str, ...], counts: Mapping[str, FacetCounts] | None
) -> Markup:
    """Return the boxes of a facet, ticked where chosen, with how many programs answer yes."""
    fields = _facet_fields(facet, chosen, counts is not None, language())
    if counts is None:
        return Markup(fields)  # noqa: S704
    return Markup(fields % tuple(count.yes for count in counts.values()))  # noqa: S704


@functools.lru_cache(maxsize=_FACETS)
def _facet_fields(name: str, chosen: tuple[str, ...], counted: bool, _locale: str) -> str:
    facet = FACETS[name]
    fields = _macros("components/facet_fields.html").facet_fields(
        facet, chosen, _BLANK if counted else ""
    )
    if not counted:
        return str(fields)
    return str(fields).replace("%", "%%").replace(_BLANK, "%d")


def _macros(template: str) -> Any:
    return current_app.jinja_env.get_template(template).module
