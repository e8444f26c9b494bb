"""Text files in whatever encoding, and the dialects of CSV: delimiter, header, ragged rows.

Knows nothing of what the columns mean.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from finder.facilities.sources.records import (
    ImportRefused,
    LeftOut,
    ReadItem,
    RefusedRow,
    excerpt,
)

FIELD_CHARACTERS = 10_000_000
_CHUNK = 1 << 20
_SENTINEL = "\x1aend of file\x1a"


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file: that of its byte order mark, else UTF-8, else cp1252."""
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def encoding_problems(encoding: str) -> Iterator[LeftOut]:
    """Yield what the operator must know about a file's encoding."""
    if encoding == "cp1252":
        yield LeftOut(0, "encoding", encoding, "the file is not UTF-8: it was read as Windows-1252")


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """Open a text file; characters that the encoding does not have become U+FFFD."""
    errors = "replace" if encoding in ("cp1252", "utf-16") else "strict"
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        yield file


def decode_head(head: bytes) -> str:
    """Decode the first bytes of a file, for detecting its format."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8-sig", "replace")


def header_columns(line: str) -> tuple[list[str], str]:
    """Return the column names in a header, without white space and case, and the delimiter."""
    delimiter = max(",;\t", key=line.count)
    row = next(csv.reader([line], delimiter=delimiter), [])
    return [_column(name) for name in row], delimiter


def _column(name: str) -> str:
    return "".join(name.split()).strip("\ufeff").casefold()


ReadCells = Callable[[int, Mapping[str, str]], Iterator[ReadItem]]
"""yields what one row holds: its number (the header's is 1) and its cells by column name"""


def renamed(columns: Iterable[str], aliases: Mapping[str, str]) -> set[str]:
    """Return column names with their aliases replaced, where the name itself is not there."""
    names = set(columns)
    return {aliases[name] if aliases.get(name, name) not in names else name for name in names}


def read_csv(
    path: Path,
    required: Iterable[str],
    read_cells: ReadCells,
    *,
    aliases: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[ReadItem]:
    """Yield what a file's rows hold, and the problems of the file itself.

    :param aliases: what columns may be called, too.

    :raises ImportRefused: as `csv_rows`.
    """
    for row in csv_rows(path, required, aliases=aliases):
        if isinstance(row, tuple):
            yield from read_cells(*row)
        else:
            yield row


def csv_rows(
    path: Path, required: Iterable[str], *, aliases: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[int, dict[str, str]] | RefusedRow | LeftOut]:
    """Yield each row's number (the header's is 1) and its cells by column name.

    :raises ImportRefused: columns are missing, a row cannot be read, or the file is cut off.
    """
    encoding = encoding_of(path)
    yield from encoding_problems(encoding)
    with open_text(path, encoding) as file:
        yield from _rows(file, required, aliases)


def _rows(
    file: TextIO, required: Iterable[str], aliases: Mapping[str, str]
) -> Iterator[tuple[int, dict[str, str]] | RefusedRow | LeftOut]:
    first = file.readline(FIELD_CHARACTERS)
    columns, delimiter = header_columns(first)
    known = set(columns)
    columns = [aliases[name] if aliases.get(name, name) not in known else name for name in columns]
    if missing := [name for name in required if name not in columns]:
        raise ImportRefused(
            f"The file has no column {', '.join(missing)}: is it of the format that was named?"
        )
    csv.field_size_limit(FIELD_CHARACTERS)
    number = 1
    closed = False
    lines = _with_sentinel(line.replace("\0", "") for line in file)
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if row == [_SENTINEL]:
                closed = True
                break
            number += 1
            if not any(map(str.strip, row)):
                continue
            if any(map(str.strip, row[len(columns) :])):
                reason = f"more values than the header's {len(columns)}: a comma without quotes?"
                yield RefusedRow(number, "columns", excerpt(delimiter.join(row)), reason)
                continue
            if len(row) < len(columns):
                reason = f"fewer values than the header's {len(columns)}: the rest is not stated"
                yield LeftOut(number, "columns", str(len(row)), reason)
            yield number, dict(zip(columns, row, strict=False))
    except csv.Error as error:
        raise ImportRefused(f"Row {number + 1} cannot be read as CSV ({error}).") from None
    if not closed:
        raise ImportRefused(
            f"From row {number} on the file cannot be read: a quotation mark is never closed."
        )


def _with_sentinel(lines: Iterable[str]) -> Iterator[str]:
    # An unclosed quotation mark would silently swallow the rest of the file, and this line too.
    yield from lines
    yield _SENTINEL


class Utf8Stream:
    """Text re-encoded as UTF-8 bytes, for readers that take bytes."""

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def read(self, size: int = -1, /) -> bytes:
        """Return the next characters' bytes; b"" at the end."""
        return self._text.read(size).encode("utf-8", "replace")
