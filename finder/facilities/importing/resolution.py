"""Entity resolution: which listings at one place are of the same facility.

Listings are of one facility

- with the same natural key, whoever lists it;
- with the same name, where exactly one program's name stands against none, and no survey lists
  both;
- with a telephone number in common, at the same street and ZIP code, under whatever names.

A survey that lists several programs at one place and number means several, unless they have one
name in two spellings: then its programs stay apart, and each listing of another survey goes to the
one whose name is most like its own, of those where its survey has no other listing. The result
depends on the listings alone, not on the order in which they came. Pure: knows neither the database
nor the files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

from rapidfuzz import fuzz

from finder.facilities.importing.kinds import codes_by_kind
from finder.facilities.importing.natural_keys import lacks_program, without_program
from finder.facilities.importing.streets import units_in
from finder.facilities.index import match_form, names_of_form
from finder.facilities.sources import ORIGINS
from finder.facilities.vocabulary import Kind

Survey = tuple[str, Kind]
"""a source, and the kind of treatment that it asks about"""

_PRIORITY = {name: place for place, name in enumerate(ORIGINS)}


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A listing at a place; ``listing`` is the caller's own."""

    listing: Any
    natural_key: str
    surveys: frozenset[Survey]
    phones: frozenset[str]
    """ten digits each"""
    names: tuple[str, str]
    """of house and program"""
    address: str
    """with its suite"""

    @property
    def name(self) -> str:
        """Both names, in small letters."""
        return " ".join(self.names).casefold()


@dataclass(slots=True)
class _Site:
    """All listings with one natural key."""

    key: str
    members: list[Member]

    @property
    def surveys(self) -> set[Survey]:
        return {survey for member in self.members for survey in member.surveys}

    @property
    def phones(self) -> set[str]:
        return {phone for member in self.members for phone in member.phones}

    @property
    def units(self) -> frozenset[str]:
        """The names of its suites, as far as it has any."""
        return frozenset().union(*(units_in(member.address) for member in self.members))

    def likeness(self, other: _Site) -> tuple[int, float]:
        """Return how well this fits to another site at the same place: the greater, the better."""
        names = (
            fuzz.token_sort_ratio(mine.name, others.name)
            for mine in self.members
            for others in other.members
        )
        return not self.phones.isdisjoint(other.phones), max(names)


def member_of(listing: Any, source: str, natural_key: str, content: dict[str, Any]) -> Member:
    """Return a listing with what decides on its facility.

    :param content: of the listing, by the field names of ``FacilityRecord``.
    """
    numbers = (content["phone"], *content["intake_phones"])
    return Member(
        listing=listing,
        natural_key=natural_key,
        surveys=frozenset((source, kind) for kind in codes_by_kind(source, content["codes"])),
        phones=frozenset(filter(None, map(_digits, numbers))),
        names=(content["name"], content["program_name"]),
        address=f"{content['street']} {content['street2']}",
    )


def facilities_of(members: Iterable[Member], *, by_phone: bool) -> list[list[Member]]:
    """Return the listings at one place, those of one facility together.

    :param by_phone: whether the place has a street, so that a number in common tells.
    """
    by_key: defaultdict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_key[member.natural_key].append(member)
    if len(by_key) == 1:
        return list(by_key.values())
    sites = [_Site(key, by_key[key]) for key in sorted(by_key)]
    if by_phone:
        sites = _of_other_spellings(sites)
    links = _links_by_program(sites)
    if by_phone:
        links += _links_by_phone(sites)
    return [
        [member for site in group for member in site.members]
        for connected in _connected(sites, links)
        for group in _parted(connected)
    ]


def _of_other_spellings(sites: Sequence[_Site]) -> list[_Site]:
    """Return the sites, those with one name and a number in common, not at two suites, as one.

    The next edition of a survey may spell a street or a name otherwise: it lists no second program.
    """
    named: defaultdict[str, list[_Site]] = defaultdict(list)
    for site in sites:
        _, both = names_of_form(match_form(*site.members[0].names))
        named[both].append(site)
    alike = [
        group
        for namesakes in named.values()
        for group in _connected(namesakes, _links_by_phone(namesakes))
    ]
    found: list[_Site] = []
    for group in alike:
        if len({site.units for site in group} - {frozenset()}) > 1:  # at several suites
            found += group
        else:
            members = [member for site in group for member in site.members]
            found.append(_Site(group[0].key, members))
    return sorted(found, key=lambda site: site.key)


def _links_by_program(sites: Sequence[_Site]) -> list[tuple[_Site, _Site]]:
    """Return pairs of one name, of which one alone names a program that is the only one."""
    houses: defaultdict[str, list[_Site]] = defaultdict(list)
    for site in sites:
        houses[without_program(site.key)].append(site)
    return [
        (first, second)
        for first, second in (house for house in houses.values() if len(house) == 2)
        if lacks_program(first.key) != lacks_program(second.key)
        and first.surveys.isdisjoint(second.surveys)
    ]


def _links_by_phone(sites: Sequence[_Site]) -> list[tuple[_Site, _Site]]:
    called: defaultdict[str, list[_Site]] = defaultdict(list)
    for site in sites:
        for phone in site.phones:
            called[phone].append(site)
    return [pair for together in called.values() for pair in pairwise(together)]


def _connected(
    sites: Sequence[_Site], links: Sequence[tuple[_Site, _Site]]
) -> Iterable[list[_Site]]:
    """Return the connected components of a graph of sites, each in the order of the sites."""
    group = {site.key: [site] for site in sites}
    for first, second in links:
        mine, other = group[first.key], group[second.key]
        if mine is not other:
            mine += other
            group.update((site.key, mine) for site in other)
    return [
        sorted(each, key=lambda site: site.key)
        for each in {id(g): g for g in group.values()}.values()
    ]


def _parted(sites: list[_Site]) -> list[list[_Site]]:
    """Return sites that may be one facility as so many as one survey says there are."""
    times = Counter(survey for site in sites for survey in site.surveys)
    most = max(times.values())
    if most == 1:
        return [sites]
    survey = min(
        (each for each, number in times.items() if number == most),
        key=lambda each: (_PRIORITY.get(each[0], len(_PRIORITY)), each),
    )
    groups = {site.key: [site] for site in sites if survey in site.surveys}
    programs = [site for site in sites if site.key in groups]
    others = [site for site in sites if site.key not in groups]
    # The likeliest pairs first; a stable sort: of equally like ones the first by its keys.
    held = {site.key: site.surveys for site in programs}
    taken: set[str] = set()
    for site, program in sorted(
        product(others, programs), key=lambda pair: pair[0].likeness(pair[1]), reverse=True
    ):
        # What another survey lists apart stays apart, too.
        if site.key not in taken and held[program.key].isdisjoint(site.surveys):
            groups[program.key].append(site)
            held[program.key] |= site.surveys
            taken.add(site.key)
    groups.update((site.key, [site]) for site in others if site.key not in taken)
    return list(groups.values())


def _digits(phone: str) -> str:
    """Return the ten digits of a number as ``sources`` write it, without extension."""
    return "".join(filter(str.isdigit, phone.partition("ext")[0]))[-10:]
