"""Reads a file into incoming listings: one a natural key, duplicate rows merged.

Knows nothing of the database.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from finder.facilities.importing.checking import with_checked_place
from finder.facilities.importing.kinds import StoredCodes, listing_codes
from finder.facilities.importing.merging import PlaceAddress
from finder.facilities.importing.natural_keys import natural_key, place_key
from finder.facilities.importing.summary import ImportSummary, Problem
from finder.facilities.sources import (
    ORIGINS,
    FacilityRecord,
    ImportRefused,
    LeftOut,
    PartialFile,
    ReadAs,
    RefusedRow,
    Source,
)
from finder.facilities.vocabulary import SERVICES

Progress = Callable[[str, int], None]
"""called with what is being done, and the number of rows so far"""

CONTENT_FIELDS = tuple(
    each.name
    for each in fields(FacilityRecord)
    if each.name not in ("row", "source", "source_key", "listed_as_of", "kinds", "is_sample")
)
"""the fields of a record that a listing stores, without its key, date and provenance"""

_UNITED = ("codes", "unknown_labels")
_REPORT_EVERY = 500
_REFUSED = "row refused: "


@dataclass(frozen=True, slots=True)
class IncomingListing:
    """What one source says of one site, all rows of the file merged."""

    record: FacilityRecord
    source_key: str
    natural_key: str
    place_key: str
    codes: StoredCodes
    digest: str
    """SHA-256 of the content in hex"""
    as_of: dt.date | None
    """the row's own date, if it has one"""
    is_twin: bool = False
    """whether another listing of the same site counts for its rows already"""

    @property
    def content(self) -> dict[str, Any]:
        """The record as a listing stores it."""
        return content_of(self.record, self.codes)


@dataclass(slots=True)
class FileListings:
    """The incoming listings of a file by source, in the file's order."""

    by_source: dict[str, list[IncomingListing]] = field(default_factory=dict)

    @property
    def any_undated(self) -> bool:
        """Whether a listing has no date of its own."""
        return any(
            incoming.as_of is None for listings in self.by_source.values() for incoming in listings
        )


def content_of(record: FacilityRecord, codes: StoredCodes) -> dict[str, Any]:
    """Return what a record says, in plain JSON types.

    :param codes: of all its rows: see ``listing_codes``.
    """
    content: dict[str, Any] = {}
    for name in CONTENT_FIELDS:
        value = getattr(record, name)
        content[name] = list(value) if isinstance(value, tuple) else value
    return content | {"codes": codes}


def read_listings(
    path: Path,
    source: Source,
    summary: ImportSummary,
    *,
    today: dt.date,
    place_address: PlaceAddress,
    progress: Progress,
) -> FileListings:
    """Read a file; ``summary`` gets the counts and problems.

    :raises ImportRefused: the file cannot be read, or there is no facility in it.
    """
    groups: defaultdict[tuple[str, str], list[FacilityRecord]] = defaultdict(list)
    for item in source.read(path):
        if isinstance(item, FacilityRecord):
            summary.rows_read += 1
            record = _checked(item, today, place_address, summary)
            groups[ORIGINS[record.source].series, natural_key(record)].append(record)
            if summary.rows_read % _REPORT_EVERY == 0:
                progress("rows read", summary.rows_read)
        else:
            _note(item, summary)
    progress("rows read", summary.rows_read)
    if not groups:
        raise ImportRefused(
            f"{path} holds no facility that could be imported"
            f" ({summary.refused} rows refused); nothing was changed.{_reasons(summary)}"
        )
    listings = FileListings()
    unique_ids = _unique_ids(groups)
    for (series, key), duplicates in groups.items():
        summary.duplicates += len(duplicates) - 1
        merged = _merged(duplicates, summary)
        _count_unknown(merged, summary)
        ids = {duplicate.source_key for duplicate in duplicates}
        own_id = next(iter(ids)) if len(ids) == 1 else ""
        source_key = own_id if (series, own_id) in unique_ids else key
        for number, (record, codes) in enumerate(_by_source(merged, duplicates)):
            listings.by_source.setdefault(record.source, []).append(
                IncomingListing(
                    record=record,
                    source_key=source_key,
                    natural_key=key,
                    place_key=place_key(record, is_sample=record.is_sample),
                    codes=codes,
                    digest=_digest(content_of(record, codes)),
                    as_of=record.listed_as_of,
                    is_twin=number > 0,
                )
            )
    summary.sources = tuple(listings.by_source)
    return listings


def _by_source(
    merged: FacilityRecord, duplicates: Sequence[FacilityRecord]
) -> Iterator[tuple[FacilityRecord, StoredCodes]]:
    """Yield what each source says of a site: its own services, and all else as merged."""
    for source in sorted({each.source for each in duplicates}):
        own = [each for each in duplicates if each.source == source]
        united = {name: set().union(*(getattr(each, name) for each in own)) for name in _UNITED}
        codes, labels = (tuple(sorted(united[name])) for name in _UNITED)
        record = replace(merged, source=source, codes=codes, unknown_labels=labels)
        yield record, listing_codes(own)


