"""A list that goes along with a search, so that more can be added to it without JavaScript.

Its numbers stand in the address of the search alone, as ``list=12.34``; nothing is stored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, urlencode

from flask import g, request, url_for

from finder.facilities.listings import LONGEST_LIST

PARAMETER = "list"
_FACILITY_LINK = re.compile(r'href="([^"?]*/facilities/\d+)"')


def carried_ids() -> Sequence[int]:
    """Return the numbers of the programs on the list that the present address carries."""
    known: Sequence[int] | None = g.get("carried_ids")
    if known is None:
        given = request.args.get(PARAMETER, "").split(".")
        numbers = (
            int(each) for each in given if each.isascii() and each.isdigit() and len(each) < 11
        )
        known = g.carried_ids = tuple(dict.fromkeys(numbers))[:LONGEST_LIST]
    return known


def carried(ids: Sequence[int] | None = None) -> str:
    """Return a list, or the one of the present address, as an address carries it."""
    return ".".join(map(str, carried_ids() if ids is None else ids))


def list_address(*more: int) -> str:
    """Return the address of the list that is carried, with more programs on it."""
    pairs = [("id", each) for each in (*carried_ids(), *more)]
    return f"{url_for('saved_list.page')}?{urlencode(pairs)}"


def carrying(address: str) -> str:
    """Return the address of a page without a query, with the list that is carried."""
    return f"{address}?{PARAMETER}={carried()}" if carried_ids() else address


def cards_carrying(cards: str) -> str:
    """Return cards whose links add to the list that is carried, or take it along."""
    if not carried_ids():
        return cards
    # What sources say is escaped: no text of theirs holds a quotation mark.
    begin = f'href="{url_for("saved_list.page")}?'
    ours = "".join(f"id={each}&amp;" for each in carried_ids())
    cards = cards.replace(begin, begin + ours)
    return _FACILITY_LINK.sub(rf'href="\1?{PARAMETER}={carried()}"', cards)


def search_before(ids: Sequence[int]) -> str:
    """Return the address of the search that led here, with a list; empty where none did.

    The browser tells it, and only where it was on this site.
    """
    path = url_for("search.results")
    address, _, query = (request.referrer or "").partition("?")
    if address.partition("://")[2] != request.host + path:
        return ""
    pairs = [pair for pair in parse_qsl(query) if pair[0] != PARAMETER]
    return f"{path}?{urlencode([*pairs, (PARAMETER, carried(ids))], quote_via=quote)}"
