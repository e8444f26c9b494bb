"""Filter values that no listed program states: a filter by one of them finds nothing anywhere.

Computed from one search of everything that treats what is asked for, and cached for each database
until the next import, which is looked for once a minute. Knows nothing of a page.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.listings import ImportRun
from finder.facilities.search.execution import Places, search_facilities
from finder.facilities.search.request import SearchRequest
from finder.facilities.vocabulary import Treats

Unstated = frozenset[tuple[str, str]]
"""(facet, value) pairs"""

_CHECKED_EVERY = 60.0
"""seconds; for so long after an import the cached answer may be out of date"""


@dataclass(frozen=True, slots=True)
class _Known:
    last_import: int | None
    asked_at: float
    values: Unstated


_KNOWN: WeakKeyDictionary[sa.Engine | sa.Connection, dict[Treats, _Known]] = WeakKeyDictionary()


def unstated_values(
    session: Session, places: Places, treats: Treats = Treats.SUBSTANCE_USE
) -> Unstated:
    """Return each facet and value to which no program that treats what is asked says yes or no.

    Empty where nothing is listed at all.
    """
    by_kind = _KNOWN.setdefault(session.get_bind(), {})
    known = by_kind.get(treats)
    now = time.monotonic()
    if known is not None and now - known.asked_at < _CHECKED_EVERY:
        return known.values
    last_import = session.scalar(sa.select(sa.func.max(ImportRun.id)))
    if known is None or known.last_import != last_import:
        values = _count(session, places, treats)
    else:
        values = known.values
    by_kind[treats] = _Known(last_import, now, values)
    return values


def _count(session: Session, places: Places, treats: Treats) -> Unstated:
    everything = search_facilities(session, places, SearchRequest(per_page=1, treats=treats))
    if not everything.total:
        return frozenset()
    return frozenset(
        (facet, value)
        for facet, values in everything.facets.items()
        for value, counts in values.items()
        if not (counts.yes or counts.no)
    )