def _reasons(summary: ImportSummary) -> str:
    """Return each reason for which rows were refused, with their number and the first of them."""
    counts: Counter[str] = Counter()
    first: dict[str, Problem] = {}
    for problem in summary.problems:
        if problem.reason.startswith(_REFUSED):
            reason = problem.reason.removeprefix(_REFUSED)
            counts[reason] += 1
            first.setdefault(reason, problem)
    return "".join(
        f" {count} x {reason} (first in row {first[reason].row}: {first[reason].value!r})."
        for reason, count in counts.most_common()
    )


def _unique_ids(
    groups: dict[tuple[str, str], list[FacilityRecord]],
) -> set[tuple[str, str]]:
    # An id that several sites share does not identify a site.
    seen: Counter[tuple[str, str]] = Counter()
    for (origin, _), duplicates in groups.items():
        seen.update(
            {(origin, duplicate.source_key) for duplicate in duplicates if duplicate.source_key}
        )
    return {key for key, sites in seen.items() if sites == 1}


def _merged(duplicates: list[FacilityRecord], summary: ImportSummary) -> FacilityRecord:
    if len(duplicates) == 1:
        return duplicates[0]
    # Deterministic, in whatever order the file has the duplicates.
    first, *others = sorted(duplicates, key=_duplicate_order)
    values: dict[str, object] = {}
    for name in CONTENT_FIELDS:
        if name in _UNITED:
            values[name] = tuple(
                sorted(set().union(*(getattr(duplicate, name) for duplicate in duplicates)))
            )
            continue
        kept = next(
            (duplicate for duplicate in (first, *others) if _is_stated(getattr(duplicate, name))),
            first,
        )
        value = values[name] = getattr(kept, name)
        for duplicate in others:
            differs = getattr(duplicate, name)
            if _is_stated(differs) and differs != value:
                reason = f"a twin of row {kept.row}, which says {_text(value)}"
                summary.problems.append(Problem(duplicate.row, name, _text(differs), reason))
    if values["latitude"] is not None:
        placed = next(duplicate for duplicate in (first, *others) if duplicate.latitude is not None)
        values["longitude"] = placed.longitude
    dates = [duplicate.listed_as_of for duplicate in duplicates if duplicate.listed_as_of]
    return replace(first, listed_as_of=max(dates, default=None), **values)  # type: ignore[arg-type]  # by name


def _duplicate_order(record: FacilityRecord) -> tuple[object, ...]:
    return (
        "SA" not in record.codes,
        *(repr(getattr(record, name)) for name in CONTENT_FIELDS),
        record.row,
    )


def _is_stated(value: object) -> bool:
    return value is not None and value != "" and value != ()


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _digest(content: Mapping[str, object]) -> str:
    text = json.dumps([content[name] for name in CONTENT_FIELDS])
    return hashlib.sha256(text.encode()).hexdigest()


def _checked(
    record: FacilityRecord, today: dt.date, place_address: PlaceAddress, summary: ImportSummary
) -> FacilityRecord:
    """Return a record without what cannot be true of it, which is noted."""
    for item in with_checked_place(record, place_address):
        if isinstance(item, FacilityRecord):
            record = item
        else:
            _note(item, summary)
    return _without_future_date(record, today, summary)


def _without_future_date(
    record: FacilityRecord, today: dt.date, summary: ImportSummary
) -> FacilityRecord:
    if record.listed_as_of is None or record.listed_as_of <= today:
        return record
    value = record.listed_as_of.isoformat()
    _note(LeftOut(record.row, "listed_as_of", value, "a date in the future"), summary)
    return replace(record, listed_as_of=None)


def _note(item: LeftOut | ReadAs | RefusedRow | PartialFile, summary: ImportSummary) -> None:
    if isinstance(item, PartialFile):
        summary.is_partial = True
        reason = "the file holds fewer rows than its source says there are: other pages are missing"
        held = f"{item.held} of {item.listed}"
        summary.problems.append(Problem(0, "recordCount", held, reason))
        return
    if isinstance(item, ReadAs):
        summary.read_as += 1
        reason = f"read as {item.meaning}"
        summary.problems.append(Problem(item.row, item.field, item.value, reason))
        return
    reason = item.reason
    if isinstance(item, RefusedRow):
        summary.rows_read += 1
        summary.refused += 1
        reason = f"{_REFUSED}{reason}"
    elif item.row:
        summary.left_out += 1
    summary.problems.append(Problem(item.row, item.field, item.value, reason))


def _count_unknown(record: FacilityRecord, summary: ImportSummary) -> None:
    unknown: Iterable[str] = (code for code in record.codes if code not in SERVICES)
    for code in unknown:
        summary.unknown_codes[code] += 1
        summary.problems.append(Problem(record.row, "services", code, "an unknown code, kept"))
    for label in record.unknown_labels:
        summary.unknown_labels[label] += 1
        summary.problems.append(Problem(record.row, "services", label, "an unknown label, kept"))
