"""English plurals in the output of commands: ``1 row was``, ``2 rows were``."""

from __future__ import annotations


def pluralize(number: int, one: str, many: str | None = None) -> str:
    """Return a number with the singular or the plural.

    :param many: the plural; by default ``one`` with an s.
    """
    return f"{number} {one if number == 1 else many or one + 's'}"
