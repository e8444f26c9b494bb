"""Compares two to four programs of a person's short list by their answers to every filter.

Answers that differ come first, then those that all share; what no program states is only counted.
Knows nothing of a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from finder.errors import FinderError
from finder.facilities.listings.samples import real_facilities_exist
from finder.facilities.listings.views import FacilityView, facilities_by_id
from finder.facilities.vocabulary import FILTERS, Answer, Facet, Option
from finder.translatable import N_

FEWEST = 2
MOST = 4
LONGEST_LIST = 12
_GREATEST_ID = 2**31 - 1  # PostgreSQL refuses to compare with a larger number

# Substrings, because whole words would miss "Rehabilitation" and "TreatmentWorks". False positives
# only leave a line blank on paper that others may see; a false negative would disclose.
_DISCLOSING = re.compile(
    r"rehab|recover|treat|detox|withdraw|addict|depend|substance|drug|narco|alcohol|opio|opiat"
    r"|metha|suboxone|bupren|medication|sober|sobri|abstin|relapse|12.?step|twelve.?step|serenity"
    r"|behavio|psych|mental|counsel|therap|intervention|halfway|residential|chemical|\bDUI\b"
    r"|\bMAT\b|\bOTP\b|\bAA\b|\bNA\b",
    re.IGNORECASE,
)


class CannotCompare(FinderError):
    """The programs asked for cannot be compared; `message` says what to do, to be translated."""

    def __init__(self, message: str, *, gone: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.gone = tuple(gone)


@dataclass(frozen=True, slots=True)
class SavedList:
    """Programs in the order of the ids asked for, and the ids without a program."""

    facilities: tuple[FacilityView, ...]
    gone: tuple[int, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the programs."""
        return tuple(facility.id for facility in self.facilities)


@dataclass(frozen=True, slots=True)
class ComparedOption:
    """One option with each program's answer, in the order of the programs."""

    facet: Facet
    option: Option
    answers: tuple[Answer, ...]

    @property
    def differs(self) -> bool:
        """Whether the programs do not all say the same."""
        return len(set(self.answers)) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Programs side by side; `unstated` counts the options of which none says anything."""

    facilities: tuple[FacilityView, ...]
    gone: tuple[int, ...]
    differing: tuple[ComparedOption, ...]
    shared: tuple[ComparedOption, ...]
    unstated: int


def read_list(session: Session, ids: Sequence[int]) -> SavedList:
    """Return the programs with these ids, closed ones too; at most `LONGEST_LIST` are read."""
    wanted = list(dict.fromkeys(ids))[:LONGEST_LIST]
    known = facilities_by_id(session, [each for each in wanted if 0 < each <= _GREATEST_ID])
    if any(facility.is_sample for facility in known.values()) and real_facilities_exist(session):
        known = {id_: facility for id_, facility in known.items() if not facility.is_sample}
    return SavedList(
        # Two ids may lead to one facility since they were merged.
        facilities=tuple(
            {known[each].id: known[each] for each in wanted if each in known}.values()
        ),
        gone=tuple(each for each in wanted if each not in known),
    )


def compare_facilities(session: Session, ids: Sequence[int]) -> Comparison:
    """Set two to four programs side by side.

    :raises CannotCompare: fewer or more were asked for, or fewer than two of them are there.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST:
        raise CannotCompare(N_("Four programs at most can be compared. Untick some of them."))
    if len(wanted) < FEWEST:
        raise CannotCompare(N_("Tick at least two programs to compare them."))
    found = read_list(session, wanted)
    if len(found.facilities) < FEWEST:
        raise CannotCompare(
            N_("Fewer than two of these programs are still here. Choose others to compare."),
            gone=found.gone,
        )
    given = [facility.answers for facility in found.facilities]
    rows = [
        ComparedOption(facet, option, tuple(each[facet.name][option.value] for each in given))
        for facet in FILTERS
        for option in facet.options
    ]
    alike = [row for row in rows if not row.differs]
    shared = tuple(row for row in alike if row.answers[0] != Answer.NOT_STATED)
    return Comparison(
        facilities=found.facilities,
        gone=found.gone,
        differing=tuple(row for row in rows if row.differs),
        shared=shared,
        unstated=len(alike) - len(shared),
    )


def name_tells(name: str) -> bool:
    """Tell whether a program's name discloses what kind of help it offers."""
    return _DISCLOSING.search(name) is not None
