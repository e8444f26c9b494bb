"""Conflict resolution: the values of a facility that several sources list.

The newest listing that states a value wins, of equally new ones the source that is first in
``ORIGINS``; service codes are united; coordinates of a source win over geocoded ones. Pure: knows
neither the database nor the files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from finder.facilities.listings import LocationPrecision
from finder.facilities.sources import ORIGINS

_PRIORITY = {name: place for place, name in enumerate(ORIGINS)}
_TEXTS = (
    "name",
    "program_name",
    "street",
    "street2",
    "city",
    "state",
    "postal_code",
    "phone",
    "website",
)


class Placed(Protocol):
    """A geocoded address."""

    @property
    def latitude(self) -> float:
        """Degrees north."""

    @property
    def longitude(self) -> float:
        """Degrees east."""

    @property
    def precision(self) -> str:
        """A ``LocationPrecision`` value."""

    @property
    def state(self) -> str:
        """The USPS code of its state, empty where it is not known."""


class PlaceAddress(Protocol):
    """Geocodes an address offline; returns None where it cannot."""

    def __call__(self, *, street: str, city: str, state: str, postal_code: str) -> Placed | None:
        """Return the coordinates of the address."""


@dataclass(frozen=True, slots=True)
class OpenListing:
    """What one source says of a facility, and when: a listing that is not closed."""

    source: str
    natural_key: str
    as_of: dt.date | None
    content: Mapping[str, Any]


def merged_facility(listings: Iterable[OpenListing]) -> dict[str, Any]:
    """Return the columns of the facility that the listings describe, without geocoding.

    Without coordinates in any listing, ``latitude`` and ``longitude`` are None and the precision
    is unknown: see ``placed``.
    """
    ordered = sorted(listings, key=_rank)
    first = ordered[0]
    values: dict[str, Any] = {
        name: next((text for listing in ordered if (text := listing.content[name])), "")
        for name in _TEXTS
    }
    contents = [listing.content for listing in ordered]
    exact = next((each for each in contents if each["latitude"] is not None), None)
    return values | {
        "natural_key": first.natural_key,
        "intake_phones": next(
            (list(each["intake_phones"]) for each in contents if each["intake_phones"]), []
        ),
        "latitude": exact["latitude"] if exact else None,
        "longitude": exact["longitude"] if exact else None,
        "location_precision": (
            LocationPrecision.EXACT if exact else LocationPrecision.UNKNOWN
        ).value,
        "service_codes": " ".join(_union(contents, "codes")),
        "unknown_labels": _union(contents, "unknown_labels"),
        "source": first.source,
        "listed_as_of": first.as_of,
    }


def placed(
    values: dict[str, Any],
    place_address: PlaceAddress,
    *,
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the values with geocoded coordinates where no source gives any.

    :param before: the facility's present values; with the same address, its coordinates are kept.
    """
    if values["latitude"] is not None:
        return values
    address = {name: values[name] for name in ("street", "city", "state", "postal_code")}
    if (
        before is not None
        and before["location_precision"] not in (LocationPrecision.EXACT, LocationPrecision.UNKNOWN)
        and all(before[name] == value for name, value in address.items())
    ):
        kept = ("latitude", "longitude", "location_precision")
        return values | {name: before[name] for name in kept}
    place = place_address(**address)
    if place is None:
        return values
    return values | {
        "latitude": place.latitude,
        "longitude": place.longitude,
        "location_precision": LocationPrecision(str(place.precision)).value,
    }


def _rank(listing: OpenListing) -> tuple[int, int, str]:
    newest_first = -(listing.as_of.toordinal() if listing.as_of else 0)
    return newest_first, _PRIORITY.get(listing.source, len(_PRIORITY)), listing.natural_key


def _union(contents: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    if len(contents) == 1:
        return list(contents[0][name])
    return sorted(set().union(*(each[name] for each in contents)))
