"""The search on both databases, held against a plain loop over the same facilities."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine
from finder.facilities.index.name_forms import fold_name
from finder.facilities.index.spatial_index import cell_of, cells_around
from finder.facilities.index.writing import unit_vector
from finder.facilities.search.audience import Gender, Person, Reason
from finder.facilities.search.candidates import miles_of
from finder.facilities.search.execution import search_facilities
from finder.facilities.search.request import SearchRequest, Sort
from finder.facilities.search.statements import tile_statement
from finder.facilities.vocabulary.answers import adults_only, answers_of, exclusive_to
from finder.facilities.vocabulary.filters import FILTERS
from finder.facilities.vocabulary.kinds import Treats
from finder.geocoding import PlacesFound
from finder.geocoding.distance import EARTH_RADIUS_MILES
from tests.factories import add_facilities, add_facility

BEND = (44.0582, -121.3153)


class NoPlaces:
    """A geocoder that knows no place, and offers a spelling."""

    def find_places(
        self, text: str, *, limit: int = 10, near: tuple[float, float] | None = None
    ) -> PlacesFound:
        return PlacesFound(text, (), ("Bend, OR",))

    def nearest(self, latitude: float, longitude: float) -> None:
        return None


def search(session: Session, **asked: Any) -> Any:
    return search_facilities(session, NoPlaces(), SearchRequest(**asked))


def around(place: tuple[float, float], **asked: Any) -> dict[str, Any]:
    return {"latitude": place[0], "longitude": place[1], **asked}


def ids(results: Any) -> list[int]:
    return [hit.facility.id for hit in results.hits]


SAYS = {"substance-use": {"SA", "SUMH"}, "mental-health": {"MH", "SUMH"}}


def answering(row: dict[str, Any], asked: dict[str, Any]) -> tuple[set[str], set[str], bool]:
    """Return the codes that answer a search, those that tell whom a program takes, and whether it
    treats what is asked for.

    A reference: a row has the codes of each listing, or None.
    """
    chosen = asked.get("chosen", {})
    concerned = "co-occurring" in chosen.get("population", ())
    concerned |= "mental-health" in chosen.get("help", ())
    treats = asked.get("treats") or ("all" if concerned else "substance-use")
    columns = {"substance-use": "service_codes", "mental-health": "mental_health_codes"}
    codes = {
        kind: set(row[name].split()) for kind, name in columns.items() if row[name] is not None
    }
    everything = set().union(*codes.values())
    if treats == "all":
        return everything, everything, True
    if treats in codes:
        return codes[treats], codes[treats], True
    says = everything & SAYS[treats]
    return says or everything, everything, bool(says)


def codes_at_random(chance: random.Random, codes: Sequence[str], count: int) -> dict[str, Any]:
    """Return a row's codes: of substance use, of mental health, or of each."""
    drawn = [" ".join(sorted(chance.sample(codes, count))) for _ in range(2)]
    listed = chance.choice([(True, False), (True, False), (False, True), (True, True)])
    columns = ("service_codes", "mental_health_codes")
    return {
        name: given if is_listed else None
        for name, given, is_listed in zip(columns, drawn, listed, strict=True)
    }


def haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    (p, q), (r, s) = [tuple(map(math.radians, point)) for point in (a, b)]
    h = math.sin((r - p) / 2) ** 2 + math.cos(p) * math.cos(r) * math.sin((s - q) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * math.asin(math.sqrt(h))


def test_the_nearest_stands_first_with_its_distance(session: Session) -> None:
    far, near = add_facilities(session, {"latitude": 44.2}, {"latitude": 44.1})
    results = search(session, **around(BEND))
    assert ids(results) == [near, far]
    assert results.hits[0].distance_miles == pytest.approx(haversine(BEND, (44.1, BEND[1])))


def test_the_radius_shown_is_the_radius_applied(session: Session) -> None:
    place = add_facility(session, latitude=44.3)
    miles = haversine(BEND, (44.3, BEND[1]))
    assert ids(search(session, **around(BEND, radius_miles=miles + 1e-6))) == [place]
    assert ids(search(session, **around(BEND, radius_miles=miles - 1e-3))) == []


def test_programs_of_one_house_stand_in_order_of_their_names(session: Session) -> None:
    b, a = add_facilities(session, {"name": "B house"}, {"name": "a house"})
    assert ids(search(session, **around(BEND))) == [a, b]


@pytest.mark.parametrize("radius", [25, None])
def test_equals_in_distance_stand_by_what_they_match_then_exact_then_newer(
    session: Session, radius: float | None
) -> None:
    area = {"location_precision": "zip", "service_codes": "MD"}
    undated, old, new, own, matching, near = add_facilities(
        session,
        {**area, "name": "a", "listed_as_of": None},
        {**area, "name": "b", "listed_as_of": dt.date(2022, 5, 19)},
        {**area, "name": "c", "listed_as_of": dt.date(2026, 1, 1)},
        {**area, "name": "d", "location_precision": "exact", "listed_as_of": None},
        {**area, "name": "e", "service_codes": "MD SS", "listed_as_of": None},
        {**area, "name": "f", "latitude": 44.06, "listed_as_of": None},
    )
    place = around((44.07, BEND[1]), radius_miles=radius)
    assert ids(search(session, **place))[:4] == [near, own, new, old]
    asked = {"payment": ("medicaid", "sliding-fee")}
    in_order = [near, matching, own, new, old, undated]
    assert ids(search(session, **place, chosen=asked)) == in_order
    pages = [search(session, **place, chosen=asked, per_page=2, page=n) for n in (1, 2, 3)]
    assert [each for page in pages for each in ids(page)] == in_order
    by_name = search(session, **place, chosen=asked, sort=Sort.NAME)
    assert ids(by_name) == [undated, old, new, own, matching, near]


def test_what_is_preferred_leaves_nobody_out_and_orders_within_ranges_of_distance(
    session: Session,
) -> None:
    with_, without = {"service_codes": "PMAT"}, {"service_codes": "OP"}
    here, four, eight, nine = add_facilities(
        session,
        without,
        {**with_, "latitude": 44.116},
        {**without, "latitude": 44.174},
        {**with_, "latitude": 44.188},
    )
    wanted = {"preferred": (("medication", "alcohol"),)}
    found = search(session, **around(BEND), **wanted)
    assert ids(found) == [four, here, nine, eight]
    assert [bool(hit.preferences) for hit in found.hits] == [True, False, True, False]
    assert ids(search(session, **around(BEND), sort=Sort.NAME, **wanted))[0] == here
    anywhere = search(session, chosen={"setting": ("outpatient",)}, **wanted)
    assert ids(anywhere) == [here, eight]
    asked = search(session, **around(BEND), chosen={"medication": ("alcohol",)}, **wanted)
    assert asked.hits[0].preferences == ()


@pytest.mark.parametrize(
    ("center", "there"),
    [
        ((51.88, -176.65), (51.9, 179.9)),  # Adak, across the 180° meridian in the Aleutians
        ((51.95, 179.5), (51.88, -179.8)),
        ((89.9, 10.0), (89.9, -170.0)),
        ((-89.9, 10.0), (-89.95, 100.0)),
        ((13.44, 144.79), (13.5, 144.8)),  # Guam
    ],
)
def test_the_box_loses_nobody_at_the_edges_of_the_map(
    session: Session, center: tuple[float, float], there: tuple[float, float]
) -> None:
    place = add_facility(session, latitude=there[0], longitude=there[1])
    miles = haversine(center, there)
    assert ids(search(session, **around(center, radius_miles=miles + 0.01))) == [place]
    assert ids(search(session, **around(center, radius_miles=miles - 0.01))) == []


def test_the_cells_around_a_point_hold_every_point_of_its_circle() -> None:
    chance = random.Random(4)
    for _ in range(300):
        center = chance.uniform(-89, 89), chance.uniform(-180, 180)
        miles = chance.uniform(0.1, 500)
        runs = cells_around(*center, miles)
        for _ in range(20):
            point = chance.uniform(-90, 90), chance.uniform(-180, 180)
            shrink = miles / 6000
            near = (
                center[0] + (point[0] - center[0]) * shrink,
                center[1] + (point[1] - center[1]) * shrink,
            )
            if not (-180 <= near[1] <= 180) or haversine(center, near) > miles:
                continue
            assert any(first <= cell_of(*near, "") <= last for first, last in runs)


def test_the_cells_of_a_small_circle_are_few() -> None:
    cells = {cell for first, last in cells_around(*BEND, 25) for cell in range(first, last + 1)}
    # The circle itself has the area of nine.
    assert len(cells) <= 20
    assert cell_of(*BEND, "OR") in cells


def test_values_of_a_facet_are_or_and_facets_are_and(session: Session) -> None:
    add_facilities(session, {"service_codes": "SA"})
    both, out, stay = add_facilities(
        session,
        {"service_codes": "BU OP RES", "name": "both"},
        {"service_codes": "OP", "name": "out"},
        {"service_codes": "NU RES", "name": "stay"},
    )
    either = search(session, **around(BEND, chosen={"setting": ("inpatient", "outpatient")}))
    assert ids(either) == [both, out, stay]
    strict = search(
        session,
        **around(BEND, chosen={"setting": ("inpatient", "outpatient"), "medication": ("any",)}),
    )
    assert ids(strict) == [both, stay]
    assert [o.value for o in strict.hits[0].matches] == ["inpatient", "outpatient", "any"]


def test_what_is_not_stated_can_fit_and_is_marked(session: Session) -> None:
    says, open_, _denies = add_facilities(
        session,
        {"service_codes": "BU OP", "name": "a"},
        {"service_codes": "OP", "name": "b"},
        {"service_codes": "NMOA OP", "name": "c"},
    )
    asked = around(BEND, chosen={"setting": ("outpatient",), "medication": ("any", "methadone")})
    wide = search(session, **asked, unsaid=True)
    assert ids(wide) == [says, open_]
    assert (wide.total, wide.said_yes) == (2, 1)
    assert wide.hits[0].unmet == ()
    [unmet] = wide.hits[1].unmet
    assert ([o.value for o in unmet.options], unmet.answer) == (["any", "methadone"], "not-stated")
    assert wide.facets["medication"]["any"].yes == 1
    assert wide.facets["setting"]["outpatient"].yes == 2
    strict = search(session, **asked)
    assert (strict.total, strict.said_yes) == (1, 1)


def test_a_facets_count_leaves_its_own_choice_out(session: Session) -> None:
    add_facilities(session, {"service_codes": "OP"}, {"service_codes": "BU RES"})
    facets = search(session, **around(BEND, chosen={"setting": ("outpatient",)})).facets
    assert facets["setting"]["inpatient"].yes == 1
    assert facets["setting"]["outpatient"].yes == 1
    assert facets["medication"]["buprenorphine"].yes == 0


def test_without_a_place_facilities_stand_in_order_of_name(session: Session) -> None:
    b, a = add_facilities(session, {"name": "Élan B", "latitude": None}, {"name": "elan a"})
    results = search(session, chosen={"setting": ("outpatient",)})
    assert ids(results) == [a, b]
    assert results.origin is None
    assert results.hits[0].distance_miles is None


def test_a_part_of_the_name_finds_it_whatever_case_and_accents(session: Session) -> None:
    found = add_facility(session, name="Casa Ésperanza", program_name="Women's Program")
    add_facility(session, name="Other")
    assert ids(search(session, name="esperanza WOMENS")) == [found]
    assert ids(search(session, name="100%")) == []
    assert ids(search(session, name="!!!")) == []


def test_any_distance_also_shows_those_whose_place_is_not_known(session: Session) -> None:
    lost, far = add_facilities(
        session, {"latitude": None, "longitude": None}, {"latitude": 25.0, "longitude": -80.0}
    )
    assert ids(search(session, **around(BEND, radius_miles=None))) == [far, lost]
    assert ids(search(session, **around(BEND, radius_miles=500))) == []


def test_the_newest_listing_can_stand_first(session: Session) -> None:
    unknown, old, new = add_facilities(
        session,
        {"listed_as_of": None},
        {"listed_as_of": dt.date(2024, 1, 1)},
        {"listed_as_of": dt.date(2026, 1, 1)},
    )
    assert ids(search(session, **around(BEND, sort=Sort.UPDATED))) == [new, old, unknown]


def test_pages_neither_repeat_nor_lose_a_facility(session: Session) -> None:
    everyone = add_facilities(session, *({"name": f"House {i:02}"} for i in range(23)))
    pages = [search(session, **around(BEND, per_page=10, page=page)) for page in (1, 2, 3, 4)]
    assert [len(page.hits) for page in pages] == [10, 10, 3, 0]
    assert [i for page in pages for i in ids(page)] == everyone
    assert {(page.total, page.pages) for page in pages} == {(23, 3)}


def test_closed_ones_and_samples_beside_real_ones_are_not_found(session: Session) -> None:
    sample = add_facility(session, is_sample=True, source="sample")
    assert ids(search(session, **around(BEND))) == [sample]
    real, _closed = add_facilities(session, {}, {"status": "closed"})
    assert ids(search(session, **around(BEND))) == [real]


def test_a_place_that_is_not_known_finds_nothing_and_offers_spellings(session: Session) -> None:
    add_facility(session)
    results = search(session, near="Bendd")
    assert (results.total, results.unplaced, results.did_you_mean) == (0, True, ("Bend, OR",))
    assert results.facets["setting"]["outpatient"].yes == 0


def test_given_coordinates_win_and_near_is_their_label(session: Session) -> None:
    add_facility(session)
    results = search(session, **around(BEND, near="where I am"))
    assert results.origin.place.label == "where I am"
    assert results.total == 1


def test_random_searches_agree_with_a_plain_loop(session: Session) -> None:
    chance = random.Random(7)
    codes = sorted({code for f in FILTERS for o in f.options for code in (*o.codes, *o.denied_by)})
    # Several stand at one point: in one house, or in the middle of one ZIP code.
    points = [(44 + chance.uniform(-1.5, 1.5), -121 + chance.uniform(-1.5, 1.5)) for _ in range(30)]
    days = [None, dt.date(2022, 5, 19), dt.date(2022, 5, 20), dt.date(2026, 1, 1)]
    rows = [
        {
            "name": f"House {chance.randrange(60)}",
            **dict(zip(("latitude", "longitude"), chance.choice(points), strict=True)),
            "location_precision": chance.choice(["exact", "zip", "zip"]),
            "listed_as_of": chance.choice(days),
            **codes_at_random(chance, codes, 30),
        }
        for _ in range(150)
    ]
    known = dict(zip(add_facilities(session, *rows), rows, strict=True))
    values = [(f.name, o.value) for f in FILTERS for o in f.options]
    for _ in range(60):
        facets = chance.sample(FILTERS, chance.randrange(4))
        asked = around(
            (44 + chance.uniform(-1, 1), -121 + chance.uniform(-1, 1)),
            radius_miles=chance.choice([5, 25, 100, 12.5]),
            per_page=100,
            chosen={f.name: tuple(o.value for o in chance.sample(f.options, 2)) for f in facets},
            person=Person(chance.choice([None, *Gender]), chance.choice([None, 16, 40])),
            unsaid=chance.random() < 0.3,
            preferred=tuple(chance.sample(values, chance.choice([0, 0, 1, 3]))),
            treats=chance.choice([None, None, *Treats]),
        )
        results = search(session, **asked)
        left_out = dict(results.left_out)
        others = left_out.pop(Reason.NOT_SUBSTANCE_USE) + left_out.pop(Reason.NOT_MENTAL_HEALTH)
        found = [ids(results), results.total, sum(left_out.values()), others]
        assert [*found, _plain(results.facets)] == _loop(known, asked)


def _plain(facets: Any) -> Any:
    return {
        name: {value: (c.yes, c.no, c.not_stated) for value, c in values.items()}
        for name, values in facets.items()
    }


def _loop(known: dict[int, dict[str, Any]], asked: dict[str, Any]) -> list[Any]:
    center = asked["latitude"], asked["longitude"]
    inside = []
    for key, row in known.items():
        distance = haversine(center, (row["latitude"], row["longitude"]))
        if distance <= asked["radius_miles"]:
            codes, limits, is_asked_for = answering(row, asked)
            takes = _takes(limits, asked["person"])
            answers = answers_of(codes)
            keys = (*rank(distance, row, answers, asked), fold_name(row["name"]), key)
            inside.append((keys, answers, takes, is_asked_for))

    good = {"yes", "not-stated"} if asked["unsaid"] else {"yes"}

    def fits(answers: Any, *, but: str = "") -> bool:
        return all(
            any(answers[facet][value] in good for value in values)
            for facet, values in asked["chosen"].items()
            if facet != but
        )

    def is_silent(answers: Any) -> bool:
        return not all(
            any(answers[facet][value] == "yes" for value in values)
            for facet, values in asked["chosen"].items()
        )

    found = sorted(
        (is_silent(answers), *keys)
        for keys, answers, takes, is_asked_for in inside
        if fits(answers) and takes and is_asked_for
    )
    left_out = sum(fits(row[1]) and not row[2] and row[3] for row in inside)
    others = sum(fits(row[1]) and row[2] and not row[3] for row in inside)
    counts = {
        facet.name: {
            option.value: tuple(
                sum(
                    row[1][facet.name][option.value] == answer
                    for row in inside
                    if fits(row[1], but=facet.name) and row[2] and row[3]
                )
                for answer in ("yes", "no", "not-stated")
            )
            for option in facet.options
        }
        for facet in FILTERS
    }
    return [[key for *_, key in found][:100], len(found), left_out, others, counts]


def rank(distance: float, row: dict[str, Any], answers: Any, asked: dict[str, Any]) -> Any:
    """Return what a program is ordered by, but for its name: see ``search.ranking``."""
    band = preferred = 0
    if asked["preferred"]:
        # Last of all are those without a place.
        band = sum(distance > miles for miles in (5, 10, 25, 50, 100, 25_000))
        preferred = sum(answers[facet][value] == "yes" for facet, value in asked["preferred"])
    said = [
        sum(answers[facet][value] == "yes" for value in values)
        for facet, values in asked["chosen"].items()
    ]
    day = row["listed_as_of"].toordinal() if row["listed_as_of"] else 0
    is_area = row["location_precision"] != "exact"
    return band, -preferred, distance, -sum(map(bool, said)), -sum(said), is_area, -day


def _takes(codes: set[str], person: Person) -> bool:
    alone = exclusive_to(codes)
    if person.gender == "male" and "women" in alone:
        return False
    if person.gender == "female" and "men" in alone:
        return False
    if person.age is None:
        return True
    return "adolescents" not in alone if person.age >= 18 else not adults_only(codes)


@pytest.mark.parametrize("words", [(), (1,)])
def test_a_search_by_distance_reads_its_cells_alone(
    sqlite_database_url: str, words: tuple[int, ...]
) -> None:
    engine = create_engine(sqlite_database_url)
    with engine.connect() as connection:
        values = {name: 0 for i in range(7) for name in (f"first{i}", f"last{i}")}
        plan: Sequence[Any] = connection.execute(
            sa.text(f"EXPLAIN QUERY PLAN {tile_statement(7, words, Treats.SUBSTANCE_USE)}"),
            values | {"word0_0": "%a%"},
        ).all()
    engine.dispose()
    reads = [row.detail for row in plan if "search_tile" in row.detail]
    assert reads == [read for read in reads if read.startswith("SEARCH search_tile USING I")]
    assert len(reads) == 7


def test_the_miles_of_a_chord_are_those_of_the_haversine() -> None:
    there = (25.0, -80.0)
    chord = sum((p - q) ** 2 for p, q in zip(unit_vector(*BEND), unit_vector(*there), strict=True))
    assert miles_of(chord) == pytest.approx(haversine(BEND, there))
