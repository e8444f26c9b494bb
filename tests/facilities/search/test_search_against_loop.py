"""The search on the real directory of 2022, held against the simplest program that can answer it.

The reference below goes through all sites one by one and knows only the file and the code lists of
``FILTERS``. Two hundred searches are drawn at random with a fixed seed; totals, order, facet counts
and answers must be the same on both databases. Some sites are made mental health programs, some
have one beside, with the answers of another site.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.api.documents import results_document
from finder.db import write_transaction
from finder.facilities.index.name_forms import match_form
from finder.facilities.index.writing import reindex_all
from finder.facilities.listings.models import Facility
from finder.facilities.search.execution import search_facilities
from finder.facilities.search.request import parse_search
from finder.facilities.vocabulary.filters import FILTERS
from finder.geocoding import Gazetteer
from tests.facilities.conftest import OpenDirectory

SEARCHES = 200
MILES_OF_A_RADIAN = 3958.7613
ADULTS = {"YAD", "ADLT", "SNR", "WN", "MN", "PW", "TAY", "SE", "VET", "ADM", "SMI", "ALZ"} | {
    *("DU", "DUO", "MC", "MU", "RTCA")
}
YOUTH = {"AD", "SED", "RTCC"}
NAMES = {
    "recovery": "recovery",
    "Health Ctr": "health center",
    "hope": "hope",
    "The Behavioral": "behavioral",
    "o'": "o",
    "no such name": "no such name",
    "Veteran Medical": "veteran medical",
    "phoenix hse": "phoenix house",
}
"""What is typed, and the words that match forms have for it."""
NEARS = ("Bronx", "83702", "Bend, OR", "Anchorage AK", "Cook County, IL", "Texas", "Guam", "Reno")
BANDS = (5, 10, 25, 50, 100)
STATES = {"Texas": "TX", "Guam": "GU"}

Parameters = Mapping[str, list[str]]


@dataclass(frozen=True)
class Said:
    """What a site says to each value of each facet, in its listings of some kind."""

    is_asked_for: bool
    limits: set[str]
    """the codes that tell whom it takes"""
    answers: dict[tuple[str, str], str]
    facets: dict[str, tuple[str, ...]]
    """facet -> the site's answer to each of its values"""


@dataclass(frozen=True)
class Site:
    """One site of the file."""

    id: int
    name: str
    form: str
    state: str
    point: tuple[float, float]
    exact: bool
    listed: dt.date | None
    says: dict[str, Said]
    """what a search asks it to treat -> what it says then"""


# --- the reference -------------------------------------------------------------------------------


def answer(codes: set[str], yes: Sequence[str], no: Sequence[str]) -> str:
    if codes & set(yes):
        return "yes"
    return "no" if codes & set(no) else "not-stated"


def takes(codes: set[str], gender: str, age: str) -> bool:
    if gender == "female" and "MALE" in codes and "FEM" not in codes:
        return False
    if gender == "male" and "FEM" in codes and "MALE" not in codes:
        return False
    if not age:
        return True
    if int(age) >= 18:
        return not ("CHLD" in codes and codes & YOUTH and not codes & ADULTS)
    return not (codes & {"YAD", "ADLT", "SNR"} and "CHLD" not in codes and not codes & YOUTH)


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    kept = "".join(c if c.isalnum() else "" if c == "'" else " " for c in plain)
    return " ".join(kept.split())


def fit_of(form: str, words: Sequence[str]) -> int:
    """Return 0 for an exact name, 1 where it begins with the words, 2 with all of them, 3 else."""
    if not all(word in form.split() for word in words):
        return 3
    name, program = (*form.split("\t"), "")[:2]
    typed, both = " ".join(words), f"{name} {program}".strip()
    if not words or typed in (name, both):
        return 0
    return 1 if both.startswith(f"{typed} ") else 2


def miles(a: tuple[float, float], b: tuple[float, float]) -> float:
    (p, q), (r, s) = [tuple(map(math.radians, point)) for point in (a, b)]
    h = math.sin((r - p) / 2) ** 2 + math.cos(p) * math.cos(r) * math.sin((s - q) / 2) ** 2
    return 2 * MILES_OF_A_RADIAN * math.asin(math.sqrt(h))


