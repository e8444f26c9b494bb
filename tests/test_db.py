"""What the database's own module promises, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import read_committed
from finder.facilities.listings.models import Facility
from tests.factories import add_facilities

BY_NAME = sa.select(Facility.id, Facility.name).where(
    Facility.name.in_([sa.bindparam("one"), sa.bindparam("other")])
)


def test_what_is_committed_is_read_and_what_is_not_is_not(session: Session) -> None:
    first, second = add_facilities(session, {"name": "Juniper"}, {"name": "Pine"})
    both = {"one": "Juniper", "other": "Pine"}
    session.execute(sa.update(Facility).where(Facility.id == second).values(name="Cedar"))
    rows = read_committed(session, BY_NAME, both)
    assert sorted(map(tuple, rows)) == [(first, "Juniper"), (second, "Pine")]
    session.rollback()


def test_no_transaction_is_left_behind(session: Session) -> None:
    add_facilities(session, {"name": "Juniper"})
    engine = session.get_bind()
    assert isinstance(engine, sa.Engine)
    for _ in range(30):  # more than the pool has connections
        assert len(read_committed(session, BY_NAME, {"one": "Juniper", "other": ""})) == 1
    assert engine.pool.status().count("Current Checked out connections: 0") == 1


def test_what_the_database_refuses_is_told_in_the_words_of_sqlalchemy(session: Session) -> None:
    nowhere = sa.select(sa.table("nowhere", sa.column("id")).c.id)
    with pytest.raises(sa.exc.DBAPIError, match="nowhere"):
        read_committed(session, nowhere, {})
