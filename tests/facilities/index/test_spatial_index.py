"""Tiles hold the entries of their cells, whatever is added, moved or closed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.index.models import SearchEntry, SearchTile
from finder.facilities.index.spatial_index import (
    Tile,
    cell_of,
    cells_around,
    pack_tile,
    unplaced_cell,
)
from finder.facilities.index.writing import reindex
from finder.facilities.listings.models import Facility
from finder.facilities.search.retrieval import find_candidates
from tests.factories import add_facilities

BEND = {"latitude": 44.0582, "longitude": -121.3153}
SALEM = {"latitude": 44.94, "longitude": -123.03}
NOWHERE = {"latitude": None, "longitude": None, "state": "OR"}


def tiles_are_those_of_the_entries(session: Session) -> bool:
    entries = session.scalars(sa.select(SearchEntry)).all()
    stored = {Tile(*row) for row in session.execute(sa.select(SearchTile.__table__))}
    cells = {each.cell for each in entries}
    made = {pack_tile(cell, [each for each in entries if each.cell == cell]) for cell in cells}
    session.rollback()
    return bool(stored) and stored == made


def change(session: Session, facility_id: int, **values: object) -> None:
    with write_transaction(session):
        session.execute(sa.update(Facility).where(Facility.id == facility_id).values(**values))
        reindex(session, [facility_id])


def test_tiles_follow_what_is_moved_renamed_and_closed(session: Session) -> None:
    first, second, third, _ = add_facilities(
        session,
        BEND | {"name": "B", "service_codes": "OP BU"},
        BEND | {"name": "A", "listed_as_of": None},
        SALEM,
        NOWHERE,
    )
    assert tiles_are_those_of_the_entries(session)
    change(session, first, **SALEM)
    assert tiles_are_those_of_the_entries(session)
    change(session, second, name="Z", substance_use_codes=None, mental_health_codes="RES SA")
    assert tiles_are_those_of_the_entries(session)
    change(session, third, status="closed")
    assert tiles_are_those_of_the_entries(session)
    change(session, second, status="closed")  # the last one of its cell
    assert tiles_are_those_of_the_entries(session)
    cells = session.scalars(sa.select(SearchTile.cell)).all()
    assert set(cells) == {cell_of(**SALEM, state="OR"), unplaced_cell("OR")}


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ((-90.0, -180.0), 0),
        ((-90.0, 179.9), 1_439),
        ((-89.8, -180.0), 0),
        ((-89.75, -180.0), 1_440),
        ((90.0, 180.0), 719 * 1_440),
        ((0.0, 0.0), 360 * 1_440 + 720),
    ],
)
def test_cells_are_counted_from_the_south_pole_eastward(
    place: tuple[float, float], cell: int
) -> None:
    assert cell_of(*place, "OR") == cell


def test_what_has_no_place_stands_in_a_cell_of_its_state() -> None:
    states = ["", "or", "Oregon", "ÉÉ", "AA", "AB", "OR", "PR", "ZZ"]
    cells = [cell_of(None, None, state) for state in states]
    assert cells[:4] == [-1] * 4
    assert len({*cells}) == 6
    assert max(cells) < 0


def test_a_circle_around_a_pole_or_the_world_holds_all_columns() -> None:
    assert (0, 1_439) in [(first % 1_440, last % 1_440) for first, last in cells_around(89, 0, 100)]
    assert sum(last - first + 1 for first, last in cells_around(10, 20, 13_000)) == 720 * 1_440


def test_a_tile_that_changes_while_it_is_read_breaks_no_search(session: Session) -> None:
    first, second = add_facilities(session, BEND | {"name": "A"}, BEND | {"name": "B"})
    candidates = find_candidates(session, center=(44.0582, -121.3153), radius_miles=5)
    with write_transaction(session):
        session.execute(sa.delete(SearchTile))
    for in_order in (candidates.nearest, candidates.by_name, candidates.newest):
        assert candidates.ids(in_order(candidates.present, 20)) == [first, second]
