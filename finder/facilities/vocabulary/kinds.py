"""Kinds of treatment: what a listing is about, and what a search asks for (``treats``).

SAMHSA surveys substance use and mental health programs apart, and one house may answer both with
different people, ages and services. A facility keeps the service codes of each kind apart; a search
for one kind is answered from that kind's codes. Pure functions on sets of codes.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping


class Kind(enum.StrEnum):
    """A kind of treatment; the value is the API's word."""

    SUBSTANCE_USE = "substance-use"
    MENTAL_HEALTH = "mental-health"


class Treats(enum.StrEnum):
    """What a search asks a program to treat; the value is the API's word."""

    SUBSTANCE_USE = "substance-use"
    MENTAL_HEALTH = "mental-health"
    ALL = "all"


KINDS = tuple(Kind)

# Types of care (category TC). SUMH is for people with both conditions, so it says either.
_SAYS: Mapping[Kind, frozenset[str]] = {
    Kind.SUBSTANCE_USE: frozenset({"SA", "SUMH"}),
    Kind.MENTAL_HEALTH: frozenset({"MH", "SUMH"}),
}


def kinds_said(codes: Collection[str]) -> tuple[Kind, ...]:
    """Return the kinds that a listing of no declared kind is about.

    That is substance use, unless its types of care name mental health alone; both where it names
    each of them.
    """
    if "MH" not in codes:
        return (Kind.SUBSTANCE_USE,)
    return KINDS if "SA" in codes else (Kind.MENTAL_HEALTH,)


def codes_answering(codes: Mapping[Kind, Collection[str]], asked: Treats) -> frozenset[str] | None:
    """Return the service codes that answer a search, or None where it treats no such thing.

    Of a facility without a listing of the kind that is asked for, whose other listing says that it
    treats this kind, too, nothing else is known: what it offers there is offered to others.

    :param codes: the codes of each kind in which the facility is listed.
    """
    if asked == Treats.ALL:
        return _united(codes)
    kind = Kind(asked.value)
    if kind in codes:
        return frozenset(codes[kind])
    return _united(codes) & _SAYS[kind] or None


def codes_limiting(codes: Mapping[Kind, Collection[str]], asked: Treats) -> frozenset[str]:
    """Return the service codes that tell whom a facility takes.

    Those of the kind that is asked for; of a facility without such a listing, those that there are:
    a house that names adults alone is no place to send a child to.
    """
    if asked != Treats.ALL and Kind(asked.value) in codes:
        return frozenset(codes[Kind(asked.value)])
    return _united(codes)


def kinds_treated(codes: Mapping[Kind, Collection[str]]) -> tuple[Kind, ...]:
    """Return the kinds that a facility says it treats, given the codes of each listed kind."""
    return tuple(kind for kind in KINDS if codes_answering(codes, Treats(kind.value)) is not None)


def _united(codes: Mapping[Kind, Collection[str]]) -> frozenset[str]:
    return frozenset().union(*codes.values())
