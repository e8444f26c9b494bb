"""Merges facilities anew from their stored listings, after the rules or the filters changed."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.importing.merging import PlaceAddress
from finder.facilities.importing.natural_keys import place_key
from finder.facilities.importing.planning import Planner
from finder.facilities.importing.summary import ImportSummary
from finder.facilities.importing.writing import write_merged
from finder.facilities.listings import Facility, Listing

_PLACES_A_BATCH = 1_000


def merge_again(session: Session, *, place_address: PlaceAddress, now: dt.datetime) -> None:
    """Merge all facilities anew from their listings: the rules or the filters have changed.

    In one transaction a thousand places; it can be broken off and started again. The search index
    is not updated: rebuild it afterwards.
    """
    _add_place_keys(session)
    last = ""
    while keys := _place_keys_after(session, last):
        last = keys[-1]
        summary = ImportSummary("", "", dry_run=False, as_of=now.date())
        with write_transaction(session):
            plan = Planner(session, summary, now.date(), place_address, _no_progress).make_again(
                keys
            )
            write_merged(session, plan, now=now)


def merge_unmerged(session: Session, *, place_address: PlaceAddress, now: dt.datetime) -> None:
    """Merge all facilities anew where listings of an earlier version have no place key yet."""
    if session.scalar(sa.select(sa.exists().where(Listing.place_key == ""))):
        session.rollback()
        merge_again(session, place_address=place_address, now=now)
    session.rollback()


def _add_place_keys(session: Session) -> None:
    query = sa.select(Listing.id, Listing.content, Facility.is_sample).join(Listing.facility)
    query = query.where(Listing.place_key == "").order_by(Listing.id).limit(_PLACES_A_BATCH)
    while True:
        with write_transaction(session):
            rows = [
                {"id": id_, "place_key": place_key(SimpleNamespace(**content), is_sample=is_sample)}
                for id_, content, is_sample in session.execute(query)
            ]
            if not rows:
                return
            session.execute(sa.update(Listing), rows)


def _place_keys_after(session: Session, last: str) -> list[str]:
    keys = sa.select(Listing.place_key).where(Listing.place_key > last).distinct()
    found = session.scalars(keys.order_by(Listing.place_key).limit(_PLACES_A_BATCH)).all()
    session.rollback()
    return list(found)


def _no_progress(_what: str, _rows: int) -> None:
    """Report no progress."""
