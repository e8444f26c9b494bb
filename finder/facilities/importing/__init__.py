"""Imports a file of facilities: read and deduplicate, match, merge, write, in one transaction.

Decides what counts as the same site, which value a facility shows when sources disagree, and what
is closed. Must not know the formats of files (``sources`` does), nor how the terminal shows
figures.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.importing.again import merge_again, merge_unmerged
from finder.facilities.importing.lists import as_licences, default_list_name, too_many_closed
from finder.facilities.importing.merging import PlaceAddress, Placed
from finder.facilities.importing.planning import Plan, Planner
from finder.facilities.importing.reading import FileListings, Progress, read_listings
from finder.facilities.importing.summary import (
    REPORT_FOLDER,
    ImportSummary,
    Problem,
    write_report,
)
from finder.facilities.importing.writing import write_plan
from finder.facilities.listings import Facility, ImportRun
from finder.facilities.sources import SOURCES, ImportRefused, Source, detect_format, read_head

__all__ = [
    "AUTO",
    "REPORT_FOLDER",
    "ImportRefused",
    "ImportSummary",
    "PlaceAddress",
    "Placed",
    "Problem",
    "Progress",
    "import_facilities",
    "load_samples",
    "merge_again",
    "write_report",
]

AUTO = "auto"
Clock = Callable[[], dt.datetime]


def import_facilities(
    session: Session,
    path: Path,
    *,
    format: str = AUTO,
    dry_run: bool = False,
    as_of: dt.date | None = None,
    list_name: str = "",
    complete: bool = False,
    yes: bool = False,
    licences: bool = False,
    place_address: PlaceAddress,
    clock: Clock,
    progress: Progress | None = None,
) -> ImportSummary:
    """Import a file and return its figures and problems.

    The same file twice changes nothing the second time. ``list_name`` names the list that the file
    is the present state of, by default its format and states; ``complete`` says that it holds all
    of that list: what is missing is closed, more than a tenth of the list only with ``yes``.
    ``licences`` says that it is a list of licences, which speaks of licences, names and addresses
    alone. ``as_of`` is the date of the data; by default the file's own, else the one that was
    recorded for the same file. Else it is not known: it counts as old, and the file's time orders
    it among other imports. A dry run returns the same figures and writes nothing.

    :raises ImportRefused: the file cannot be imported; nothing was changed.
    """
    say = progress or _no_progress
    source = _source(path, format)
    if licences:
        source = as_licences(source)
    now = clock()
    if as_of is not None and as_of > now.date() + dt.timedelta(days=1):
        raise ImportRefused(f"The date {as_of} (--as-of) is in the future.")
    file_sha256 = _sha256(path)
    dated = _known_date(session, path, source, file_sha256, given=as_of)
    summary = ImportSummary(
        format=source.name,
        file_name=os.fsencode(path.name).decode("utf-8", "replace"),
        dry_run=dry_run,
        as_of=dated or _file_date(path, now.date()),
        is_dated=dated is not None,
    )
    listings = read_listings(
        path, source, summary, today=now.date(), place_address=place_address, progress=say
    )
    summary.list_name = list_name or default_list_name(source, listings)
    summary.any_undated = dated is None and listings.any_undated
    if complete and summary.is_partial:
        raise ImportRefused(
            f"{path} says itself that it is one page of several: --complete would close what stands"
            " on the others; nothing was changed."
        )
    if as_of is not None:
        listings = _dated_by_operator(listings)
    read = replace(summary, placed=summary.placed.copy(), problems=summary.problems.copy())

    def make_plan() -> Plan:
        planner = Planner(session, summary, now.date(), place_address, say, complete)
        return planner.make(listings)

    if not dry_run:
        merge_unmerged(session, place_address=place_address, now=now)
    seen = _last_run(session)
    plan = make_plan()
    if dry_run:
        session.rollback()
        return summary
    if summary.closes_too_many and not yes:
        session.rollback()
        raise ImportRefused(too_many_closed(summary))
    with write_transaction(session):
        _wait_for_other_imports(session)
        if _last_run(session) != seen:
            summary = read  # another import came between: the plan is out of date
            plan = make_plan()
        write_plan(session, plan, summary, file_sha256=file_sha256, now=now, progress=say)
    return summary


def load_samples(session: Session, path: Path, *, place_address: PlaceAddress, clock: Clock) -> int:
    """Import the demonstration into a database without any facility; return how many were added."""
    holds_facilities = session.scalar(sa.select(sa.exists().where(Facility.id.is_not(None))))
    session.rollback()
    if holds_facilities:
        return 0
    summary = import_facilities(
        session, path, format="seed-csv", place_address=place_address, clock=clock
    )
    return summary.added


def _source(path: Path, format: str) -> Source:
    if format == AUTO:
        return detect_format(path)
    if format not in SOURCES:
        raise ImportRefused(
            f"There is no format {format}; name one of: {AUTO}, {', '.join(SOURCES)}."
        )
    source = SOURCES[format]
    if not source.recognises(read_head(path)):
        raise ImportRefused(f"{path} is not in the format {format}; leave --format away to detect.")
    return source


def _known_date(
    session: Session,
    path: Path,
    source: Source,
    file_sha256: str,
    *,
    given: dt.date | None,
) -> dt.date | None:
    if known := given or source.as_of(path):
        return known
    recorded = sa.select(ImportRun.as_of).where(
        ImportRun.file_sha256 == file_sha256, ImportRun.as_of.is_not(None)
    )
    return session.scalar(recorded.order_by(ImportRun.id.desc()).limit(1))


def _file_date(path: Path, today: dt.date) -> dt.date:
    modified = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()
    return min(modified, today)


def _dated_by_operator(listings: FileListings) -> FileListings:
    return FileListings(
        {
            source: [replace(incoming, as_of=None) for incoming in of_source]
            for source, of_source in listings.by_source.items()
        }
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ImportRefused(f"Cannot read {path}: {error.strerror}.") from None


def _last_run(session: Session) -> int | None:
    return session.scalar(sa.select(sa.func.max(ImportRun.id)))


def _wait_for_other_imports(session: Session) -> None:
    # SQLite has one writer anyway. Elsewhere two imports could add the same facility twice.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE import_run IN SHARE ROW EXCLUSIVE MODE"))


def _no_progress(_what: str, _rows: int) -> None:
    """Report no progress."""
