"""Decides what a text means: which of the stored places, how surely, and what else it may be.

The order is the rule (first that answers wins): coordinates, ZIP code, name with state, whole name,
parts and endings of an address, corrected spelling, nothing. Knows no SQL.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from finder.geocoding.model import Place, PlaceKind, PlacesFound
from finder.geocoding.normalise import Tokens, clean, key_of, tokenise
from finder.geocoding.numbers import (
    mistyped_zips,
    read_coordinates,
    restored_zip,
    split_zip,
    zips_within,
)
from finder.geocoding.spelling import SHORTEST_CORRECTED
from finder.geocoding.store import GazetteerStore, NamedPlace, NameGrade, ZipArea
from finder.geocoding.vocabulary import (
    ALWAYS_FOREIGN,
    AROUND_A_PLACE,
    BEFORE_A_PLACE,
    FOREIGN,
    OFTEN_FOREIGN,
    UNITED_STATES,
)

MOST_SUGGESTIONS = 5
LONGEST_NAME = 5
"""Tokens that an ending of an address may have to be taken for a place's name."""

# How sure each way of understanding is.
_SURE = 0.98
_BY_NAME = 0.95
_ADDRESS = 0.85
_PARTLY_READ = 0.6
_CORRECTED = {1: 0.7, 2: 0.5}

# State codes that are words too: after other words only, they say nothing.
_WORDS_LIKE_STATES = frozenset({"me", "in", "or", "hi", "oh"})
_POPULATION_OF_SHORT_CORRECTION = 1_000
_SHORT_NAME = 5
_SEPARATORS = re.compile(r"[,;|/]")


@dataclass(frozen=True, slots=True)
class Reading:
    """One understanding of a text: namesakes best first, or only spellings to offer."""

    namesakes: tuple[NamedPlace, ...] = ()
    certainty: float = _BY_NAME
    state_given: bool = False
    kind: PlaceKind | None = None
    suggestions: tuple[str, ...] = ()


_NOTHING = Reading()


