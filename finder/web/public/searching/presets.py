"""Search presets: the one-tap buttons of the home page, each a set of filters.

To add one, add a row to ``PRESETS``. A button sends its name as ``start`` with the form; the view
redirects to the search with its filters, so it needs no JavaScript, and shared URLs hold filters
alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from finder.facilities.search import Problem
from finder.translatable import N_

PARAMETER = "start"


@dataclass(frozen=True, slots=True)
class SearchPreset:
    """A frequent situation; ``label`` is a message id, ``filters`` maps parameters to values."""

    name: str
    label: str
    filters: Mapping[str, tuple[str, ...]] = field(hash=False)  # a mapping has no hash


PRESETS: tuple[SearchPreset, ...] = (
    SearchPreset(
        "no-insurance", N_("No insurance"), {"payment": ("sliding-fee", "assistance", "free")}
    ),
    SearchPreset("pregnant", N_("Someone who is pregnant"), {"population": ("pregnant",)}),
    SearchPreset(
        "stimulants",
        N_("Stimulants (cocaine, meth): programs with contingency management"),
        {"therapy": ("contingency-management",)},
    ),
    SearchPreset("veteran", N_("Veteran"), {"population": ("veterans",)}),
    SearchPreset("teen", N_("Teen"), {"age": ("children",)}),
    SearchPreset("spanish", N_("In Spanish"), {"language": ("spanish",)}),
)


def apply_preset(parameters: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return a search's parameters with its preset replaced by the preset's filters.

    Values ticked in the same facet are kept: the values of a facet are combined by OR.
    """
    kept = {name: given for name, given in parameters.items() if name != PARAMETER}
    for given in parameters.get(PARAMETER, ()):
        for preset in PRESETS:
            if preset.name == given:
                for name, values in preset.filters.items():
                    kept[name] = [*kept.get(name, ()), *values]
    return kept


def unknown_preset(parameters: Mapping[str, Sequence[str]]) -> Problem | None:
    """Return the problem of a preset that does not exist; None where there is none."""
    known = {preset.name for preset in PRESETS}
    for given in parameters.get(PARAMETER, ()):
        if given not in known:
            return Problem(PARAMETER, N_("There is no such start. Please choose another."))
    return None
