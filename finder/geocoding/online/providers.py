"""Registry of the online geocoders that an operator may switch on.

A row says what visitors are told of a geocoder, how often it may be asked and what narrows its
answers to the United States. Any other geocoder of geopy works by its name with a plain row. Knows
nothing of when a geocoder is asked.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geopy.adapters import URLLibAdapter
from geopy.exc import ConfigurationError
from geopy.geocoders import SERVICE_TO_GEOCODER
from geopy.location import Location

from finder.errors import SettingError
from finder.geocoding.online.census import Census
from finder.translatable import N_

OFFLINE = "offline"
MOST_PLACES = 5
LONGEST_CACHE_DAYS = 30
_PREFIX = "FINDER_GEOCODER_"
_TWO_LETTERS = ("us", "pr", "vi", "gu", "as", "mp")
_THREE_LETTERS = ("USA", "PRI", "VIR", "GUM", "ASM", "MNP")
_OSM_CREDIT = "© OpenStreetMap contributors"


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """The properties of an online geocoder."""

    title: str
    description: str
    """for visitors, marked for translation, without links"""
    credit: str = ""
    """what its terms want shown where its answers are"""
    interval: float = 0.1
    """seconds between two requests, of all workers together"""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """what ``geocode`` is called with beside the text"""
    confidence: tuple[str, ...] = ()
    """where in a raw answer it tells how sure it is"""
    confidence_scale: float = 1.0


_OSM_SEARCH = {"addressdetails": True, "language": "en", "country_codes": list(_TWO_LETTERS)}
_PELIAS_SEARCH = {"countries": list(_THREE_LETTERS), "language": "en"}
_ENGLISH = {"language": "en"}

KNOWN: Mapping[str, ProviderRow] = {
    "census": ProviderRow(
        title="US Census Bureau",
        description=N_("A service of the United States government. It finds street addresses."),
    ),
    "nominatim": ProviderRow(
        title="Nominatim",
        description=N_("A place search with OpenStreetMap data."),
        credit=_OSM_CREDIT,
        interval=1.0,  # the public server's usage policy
        arguments=_OSM_SEARCH,
    ),
    "photon": ProviderRow(
        title="Photon",
        description=N_("A place search with OpenStreetMap data, from the company komoot."),
        credit=_OSM_CREDIT,
        interval=1.0,
        arguments=_ENGLISH,
    ),
    "pelias": ProviderRow(
        title="Pelias",
        description=N_("A place search with open data, on a server that this site chose."),
        credit=_OSM_CREDIT,
        arguments=_PELIAS_SEARCH,
        confidence=("properties", "confidence"),
    ),
    "geocodeearth": ProviderRow(
        title="Geocode Earth",
        description=N_("A company's place search with open data."),
        credit=_OSM_CREDIT,
        arguments=_PELIAS_SEARCH,
        confidence=("properties", "confidence"),
    ),
    "opencage": ProviderRow(
        title="OpenCage",
        description=N_("A company's place search with open data."),
        credit=_OSM_CREDIT,
        arguments={"country": list(_TWO_LETTERS), "language": "en"},
    ),
    "arcgis": ProviderRow(
        title="ArcGIS",
        description=N_("A place search from the company Esri."),
        credit="Esri",
        arguments={"out_fields": "Country,RegionAbbr,Addr_type"},
        confidence=("score",),
        confidence_scale=100.0,
    ),
    "googlev3": ProviderRow(
        title="Google Maps",
        description=N_("A place search from the company Google."),
        credit="Google Maps",
        arguments={"region": "us", "language": "en"},
    ),
    "herev7": ProviderRow(
        title="HERE",
        description=N_("A place search from the company HERE."),
        credit="HERE",
        arguments={"countries": list(_THREE_LETTERS), "language": "en-US"},
        confidence=("scoring", "queryScore"),
    ),
    "mapbox": ProviderRow(
        title="Mapbox",
        description=N_("A place search from the company Mapbox."),
        credit="© Mapbox",
        arguments={"country": list(_TWO_LETTERS), "language": "en"},
        confidence=("relevance",),
    ),
    "geocodio": ProviderRow(
        title="Geocodio",
        description=N_("A company's search for addresses in the United States."),
        confidence=("accuracy",),
    ),
}
_ALIASES = {"google": "googlev3"}


class Provider:
    """One online geocoder, set up and ready to be asked."""

    def __init__(self, name: str, options: Mapping[str, str], *, user_agent: str) -> None:
        """Set a geocoder up; raises SettingError for an option that is wrong or missing."""
        self.name = name
        self.row = row_of(name)
        given = dict(options)
        self.timeout = _number(name, given, "timeout", default=1.2, least=0.1, most=10)
        self.interval = _number(name, given, "interval", default=self.row.interval, most=3600)
        self.cache_days = int(
            _number(name, given, "cache_days", default=LONGEST_CACHE_DAYS, most=LONGEST_CACHE_DAYS)
        )
        self._geocode, self.arguments = _geocode_of(name, given, self.row, user_agent)

    def ask(self, text: str, *, timeout: float) -> Sequence[Location]:
        """Return what the geocoder finds; raises whatever geopy and its answer bring about."""
        found = self._geocode(text, timeout=timeout, **self.arguments)
        return found if isinstance(found, list) else [found] if found else []


def row_of(name: str) -> ProviderRow:
    """Return a geocoder's row; a plain one for a geocoder of geopy that has none here."""
    return KNOWN.get(name) or ProviderRow(
        title=_class_of(name).__name__,
        description=N_("A place search of another organization."),
    )


