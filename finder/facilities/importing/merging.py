"""What a facility shows when several listings speak of it.

The newest listing that states a value is believed, then the source that stands first in
``ORIGINS``; services are united; coordinates that a source gives go before placed ones. Pure:
knows neither the database nor where listings come from.
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
    """Where an address lies, as the gazetteer answers."""

    @property
    def latitude(self) -> float:
        """Degrees north."""

    @property
    def longitude(self) -> float:
        """Degrees east."""

    @property
    def precision(self) -> str:
        """A ``LocationPrecision`` value."""


class PlaceAddress(Protocol):
    """Places an address offline; answers None where it cannot."""

    def __call__(self, *, street: str, city: str, state: str, postal_code: str) -> Placed | None:
        """Return where the address lies."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One open listing of a facility."""

    source: str
    natural_key: str
    as_of: dt.date | None
    last_seen: dt.date | None
    content: Mapping[str, Any]


def merged_facility(voices: Iterable[Voice]) -> dict[str, Any]:
    """Return the columns of the facility that the open listings describe, unplaced.

    Without coordinates in any listing, ``latitude`` and ``longitude`` are None and the precision
    is unknown: see ``placed``.
    """
    ordered = sorted(voices, key=_rank)
    first = ordered[0]
    values: dict[str, Any] = {
        name: next((text for voice in ordered if (text := voice.content[name])), "")
        for name in _TEXTS
    }
    contents = [voice.content for voice in ordered]
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
        "last_checked": max((each.last_seen for each in ordered if each.last_seen), default=None),
    }


def placed(
    values: dict[str, Any],
    place_address: PlaceAddress,
    *,
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the values with coordinates; ``before`` are the facility's present ones.

    An address that did not change stays where it was placed.
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


def _rank(voice: Voice) -> tuple[int, int, str]:
    newest_first = -(voice.as_of.toordinal() if voice.as_of else 0)
    return newest_first, _PRIORITY.get(voice.source, len(_PRIORITY)), voice.natural_key


def _union(contents: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    if len(contents) == 1:
        return list(contents[0][name])
    return sorted(set().union(*(each[name] for each in contents)))
