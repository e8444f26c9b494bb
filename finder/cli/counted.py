"""Numbers with their words: one row was, two rows were."""

from __future__ import annotations


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with the words for it.

    :param many: for any number but 1; without it, ``one`` with an s.
    """
    return f"{number} {one if number == 1 else many or one + 's'}"
