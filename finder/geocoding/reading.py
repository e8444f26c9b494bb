"""Decides what a text means: which of the stored places, how surely, and what else it may be.

The order is the rule (first that answers wins): coordinates, ZIP code, name with state, whole name,
parts and endings of an address, corrected spelling, nothing. Knows no SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from finder.geocoding.model import Place, PlaceKind, PlacesFound
from finder.geocoding.normalise import Tokens, clean, key_of, tokenise
from finder.geocoding.numbers import (
    mistyped_zips,
    read_coordinates,
    restored_zip,
    split_zip,
    zip_of,
    zips_within,
)
from finder.geocoding.phrases import (
    LONGEST_NAME,
    after_preposition,
    before_clause,
    endings,
    foreign_ending,
    has_number,
    joined,
    parts_of,
    without_country,
    without_noise,
)
from finder.geocoding.ranking import (
    BY_NAME,
    FROM_ADDRESS,
    MOST_SUGGESTIONS,
    PARTLY_READ,
    POPULATION_OF_CITY,
    POPULATION_OF_HAMLET,
    SHORT_NAME,
    SURE,
    Correction,
    Reading,
    corrected_reading,
    correction_to,
    is_likely,
    labels_of,
    less_sure,
    likeliest_first,
    ranked_places,
    zip_label,
)
from finder.geocoding.spelling import SHORTEST_CORRECTED
from finder.geocoding.store import GazetteerStore, NamedPlace, NameGrade, ZipArea
from finder.geocoding.vocabulary import ALWAYS_FOREIGN, OFTEN_FOREIGN

# State codes that are words too: after other words only, they say nothing.
_WORDS_LIKE_STATES = frozenset({"me", "in", "or", "hi", "oh"})
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
        words, code = split_zip(without_country(query))
        parts = parts_of(words)
        area = self._store.zip_area(code) if code else None
        if area is not None:
            return PlacesFound(query, (self._zip_place(area, parts),)[:limit], ())
        if leading := self._leading_zip(parts):
            return PlacesFound(query, (leading,)[:limit], ())
        reading = self._read_parts(parts)
        if not reading.namesakes and (inside := self._zip_inside(words)):
            return PlacesFound(query, (inside,)[:limit], ())
        if code and reading.namesakes:
            reading = replace(reading, certainty=reading.certainty * PARTLY_READ)
        suggestions = reading.suggestions
        if not reading.namesakes and (number := code or restored_zip(query)):
            suggestions = self._zips_like(number)
        return PlacesFound(query, ranked_places(reading)[:limit], suggestions)

    # --- ZIP codes and coordinates -----------------------------------------------------------

    def _at(self, latitude: float, longitude: float) -> Place:
        label = f"{latitude:.4f}, {longitude:.4f}"
        return Place(label, PlaceKind.COORDINATES, "", latitude, longitude, 0, 1.0)

    def _zip_place(self, area: ZipArea, parts: Sequence[Tokens]) -> Place:
        state, rest = self._split_state(parts)
        certainty = SURE if state in ("", area.state) else PARTLY_READ
        kind = PlaceKind.ADDRESS if has_number(rest) else PlaceKind.ZIP
        point = area.latitude, area.longitude
        return Place(zip_label(area), kind, area.state, *point, 0, certainty)

    def _leading_zip(self, parts: Sequence[Tokens]) -> Place | None:
        """Return the ZIP code of "83702 Boise": one before its own city or state, no street."""
        tokens = joined(parts)
        if len(tokens) < 2 or zip_of(tokens[0]) != tokens[0]:
            return None
        area = self._store.zip_area(tokens[0])
        state, city = self._split_state([tokens[1:]])
        if area is None or state not in ("", area.state):
            return None
        city_agrees = not city or key_of(city[0]) == key_of(tokenise(area.city))
        return self._zip_place(area, ()) if city_agrees else None

    def _zip_inside(self, words: str) -> Place | None:
        """Return the one ZIP code within words that name nothing else."""
        areas = [self._store.zip_area(code) for code in zips_within(words)]
        if len(areas) != 1 or areas[0] is None:
            return None
        return replace(self._zip_place(areas[0], ()), confidence=PARTLY_READ)

    def _zips_like(self, code: str) -> tuple[str, ...]:
        """Return labels of known ZIP codes that ``code`` may be a slip for."""
        number = int(code)
        areas = {area.code: area for area in self._store.zip_neighbours(number)}
        areas |= {area.code: area for area in self._store.zip_areas([number, *mistyped_zips(code)])}
        nearest = sorted(areas.values(), key=lambda area: abs(area.code - number))
        return tuple(zip_label(area) for area in nearest[:MOST_SUGGESTIONS])

    # --- words -------------------------------------------------------------------------------

    def _read_parts(self, parts: Sequence[Tokens]) -> Reading:
        tokens = joined(parts)
        if not tokens:
            return _NOTHING
        if state := self._state_phrase(tokens):
            return self._read_state(state)
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
            return Reading(suggestions=labels_of(namesakes))
        if namesakes[0].score < POPULATION_OF_HAMLET:
            return self._read_hamlet(tokens, namesakes)
        return Reading(namesakes, BY_NAME / (2 if key in OFTEN_FOREIGN else 1))

    def _read_hamlet(self, tokens: Tokens, namesakes: tuple[NamedPlace, ...]) -> Reading:
        """Take a hamlet at its name, but offer the city that it may be a slip for: "Huston"."""
        cities = [
            near.place
            for near in self._corrections(tokens)
            if near.edits == 1 and near.place.score >= POPULATION_OF_CITY
        ]
        if not cities:
            return Reading(namesakes)
        found = (*namesakes, *cities)
        return Reading(found, PARTLY_READ, suggestions=labels_of(found))

    def _read_state(self, state: str) -> Reading:
        namesakes = self._store.named(key_of(tokenise(self._store.states[state].name)))
        states = [place for place in namesakes if place.kind == PlaceKind.STATE]
        return Reading(tuple(states), SURE, state_given=True)

    def _read_in_state(self, parts: Sequence[Tokens], state: str) -> Reading:
        exact = self._exactly_in_state(parts, state)
        if exact and exact.certainty > PARTLY_READ:
            return exact
        if not without_noise(joined(parts)):
            says_nothing = state.casefold() in _WORDS_LIKE_STATES
            return _NOTHING if says_nothing else self._read_state(state)
        # "Orange Co" is a county where Colorado has no such place.
        if state == "CO" and (county := self._called((*joined(parts), "county"))):
            return Reading(county)
        # "Nortj Miami" is North Miami rather than Miami after a word that says nothing.
        if understood := self._corrected_in_state(parts, state) or exact:
            return understood
        elsewhere = self._store.named(key_of(without_noise(parts[-1])))
        return Reading(suggestions=labels_of([*elsewhere, *self._read_state(state).namesakes]))

    def _exactly_in_state(self, parts: Sequence[Tokens], state: str) -> Reading | None:
        tokens = joined(parts)
        sure = Reading(certainty=SURE, state_given=True)
        if self._state_of(tokens) == state:
            tokens = tokenise(self._store.states[state].name)
        for whole in (tokens, without_noise(tokens)):
            if namesakes := self._called(whole, state=state):
                return replace(sure, namesakes=namesakes)
        address = PlaceKind.ADDRESS if has_number(parts) else None
        fallback = None
        for part in reversed(parts if len(parts) > 1 else ()):
            namesakes = self._called(part, state=state)
            if namesakes and namesakes[0].kind == PlaceKind.CITY:
                return Reading(namesakes, FROM_ADDRESS, state_given=True, kind=address)
            if namesakes and fallback is None:
                fallback = Reading(namesakes, FROM_ADDRESS, state_given=True, kind=address)
        for part in reversed(parts):
            for ending in endings(part):
                if namesakes := self._called(ending, state=state):
                    before = part[: -len(ending)]
                    plain = address or not without_noise(before)
                    certainty = FROM_ADDRESS if plain else PARTLY_READ
                    return Reading(namesakes, certainty, state_given=True, kind=address)
        return fallback

    def _corrected_in_state(self, parts: Sequence[Tokens], state: str) -> Reading | None:
        address = PlaceKind.ADDRESS if has_number(parts) else None
        last = without_noise(parts[-1])
        spoken = endings(last) if has_number([last]) else [parts[-1], last]
        found = [near for tokens in spoken for near in self._corrections(tokens, state=state)]
        return corrected_reading(likeliest_first(found), state_given=True, kind=address)

    def _read_without_state(self, parts: Sequence[Tokens]) -> Reading:
        tokens = joined(parts)
        if abroad := foreign_ending(tokens):
            named = self._store.named(key_of(tokens[:-abroad]))
            return Reading(suggestions=labels_of(named))
        if len(parts) > 1:
            return self._read_several(parts)
        if not (said := without_noise(tokens)):
            return _NOTHING
        phrases = (said, before_clause(tokens), after_preposition(tokens))
        phrase = next((phrase for phrase in phrases if phrase not in ((), tokens)), ())
        if phrase:
            reading = self._read_parts([phrase])
            is_exact = reading.namesakes and not reading.suggestions
            # "Junctifn City" is Junction City, though "city" may be left out elsewhere.
            return reading if is_exact else self._read_misspelt(tokens) or reading
        for length in (1, 2):
            state = self._nearly_state(tokens[-length:]) if len(tokens) > length else ""
            if state and (exact := self._exactly_in_state([tokens[:-length]], state)):
                return less_sure(exact)
        if has_number(parts):
            return self._read_address(tokens)
        near = [correction.place for correction in self._corrections(tokens)]
        return self._read_misspelt(tokens) or Reading(suggestions=labels_of(near))

    def _read_misspelt(self, tokens: Tokens) -> Reading | None:
        written = key_of(tokens)
        found = self._corrections(tokens)
        likely = [near for near in found if is_likely(near, written=written)]
        return corrected_reading(likely, state_given=False)

    def _read_several(self, parts: Sequence[Tokens]) -> Reading:
        """Read parts between commas, of which the last names no state."""
        for at in (0, -1):
            state = self._state_of(parts[at]) or self._nearly_state(parts[at])
            others = parts[1:] if at == 0 else parts[:-1]
            if state and (exact := self._exactly_in_state(others, state)):
                return less_sure(exact)
        wider = self._called(parts[-1])
        for place in wider[:LONGEST_NAME]:
            # "Brooklyn, NYC" and "Chicago, Cook County": the wider place tells the state.
            if exact := self._exactly_in_state(parts[:-1], place.state):
                return less_sure(exact)
        if wider and has_number(parts):
            return Reading(wider, FROM_ADDRESS, kind=PlaceKind.ADDRESS)
        named = self._store.named(key_of(parts[0]))
        return Reading(suggestions=labels_of(named or wider))

    def _read_address(self, tokens: Tokens) -> Reading:
        """Read the ending of an address without state as its city."""
        for ending in endings(tokens):
            if not has_number([ending]) and (namesakes := self._called(ending)):
                return Reading(namesakes, PARTLY_READ, kind=PlaceKind.ADDRESS)
        return _NOTHING

    # --- names -------------------------------------------------------------------------------

    def _called(self, tokens: Tokens, *, state: str = "") -> tuple[NamedPlace, ...]:
        """Return the places called so; "Cook Co" is a county where nothing else is."""
        namesakes = self._store.named(key_of(tokens), state=state)
        if not namesakes and len(tokens) > 1 and tokens[-1] == "co":
            namesakes = self._store.named(key_of((*tokens[:-1], "county")), state=state)
        return tuple(namesakes)

    def _corrections(self, tokens: Tokens, *, state: str = "") -> list[Correction]:
        """Return the places whose names ``tokens`` may be a slip for, likeliest first."""
        key = key_of(tokens)
        corrections = []
        for near in self._store.spelled_like(key):
            for place in self._store.named(near.key, state=state):
                is_code = place.grade == NameGrade.NICKNAME and len(near.key) <= SHORT_NAME
                if not is_code and (state or near.key not in ALWAYS_FOREIGN):
                    corrections.append(correction_to(place, near, written=key))
        return likeliest_first(corrections)

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
