"""The result of an import: figures for the terminal, and a CSV report of refused and odd rows."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

REPORT_FOLDER = "import-reports"
MOST_CLOSED = 0.1
"""share of a list that one import may close unasked"""


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the report; row 0 stands for the whole file."""

    row: int
    field: str
    value: str
    reason: str


@dataclass(slots=True)
class ImportSummary:
    """An import's figures.

    A row that is not refused counts once: as a duplicate, or as one of ``added``, ``merged``,
    ``changed``, ``reopened``, ``confirmed`` and ``outdated``.
    """

    format: str
    file_name: str
    dry_run: bool
    as_of: dt.date
    """the date of the data, or the file's time where that is not known: then for order alone"""
    is_dated: bool = True
    """whether ``as_of`` is the date of the data"""
    sources: tuple[str, ...] = ()
    rows_read: int = 0
    refused: int = 0
    duplicates: int = 0
    """rows merged into another row of the file with the same natural key"""
    added: int = 0
    """facilities that no source had listed"""
    merged: int = 0
    """rows new in this source whose facility another source lists already"""
    changed: int = 0
    reopened: int = 0
    confirmed: int = 0
    """rows that say what they said before"""
    outdated: int = 0
    """rows passed over because the source said something newer before"""
    closed: int = 0
    """listings that the file no longer has (only when it is said to be complete)"""
    facilities_closed: int = 0
    staff_closings_kept: int = 0
    """facilities that stay closed, because staff marked them so since"""
    staff_closings_ended: int = 0
    """facilities that staff had marked as closed, and that newer data open again"""
    left_out: int = 0
    """values left out of rows that were taken"""
    read_as: int = 0
    """values written in another form than asked for, and read as what they plainly mean"""
    placed: Counter[str] = field(default_factory=Counter)
    """how the coordinates of added facilities are known: ``LocationPrecision`` values"""
    list_name: str = ""
    """the list that the file is the present state of"""
    list_size: int = 0
    """open listings of that list before the import, counted where the file is complete"""
    facilities_merged: int = 0
    """facilities whose listings turned out to be of another"""
    unknown_codes: Counter[str] = field(default_factory=Counter)
    unknown_labels: Counter[str] = field(default_factory=Counter)
    any_undated: bool = False
    """whether the date of a listing is not known"""
    is_partial: bool = False
    """the file itself says that it holds a part of what its source lists"""
    problems: list[Problem] = field(default_factory=list)

    @property
    def known_date(self) -> dt.date | None:
        """The date of the data, None where it is not known."""
        return self.as_of if self.is_dated else None

    @property
    def closes_too_many(self) -> bool:
        """Whether more of its list would be closed than an operator is asked to confirm."""
        return self.closed > self.list_size * MOST_CLOSED

    def counts(self) -> dict[str, int]:
        """Return the plain figures by name, as the import's record in the database keeps them."""
        names = (
            "rows_read", "refused", "duplicates", "added", "merged", "changed", "reopened",
            "confirmed", "outdated", "closed", "facilities_closed", "facilities_merged", "left_out",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def lines(self) -> list[str]:
        """Return the figures as lines for a terminal."""
        taken = self.rows_read - self.refused - self.duplicates
        lines = [
            f"{self.file_name}: {self.format}, {', '.join(self.sources)},"
            f" {f'as of {self.as_of}' if self.is_dated else 'date not known'}",
            f"{self.rows_read} rows read, {self.refused} refused, {self.duplicates} twins united:"
            f" {taken} listings",
            f"{self.added} added, {self.merged} merged with other sources, {self.changed} changed,"
            f" {self.reopened} reopened, {self.confirmed} confirmed, {self.closed} closed",
        ]
        if self.outdated:
            lines.append(f"{self.outdated} passed over: newer values are known already")
        if self.closes_too_many:
            lines.append(
                f"That closes {self.closed} of the {self.list_size} listings of the list"
                f" “{self.list_name}”, more than a tenth."
            )
        if self.facilities_merged:
            lines.append(
                f"{self.facilities_merged} facilities turned out to be the same as others, and were"
                " united with them"
            )
        if self.facilities_closed:
            lines.append(f"{self.facilities_closed} facilities are in no source any more")
        if self.staff_closings_kept:
            lines.append(
                f"{self.staff_closings_kept} stay closed: staff marked them so, and this is not"
                " newer"
            )
        if self.staff_closings_ended:
            lines.append(
                f"{self.staff_closings_ended} that staff marked as closed are open again: this is"
                " newer"
            )
        if self.placed:
            shares = ", ".join(f"{number} {how}" for how, number in self.placed.most_common())
            lines.append(f"Coordinates of the added: {shares}")
        if self.read_as:
            lines.append(f"{self.read_as} values read as they were meant: the report tells which")
        if self.left_out:
            lines.append(f"{self.left_out} values left out")
        for title, found in (
            ("Unknown codes", self.unknown_codes),
            ("Unknown labels", self.unknown_labels),
        ):
            if found:
                shown = ", ".join(f"{name} ({number})" for name, number in found.most_common(10))
                more = f" and {len(found) - 10} more" if len(found) > 10 else ""
                lines.append(f"{title}, kept: {shown}{more}")
        if self.any_undated:
            lines.append(
                "The file bears no date of its own: its rows without one are shown as “date not"
                " known” and count as old. Import it again with --as-of to give their date."
            )
        if self.dry_run:
            lines.append("Dry run: nothing was changed.")
        return lines


def write_report(summary: ImportSummary, data_dir: Path, now: dt.datetime) -> Path:
    """Write all problems as CSV (``row,field,value,reason``); return the file's path."""
    folder = data_dir / REPORT_FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{'+'.join(summary.sources) or summary.format}"
    suffix = "-dry-run" if summary.dry_run else ""
    path = folder / f"{stem}{suffix}.csv"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{stem}{suffix}-{number}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "field", "value", "reason"))
        for problem in sorted(summary.problems, key=lambda each: (each.row, each.field)):
            writer.writerow((problem.row, problem.field, _inert(problem.value), problem.reason))
    return path


def _inert(value: str) -> str:
    # CSV injection: a spreadsheet would run a value that begins like a formula.
    return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value
