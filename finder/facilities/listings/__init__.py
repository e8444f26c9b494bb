"""The directory: tables of facilities and of their provenance, and facilities as plain values.

Also how old a listing is, figures for the operator, and a comparison of several programs.
"""

from __future__ import annotations

from finder.facilities.listings.comparison import (
    LONGEST_LIST,
    MOST,
    CannotCompare,
    compare_facilities,
    name_tells,
    read_list,
)
from finder.facilities.listings.freshness import STALE_AFTER_YEARS, years_if_stale
from finder.facilities.listings.models import (
    CODES_COLUMNS,
    Facility,
    FacilityStatus,
    ImportRun,
    Listing,
    LocationPrecision,
    codes_by_kind,
)
from finder.facilities.listings.samples import real_facilities_exist
from finder.facilities.listings.stats import facility_stats
from finder.facilities.listings.views import (
    FacilityNotFound,
    FacilityView,
    Stated,
    facilities_by_id,
    facilities_of_versions,
    read_facility,
    services_of,
)

__all__ = [
    "CODES_COLUMNS",
    "LONGEST_LIST",
    "MOST",
    "STALE_AFTER_YEARS",
    "CannotCompare",
    "Facility",
    "FacilityNotFound",
    "FacilityStatus",
    "FacilityView",
    "ImportRun",
    "Listing",
    "LocationPrecision",
    "Stated",
    "codes_by_kind",
    "compare_facilities",
    "facilities_by_id",
    "facilities_of_versions",
    "facility_stats",
    "name_tells",
    "read_facility",
    "read_list",
    "real_facilities_exist",
    "services_of",
    "years_if_stale",
]
