"""Merges the service codes that several sources state of one facility, for one kind of treatment.

1. Within a series (``sources.Series``) the newest listing of the kind replaces the older ones:
   what it does not say any more is not true any more. Listings of one source and date are united.
2. Across series each subject is answered by the newest listing that speaks of it; the operator's
   word goes before all others, and a list of licences speaks of licences alone. A subject is a
   facet of ``FILTERS``, with the codes that tell it in detail, or, for other codes, their category:
   who names the settings of a program names them all.

Pure: knows neither the database nor names and addresses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from finder.facilities.importing.kinds import CodesByKind
from finder.facilities.sources import ORIGINS, Series
from finder.facilities.vocabulary import FILTERS, SERVICES, Kind

Stated = tuple[str, dt.date | None]
"""a source, and the date of what it says"""

_FACET_OF: Mapping[str, str] = {
    code: facet.name
    for facet in reversed(FILTERS)
    for option in facet.options
    for code in (*option.codes, *option.denied_by)
}
_FACETS = frozenset(_FACET_OF.values())
_IN_DETAIL: Mapping[str, str] = {
    **dict.fromkeys(("SET", "DETOX"), "setting"),
    **dict.fromkeys(("OM", "OT", "AUT", "OMSC", "SMAT"), "medication"),
    **dict.fromkeys(
        ("ACM", "BERI", "BSDM", "BWN", "BWON", "DSF", "METH", "NXN", "VTRL"), "medication"
    ),
}
"""category or code -> the facet of which it tells more: who says that no medication is used denies
the shot, too, and who names the settings without detox denies detox from opioids"""
_LICENCES = "LCA"
"""category of licences, certifications and accreditations"""


@dataclass(frozen=True, slots=True)
class StatedCodes:
    """What one listing states, by kind; ``place`` is its rank, the newest first."""

    source: str
    as_of: dt.date | None
    codes: CodesByKind
    place: int

    @property
    def series(self) -> str:
        """The series of its source; a source that is not known is one of its own."""
        origin = ORIGINS.get(self.source)
        return origin.series.value if origin else self.source

    @property
    def stated(self) -> Stated:
        """Its source and date."""
        return self.source, self.as_of

    def by_subject(self, kind: Kind) -> dict[str, list[str]]:
        """Return its codes of a kind by what they speak of."""
        subjects: dict[str, list[str]] = {}
        for code in self.codes[kind]:
            subjects.setdefault(subject_of(code), []).append(code)
        if self.series != Series.LICENCES:
            return subjects
        return {subject: codes for subject, codes in subjects.items() if subject == _LICENCES}


@dataclass(frozen=True, slots=True)
class MergedCodes:
    """The codes of one kind, sorted, with the listings that they come from."""

    codes: tuple[str, ...]
    newest: Stated
    """the newest listing of the kind"""
    facets: Mapping[str, Stated]
    """facet -> the listing that answers it, where it need not be the newest"""
    used: frozenset[int]
    """places of the listings whose word counts"""

    def provenance(self, *, beside: Stated) -> dict[str, list[str | None]]:
        """Return source and date of the answers that are not those of ``beside``, by facet.

        What a facet without an entry of its own says comes from the entry "", if there is one.
        """
        told = {} if self.newest == beside else {"": _plain(self.newest)}
        return told | {
            facet: _plain(stated)
            for facet, stated in sorted(self.facets.items())
            if stated != self.newest
        }


def of_kinds_treated(listings: Iterable[StatedCodes]) -> list[StatedCodes]:
    """Return the listings, with licences said of the kinds that other series list.

    A list of licences tells no kind of treatment, unless nobody else lists the facility.
    """
    said = list(listings)
    kinds = {kind for each in said if each.series != Series.LICENCES for kind in each.codes}
    if not kinds:
        return said
    return [
        replace(each, codes=dict.fromkeys(kinds, sorted(set().union(*each.codes.values()))))
        if each.series == Series.LICENCES
        else each
        for each in said
    ]


def subject_of(code: str) -> str:
    """Return what a code speaks of: a facet's name, else a category; an unknown code of itself."""
    if facet := _FACET_OF.get(code):
        return facet
    service = SERVICES.get(code)
    if service is None:
        return code
    return _IN_DETAIL.get(code) or _IN_DETAIL.get(service.category, service.category)


def merged_codes(listings: Sequence[StatedCodes], kind: Kind) -> MergedCodes | None:
    """Return the codes of one kind, or None where no listing is about it.

    :param listings: of one facility, the newest first.
    """
    newest: dict[str, Stated] = {}
    for listing in listings:
        if kind in listing.codes:
            newest.setdefault(listing.series, listing.stated)
    counting = [
        each for each in listings if kind in each.codes and newest[each.series] == each.stated
    ]
    if not counting:
        return None
    if len(counting) == 1 and counting[0].series != Series.LICENCES:
        [alone] = counting
        said = tuple(sorted(alone.codes[kind]))
        return MergedCodes(said, newest=alone.stated, facets={}, used=frozenset({alone.place}))
    answered: dict[str, Stated] = {}
    codes: set[str] = set()
    for listing in sorted(counting, key=lambda each: (each.series != Series.OPERATOR, each.place)):
        for subject, of_subject in listing.by_subject(kind).items():
            if answered.setdefault(subject, listing.stated) == listing.stated:
                codes.update(of_subject)
    return MergedCodes(
        codes=tuple(sorted(codes)),
        newest=counting[0].stated,
        facets={subject: each for subject, each in answered.items() if subject in _FACETS},
        used=frozenset(each.place for each in counting),
    )


def _plain(stated: Stated) -> list[str | None]:
    source, as_of = stated
    return [source, as_of.isoformat() if as_of else None]
