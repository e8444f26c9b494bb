"""The lists that files are the present state of, and what a complete file may close of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from finder.facilities.importing.reading import FileListings
from finder.facilities.importing.summary import ImportSummary
from finder.facilities.sources import LICENCES, FacilityRecord, ImportRefused, ReadItem, Source

_KEPT_BY_HAND = "seed-csv"
_STATES_NAMED = 5
"""a list of more states is named by none of them, because the next edition may lack one"""


def as_licences(source: Source) -> Source:
    """Return a format whose rows are those of a list of licences, not the operator's own.

    :raises ImportRefused: it is not the format for lists that are kept by hand.
    """
    if source.name != _KEPT_BY_HAND:
        raise ImportRefused(f"--licences is for files of the format {_KEPT_BY_HAND}.")

    def read(path: Path) -> Iterator[ReadItem]:
        for item in source.read(path):
            if isinstance(item, FacilityRecord) and not item.is_sample:
                yield replace(item, source=LICENCES.name)
            else:
                yield item

    return replace(source, read=read)


def default_list_name(source: Source, listings: FileListings) -> str:
    """Return the format and the states of a file, in one line."""
    states = {
        incoming.record.state for of_source in listings.by_source.values() for incoming in of_source
    }
    told = sorted(filter(None, states))
    return (
        f"{source.name} {' '.join(told) if len(told) <= _STATES_NAMED else 'many states'}".strip()
    )


def too_many_closed(summary: ImportSummary) -> str:
    """Return why a complete file is refused, and what to do."""
    return (
        f"--complete would close {summary.closed} of the {summary.list_size} listings of the list"
        f" “{summary.list_name}”, more than a tenth; nothing was changed. If that is right, give"
        " --yes. If this file is of another list, give that list a name with --list."
    )
