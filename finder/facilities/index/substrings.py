"""Scan for substrings and whole words over many lines of text at once, with numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_LINE_END = ord("\n")
_FIRST_OF_A_WORD = ord("0")
"""every letter and digit is at or behind it, everything between words before"""

Lines = npt.NDArray[np.bool_]
"""for each line whether it is meant; shape (lines,)"""


class SubstringScan:
    """Lines of ASCII words in one string, searched all at once; O(length of the text) a search.

    Words are of letters and digits; spaces and tabs are between them.
    """

    def __init__(self, text: str) -> None:
        # A line end on either side, so that every word has something before and behind it.
        self._characters = np.frombuffer(f"\n{text}\n".encode("ascii"), np.uint8)
        self._line_ends = np.flatnonzero(self._characters[1:] == _LINE_END)
        """offset of each line's end in the text"""
        self._known: dict[str, npt.NDArray[np.intp]] = {}

    def __len__(self) -> int:
        return len(self._line_ends)

    def lines_containing(self, substring: str) -> Lines:
        """Return for each line whether it contains a non-empty substring."""
        return self._lines(self._offsets(substring))

    def with_word(self, word: str) -> Lines:
        """Return for each line whether it has a word, whole."""
        offsets = self._offsets(word)
        before, behind = self._characters[offsets - 1], self._characters[offsets + len(word)]
        return self._lines(offsets[(before < _FIRST_OF_A_WORD) & (behind < _FIRST_OF_A_WORD)])

    def beginning_with(self, text: str) -> Lines:
        """Return for each line whether it begins with a text."""
        offsets = self._offsets(text)
        return self._lines(offsets[self._characters[offsets - 1] == _LINE_END])

    def with_part(self, part: str, *, but: str) -> Lines | None:
        """Return for each line whether it has a part, maybe in a word ``but``."""
        return self.lines_containing(part)

    def _offsets(self, substring: str) -> npt.NDArray[np.intp]:
        """Return where a substring begins, ascending; 1 is the begin of the text."""
        if substring not in self._known:
            self._known[substring] = self._scan(substring)
        return self._known[substring]

    def _scan(self, substring: str) -> npt.NDArray[np.intp]:
        first, *others = substring.encode("ascii")
        # The offsets of the first character are many; each further character leaves fewer.
        last = max(0, len(self._characters) - len(others))
        offsets = np.flatnonzero(self._characters[:last] == first)
        for distance, character in enumerate(others, start=1):
            offsets = offsets[self._characters[offsets + distance] == character]
        return offsets

    def _lines(self, offsets: npt.NDArray[np.intp]) -> Lines:
        lines = np.zeros(len(self), np.bool_)
        lines[np.searchsorted(self._line_ends, offsets - 1)] = True
        return lines