class PlaceReader:
    """Reads texts with the help of one gazetteer."""

    def __init__(self, store: GazetteerStore) -> None:
        self._store = store

    def read(self, text: str, *, limit: int) -> PlacesFound:
        """Return what ``text`` may mean, at most ``limit`` places; never raises on any text."""
        query = clean(text)
        if point := read_coordinates(query):
            return PlacesFound(query, (self._at(*point),)[:limit], ())
        words, code = split_zip(_without_country(query))
        parts = _parts_of(words)
        area = self._store.zip_area(code) if code else None
        if area is not None:
            return PlacesFound(query, (self._zip_place(area, parts),)[:limit], ())
        reading = self._read_parts(parts)
        if not reading.namesakes and (inside := self._zip_inside(words)):
            return PlacesFound(query, (inside,)[:limit], ())
        if code and reading.namesakes:
            reading = replace(reading, certainty=reading.certainty * _PARTLY_READ)
        suggestions = reading.suggestions
        if not reading.namesakes and (number := code or restored_zip(query)):
            suggestions = self._zips_like(number)
        return PlacesFound(query, _places(reading)[:limit], suggestions)

    # --- ZIP codes and coordinates -----------------------------------------------------------

    def _at(self, latitude: float, longitude: float) -> Place:
        label = f"{latitude:.4f}, {longitude:.4f}"
        return Place(label, PlaceKind.COORDINATES, "", latitude, longitude, 0, 1.0)

    def _zip_place(self, area: ZipArea, parts: Sequence[Tokens]) -> Place:
        state, rest = self._split_state(parts)
        certainty = _SURE if state in ("", area.state) else _PARTLY_READ
        kind = PlaceKind.ADDRESS if _has_number(rest) else PlaceKind.ZIP
        point = area.latitude, area.longitude
        return Place(_zip_label(area), kind, area.state, *point, 0, certainty)

    def _zip_inside(self, words: str) -> Place | None:
        """Return the one ZIP code within words that say nothing else, as in "83702 Boise"."""
        areas = [self._store.zip_area(code) for code in zips_within(words)]
        if len(areas) != 1 or areas[0] is None:
            return None
        return replace(self._zip_place(areas[0], ()), confidence=_PARTLY_READ)

    def _zips_like(self, code: str) -> tuple[str, ...]:
        """Return labels of known ZIP codes that ``code`` may be a slip for."""
        number = int(code)
        areas = {area.code: area for area in self._store.zip_neighbours(number)}
        areas |= {area.code: area for area in self._store.zip_areas([number, *mistyped_zips(code)])}
        nearest = sorted(areas.values(), key=lambda area: abs(area.code - number))
        return tuple(_zip_label(area) for area in nearest[:MOST_SUGGESTIONS])

    # --- words -------------------------------------------------------------------------------

    def _read_parts(self, parts: Sequence[Tokens]) -> Reading:
        tokens = _joined(parts)
        if not tokens:
            return _NOTHING
        state, rest = self._split_state(parts)
        if state and rest:
            is_code = parts[-1][-1] == state.casefold()
            whole = () if is_code or len(parts) > 1 else self._called(tokens)
            if whole:
                return Reading(whole)
            return self._read_in_state(rest, state)
        if len(parts) == 1 and (reading := self._read_whole(tokens)):
            return reading
        if state:
            return self._read_state(state)
        return self._read_without_state(parts)

    def _read_whole(self, tokens: Tokens) -> Reading | None:
        key = key_of(tokens)
        namesakes = tuple(self._store.named(key))
        if not namesakes and key not in ALWAYS_FOREIGN:
            return None
        if key in ALWAYS_FOREIGN:
            return Reading(suggestions=_labels(namesakes))
        return Reading(namesakes, _BY_NAME / (2 if key in OFTEN_FOREIGN else 1))

    def _read_state(self, state: str) -> Reading:
        namesakes = self._store.named(key_of(tokenise(self._store.states[state].name)))
        states = [place for place in namesakes if place.kind == PlaceKind.STATE]
        return Reading(tuple(states), _SURE, state_given=True)

    def _read_in_state(self, parts: Sequence[Tokens], state: str) -> Reading:
        said = _without_noise(_joined(parts))
        if not said:
            says_nothing = state.casefold() in _WORDS_LIKE_STATES
            return _NOTHING if says_nothing else self._read_state(state)
        if exact := self._exactly_in_state(parts, state):
            return exact
        if corrected := self._corrected_in_state(parts, state):
            return corrected
        elsewhere = self._store.named(key_of(_without_noise(parts[-1])))
        return Reading(suggestions=_labels([*elsewhere, *self._read_state(state).namesakes]))

    def _exactly_in_state(self, parts: Sequence[Tokens], state: str) -> Reading | None:
        tokens = _joined(parts)
        sure = Reading(certainty=_SURE, state_given=True)
        for whole in (tokens, _without_noise(tokens)):
            if namesakes := self._called(whole, state=state):
                return replace(sure, namesakes=namesakes)
        address = PlaceKind.ADDRESS if _has_number(parts) else None
        fallback = None
        for part in reversed(parts if len(parts) > 1 else ()):
            namesakes = self._called(part, state=state)
            if namesakes and namesakes[0].kind == PlaceKind.CITY:
                return Reading(namesakes, _ADDRESS, state_given=True, kind=address)
            if namesakes and fallback is None:
                fallback = Reading(namesakes, _ADDRESS, state_given=True, kind=address)
        for part in reversed(parts):
            for ending in _endings(part):
                if namesakes := self._called(ending, state=state):
                    before = part[: -len(ending)]
                    plain = address or not _without_noise(before)
                    certainty = _ADDRESS if plain else _PARTLY_READ
                    return Reading(namesakes, certainty, state_given=True, kind=address)
        return fallback

    def _corrected_in_state(self, parts: Sequence[Tokens], state: str) -> Reading | None:
        address = PlaceKind.ADDRESS if _has_number(parts) else None
        last = _without_noise(parts[-1])
        spoken = [last] if not _has_number([last]) else list(_endings(last))
        found: list[tuple[float, int, NamedPlace]] = []
        for tokens in spoken:
            found += self._corrections(tokens, state=state)
        return _corrected(found, state_given=True, kind=address)

    def _read_without_state(self, parts: Sequence[Tokens]) -> Reading:
        tokens = _joined(parts)
        if abroad := _foreign_ending(tokens):
            named = self._store.named(key_of(tokens[:-abroad]))
            return Reading(suggestions=_labels(named))
        if len(parts) > 1:
            return self._read_several(parts)
        if state := self._state_phrase(tokens):
            return self._read_state(state)
        phrases = [_without_noise(tokens), _after_preposition(tokens)]
        for phrase in phrases:
            if phrase and phrase != tokens:
                return self._read_parts([phrase])
        if not phrases[0]:
            return _NOTHING
        for length in (1, 2):
            state = self._nearly_state(tokens[-length:]) if len(tokens) > length else ""
            if state and (exact := self._exactly_in_state([tokens[:-length]], state)):
                return _less_sure(exact)
        if _has_number(parts):
            return self._read_address(tokens)
        found = self._corrections(tokens)
        sound = [row for row in found if _is_likely(tokens, row[2])]
        reading = _corrected(sound, state_given=False, kind=None)
        return reading or Reading(suggestions=_labels([place for *_, place in found]))

    def _read_several(self, parts: Sequence[Tokens]) -> Reading:
        """Read parts between commas, of which the last names no state."""
        for at in (0, -1):
            state = self._state_of(parts[at]) or self._nearly_state(parts[at])
            others = parts[1:] if at == 0 else parts[:-1]
            if state and (exact := self._exactly_in_state(others, state)):
                return _less_sure(exact)
        wider = self._called(parts[-1])
        for place in wider[:LONGEST_NAME]:
            # "Brooklyn, NYC" and "Chicago, Cook County": the wider place tells the state.
            if exact := self._exactly_in_state(parts[:-1], place.state):
                return _less_sure(exact)
        if wider and _has_number(parts):
            return Reading(wider, _ADDRESS, kind=PlaceKind.ADDRESS)
        named = self._store.named(key_of(parts[0]))
        return Reading(suggestions=_labels(named or wider))

    def _read_address(self, tokens: Tokens) -> Reading:
        """Read the ending of an address without state as its city."""
        for ending in _endings(tokens):
            if not _has_number([ending]) and (namesakes := self._called(ending)):
                return Reading(namesakes, _PARTLY_READ, kind=PlaceKind.ADDRESS)
        return _NOTHING

    # --- names -------------------------------------------------------------------------------

    def _called(self, tokens: Tokens, *, state: str = "") -> tuple[NamedPlace, ...]:
        """Return the places called so; "Cook Co" is a county where nothing else is."""
        namesakes = self._store.named(key_of(tokens), state=state)
        if not namesakes and len(tokens) > 1 and tokens[-1] == "co":
            namesakes = self._store.named(key_of((*tokens[:-1], "county")), state=state)
        return tuple(namesakes)

    def _corrections(
        self, tokens: Tokens, *, state: str = ""
    ) -> list[tuple[float, int, NamedPlace]]:
        """Return (cost, edits, place) for the names that ``tokens`` may be a slip for."""
        found = []
        key = key_of(tokens)
        for near in self._store.spelled_like(key):
            for place in self._store.named(near.key, state=state):
                if near.key in ALWAYS_FOREIGN:
                    continue
                # A metropolis two slips away is likelier than a hamlet one slip away.
                fame = len(str(max(place.population, 1)))
                cost = near.edits - 0.2 * fame + 0.5 * (near.key[0] != key[0])
                found.append((cost, near.edits, place))
        return sorted(found)

    def _split_state(self, parts: Sequence[Tokens]) -> tuple[str, list[Tokens]]:
        """Return the state that the last part ends with, "" if none, and the parts before it.

        The code is read before abbreviations are: "Canon City CO" is no county.
        """
        if not parts:
            return "", []
        last = parts[-1]
        for length in range(min(4, len(last)), 0, -1):
            if state := self._state_of(last[-length:]):
                before = [*parts[:-1], last[:-length]]
                return state, [part for part in before if part]
        return "", list(parts)

    def _state_of(self, tokens: Tokens) -> str:
        states = self._store.state_of_key
        return states.get("".join(tokens)) or states.get(key_of(tokens), "")

    def _state_phrase(self, tokens: Tokens) -> str:
        """Return the state that "Washington State" or "state of Washington" names."""
        if tokens[-1] == "state":
            return self._state_of(tokens[:-1])
        if tokens[:2] == ("state", "of"):
            return self._state_of(tokens[2:])
        return ""

    def _nearly_state(self, tokens: Tokens) -> str:
        key = key_of(tokens)
        if len(key) <= SHORTEST_CORRECTED:
            return ""
        near = [self._state_of((spelling.key,)) for spelling in self._store.spelled_like(key)]
        return next(filter(None, near), "")


