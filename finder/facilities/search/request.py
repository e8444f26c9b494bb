"""Parses and validates the search parameters that the pages and the API share.

Every parameter that is wrong gets a message that says what to do. Knows nothing of HTTP: it takes
plain lists of strings by parameter name.

- ``for_gender`` and ``for_age`` exclude programs whose listing says that they cannot take that
  person (``audience``), and the results count them by reason. They are no filter by themselves:
  with neither place, name nor facet the request is empty.
- ``unsaid=1`` lets *not stated* match as well: a facet is met by a program that says yes to one of
  its chosen values, or does not state one; only a program that says no to all of them is excluded.
  Total and facet counts are those of this wider search, ``yes`` still counts only yes, and
  ``said_yes`` tells how many of the total say yes to all that was asked: these come first.
- ``match_all=FACET``, which may be given several times: of that facet every chosen value must hold,
  where else any one is enough. Pages give it for each facet that is ``all_needed``. The counts of
  such a facet tell how many would be left if the value were chosen, too.
- ``prefer=FACET:VALUE``, which may be given several times, leaves no program out: among programs in
  the same range of distance, those that say yes come first (``ranking``). It is no filter by
  itself either.
- ``treats`` says what programs must treat, and so from which kind's listings they answer filters.
  Where it is not given, a search for mental health care or for co-occurring conditions is one for
  ``all``, and any other takes the operator's default (``kind``). The others are counted.
- ``interpret=1`` reads care words beside the place into filters (``query_understanding``); pages
  always do.
- ``around=LAT,LON`` is the place of the last search in the same form: towns that share a name are
  ordered by nearness to it; it has no other effect.
"""

from __future__ import annotations

import enum
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from finder.errors import FinderError
from finder.facilities.search.audience import ANYONE, Gender, Person
from finder.facilities.vocabulary import CONCERN_MENTAL_HEALTH, FACETS, FILTERS, Facet, Treats
from finder.translatable import N_

DEFAULT_RADIUS_MILES = 25.0
OFFERED_RADII = (5, 10, 25, 50, 100)
GREATEST_RADIUS_MILES = 500.0
DEFAULT_PER_PAGE = 20
GREATEST_PER_PAGE = 100
GREATEST_PAGE = 1_000_000
LONGEST_NEAR = 200
LONGEST_NAME = 100
GREATEST_AGE = 120
Choice = TypeVar("Choice", bound=enum.StrEnum)


