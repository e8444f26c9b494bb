"""Checks where a row says that it is against its own ZIP code and town, offline.

Knows the gazetteer only as ``PlaceAddress``, and no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from finder.facilities.importing.merging import PlaceAddress
from finder.facilities.sources import FacilityRecord, LeftOut, ReadAs
from finder.geocoding import miles_between

FARTHEST_FROM_ZIP_MILES = 30.0
"""Coordinates farther than this from the middle of their ZIP code and from their town are wrong.

Of 10,890 sites 19 lie farther from the ZIP code, 11 of them in their own town: a ZIP code of the
country is large. The other 8 lie in another part of the state, or in its middle."""


def with_checked_place(
    record: FacilityRecord, place_address: PlaceAddress
) -> Iterator[FacilityRecord | LeftOut | ReadAs]:
    """Yield what is wrong with a record's place, then the record without it.

    Coordinates that are far from their own ZIP code and town are dropped, so that the ZIP code's
    are used. A state that is not stated is that of the ZIP code.
    """
    if record.postal_code and (not record.state or record.latitude is not None):
        area = place_address(street="", city="", state="", postal_code=record.postal_code)
        if area is not None and not record.state and area.state:
            meaning = f"{area.state}, from the ZIP code {record.postal_code}"
            yield ReadAs(record.row, "state", record.state, meaning)
            record = replace(record, state=area.state)
        if area is not None and (miles := _miles(record, area.latitude, area.longitude)):
            town = place_address(street="", city=record.city, state=record.state, postal_code="")
            if town is None or _miles(record, town.latitude, town.longitude):
                reason = (
                    f"{miles:.0f} miles from their own ZIP code {record.postal_code}: its place"
                    " was taken"
                )
                point = f"{record.latitude}, {record.longitude}"
                yield LeftOut(record.row, "coordinates", point, reason)
                record = replace(record, latitude=None, longitude=None)
    yield record


def _miles(record: FacilityRecord, latitude: float, longitude: float) -> float:
    """Return how far a record's coordinates are from a point, 0 where they are near or unknown."""
    if record.latitude is None or record.longitude is None:
        return 0.0
    miles = miles_between(record.latitude, record.longitude, latitude, longitude)
    return miles if miles > FARTHEST_FROM_ZIP_MILES else 0.0
