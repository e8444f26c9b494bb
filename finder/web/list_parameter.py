"""The query parameter ``list``: the saved list as facility ids in a URL, as in ``list=12.34``.

It lets people add programs to a list from the search without JavaScript. The URL is the only
storage.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, urlencode

from flask import g, request, url_for

from finder.facilities.listings import LONGEST_LIST

PARAMETER = "list"
_FACILITY_LINK = re.compile(r'href="([^"?]*/facilities/\d+)"')


def listed_ids() -> Sequence[int]:
    """Return the facility ids in the request's parameter: unique, in order, cut to LONGEST_LIST."""
    cached: Sequence[int] | None = g.get("listed_ids")
    if cached is None:
        given = request.args.get(PARAMETER, "").split(".")
        numbers = (
            int(each) for each in given if each.isascii() and each.isdigit() and len(each) < 11
        )
        cached = g.listed_ids = tuple(dict.fromkeys(numbers))[:LONGEST_LIST]
    return cached


def list_value(ids: Sequence[int] | None = None) -> str:
    """Return the parameter's value for these ids, or for those of the request."""
    return ".".join(map(str, listed_ids() if ids is None else ids))


def extended_list_url(*more: int) -> str:
    """Return the URL of the saved list with the request's ids and more of them."""
    pairs = [("id", each) for each in (*listed_ids(), *more)]
    return f"{url_for('saved_list.page')}?{urlencode(pairs)}"


def with_list(address: str) -> str:
    """Return a URL that has no query with the request's list as its parameter."""
    return f"{address}?{PARAMETER}={list_value()}" if listed_ids() else address


def add_list_to_cards(cards: str) -> str:
    """Return the HTML of cards whose links carry the request's list."""
    if not listed_ids():
        return cards
    # A plain replacement is safe: data from sources is escaped and holds no quotation mark.
    begin = f'href="{url_for("saved_list.page")}?'
    ours = "".join(f"id={each}&amp;" for each in listed_ids())
    cards = cards.replace(begin, begin + ours)
    return _FACILITY_LINK.sub(rf'href="\1?{PARAMETER}={list_value()}"', cards)


def referring_search_url(ids: Sequence[int]) -> str:
    """Return the URL of the referring search with a list in it; empty where there was none.

    It comes from the ``Referer`` header, which browsers send within this site alone.
    """
    path = url_for("search.results")
    address, _, query = (request.referrer or "").partition("?")
    if address.partition("://")[2] != request.host + path:
        return ""
    pairs = [pair for pair in parse_qsl(query) if pair[0] != PARAMETER]
    return f"{path}?{urlencode([*pairs, (PARAMETER, list_value(ids))], quote_via=quote)}"
