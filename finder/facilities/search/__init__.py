"""The search: from the parameters of a request to ranked results and facet counts.

``request`` reads the parameters, ``query_understanding`` the care words beside a place,
``retrieval`` fetches candidates from the index, ``candidates`` and ``facet_counts`` work on them as
arrays, ``ranking`` knows their order, ``execution`` puts them together. ``relaxation`` offers what
else there is where little is found, ``costs`` counts what each wish costs.
"""

from __future__ import annotations

from finder.facilities.search.audience import Gender, Person, Reason
from finder.facilities.search.costs import FilterCosts, filter_costs
from finder.facilities.search.execution import Hit, Origin, Places, SearchResults, search_facilities
from finder.facilities.search.name_correction import similar_names
from finder.facilities.search.nearby import nearby_facilities
from finder.facilities.search.query_understanding import (
    PlaceNames,
    QueryReading,
    Understood,
    understand,
)
from finder.facilities.search.ranking import DISTANCE_BANDS
from finder.facilities.search.relaxation import relax_search
from finder.facilities.search.request import (
    DEFAULT_PER_PAGE,
    DEFAULT_RADIUS_MILES,
    GREATEST_AGE,
    GREATEST_PAGE,
    GREATEST_PER_PAGE,
    GREATEST_RADIUS_MILES,
    LONGEST_NAME,
    LONGEST_NEAR,
    OFFERED_RADII,
    PARAMETERS,
    InvalidSearch,
    Problem,
    SearchRequest,
    Sort,
    parse_search,
)
from finder.facilities.search.unstated_answers import Unstated, unstated_values

__all__ = [
    "DEFAULT_PER_PAGE",
    "DEFAULT_RADIUS_MILES",
    "DISTANCE_BANDS",
    "GREATEST_AGE",
    "GREATEST_PAGE",
    "GREATEST_PER_PAGE",
    "GREATEST_RADIUS_MILES",
    "LONGEST_NAME",
    "LONGEST_NEAR",
    "OFFERED_RADII",
    "PARAMETERS",
    "FilterCosts",
    "Gender",
    "Hit",
    "InvalidSearch",
    "Origin",
    "Person",
    "PlaceNames",
    "Places",
    "Problem",
    "QueryReading",
    "Reason",
    "SearchRequest",
    "SearchResults",
    "Sort",
    "Understood",
    "Unstated",
    "filter_costs",
    "nearby_facilities",
    "parse_search",
    "relax_search",
    "search_facilities",
    "similar_names",
    "understand",
    "unstated_values",
]