def loop(sites: Sequence[Site], center: tuple[float, float] | None, asked: Parameters) -> Any:
    """Return the ids in order, the counts of every value, and how many are left out."""

    def one(name: str, default: str = "") -> str:
        return asked.get(name, [default])[0]

    def enough(facet: str) -> Any:
        return all if facet in asked.get("match_all", ()) else any

    words = NAMES.get(one("name"), "").split()
    state = STATES.get(one("near"), "") if "radius" not in asked else ""
    radius = one("radius", "any" if state else "25")
    furthest = math.inf if center is None or radius == "any" else float(radius)
    good = {"yes", "not-stated"} if one("unsaid") else {"yes"}
    chosen = {facet.name: asked[facet.name] for facet in FILTERS if facet.name in asked}
    preferred = [(f, v) for f, _, v in (each.partition(":") for each in asked.get("prefer", []))]
    gender, age, sort = one("for_gender"), one("for_age"), one("sort")
    concerned = "mental-health" in asked.get("help", ()) or "co-occurring" in asked.get(
        "population", ()
    )
    treats = one("treats", "all" if concerned else "substance-use")
    found = []
    everyone: Counter[str] = Counter()
    alike: dict[str, Counter[tuple[str, ...]]] = {facet.name: Counter() for facet in FILTERS}
    left_out = 0
    for site in sites:
        distance = miles(center, site.point) if center else 0.0
        if distance > furthest or (state and site.state != state):
            continue
        if not all(word in site.form for word in words):
            continue
        says = site.says[treats]
        fit = fit_of(site.form, words)
        unmet = [
            facet
            for facet, values in chosen.items()
            if not enough(facet)(says.answers[facet, value] in good for value in values)
        ]
        takes_them = takes(says.limits, gender, age)
        if not (takes_them and says.is_asked_for):
            left_out += not unmet and (takes_them or says.is_asked_for)
            continue
        if not unmet:
            silent = not all(
                enough(facet)(says.answers[facet, value] == "yes" for value in values)
                for facet, values in chosen.items()
            )
            newest = -site.listed.toordinal() if site.listed else 0
            wishes = [
                sum(says.answers[facet, value] == "yes" for value in values)
                for facet, wish in chosen.items()
                for values in ([[v] for v in wish] if enough(facet) is all else [wish])
            ]
            equal = (-sum(map(bool, wishes)), -sum(wishes), not site.exact, newest)
            far = (distance, *equal, site.name) if center else (site.name,)
            by = {"name": (fit, site.name, *far), "updated": (newest, *far)}
            liked = sum(says.answers[each] == "yes" for each in preferred)
            band = sum(distance > end for end in BANDS) if preferred and not state else 0
            found.append(((silent, by.get(sort, (fit, band, -liked, *far))), site.id))
        for facet in FILTERS:
            # A facet is counted with all the others applied, but not its own, if any value does.
            if set(unmet) <= ({facet.name} if enough(facet.name) is any else set()):
                everyone[facet.name] += 1
                alike[facet.name][says.facets[facet.name]] += 1
    counts: Counter[tuple[str, str, str]] = Counter()
    for facet in FILTERS:
        for said, number in alike[facet.name].items():
            for option, each in zip(facet.options, said, strict=True):
                counts[facet.name, option.value, each] += number
    answers = {
        facet.name: {
            option.value: {
                said.replace("-", "_"): counts[facet.name, option.value, said]
                for said in ("yes", "no", "not-stated")
            }
            for option in facet.options
        }
        for facet in FILTERS
    }
    for name, values in answers.items():
        assert all(sum(value.values()) == everyone[name] for value in values.values())
    return [site_id for _, site_id in sorted(found)], answers, left_out


