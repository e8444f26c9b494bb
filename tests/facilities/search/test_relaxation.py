"""A search that finds few is relaxed; one that finds enough is not."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.search import relaxation
from finder.facilities.search.audience import Gender, Person
from finder.facilities.search.execution import search_facilities
from finder.facilities.search.relaxation import Relaxations, relax_search
from finder.facilities.search.request import SearchRequest
from finder.geocoding import Place, PlaceKind, PlacesFound
from tests.factories import add_facilities, add_facility

BEND = (44.0582, -121.3153)
NORTH = {"latitude": BEND[0] + 0.6}  # 41 miles
FAR = {"latitude": BEND[0] + 1.2}  # 83 miles
FURTHER = {"latitude": BEND[0] + 4}  # 276 miles
ELSEWHERE = {"latitude": 25.0, "longitude": -80.0}


class Bend:
    """A geocoder that knows one town and its state, in the middle of which it lies."""

    def find_places(
        self, text: str, *, limit: int = 10, near: tuple[float, float] | None = None
    ) -> PlacesFound:
        town = Place("Bend, OR", PlaceKind.CITY, "OR", *BEND, 100_000, 1.0)
        state = Place("Oregon", PlaceKind.STATE, "OR", *BEND, 4_200_000, 1.0)
        known = {"Bend": (town,), "Oregon": (state,)}
        return PlacesFound(text, known.get(text, ()), ())

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        return None


def more(session: Session, **asked: Any) -> Relaxations:
    request = SearchRequest(**{"near": "Bend", **asked})
    return relax_search(session, search_facilities(session, Bend(), request))


def names(hits: Any) -> list[str]:
    return [hit.facility.name for hit in hits]


def test_nothing_is_offered_and_nothing_asked_where_enough_is_found(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_facilities(session, {}, {}, {}, {"name": "North", **NORTH})
    request = SearchRequest(near="Bend", chosen={"setting": ("outpatient",)})
    results = search_facilities(session, Bend(), request)
    statements: list[str] = []
    monkeypatch.delattr(relaxation, "find_candidates")
    sa.event.listen(
        session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    assert relax_search(session, results) == Relaxations()
    assert statements == []


def test_no_filter_is_blamed_where_no_program_is_in_reach(session: Session) -> None:
    add_facilities(session, *({"service_codes": codes, **ELSEWHERE} for codes in ("OP", "OP RES")))
    found = more(session, chosen={"setting": ("residential",)})
    assert found == Relaxations()


def test_nothing_is_offered_for_a_place_that_is_not_known(session: Session) -> None:
    add_facility(session)
    assert more(session, near="Nowhere") == Relaxations()


def test_the_nearest_offered_distance_that_finds_something_is_searched(session: Session) -> None:
    add_facilities(
        session, {"name": "North", **NORTH}, {"name": "Far", **FAR}, {"name": "Further", **FURTHER}
    )
    wider = more(session).wider
    assert wider is not None
    assert (wider.radius_miles, wider.total, names(wider.hits)) == (50, 1, ["North"])


def test_a_short_answer_is_widened_by_those_it_does_not_have(session: Session) -> None:
    add_facilities(session, {"name": "Here"}, {"name": "Far", **FAR}, {"name": "Z", **FURTHER})
    offered = more(session)
    assert offered.wider is not None
    assert (offered.wider.radius_miles, offered.wider.total) == (100, 2)
    assert names(offered.wider.hits) == ["Far"]
    assert offered == Relaxations(wider=offered.wider)


def test_a_short_answer_is_not_widened_beyond_the_offered_distances(session: Session) -> None:
    add_facilities(session, {}, {"name": "Further", **FURTHER})
    assert more(session) == Relaxations()


def test_where_no_distance_offered_helps_all_of_them_are_looked_at(session: Session) -> None:
    add_facilities(session, {"name": "Further", **FURTHER}, {"name": "Elsewhere", **ELSEWHERE})
    wider = more(session, radius_miles=200.0).wider
    assert wider is not None
    assert (wider.radius_miles, wider.total, names(wider.hits)) == (None, 2, ["Further"])


def test_a_program_a_continent_away_is_no_help_unless_it_is_asked_for_by_name(
    session: Session,
) -> None:
    add_facility(session, name="Harbor", **ELSEWHERE)
    assert more(session, chosen={"setting": ("outpatient",)}) == Relaxations()
    wider = more(session, name="harbor").wider
    assert wider is not None
    assert (wider.radius_miles, wider.total, names(wider.hits)) == (None, 1, ["Harbor"])


def test_beyond_a_state_the_nearest_are_shown_and_its_own_that_miss_something(
    session: Session,
) -> None:
    add_facilities(
        session,
        {"name": "Silent", "service_codes": "SA"},
        {"name": "Over the border", "service_codes": "OP", "state": "WA", **FURTHER},
    )
    offered = more(session, near="Oregon", chosen={"setting": ("outpatient",)})
    assert offered.wider is not None
    assert (offered.wider.radius_miles, names(offered.wider.hits)) == (None, ["Over the border"])
    assert offered.dropped is not None
    assert (offered.dropped.radius_miles, offered.dropped.total) == (None, 1)
    assert names(offered.near_misses) == ["Silent"]


def test_any_distance_cannot_be_widened(session: Session) -> None:
    add_facility(session)
    assert more(session, radius_miles=None, chosen={"setting": ("hospital",)}).wider is None


def test_the_filter_that_costs_the_most_is_named_with_what_it_leaves_out(session: Session) -> None:
    add_facilities(
        session, {"service_codes": "OP"}, {"service_codes": "OP"}, {"service_codes": "BU"}
    )
    dropped = more(session, chosen={"setting": ("outpatient",), "medication": ("any",)}).dropped
    assert dropped is not None
    assert [facet.name for facet in dropped.facets] == ["medication"]
    assert (dropped.radius_miles, dropped.total) == (25, 2)


def test_where_no_filter_alone_helps_here_the_wider_circle_is_asked(session: Session) -> None:
    add_facilities(session, {"service_codes": "OP", **FAR})
    dropped = more(session, chosen={"setting": ("outpatient",), "medication": ("any",)}).dropped
    assert dropped is not None
    assert ([f.name for f in dropped.facets], dropped.radius_miles) == (["medication"], 100)


def test_where_no_single_filter_helps_all_of_them_are_named(session: Session) -> None:
    add_facility(session, service_codes="SA")
    dropped = more(session, chosen={"setting": ("outpatient",), "medication": ("any",)}).dropped
    assert dropped is not None
    assert ([f.name for f in dropped.facets], dropped.total) == (["setting", "medication"], 1)


def test_without_filters_none_is_to_blame(session: Session) -> None:
    assert more(session) == Relaxations()
    assert more(session, chosen={"setting": ("outpatient",)}) == Relaxations()


def test_without_a_place_the_costliest_filter_is_named_for_all_programs(session: Session) -> None:
    add_facility(session, service_codes="OP", **ELSEWHERE)
    offered = more(session, near="", chosen={"setting": ("outpatient",), "payment": ("free",)})
    assert offered.dropped is not None
    assert (offered.dropped.radius_miles, offered.dropped.total) == (None, 1)
    assert (offered.wider, offered.near_misses, offered.telehealth) == (None, (), None)


def test_the_nearest_that_miss_one_wish_say_which_and_whether_it_is_a_no(session: Session) -> None:
    add_facilities(
        session,
        {"service_codes": "OP NMOA", "name": "Denies", **NORTH},
        {"service_codes": "OP", "name": "Silent"},
        {"service_codes": "SA", "name": "Misses both"},
        {"service_codes": "MALE OP", "name": "Men only"},
    )
    nearly = more(
        session,
        chosen={"setting": ("outpatient",), "medication": ("any", "methadone")},
        person=Person(Gender.FEMALE),
    ).near_misses
    assert names(nearly) == ["Silent", "Denies"]
    assert [hit.unmet[0].answer for hit in nearly] == ["not-stated", "no"]
    assert [o.value for o in nearly[0].unmet[0].options] == ["any", "methadone"]


def test_where_none_misses_one_wish_those_that_miss_the_fewest_are_shown(session: Session) -> None:
    add_facilities(
        session,
        {"service_codes": "OP", "name": "Misses two"},
        {"service_codes": "SA", "name": "Misses three"},
    )
    chosen = {"setting": ("outpatient",), "medication": ("any",), "payment": ("free",)}
    [hit] = more(session, chosen=chosen).near_misses
    assert (hit.facility.name, len(hit.unmet)) == ("Misses two", 2)


def test_programs_by_phone_of_the_same_state_are_shown_from_beyond(session: Session) -> None:
    add_facilities(
        session,
        {"service_codes": "SA", "name": "Here"},
        {"service_codes": "TELE SP", "name": "Speaks", **FURTHER},
        {"service_codes": "TELE", "name": "Silent", "latitude": BEND[0] + 3.5},
        {"service_codes": "TELE SP", "name": "Other state", "state": "WA", **FURTHER},
        {"service_codes": "TELE SP FEM", "name": "Women", **FURTHER},
    )
    remote = more(
        session,
        chosen={"setting": ("hospital",), "language": ("spanish",)},
        person=Person(Gender.MALE),
    ).telehealth
    assert remote is not None
    assert (remote.state, names(remote.hits)) == ("OR", ["Speaks", "Silent"])


def test_programs_by_phone_are_not_shown_twice_or_where_one_is_near(session: Session) -> None:
    add_facility(session, service_codes="TELE", name="North", **NORTH)
    chosen = {"setting": ("telehealth",)}
    offered = more(session, chosen=chosen)
    assert offered.wider is not None
    assert offered.telehealth is None
    add_facility(session, service_codes="TELE MALE", name="Here")
    assert more(session, chosen={"setting": ("hospital",)}).telehealth is None
    assert more(session, chosen={"setting": ("hospital",)}, radius_miles=500.0).telehealth is None


def test_a_name_with_a_mistake_finds_the_programs_that_were_meant(session: Session) -> None:
    add_facilities(
        session,
        {"name": "Deschutes House", **ELSEWHERE},
        {"name": "Deschutes Center"},
        {"name": "Other"},
    )
    offered = more(session, name="deshcutes")
    assert offered.similar is not None
    assert (offered.similar.name, offered.similar.others) == ("deschutes", ())
    assert names(offered.similar.hits) == ["Deschutes Center", "Deschutes House"]
    without_place = more(session, near="", name="deshcutes").similar
    assert without_place is not None
    assert names(without_place.hits) == ["Deschutes Center", "Deschutes House"]
    assert more(session, name="Zzyqqx Rhubarb") == Relaxations()


def test_a_name_that_exists_is_not_corrected(session: Session) -> None:
    add_facility(session, name="Deschutes House", **FURTHER)
    offered = more(session, name="deschutes")
    assert offered.similar is None
    assert offered.wider is not None
