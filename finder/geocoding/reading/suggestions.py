"""Autocompletion: cities, counties, states and ZIP codes that begin with what is typed.

``interpretation`` reads whole texts.
"""

from __future__ import annotations

from finder.geocoding.gazetteer import GazetteerStore, NamedPlace
from finder.geocoding.model import Place, PlaceKind
from finder.geocoding.reading.interpretation import PlaceReader
from finder.geocoding.reading.name_lookup import NameBook
from finder.geocoding.reading.phrases import after_preposition, without_country
from finder.geocoding.reading.ranking import BY_NAME, distinct_label
from finder.geocoding.reading.zip_codes import zip_place
from finder.geocoding.spelling import Tokens, clean, key_of, tokenise

SHORTEST = 2
_ZIP_DIGITS = 5
_LONGEST_STATE = 3


class PlaceSuggester:
    """Suggests places of one gazetteer."""

    def __init__(self, store: GazetteerStore, reader: PlaceReader) -> None:
        self._store = store
        self._names = NameBook(store)
        self._reader = reader

    def suggest(self, text: str, *, limit: int) -> tuple[Place, ...]:
        """Return at most ``limit`` places, likeliest first; never raises on any text."""
        tokens = tokenise(without_country(clean(text)))
        if len("".join(tokens)) < SHORTEST:
            return ()
        if len(tokens) == 1 and tokens[0].isdigit():
            return self._zips(tokens[0], limit=limit)
        tokens = after_preposition(tokens) or tokens
        found: dict[int, NamedPlace] = {}
        for place in (*self._in_states(tokens), *self._beginning(tokens, limit=limit)):
            found.setdefault(place.place_id, place)
        if not found:
            return self._reader.read(text, limit=limit).places
        labels: set[str] = set()
        return tuple(
            _place(place, label)
            for place in list(found.values())[:limit]
            if (label := distinct_label(place, labels, self._store.county_of))
        )

    def _zips(self, digits: str, *, limit: int) -> tuple[Place, ...]:
        missing = _ZIP_DIGITS - len(digits)
        if missing < 0:
            return ()
        lowest = int(digits) * 10**missing
        areas = self._store.zips_between(lowest, lowest + 10**missing - 1, limit=limit)
        return tuple(zip_place(area) for area in areas)

    def _beginning(self, tokens: Tokens, *, limit: int) -> list[NamedPlace]:
        """Return the states written so, then the places with names that begin so."""
        found = []
        if len(tokens) == 1 and (state := self._names.state_of(tokens)):
            named = self._store.named(key_of(tokens), state=state)
            found = [place for place in named if place.kind == PlaceKind.STATE]
            if not found:
                key = key_of(tokenise(self._store.states[state].name))
                named = self._store.named(key, state=state)
                found = [place for place in named if place.kind == PlaceKind.STATE]
        # The last word may be whole or not: "st" is "saint", or the beginning of "stockton".
        starts = dict.fromkeys([key_of(tokens), key_of(tokens[:-1]) + tokens[-1]])
        begun = [
            place
            for start in starts
            for place in self._store.beginning_with(start, limit=limit + 1)
        ]
        return found + sorted(begun, key=lambda place: -place.weight)

    def _in_states(self, tokens: Tokens) -> list[NamedPlace]:
        """Return the places called as the text says in the states that its end may become."""
        found = []
        for length in range(1, min(_LONGEST_STATE, len(tokens) - 1) + 1):
            start = "".join(tokens[-length:])
            states = {
                code for key, code in self._store.state_of_key.items() if key.startswith(start)
            }
            named = self._names.called(tokens[:-length]) if states else ()
            found += [place for place in named if place.state in states]
        return found


def _place(place: NamedPlace, label: str) -> Place:
    point = place.latitude, place.longitude
    kind = PlaceKind(place.kind)
    return Place(label, kind, place.state, *point, place.population, BY_NAME)
