"""How well a name fits the one that was typed: what comes first in an order by name.

``docs/names.md`` tells the classes. Knows match forms, and nothing of how they are stored.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from finder.facilities.index.name_forms import PART_SEPARATOR, SoughtName
from finder.facilities.index.spatial_index import Bitmap
from finder.facilities.index.substrings import SubstringScan

Flags = npt.NDArray[np.bool_]
"""for each entry whether it is meant; shape (entries,)"""


class Fit(enum.IntEnum):
    """How well a name fits, the best first."""

    EXACT = 0
    """the name, or name and program's name together, is what was typed"""
    BEGINS = 1
    """name and program's name together begin with it, in whole words"""
    WORDS = 2
    """it has all the words, whole, in any order"""


class Fits(NamedTuple):
    """The entries of each `Fit`; all others that match have but a part of some word."""

    exact: Bitmap
    begins: Bitmap
    words: Bitmap


def names_of_form(form: str) -> tuple[str, str]:
    """Return the name of a match form, and name and program's name together."""
    name, _, rest = form.partition(PART_SEPARATOR)
    return name, f"{name} {rest.partition(PART_SEPARATOR)[0]}".strip()


def fit_of_form(form: str, sought: SoughtName) -> Fit:
    """Return the fit of a match form that has all words that are sought, whole."""
    name, both = names_of_form(form)
    begins = False
    for typed in sought.phrases:
        if typed in (name, both):
            return Fit.EXACT
        begins = begins or both.startswith(f"{typed} ")
    return Fit.BEGINS if begins else Fit.WORDS


def fits_of_forms(
    forms: Sequence[str], scan: SubstringScan, with_words: Flags, sought: SoughtName
) -> Fits:
    """Return the fits of match forms, a multiple of 8.

    :param scan: of these forms.
    :param with_words: whether each has all words, whole; shape (forms,).
    """
    fits = np.full(len(forms), Fit.WORDS, np.uint8)
    for word in sought.first_words:
        for position in np.flatnonzero(with_words & scan.beginning_with(word)).tolist():
            fits[position] = fit_of_form(forms[position], sought)
    return Fits(*(np.packbits((fits == fit) & with_words, bitorder="little") for fit in Fit))