def rows_of(path: Path) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return the file's rows by what makes a site, those of one site united."""
    known: dict[tuple[str, ...], dict[str, Any]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            key = key_of(row["name1"], row["name2"], row["street1"], row["zip"])
            site = known.setdefault(
                key,
                {
                    "name": folded(f"{row['name1']} {row['name2']}"),
                    # Which words are equal is tested with names.
                    "form": match_form(row["name1"], row["name2"]),
                    "state": row["state"],
                    "point": (float(row["latitude"]), float(row["longitude"])),
                    "codes": set(),
                },
            )
            site["codes"] |= set(row["service_code_info"].replace("*", " ").split())
    return known


def key_of(*parts: str) -> tuple[str, ...]:
    return tuple(" ".join(part.casefold().split()) for part in parts)


# --- the real thing ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def directories(
    open_directory: OpenDirectory, directory_2022: Path
) -> Iterator[tuple[list[Session], list[Site]]]:
    """The real directory on each database, with dates at random; and its sites."""
    with open_directory("sqlite") as on_sqlite, open_directory("postgresql") as on_postgresql:
        first, second = map(with_dates_and_kinds, (on_sqlite, on_postgresql))
        assert first == second
        rows = rows_of(directory_2022)
        moved = moved_points(on_sqlite)
        codes = [rows[key_of(*names)].pop("codes") for (_, *names), _, _ in first]
        sites = [
            Site(
                id=number,
                listed=listed,
                says=said_by_kind(kinds, codes[at], codes[at - 1]),
                exact=number not in moved,
                **{**site, "point": moved.get(number, site["point"])},
            )
            for at, ((number, *names), listed, kinds) in enumerate(first)
            for site in [rows[key_of(*names)]]
        ]
        assert len(sites) == len(rows) > 10_000
        yield [on_sqlite, on_postgresql], sites


def moved_points(session: Session) -> dict[int, tuple[float, float]]:
    """Return where those stand whose own coordinates lie far from their ZIP code and town."""
    rows = session.execute(
        sa.select(Facility.id, Facility.latitude, Facility.longitude).where(
            Facility.location_precision != "exact"
        )
    )
    moved = {row.id: (float(row.latitude), float(row.longitude)) for row in rows}
    assert 0 < len(moved) < 20
    return moved


def said_by_kind(kinds: str, codes: set[str], others: set[str]) -> dict[str, Said]:
    """Return what a site says, given its codes and those of the mental health program beside it."""
    if kinds == "both":
        both = said(codes | others)
        return {"substance-use": said(codes), "mental-health": said(others), "all": both}
    listed = said(codes)
    word, other, says_other = {
        "drugs": ("substance-use", "mental-health", {"MH", "SUMH"}),
        "minds": ("mental-health", "substance-use", {"SA", "SUMH"}),
    }[kinds]
    if types := codes & says_other:
        unlisted = replace(said(types), limits=codes)
    else:
        unlisted = replace(listed, is_asked_for=False)
    return {word: listed, other: unlisted, "all": listed}


def said(codes: set[str]) -> Said:
    answers = answers_of(codes)
    facets = {
        facet.name: tuple(answers[facet.name, option.value] for option in facet.options)
        for facet in FILTERS
    }
    return Said(True, codes, answers, facets)


def with_dates_and_kinds(
    session: Session,
) -> list[tuple[tuple[Any, ...], dt.date | None, str]]:
    """Give every facility a date, and some a mental health program, in place of its own or beside.

    Returns id, names, street and ZIP code of each, the date, and which kinds it is listed for.
    """
    chance = random.Random(2)
    columns = (Facility.name, Facility.program_name, Facility.street, Facility.postal_code)
    rows = session.execute(sa.select(Facility.id, *columns).order_by(Facility.id)).all()
    dates = [chance.choice([None, dt.date(2022, 5, 19 - row.id % 9)]) for row in rows]
    kinds = [chance.choice(["drugs", "drugs", "drugs", "minds", "both"]) for _ in rows]
    said = session.scalars(sa.select(Facility.substance_use_codes).order_by(Facility.id)).all()
    with write_transaction(session):
        changes = [
            {
                "id": row.id,
                "listed_as_of": date,
                "substance_use_codes": None if kind == "minds" else said[at],
                "mental_health_codes": {"minds": said[at], "both": said[at - 1]}.get(kind),
            }
            for at, (row, date, kind) in enumerate(zip(rows, dates, kinds, strict=True))
        ]
        session.execute(sa.update(Facility), changes)
        reindex_all(session)
    return [(tuple(row), date, kind) for row, date, kind in zip(rows, dates, kinds, strict=True)]


