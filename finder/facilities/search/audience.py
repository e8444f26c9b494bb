"""The person searched for, and the bits of a mask that exclude that person; what is treated, too.

A program is left out only where its own listing says that it cannot take the person, or where it
does not say that it treats what is asked for.
Knows masks and reasons, and nothing of how a search is asked or shown.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from finder.facilities.index import LAYOUT
from finder.facilities.vocabulary import Kind, Treats

ADULT_AGE = 18
"""in years"""


class Gender(enum.StrEnum):
    """Genders that a search can name: those that the sources know."""

    FEMALE = "female"
    MALE = "male"


class Reason(enum.StrEnum):
    """Why a program is left out; the value is the API's word."""

    MEN_ONLY = "men-only"
    WOMEN_ONLY = "women-only"
    ADOLESCENTS_ONLY = "adolescents-only"
    ADULTS_ONLY = "adults-only"
    NOT_SUBSTANCE_USE = "not-substance-use"
    """it does not say that it treats substance use"""
    NOT_MENTAL_HEALTH = "not-mental-health"


@dataclass(frozen=True, slots=True)
class Person:
    """The person searched for; None means not said."""

    gender: Gender | None = None
    age: int | None = None
    """in years"""

    @property
    def is_known(self) -> bool:
        """Whether anything is said of the person."""
        return self.gender is not None or self.age is not None


ANYONE = Person()
_OF_OTHER_KIND = {
    Treats.SUBSTANCE_USE: (Reason.NOT_SUBSTANCE_USE, Kind.SUBSTANCE_USE),
    Treats.MENTAL_HEALTH: (Reason.NOT_MENTAL_HEALTH, Kind.MENTAL_HEALTH),
}


def required(asked: Treats) -> tuple[Reason, int] | None:
    """Return the bit that a mask must have, and why a program is left out without it."""
    if asked not in _OF_OTHER_KIND:
        return None
    reason, kind = _OF_OTHER_KIND[asked]
    return reason, LAYOUT.treats_bit(kind)


def exclusions(person: Person) -> Iterator[tuple[Reason, int]]:
    """Yield each reason that can exclude this person, with the bit of a mask that says so."""
    if person.gender == Gender.FEMALE:
        yield Reason.MEN_ONLY, LAYOUT.exclusive_bit("men")
    if person.gender == Gender.MALE:
        yield Reason.WOMEN_ONLY, LAYOUT.exclusive_bit("women")
    if person.age is None:
        return
    if person.age >= ADULT_AGE:
        yield Reason.ADOLESCENTS_ONLY, LAYOUT.exclusive_bit("adolescents")
    else:
        yield Reason.ADULTS_ONLY, LAYOUT.exclusive_bit("adults")
