"""The service codes of a listing by kind of treatment, as ``Listing.content`` keeps them.

A plain list where the source and the codes themselves tell the kind; else, where rows of several
kinds were merged or a row declares its kind, a mapping of kind to list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finder.facilities.sources import ORIGINS, FacilityRecord
from finder.facilities.vocabulary import Kind, kinds_said

StoredCodes = list[str] | dict[str, list[str]]
CodesByKind = dict[Kind, list[str]]


def listing_codes(rows: Sequence[FacilityRecord]) -> StoredCodes:
    """Return the service codes of one listing's rows, sorted, in the form that is stored."""
    by_kind: dict[Kind, set[str]] = {}
    for row in rows:
        for kind in row.kinds or _kinds_of(row.source, row.codes):
            by_kind.setdefault(kind, set()).update(row.codes)
    united = sorted(set().union(*by_kind.values()))
    declared = {kind: sorted(codes) for kind, codes in by_kind.items()}
    if declared == codes_by_kind(rows[0].source, united):
        return united
    return {kind.value: declared[kind] for kind in Kind if kind in declared}


def codes_by_kind(source: str, stored: Sequence[str] | Mapping[str, Sequence[str]]) -> CodesByKind:
    """Return the service codes of each kind that a stored listing is about."""
    if isinstance(stored, Mapping):
        return {Kind(kind): list(codes) for kind, codes in stored.items()}
    return {kind: list(stored) for kind in _kinds_of(source, stored)}


def _kinds_of(source: str, codes: Sequence[str]) -> tuple[Kind, ...]:
    origin = ORIGINS.get(source)
    return (origin and origin.kinds) or kinds_said(codes)
