"""Searches without a radius, on segments of a few entries, compared with a plain loop."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from finder.facilities.index import writing
from finder.facilities.index.name_forms import fold_name, match_form
from finder.facilities.search.execution import search_facilities
from finder.facilities.search.request import SearchRequest, Sort
from finder.facilities.vocabulary.answers import Answer, answers_of
from finder.facilities.vocabulary.filters import FILTERS
from finder.facilities.vocabulary.kinds import Treats
from tests.facilities.search.test_execution import answering, codes_at_random, haversine, rank
from tests.facilities.search.test_search_against_loop import fit_of
from tests.facilities.search.test_search_properties import NoPlaces
from tests.factories import add_facilities

pytestmark = pytest.mark.slow

NAMES = ("New Hope", "Hope House", "hope house", "Newark House", "House of Hope", "Casa 9", "Zion")
POINTS = ((44.0, -121.0), (44.0, -121.0), (25.0, -80.0), (51.9, 179.9), (None, None))
VALUES = [(facet.name, option.value) for facet in FILTERS for option in facet.options]
ASKED = ("", "", "hope", "HOUSE", "o", "ho ew", "hope house", "casa", "nobody", "new hope")


@pytest.mark.parametrize("segment_entries", [7, 8_192])
def test_random_searches_agree_with_a_plain_loop(
    session: Session, monkeypatch: pytest.MonkeyPatch, segment_entries: int
) -> None:
    monkeypatch.setattr(writing, "SEGMENT_ENTRIES", segment_entries)
    chance = random.Random(9)
    codes = sorted({code for facet in FILTERS for each in facet.options for code in each.codes})
    rows: list[dict[str, Any]] = []
    for _ in range(120):
        latitude, longitude = chance.choice(POINTS)
        rows.append(
            {
                "name": chance.choice(NAMES),
                "latitude": latitude,
                "longitude": longitude,
                **codes_at_random(chance, codes, 40),
                "location_precision": chance.choice(["exact", "zip"]) if latitude else "unknown",
                "listed_as_of": chance.choice([None, dt.date(2026, 1, 1), dt.date(2025, 1, 1)]),
            }
        )
    known = dict(zip(add_facilities(session, *rows), rows, strict=True))
    for _ in range(60):
        facets = chance.sample(FILTERS, chance.randrange(3))
        center = chance.choice([None, None, (44.1, -121.0), (30.0, -80.0)])
        asked: dict[str, Any] = {
            "name": chance.choice(ASKED),
            "sort": chance.choice(list(Sort)),
            "per_page": chance.choice([3, 20, 100]),
            "page": chance.choice([1, 1, 2, 5]),
            "preferred": tuple(chance.sample(VALUES, chance.choice([0, 0, 1, 2]))),
            "chosen": {f.name: tuple(o.value for o in chance.sample(f.options, 2)) for f in facets},
            "treats": chance.choice([None, *Treats]),
        }
        asked["treats"] = SearchRequest(**asked).kind
        for row in rows:
            codes_of_kind, _, row["is_asked_for"] = answering(row, asked)
            row["answers"] = answers_of(codes_of_kind)
        latitude, longitude = center or (None, None)
        request = SearchRequest(latitude=latitude, longitude=longitude, radius_miles=None, **asked)
        results = search_facilities(session, NoPlaces(), request)
        ids = loop(known, center, asked)
        first = (asked["page"] - 1) * asked["per_page"]
        assert results.total == len(ids), request
        shown = [hit.facility.id for hit in results.hits]
        assert shown == ids[first : first + asked["per_page"]], request
        for facet in FILTERS:
            others = {k: v for k, v in asked["chosen"].items() if k != facet.name}
            those = loop(known, center, asked | {"chosen": others})
            for option in facet.options:
                said = [known[each]["answers"][facet.name][option.value] for each in those]
                counts = results.facets[facet.name][option.value]
                assert (counts.yes, counts.no) == (said.count(Answer.YES), said.count(Answer.NO))


def loop(
    known: dict[int, dict[str, Any]], center: tuple[float, float] | None, asked: dict[str, Any]
) -> list[int]:
    """Return the ids of all that are found, in order."""
    found = []
    for key, row in known.items():
        answers = row["answers"]
        name = fold_name(row["name"])
        distance = 1e9
        if center and row["latitude"] is not None:
            distance = round(haversine(center, (row["latitude"], row["longitude"])), 6)
        if not row["is_asked_for"]:
            continue
        words = asked["name"].lower().split()
        if all(word in name for word in words) and all(
            any(answers[facet][value] == "yes" for value in values)
            for facet, values in asked["chosen"].items()
        ):
            day = row["listed_as_of"]
            newest = -day.toordinal() if day else 0
            band, liked, *equals = rank(distance, row, answers, asked)
            far = (*equals, name) if center else (name,)
            fit = fit_of(match_form(row["name"]), words)
            by = {"name": (fit, name, *far), "updated": (newest, *far)}
            found.append((by.get(asked["sort"], (fit, band, liked, *far)), key))
    return [key for _, key in sorted(found)]