def _without_country(query: str) -> str:
    parts = query.rsplit(None, 4)
    for count in range(min(4, len(parts) - 1), 0, -1):
        ending = tokenise(" ".join(parts[-count:]))
        if ending in UNITED_STATES:
            return query[: query.rfind(parts[-count])].rstrip(" ,")
    return query


def _parts_of(text: str) -> list[Tokens]:
    return [tokens for part in _SEPARATORS.split(text) if (tokens := tokenise(part))]


def _joined(parts: Sequence[Tokens]) -> Tokens:
    return tuple(token for part in parts for token in part)


def _has_number(parts: Sequence[Tokens]) -> bool:
    return any(token[0].isdigit() for part in parts for token in part)


def _endings(tokens: Tokens) -> list[Tokens]:
    """Return the endings of ``tokens`` that may be a name, longest first."""
    return [tokens[-length:] for length in range(min(LONGEST_NAME, len(tokens)), 0, -1)]


def _without_noise(tokens: Tokens) -> Tokens:
    first, last = 0, len(tokens)
    while first < last and tokens[first] in AROUND_A_PLACE:
        first += 1
    while last > first and tokens[last - 1] in AROUND_A_PLACE:
        last -= 1
    return tokens[first:last]


def _after_preposition(tokens: Tokens) -> Tokens:
    for position in range(len(tokens) - 1, 0, -1):
        if tokens[position - 1] in BEFORE_A_PLACE:
            return tokens[position:]
    return ()


