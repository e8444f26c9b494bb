"""Labelled queries: accuracy by kind, for this geocoder and for its peers."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from finder.geocoding import Place, PlaceKind
from finder.geocoding.distance import miles_between
from finder.geocoding.gazetteer import read_rows
from finder.geocoding.spelling import key_of_text

CASES = Path(__file__).with_name("cases.tsv")
NEARBY_MILES = 25.0
"""How far from the place that is meant a peer's point may lie: peers name no place."""


@dataclass(frozen=True, slots=True)
class Case:
    """A query and all correct answers; none where nothing should be found."""

    kind: str
    text: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One place as any geocoder gives it; ``label`` is empty where it names none."""

    label: str
    state: str
    latitude: float
    longitude: float


Geocode = Callable[[str], Sequence[Answer]]
"""Returns the answers to a text, best first."""


@dataclass(slots=True)
class Score:
    """How many of a kind were correct in the first answer, and within the first five."""

    cases: int = 0
    first: int = 0
    within_five: int = 0


def read_cases(path: Path = CASES) -> list[Case]:
    """Return the cases of a file; raise ValueError where a line is not one."""
    return [
        _case(line.rstrip("\n"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]


def _case(line: str) -> Case:
    kind, text, expected = line.split("\t")
    return Case(kind, text, () if expected == "-" else tuple(expected.split("|")))


def score(geocode: Geocode, cases: Sequence[Case], truth: Truth) -> dict[str, Score]:
    """Return the score by kind, in the order in which kinds appear."""
    scores: dict[str, Score] = defaultdict(Score)
    for case in cases:
        tally = scores[case.kind]
        tally.cases += 1
        rank = rank_of_right(geocode(case.text), case, truth)
        tally.first += rank == 0
        tally.within_five += 0 <= rank < 5
    return dict(scores)


def total(scores: dict[str, Score]) -> Score:
    """Return the sum over all kinds."""
    every = scores.values()
    return Score(
        sum(tally.cases for tally in every),
        sum(tally.first for tally in every),
        sum(tally.within_five for tally in every),
    )


def rank_of_right(answers: Sequence[Answer], case: Case, truth: Truth) -> int:
    """Return the place of the first right answer, -1 where there is none.

    Where nothing is meant, finding nothing is right.
    """
    if not case.expected:
        return 0 if not answers else -1
    for rank, answer in enumerate(answers):
        if any(truth.is_right(answer, expected) for expected in case.expected):
            return rank
    return -1


class Truth:
    """The coordinates of the expected places, to judge answers without a name."""

    def __init__(self) -> None:
        self._points: dict[str, tuple[float, float]] = {}
        for name, state, latitude, longitude, *_ in read_rows("counties.tsv"):
            self._points[_key(f"{name}, {state}")] = float(latitude), float(longitude)
        for name, state, latitude, longitude, *_ in read_rows("places.tsv"):
            self._points[_key(f"{name}, {state}")] = float(latitude), float(longitude)
        self._states = {name: code for code, name, *_ in read_rows("states.tsv")}
        self._zips: dict[str, tuple[float, float]] = {}
        for code, _, _, latitude, longitude in read_rows("zips.tsv"):
            self._zips[code] = float(latitude), float(longitude)

    def is_right(self, answer: Answer, expected: str) -> bool:
        """Tell whether ``answer`` is the expected place: by its name, else by where it lies."""
        sort, _, rest = expected.partition(" ")
        if sort == "AT":
            latitude, longitude = map(float, rest.split())
            return math.dist((latitude, longitude), (answer.latitude, answer.longitude)) < 0.01
        if sort == "AREA":
            return rest in answer.label.split()[-1] if answer.label else self._in_area(answer, rest)
        if answer.label:
            found = answer.label.split()[0] if sort == "ZIP" else answer.label
            return _key(found) == _key(rest if sort == "ZIP" else expected)
        if expected in self._states:
            return answer.state == self._states[expected]
        point = self._zips.get(rest) if sort == "ZIP" else self._points.get(_key(expected))
        return point is not None and self._is_near(answer, point)

    def _in_area(self, answer: Answer, prefix: str) -> bool:
        points = [point for code, point in self._zips.items() if code.startswith(prefix)]
        return any(self._is_near(answer, point) for point in points)

    def _is_near(self, answer: Answer, point: tuple[float, float]) -> bool:
        return miles_between(answer.latitude, answer.longitude, *point) <= NEARBY_MILES


def answer_of(place: Place) -> Answer:
    """Return a place of this geocoder as an answer to be judged."""
    label = f"AREA {place.label[:3]}" if place.kind == PlaceKind.ZIP_AREA else place.label
    return Answer(label, place.state, place.latitude, place.longitude)


def misses(
    geocode: Geocode, cases: Sequence[Case], truth: Truth
) -> Iterator[tuple[Case, Sequence[Answer]]]:
    """Yield the cases whose first answer is wrong, with the answers."""
    for case in cases:
        answers = geocode(case.text)
        if rank_of_right(answers, case, truth) != 0:
            yield case, answers


def _key(label: str) -> str:
    name, comma, state = label.rpartition(", ")
    return f"{key_of_text(name)},{state}" if comma else key_of_text(label)