def online_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names in a chain that belong to geocoders of others, in its order."""
    return tuple(name for name in names if name != OFFLINE)


def described(names: Sequence[str]) -> tuple[ProviderRow, ...]:
    """Return what visitors are to be told of the online geocoders in a chain, in its order."""
    return tuple(row_of(name) for name in online_names(names))


def chain_names(text: str) -> tuple[str, ...]:
    """Read the setting FINDER_GEOCODERS: names with commas between, in the order of asking.

    :raises SettingError: a name is unknown or stands twice, or the offline geocoder is left out.
    """
    names = tuple(_canonical(name.strip()) for name in text.split(",") if name.strip())
    for name in names:
        if name != OFFLINE:
            _class_of(name)
    if len(set(names)) < len(names):
        raise SettingError("FINDER_GEOCODERS names a geocoder twice; name each one once.")
    if OFFLINE not in names:
        raise SettingError(
            f"FINDER_GEOCODERS must name {OFFLINE} too, for when the others cannot be reached: for"
            f" instance {OFFLINE},{names[0] if names else 'nominatim'}."
        )
    return names


def options_from(environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return each geocoder's options: FINDER_GEOCODER_NOMINATIM_DOMAIN is nominatim's domain.

    :raises SettingError: a variable names no known geocoder, or no option.
    """
    options: dict[str, dict[str, str]] = {}
    for variable, value in environ.items():
        if not variable.startswith(_PREFIX) or not value:
            continue
        name, _, option = variable.removeprefix(_PREFIX).lower().partition("_")
        if not option:
            raise SettingError(f"{variable} must read {_PREFIX}NAME_OPTION.")
        name = _canonical(name)
        _class_of(name, setting=variable)
        options.setdefault(name, {})[option] = value
    return options


def check_options(names: Sequence[str], options: Mapping[str, Mapping[str, str]]) -> None:
    """Set up every online geocoder of a chain once, to tell at the start what is wrong.

    :raises SettingError: an option is missing, malformed or unknown to its geocoder.
    """
    providers_of(names, options, user_agent="Finder")


def providers_of(
    names: Sequence[str], options: Mapping[str, Mapping[str, str]], *, user_agent: str
) -> dict[str, Provider]:
    """Return the online geocoders of a chain by name; raises SettingError as ``Provider`` does."""
    return {
        name: Provider(name, options.get(name, {}), user_agent=user_agent)
        for name in online_names(names)
    }


def _canonical(name: str) -> str:
    return _ALIASES.get(name.lower(), name.lower())


def _class_of(name: str, *, setting: str = "FINDER_GEOCODERS") -> Any:
    known = {"census": Census, **SERVICE_TO_GEOCODER}
    if name not in known:
        names = ", ".join([OFFLINE, *sorted(set(known) - set(_ALIASES))])
        raise SettingError(f"{setting} names {name!r}, which is not a geocoder. Known: {names}.")
    return known[name]


def _geocode_of(
    name: str, given: Mapping[str, str], row: ProviderRow, user_agent: str
) -> tuple[Callable[..., Any], dict[str, Any]]:
    class_ = _class_of(name)
    parameters = inspect.signature(class_).parameters
    takes = {key: parameters[key] for key in parameters if key not in _NOT_FOR_OPERATORS}
    if unknown := sorted(set(given) - set(takes)):
        offered = sorted({"timeout", "interval", "cache_days", *takes})
        raise SettingError(
            f"{_variable(name, unknown[0])} is not an option of {name}. Options:"
            f" {', '.join(_variable(name, each) for each in offered)}."
        )
    for option, parameter in takes.items():
        if parameter.default is parameter.empty and option not in given:
            raise SettingError(f"{_variable(name, option)} is missing: {name} needs it.")
    try:
        # Named here, for geopy takes requests where it is installed, which tries three times over
        # and logs the addresses that it asks, with what was searched.
        geocoder = class_(**given, user_agent=_sendable(user_agent), adapter_factory=URLLibAdapter)
    except (ConfigurationError, TypeError, ValueError) as error:
        raise SettingError(f"The geocoder {name} cannot be set up: {error}") from None
    understood = inspect.signature(geocoder.geocode).parameters
    arguments = {"exactly_one": False, "limit": MOST_PLACES, **row.arguments}
    return geocoder.geocode, {key: arguments[key] for key in arguments if key in understood}


_NOT_FOR_OPERATORS = frozenset(["proxies", "user_agent", "ssl_context", "adapter_factory"])


def _sendable(user_agent: str) -> str:
    """Return what of a site's name a header may hold."""
    return "".join(each for each in user_agent if each.isascii() and each.isprintable()).strip()


def _variable(name: str, option: str) -> str:
    return f"{_PREFIX}{name}_{option}".upper()


def _number(
    name: str,
    given: dict[str, str],
    option: str,
    *,
    default: float,
    most: float,
    least: float = 0,
) -> float:
    text = given.pop(option, str(default))
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not least <= number <= most:
        raise SettingError(
            f"{_variable(name, option)} is {text!r}; set it to a number from {least:g} to {most:g}."
        )
    return number
