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

from finder.facilities.importing.matching import NewFacility, in_batches
from finder.facilities.importing.planning import Plan, Values, lists_with
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
    added_listings = [(id_, incoming) for id_, facility in added for incoming in facility.incoming]
    for batch in in_batches([*added_listings, *plan.attached]):
        session.execute(
            sa.insert(Listing),
            [
                {
                    **_listing(incoming, summary),
                    **dates,
                    "facility_id": id_,
                    "first_seen": now,
                    "lists": [summary.list_name],
                }
                for id_, incoming in batch
            ],
        )
    _update(
        session,
        Listing,
        (
            {
                **_listing(incoming, summary),
                **dates,
                "id": listing.id,
                "closed_at": None,
                "lists": lists_with(listing, summary.list_name),
            }
            for listing, incoming in plan.rewritten
        ),
    )
    moved_to_new = (
        {"id": listing.id, "facility_id": id_}
        for id_, facility in added
        for listing in facility.moved
    )
    _update(session, Listing, [*plan.moved, *moved_to_new])
    _update(session, Listing, plan.confirmed)
    _update(session, Listing, ({**each, "closed_at": now} for each in plan.closed))
    _update(session, Facility, (_facility_update(each, now) for each in plan.facilities))
    _forward(session, plan.facilities)
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


def write_merged(session: Session, plan: Plan, *, now: dt.datetime) -> None:
    """Write the plan of a merge without a file; not the search index. The caller commits."""
    insert = sa.insert(Facility).returning(Facility.id)
    for values, facility in plan.added:
        row = {**values, "status": FacilityStatus.ACTIVE.value, "updated_at": now}
        id_ = session.scalars(insert, row).one()
        plan.moved += [{"id": listing.id, "facility_id": id_} for listing in facility.moved]
    _update(session, Listing, plan.moved)
    _update(session, Facility, (_facility_update(each, now) for each in plan.facilities))
    _forward(session, plan.facilities)


def _add_facilities(
    session: Session, plan: Plan, summary: ImportSummary, now: dt.datetime, progress: Progress
) -> list[tuple[int, NewFacility]]:
    insert = sa.insert(Facility).returning(Facility.id, sort_by_parameter_order=True)
    added: list[tuple[int, NewFacility]] = []
    for batch in in_batches(plan.added):
        rows = [
            {**values, "status": FacilityStatus.ACTIVE.value, "updated_at": now}
            for values, _ in batch
        ]
        ids = session.scalars(insert, rows).all()
        added.extend(zip(ids, (facility for _, facility in batch), strict=True))
        progress("facilities written", len(added))
    return added


def _listing(incoming: IncomingListing, summary: ImportSummary) -> Values:
    return {
        "source": incoming.record.source,
        "source_key": incoming.source_key,
        "natural_key": incoming.natural_key,
        "place_key": incoming.place_key,
        "content": incoming.content,
        "digest": incoming.digest,
        "as_of": incoming.as_of or summary.known_date,
    }


def _forward(session: Session, facilities: Iterable[Values]) -> None:
    """Let addresses that led to a facility lead to the one that it was merged into."""
    for each in facilities:
        if into := each.get("merged_into"):
            led_here = sa.update(Facility).where(Facility.merged_into == each["id"])
            session.execute(led_here.values(merged_into=into))


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