class Sort(enum.StrEnum):
    """The orders that a search can be given in."""

    DISTANCE = "distance"
    NAME = "name"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one parameter: ``message`` is marked for gettext and takes ``values``.

    It is for people and names no parameter; ``what``, where it takes it, is marked for gettext too.
    """

    parameter: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    """the values of a parameter that takes only some: for programs, because a form shows choices"""

    def __str__(self) -> str:
        words = self.message % self.values
        return f"{words} It can be: {', '.join(self.known)}." if self.known else words


class InvalidSearch(FinderError):
    """At least one search parameter is wrong; ``problems`` tells which, and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A well-formed search.

    ``latitude`` and ``longitude`` (degrees) are both given or both None and win over ``near``;
    ``radius_miles`` None means any distance; ``chosen`` holds the values of each facet in use.
    """

    near: str = ""
    latitude: float | None = None
    longitude: float | None = None
    radius_miles: float | None = DEFAULT_RADIUS_MILES
    radius_is_asked_for: bool = False
    """whether the radius was given, be it the default one: see ``takes_whole_states``"""
    name: str = ""
    sort: Sort = Sort.DISTANCE
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    person: Person = ANYONE
    """the person searched for"""
    unsaid: bool = False
    """whether an answer that is not stated matches too"""
    match_all: tuple[str, ...] = ()
    """the facets of which every chosen value must hold, not any one"""
    preferred: tuple[tuple[str, str], ...] = ()
    """facets, each with a value: programs that say yes to it come first, and none is left out"""
    interpret: bool = False
    """whether care words beside the place are to be read into filters"""
    around: tuple[float, float] | None = None
    """latitude and longitude in degrees of the place before: the nearest of namesakes is taken"""
    treats: Treats | None = None
    """what programs must treat, where the search says so"""
    treats_by_default: Treats = Treats.SUBSTANCE_USE
    """what they must treat where it does not: the operator's setting"""

    @property
    def kind(self) -> Treats:
        """What programs must treat; it is also whose answers count."""
        if self.treats is not None:
            return self.treats
        return Treats.ALL if self._concerns_mental_health else self.treats_by_default

    @property
    def _concerns_mental_health(self) -> bool:
        return any(value in self.chosen.get(name, ()) for name, value in CONCERN_MENTAL_HEALTH)

    @property
    def asked(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each facet with values of which any one is enough: one alone where all must hold."""
        return tuple(
            (name, each)
            for name, values in self.chosen.items()
            for each in ([(v,) for v in values] if name in self.match_all else [values])
        )

    @property
    def has_place(self) -> bool:
        """Whether the search says where."""
        return bool(self.near) or self.latitude is not None

    @property
    def takes_whole_states(self) -> bool:
        """Whether a state as the place means all of it, because no radius was given."""
        return self.radius_miles == DEFAULT_RADIUS_MILES and not self.radius_is_asked_for

    @property
    def is_empty(self) -> bool:
        """Whether there is neither place, name nor facet."""
        return not (self.has_place or self.name or self.chosen)


PLACE_PARAMETERS = ("near", "lat", "lon", "radius")
PARAMETERS = (
    *PLACE_PARAMETERS,
    "name",
    "sort",
    "page",
    "per_page",
    "for_gender",
    "for_age",
    "unsaid",
    "match_all",
    "prefer",
    "interpret",
    "around",
    "treats",
    *(facet.name for facet in FILTERS),
)


def parse_search(
    parameters: Mapping[str, Sequence[str]], *, treats: Treats = Treats.SUBSTANCE_USE
) -> SearchRequest:
    """Parse a search from its parameters; unknown names are ignored.

    :param parameters: every value given for each name, in order.
    :param treats: what programs must treat where the search does not say.
    :raises InvalidSearch: with one problem for each parameter that is wrong.
    """
    return _Reader(parameters, treats).read()


class _Reader:
    def __init__(self, parameters: Mapping[str, Sequence[str]], treats_by_default: Treats) -> None:
        self.parameters = parameters
        self.treats_by_default = treats_by_default
        self.problems: list[Problem] = []

    def read(self) -> SearchRequest:
        latitude = self._degrees("lat", 90)
        longitude = self._degrees("lon", 180)
        if (latitude is None) != (longitude is None) and not self.problems:
            missing = "lat" if latitude is None else "lon"
            self._refuse(
                missing, N_("Latitude and longitude belong together: give both, or neither.")
            )
        request = SearchRequest(
            near=self._text("near", LONGEST_NEAR),
            latitude=latitude,
            longitude=longitude,
            radius_miles=self._radius(),
            radius_is_asked_for=bool(self._one("radius")),
            name=self._text("name", LONGEST_NAME),
            sort=self._choice("sort", Sort) or Sort.DISTANCE,
            page=self._whole_number("page", 1, GREATEST_PAGE),
            per_page=self._whole_number("per_page", DEFAULT_PER_PAGE, GREATEST_PER_PAGE),
            chosen={facet.name: chosen for facet in FILTERS if (chosen := self._chosen(facet))},
            person=Person(self._choice("for_gender", Gender), self._age()),
            unsaid=self._flag("unsaid"),
            match_all=self._match_all(),
            preferred=self._preferred(),
            interpret=self._flag("interpret"),
            around=self._around(),
            treats=self._choice("treats", Treats),
            treats_by_default=self.treats_by_default,
        )
        if self.problems:
            raise InvalidSearch(self.problems)
        return request

    def _refuse(
        self, parameter: str, message: str, *, known: Sequence[str] = (), **values: object
    ) -> None:
        self.problems.append(Problem(parameter, message, values, tuple(known)))

    def _one(self, name: str) -> str:
        given = self.parameters.get(name) or ("",)
        if len(given) > 1:
            self._refuse(name, N_("%(what)s is given more than once."), what=_WHAT[name])
        return given[0].strip()

    def _text(self, name: str, longest: int) -> str:
        text = _without_controls(self._one(name))
        if len(text) > longest:
            self._refuse(
                name,
                N_("This is too long: please use at most %(longest)d characters."),
                longest=longest,
            )
        return text

    def _number(self, text: str) -> float:
        try:
            return float(text) if text.isascii() and "_" not in text else math.nan
        except ValueError:
            return math.nan

    def _degrees(self, name: str, greatest: int) -> float | None:
        text = self._one(name)
        if not text:
            return None
        number = self._number(text)
        if not -greatest <= number <= greatest:
            self._refuse(
                name,
                N_("%(what)s must be degrees, a number from -%(greatest)d to %(greatest)d."),
                what=_WHAT[name],
                greatest=greatest,
            )
            return None
        return number

    def _radius(self) -> float | None:
        text = self._one("radius")
        if not text:
            return DEFAULT_RADIUS_MILES
        if text == "any":
            return None
        number = self._number(text)
        if not 0 < number <= GREATEST_RADIUS_MILES:
            self._refuse(
                "radius",
                N_("The distance must be more than 0 and at most %(greatest)d miles, or any."),
                greatest=int(GREATEST_RADIUS_MILES),
            )
        return number

    def _whole_number(self, name: str, default: int, greatest: int) -> int:
        given = self._number_within(name, 1, greatest)
        return default if given is None else given

    def _number_within(self, name: str, least: int, greatest: int) -> int | None:
        text = self._one(name)
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= greatest:
            return int(text)
        self._refuse(
            name,
            N_("%(what)s must be a whole number from %(least)d to %(greatest)d."),
            what=_WHAT[name],
            least=least,
            greatest=greatest,
        )
        return None

    def _age(self) -> int | None:
        return self._number_within("for_age", 0, GREATEST_AGE)

    def _choice(self, name: str, choices: type[Choice]) -> Choice | None:
        text = self._one(name)
        if not text:
            return None
        try:
            return choices(text)
        except ValueError:
            self._not_a_choice(name, text, known=tuple(choices))
            return None

    def _flag(self, name: str) -> bool:
        text = self._one(name)
        if text not in ("", "0", "1"):
            self._not_a_choice(name, text, known=("0", "1"))
        return text == "1"

    def _match_all(self) -> tuple[str, ...]:
        given = [value.strip() for value in self.parameters.get("match_all", ())]
        known = [facet.name for facet in FILTERS]
        if unknown := [value for value in given if value and value not in known]:
            self._not_a_choice("match_all", unknown[0], known=known)
        return tuple(name for name in known if name in given)

    def _preferred(self) -> tuple[tuple[str, str], ...]:
        given = [value.strip() for value in self.parameters.get("prefer", ())]
        if unknown := [value for value in given if value and value not in _PREFERABLE]:
            facet = FACETS.get(unknown[0].partition(":")[0])
            known = [f"{facet.name}:{o.value}" for o in facet.options] if facet else list(FACETS)
            self._not_a_choice("prefer", unknown[0], known=known)
        return tuple(pair for value, pair in _PREFERABLE.items() if value in given)

    def _around(self) -> tuple[float, float] | None:
        text = self._one("around")
        if not text:
            return None
        first, _, second = text.partition(",")
        latitude, longitude = self._number(first), self._number(second)
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            self._refuse(
                "around",
                N_(
                    "%(what)s must be two numbers in degrees with a comma between, or be left away."
                ),
                what=_WHAT["around"],
            )
            return None
        return latitude, longitude

    def _not_a_choice(self, name: str, given: str, *, known: Sequence[str]) -> None:
        self._refuse(
            name,
            N_("%(what)s: “%(value)s” is none of the choices."),
            known=known,
            what=_WHAT[name],
            value=_without_controls(given)[:60],
        )

    def _chosen(self, facet: Facet) -> tuple[str, ...]:
        given = [value.strip() for value in self.parameters.get(facet.name, ())]
        known = [option.value for option in facet.options]
        if unknown := [value for value in given if value and value not in known]:
            self._not_a_choice(facet.name, unknown[0], known=known)
        # In the registry's order: the same search always reads the same.
        return tuple(value for value in known if value in given)


_PREFERABLE = {
    f"{facet.name}:{option.value}": (facet.name, option.value)
    for facet in FILTERS
    for option in facet.options
}
"""the values of ``prefer``, in the registry's order: the same search always reads the same"""
_WHAT: Mapping[str, str] = {
    "near": N_("The place"),
    "lat": N_("The latitude"),
    "lon": N_("The longitude"),
    "radius": N_("The distance"),
    "name": N_("The name"),
    "sort": N_("The order"),
    "page": N_("The page number"),
    "per_page": N_("The number of programs on a page"),
    "for_gender": N_("The gender"),
    "for_age": N_("The age"),
    "unsaid": N_("“Also show programs that did not say”"),
    "match_all": N_("The groups of which all must hold"),
    "prefer": N_("What is preferred"),
    "interpret": N_("Reading of words beside the place"),
    "around": N_("The place of the last search"),
    "treats": N_("What the programs treat"),
    **{each.name: each.label for each in FILTERS},
}
"""what people call each parameter"""


def _without_controls(text: str) -> str:
    kept = (" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return " ".join("".join(kept).split())
