"""Which lines of a text hold a few letters: all of them at once, however many they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_END = ord("\n")


class Lines:
    """A text of ASCII letters, line by line."""

    def __init__(self, text: str) -> None:
        self._letters = np.frombuffer(text.encode("ascii"), np.uint8)
        self._ends = np.flatnonzero(self._letters == _END)

    def __len__(self) -> int:
        return len(self._ends) + 1

    def holding(self, part: str) -> npt.NDArray[np.bool_]:
        """Tell of each line whether it holds some letters, at least one."""
        first, *others = part.encode("ascii")
        # The places of the first letter are many; with each further letter fewer are left.
        last = max(0, len(self._letters) - len(others))
        at = np.flatnonzero(self._letters[:last] == first)
        for distance, letter in enumerate(others, start=1):
            at = at[self._letters[at + distance] == letter]
        held = np.zeros(len(self), np.bool_)
        held[np.searchsorted(self._ends, at)] = True
        return held
