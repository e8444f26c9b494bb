"""One-tap starts: frequent situations, each with the filters that it means.

To add one, add a row to `STARTS`: the buttons of the home page follow. A button sends its name as
`start` with whatever was typed; the view turns it into the filters, so that it needs no JavaScript
and the address that people keep or share holds filters alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from finder.facilities.search import Problem
from finder.translatable import N_

PARAMETER = "start"


@dataclass(frozen=True, slots=True)
class Start:
    """One situation; `label` is a message id, `filters` holds values by parameter."""

    name: str
    label: str
    filters: Mapping[str, tuple[str, ...]] = field(hash=False)  # a mapping has none


STARTS: tuple[Start, ...] = (
    Start("no-insurance", N_("No insurance"), {"payment": ("sliding-fee", "assistance", "free")}),
    Start("pregnant", N_("Someone who is pregnant"), {"population": ("pregnant",)}),
    Start(
        "stimulants",
        N_("Stimulants (cocaine, meth): programs with contingency management"),
        {"therapy": ("contingency-management",)},
    ),
    Start("veteran", N_("Veteran"), {"population": ("veterans",)}),
    Start("teen", N_("Teen"), {"age": ("children",)}),
    Start("spanish", N_("In Spanish"), {"language": ("spanish",)}),
)


def with_start(parameters: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return a search's parameters with the filters of its start in the start's place.

    A filter that was ticked in the same facet is kept: values of one facet are OR.
    """
    kept = {name: given for name, given in parameters.items() if name != PARAMETER}
    for given in parameters.get(PARAMETER, ()):
        for start in STARTS:
            if start.name == given:
                for name, values in start.filters.items():
                    kept[name] = [*kept.get(name, ()), *values]
    return kept


def unknown_start(parameters: Mapping[str, Sequence[str]]) -> Problem | None:
    """Return what is wrong with a start that there is not; None where nothing is."""
    known = {start.name for start in STARTS}
    for given in parameters.get(PARAMETER, ()):
        if given not in known:
            return Problem(PARAMETER, N_("There is no such start. Please choose another."))
    return None