def _foreign_ending(tokens: Tokens) -> int:
    """Return how many tokens at the end name a foreign country or province."""
    for length in (3, 2, 1):
        if len(tokens) > length and tokens[-length:] in FOREIGN:
            return length
    return 0


def _is_likely(tokens: Tokens, place: NamedPlace) -> bool:
    """Tell whether a short text without state may be meant for a place as small as this."""
    if len(key_of(tokens)) > _SHORT_NAME:
        return True
    return place.score >= _POPULATION_OF_SHORT_CORRECTION


def _less_sure(reading: Reading) -> Reading:
    labels = _labels(reading.namesakes)
    return replace(reading, certainty=reading.certainty * _CORRECTED[1], suggestions=labels)


def _corrected(
    found: list[tuple[float, int, NamedPlace]], *, state_given: bool, kind: PlaceKind | None
) -> Reading | None:
    if not found:
        return None
    places = tuple(dict.fromkeys(place for *_, place in sorted(found)))
    certainty = _CORRECTED[found[0][1]]
    return Reading(places, certainty, state_given, kind, _labels(places))


def _labels(places: Sequence[NamedPlace]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.label for place in places))[:MOST_SUGGESTIONS]


def _zip_label(area: ZipArea) -> str:
    return f"{area.code:05d} ({area.city}, {area.state})"


def _places(reading: Reading) -> tuple[Place, ...]:
    """Return the namesakes with the share of certainty that each may claim."""
    everyone = sum(place.score + 1 for place in reading.namesakes)
    places = []
    for rank, place in enumerate(reading.namesakes):
        share = (place.score + 1) / everyone
        if rank == 0:
            sure = reading.state_given or place.grade == NameGrade.NICKNAME
            share = 1.0 if sure else (1 + share) / 2
        places.append(
            Place(
                label=place.label,
                kind=reading.kind or PlaceKind(place.kind),
                state=place.state,
                latitude=place.latitude,
                longitude=place.longitude,
                population=place.population,
                confidence=round(reading.certainty * share, 3),
            )
        )
    return tuple(places)
