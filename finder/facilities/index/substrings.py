"""Substring scan over many lines of text at once, with numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_LINE_END = ord("\n")


class SubstringScan:
    """Lines of ASCII text in one string, searched all at once; O(length of the text) a search."""

    def __init__(self, text: str) -> None:
        self._characters = np.frombuffer(text.encode("ascii"), np.uint8)
        self._line_ends = np.flatnonzero(self._characters == _LINE_END)

    def __len__(self) -> int:
        return len(self._line_ends) + 1

    def lines_containing(self, substring: str) -> npt.NDArray[np.bool_]:
        """Return for each line whether it contains a non-empty substring; shape (lines,)."""
        first, *others = substring.encode("ascii")
        # The offsets of the first character are many; each further character leaves fewer.
        last = max(0, len(self._characters) - len(others))
        offsets = np.flatnonzero(self._characters[:last] == first)
        for distance, character in enumerate(others, start=1):
            offsets = offsets[self._characters[offsets + distance] == character]
        contains = np.zeros(len(self), np.bool_)
        contains[np.searchsorted(self._line_ends, offsets)] = True
        return contains
