"""Pieces of a page that are the same for many visitors, rendered once a language.

Rendering costs more than searching. What depends on a visit (a distance, a count, which boxes are
ticked) stays outside the fragment or is filled into it; what a fragment was made of is its key, so
that it is never old.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, render_template
from flask_babel import get_locale
from markupsafe import Markup

from config import Settings
from finder.extensions import services
from finder.facilities.filters import FACETS, Option
from finder.facilities.search import FacetCounts, Hit
from finder.facilities.views import FacilityView

_CARDS = 4_096
_FACETS = 1_024
# A character that no text has stands for each count, until the counts are known.
_COUNT = "\ue000"


@dataclass(frozen=True, slots=True)
class CardParts:
    """The parts of a card that are the same in every search."""

    head: Markup
    address: Markup
    notes: Markup
    tail: Markup


def language() -> str:
    """Return the language of the present request; asking Flask-Babel anew costs much more."""
    if "language" not in g:
        g.language = str(get_locale())
    return str(g.language)


def card_parts(facility: FacilityView) -> CardParts:
    """Return the parts of a facility's card that do not depend on the search."""
    return _card_parts(facility, language())


@functools.lru_cache(maxsize=_CARDS)
def _card_parts(facility: FacilityView, _locale: str) -> CardParts:
    card = _macros("components/card_parts.html")
    return CardParts(
        head=card.card_head(facility),
        address=card.card_address(facility),
        notes=card.card_notes(facility),
        tail=card.card_tail(facility),
    )


def card_tags(hit: Hit) -> Markup:
    """Return what a program matches, and the main kinds of care that it gives besides."""
    return _card_tags(hit.matches, hit.settings, language())


@functools.lru_cache(maxsize=_CARDS)
def _card_tags(matches: tuple[Option, ...], settings: tuple[Option, ...], _locale: str) -> Markup:
    return Markup(_macros("components/card_parts.html").card_tags(matches, settings))  # noqa: S704


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
        facet, chosen, _COUNT if counted else ""
    )
    if not counted:
        return str(fields)
    return str(fields).replace("%", "%%").replace(_COUNT, "%d")


def _macros(template: str) -> Any:
    return current_app.jinja_env.get_template(template).module
