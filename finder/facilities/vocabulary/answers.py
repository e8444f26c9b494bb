"""Answers to filters from a set of service codes: yes, no or not stated; and exclusive groups.

Pure functions; nothing here knows of a database, a search or a page. A directory records what a
program said yes to, so an absent code is *not stated*. Only a code that says the contrary is a
*no*, and a yes outweighs it.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Set

from finder.facilities.vocabulary.filters import FILTERS, Option

# A program for one of these groups, Medicare or methadone means that adults are taken. In the
# national directory of 2022, 1,776 substance use sites hold CHLD and no age code of adults; four
# in five of them hold one of these, so age codes alone would keep adults from what is theirs.
ADULT_EVIDENCE = frozenset(
    {"YAD", "ADLT", "SNR", "WN", "MN", "PW", "TAY", "SE", "VET", "ADM", "SMI", "ALZ"}
    | {"DU", "DUO", "MC", "MU", "RTCA"}
)
ADULT_AGES = frozenset({"YAD", "ADLT", "SNR"})
# A program, a group or a facility type that is made for young people.
YOUTH_PROGRAMS = frozenset({"AD", "SED", "RTCC"})

EXCLUSIVE_GROUPS: tuple[str, ...] = (
    "women",
    "men",
    "adolescents",
    "adults",
    "dui-clients",
    "alcohol-use-disorder",
    "opioid-use-disorder",
)


class Answer(enum.StrEnum):
    """What a program says to one option; the value is the API's word."""

    YES = "yes"
    NO = "no"
    NOT_STATED = "not-stated"


def answer_of(option: Option, codes: Collection[str]) -> Answer:
    """Return what `codes` say to `option`; a yes outweighs a contradicting code."""
    held = codes if isinstance(codes, frozenset) else frozenset(codes)
    if not held.isdisjoint(option.codes):
        return Answer.YES
    return Answer.NOT_STATED if held.isdisjoint(option.denied_by) else Answer.NO


def answers_of(codes: Collection[str]) -> dict[str, dict[str, Answer]]:
    """Return the answer to every value of every facet: ``{facet: {value: answer}}``."""
    held = frozenset(codes)
    return {
        facet.name: {option.value: answer_of(option, held) for option in facet.options}
        for facet in FILTERS
    }


def exclusive_to(codes: Collection[str]) -> tuple[str, ...]:
    """Return the groups, of `EXCLUSIVE_GROUPS`, outside which the program takes nobody.

    Several hold at once for a program that says so ("women" and "opioid-use-disorder").
    """
    held = codes if isinstance(codes, Set) else frozenset(codes)
    takes_only = {
        "women": "FEM" in held and "MALE" not in held,
        "men": "MALE" in held and "FEM" not in held,
        "adolescents": _adolescents_only(held),
        "adults": adults_only(held),
        "dui-clients": "DUO" in held,
        "alcohol-use-disorder": "AUDO" in held,
        "opioid-use-disorder": "OUDO" in held,
    }
    return tuple(group for group in EXCLUSIVE_GROUPS if takes_only[group])


def adults_only(codes: Collection[str]) -> bool:
    """Tell whether a program lists ages of adults, and neither children nor anything for them."""
    held = codes if isinstance(codes, Set) else frozenset(codes)
    if "CHLD" in held or not YOUTH_PROGRAMS.isdisjoint(held):
        return False
    return not ADULT_AGES.isdisjoint(held)


def _adolescents_only(codes: Set[str]) -> bool:
    if "CHLD" not in codes:
        return False
    return not YOUTH_PROGRAMS.isdisjoint(codes) and ADULT_EVIDENCE.isdisjoint(codes)
