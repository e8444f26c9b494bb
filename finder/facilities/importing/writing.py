"""Writes a plan: facilities, listings, the search index and the import's own record.

Works inside the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.importing.matching import in_batches
from finder.facilities.importing.planning import Plan, Values
from finder.facilities.importing.reading import IncomingListing, Progress
from finder.facilities.importing.summary import ImportSummary
from finder.facilities.index import reindex, reindex_all
from finder.facilities.listings import (
    Facility,
    FacilityStatus,
    ImportRun,
    Listing,
    real_facilities_exist,
)


def write_plan(
    session: Session,
    plan: Plan,
    summary: ImportSummary,
    *,
    file_sha256: str,
    now: dt.datetime,
    progress: Progress,
) -> None:
    """Write everything that a plan holds; the caller commits."""
    dates = {"last_seen": now.date()}
    had_real = real_facilities_exist(session)
    added = _add_facilities(session, plan, summary, now, progress)
    for batch in in_batches([*added, *plan.attached]):
        session.execute(
            sa.insert(Listing),
            [
                {**_listing(incoming, summary), **dates, "facility_id": id_, "first_seen": now}
                for id_, incoming in batch
            ],
        )
    _update(
        session,
        Listing,
        (
            {**_listing(incoming, summary), **dates, "id": id_, "closed_at": None}
            for id_, incoming in plan.rewritten
        ),
    )
    _update(session, Listing, plan.confirmed)
    _update(session, Listing, ({**each, "closed_at": now} for each in plan.closed))
    _update(session, Facility, (_facility_update(each, now) for each in plan.facilities))
    progress("facilities written", len(added) + len(plan.facilities))
    if not had_real and real_facilities_exist(session):
        reindex_all(session)  # the demonstration leaves the search
    else:
        reindex(session, [id_ for id_, _ in added] + [each["id"] for each in plan.facilities])
    session.execute(
        sa.insert(ImportRun).values(
            source="+".join(summary.sources),
            file_name=summary.file_name,
            file_sha256=file_sha256,
            as_of=summary.known_date,
            finished_at=now,
            counts=summary.counts(),
        )
    )


def _add_facilities(
    session: Session, plan: Plan, summary: ImportSummary, now: dt.datetime, progress: Progress
) -> list[tuple[int, IncomingListing]]:
    insert = sa.insert(Facility).returning(Facility.id, sort_by_parameter_order=True)
    added: list[tuple[int, IncomingListing]] = []
    for batch in in_batches(plan.added):
        rows = [
            {**values, "status": FacilityStatus.ACTIVE.value, "updated_at": now}
            for values, _ in batch
        ]
        ids = session.scalars(insert, rows).all()
        added.extend(zip(ids, (incoming for _, incoming in batch), strict=True))
        progress("facilities written", len(added))
    return added


def _listing(incoming: IncomingListing, summary: ImportSummary) -> Values:
    return {
        "source": incoming.record.source,
        "source_key": incoming.source_key,
        "natural_key": incoming.natural_key,
        "site_key": incoming.site_key,
        "content": incoming.content,
        "digest": incoming.digest,
        "as_of": incoming.as_of or summary.known_date,
    }


def _facility_update(values: Values, now: dt.datetime) -> Values:
    columns = {name: value for name, value in values.items() if name != "content_changed"}
    return {**columns, "updated_at": now} if values["content_changed"] else columns


def _update(session: Session, model: Any, rows: Iterable[Values]) -> None:
    # Rows that set the same columns go to the database together.
    groups: defaultdict[tuple[str, ...], list[Values]] = defaultdict(list)
    for row in rows:
        groups[tuple(row)].append(row)
    for group in groups.values():
        for batch in in_batches(group):
            session.execute(sa.update(model), batch)
