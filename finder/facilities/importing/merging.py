"""Conflict resolution: the values of a facility that several sources list.

Of name, address and telephone the newest listing that states a value wins, of equally new ones the
source that is first in ``ORIGINS``; coordinates of a source win over geocoded ones. Service codes
are merged for each kind of treatment (``service_codes``). Pure: knows neither the database nor the
files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from finder.facilities.importing.kinds import codes_by_kind
from finder.facilities.importing.service_codes import (
    StatedCodes,
    merged_codes,
    of_kinds_treated,
)
from finder.facilities.listings import CODES_COLUMNS, LocationPrecision
from finder.facilities.sources import ORIGINS
from finder.facilities.vocabulary import Kind

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
        **_service_values(ordered),
        "source": first.source,
        "listed_as_of": first.as_of,
    }


def _service_values(ordered: Sequence[OpenListing]) -> dict[str, Any]:
    """Return the columns of service codes, by kind, and where each answer comes from."""
    page = ordered[0]
    said = of_kinds_treated(
        StatedCodes(
            each.source, each.as_of, codes_by_kind(each.source, each.content["codes"]), place
        )
        for place, each in enumerate(ordered)
    )
    merged = {kind: merged_codes(said, kind) for kind in Kind}
    used = {place for each in merged.values() if each for place in each.used}
    return {
        **{
            column: " ".join(each.codes) if (each := merged[kind]) else None
            for kind, column in CODES_COLUMNS.items()
        },
        "answers_from": {
            kind.value: told
            for kind, each in merged.items()
            if each and (told := each.provenance(beside=(page.source, page.as_of)))
        },
        "unknown_labels": sorted(
            set().union(*(ordered[place].content["unknown_labels"] for place in used))
        ),
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
