"""What both formats of SAMHSA's National Directory share: the columns and the kind of directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from finder.facilities.sources.records import ReadItem
from finder.facilities.sources.rows import read_row, services_in

SERVICES_COLUMN = "service_code_info"
REQUIRED_COLUMNS = ("name1", "city", "state", "zip", SERVICES_COLUMN)


class DirectoryKind:
    """Tells the mental health directory from the one for substance use by their service codes.

    ``MH`` stands among nearly every mental health site's types of care and on no substance use
    site; ``SA`` stands on nearly every substance use site and on half of the others.
    """

    def __init__(self) -> None:
        self._mental_health = self._substance_use = 0

    def count(self, services: object) -> None:
        """Take one row's service codes into account."""
        words = str(services or "").split()
        self._mental_health += "MH" in words
        self._substance_use += "SA" in words

    @property
    def is_mental_health(self) -> bool:
        """Whether the rows counted are the mental health directory's."""
        return 0 < self._mental_health >= self._substance_use


def directory_row(row: int, cells: Mapping[str, object], source: str) -> Iterator[ReadItem]:
    """Return what one row of the directory holds."""
    services = services_in(row, SERVICES_COLUMN, cells)
    return read_row(row, cells, source=source, services=services)