def answers_of(codes: set[str]) -> dict[tuple[str, str], str]:
    return {
        (facet.name, option.value): answer(codes, option.codes, option.denied_by)
        for facet in FILTERS
        for option in facet.options
    }


def drawn(chance: random.Random, sites: Sequence[Site]) -> dict[str, list[str]]:
    """Draw one search."""
    asked: dict[str, list[str]] = {}
    facets = chance.sample(FILTERS, chance.choice([0, 0, 1, 1, 2, 2, 3]))
    for facet in facets:
        values = [option.value for option in facet.options]
        asked[facet.name] = chance.sample(values, min(len(values), chance.choice([1, 1, 2, 3])))
    if chance.random() < 0.4:
        asked["match_all"] = [facet.name for facet in facets if chance.random() < 0.7]
    place = chance.random()
    if place < 0.6:
        latitude, longitude = chance.choice(sites).point
        asked["lat"] = [f"{latitude + chance.uniform(-0.4, 0.4):.4f}"]
        asked["lon"] = [f"{longitude + chance.uniform(-0.4, 0.4):.4f}"]
    elif place < 0.65:
        asked |= {"lat": ["52.0"], "lon": [chance.choice(["179.9", "-179.9"])]}
    elif place < 0.9:
        asked["near"] = [chance.choice(NEARS)]
    if "lat" in asked or ("near" in asked and chance.random() < 0.7):
        asked["radius"] = [
            chance.choice(["5", "10", "25", "50", "100", "250", "500", "33.3", "any", "any"])
        ]
    if chance.random() < 0.2 or not asked:
        asked["name"] = [chance.choice(list(NAMES))]
    if chance.random() < 0.3:
        asked["for_gender"] = [chance.choice(["female", "male"])]
    if chance.random() < 0.3:
        asked["for_age"] = [chance.choice(["0", "16", "17", "18", "40", "85"])]
    if chance.random() < 0.2:
        asked["unsaid"] = ["1"]
    if chance.random() < 0.3:
        values = [f"{facet.name}:{option.value}" for facet in FILTERS for option in facet.options]
        asked["prefer"] = chance.sample(values, chance.choice([1, 2]))
    if chance.random() < 0.5:
        asked["treats"] = [chance.choice(["substance-use", "mental-health", "all", "all"])]
    asked["sort"] = [chance.choice(["distance", "distance", "name", "updated"])]
    asked["page"] = [chance.choice(["1", "1", "1", "2", "4"])]
    asked["per_page"] = [chance.choice(["20", "7", "100"])]
    return asked


def test_two_hundred_searches_answer_as_a_plain_loop_does(
    directories: tuple[list[Session], list[Site]], gazetteer_path: Path
) -> None:
    sessions, sites = directories
    places = Gazetteer(gazetteer_path)
    chance = random.Random(2022)
    found_some = 0
    for _ in range(SEARCHES):
        asked = drawn(chance, sites)
        page, per_page = int(asked["page"][0]), int(asked["per_page"][0])
        first = (page - 1) * per_page
        both = [search_facilities(session, places, parse_search(asked)) for session in sessions]
        center = both[0].origin.point if both[0].origin else None
        assert (center is None) == ("near" not in asked and "lat" not in asked), asked
        ids, answers, left_out = loop(sites, center, asked)
        facets = {
            facet: {value: said["yes"] for value, said in values.items()}
            for facet, values in answers.items()
        }
        for results in both:
            assert (results.origin.point if results.origin else None) == center, asked
            assert results.total == len(ids), asked
            hits = [hit.facility.id for hit in results.hits]
            assert hits == ids[first : first + per_page], asked
            assert sum(results.left_out.values()) == left_out, asked
            document = results_document(results)
            assert (document["total"], [each["id"] for each in document["results"]]) == (
                len(ids),
                hits,
            )
            assert document["facet_answers"] == answers, asked
            assert document["facets"] == facets, asked
        found_some += bool(hits)
    assert found_some > SEARCHES / 2
