"""Lookup of exact place names and of states, in all forms in which they are written.

Knows nothing of misspelt names, except of states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from finder.geocoding.gazetteer import GazetteerStore, NamedPlace
from finder.geocoding.model import PlaceKind
from finder.geocoding.reading.vocabulary import COUNTY_WORDS, EVERYDAY_WORDS, OF
from finder.geocoding.spelling import SHORTEST_CORRECTED, Tokens, key_of, tokenise, typing_errors

_LONGEST_STATE = 6
_LONG_ENOUGH_FOR_TWO = 5


class NameBook:
    """The names of one gazetteer."""

    def __init__(self, store: GazetteerStore) -> None:
        self._store = store
        self._states_by_letter: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name, state in store.state_of_key.items():
            if len(name) >= SHORTEST_CORRECTED:
                self._states_by_letter[name[0]].append((name, state))

    def called(self, tokens: Tokens, *, state: str = "") -> tuple[NamedPlace, ...]:
        """Return the places called so; "Cook Co" is a county where nothing else is."""
        namesakes = self._store.named(key_of(tokens), state=state)
        if not namesakes and (county := _county_phrase(tokens)):
            namesakes = self._store.named(key_of(county), state=state)
        return tuple(namesakes)

    def bare_county(self, tokens: Tokens, *, state: str = "") -> tuple[NamedPlace, ...]:
        """Return the county that "Miami-Dade" is short for; asked where no town is called so."""
        if EVERYDAY_WORDS.issuperset(tokens):
            return ()
        return tuple(self._store.named(f"{key_of(tokens)}county", state=state))

    def split_state(self, parts: Sequence[Tokens]) -> tuple[str, list[Tokens]]:
        """Return the state that the last part ends with, "" if none, and the parts before it.

        The code is read before abbreviations are: "Canon City CO" is no county.
        """
        if not parts:
            return "", []
        last = parts[-1]
        for length in range(min(_LONGEST_STATE, len(last)), 0, -1):
            if state := self.state_of(last[-length:]):
                before = [*parts[:-1], last[:-length]]
                return state, [part for part in before if part]
        return "", list(parts)

    def state_of(self, tokens: Tokens) -> str:
        """Return the code of the state that is written so, "" if none is."""
        states = self._store.state_of_key
        written = "".join(tokens)
        if state := states.get(written):
            return state
        key = key_of(tokens)
        return states.get(key, "") if key != written else ""

    def state_phrase(self, tokens: Tokens) -> str:
        """Return the state that "Washington State" or "state of Washington" names."""
        if tokens[-1] == "state":
            return self.state_of(tokens[:-1])
        if tokens[0] in ("state", "estado") and len(tokens) > 2 and tokens[1] in OF:
            return self.state_of(tokens[2:])
        return ""

    def state_places(self, state: str) -> tuple[NamedPlace, ...]:
        """Return the state with a code, as a place."""
        namesakes = self._store.named(key_of(tokenise(self._store.states[state].name)))
        return tuple(place for place in namesakes if place.kind == PlaceKind.STATE)

    def nearly_state(self, tokens: Tokens) -> str:
        """Return the state whose name is nearest to ``tokens``, "" if none is near.

        The first letter must be right.
        """
        key = key_of(tokens)
        if len(key) < SHORTEST_CORRECTED:
            return ""
        allowed = 2 if len(key) > _LONG_ENOUGH_FOR_TWO else 1
        near = [
            (edits, state)
            for name, state in self._states_by_letter.get(key[0], ())
            if abs(len(name) - len(key)) <= allowed
            and (edits := typing_errors(key, name, most=allowed)) <= allowed
        ]
        return min(near)[1] if near else ""


def _county_phrase(tokens: Tokens) -> Tokens:
    """Return "Cook Co" and "Condado de Cook" as "Cook County", () where it is no such phrase."""
    if len(tokens) > 1 and tokens[-1] == "co":
        return (*tokens[:-1], "county")
    if len(tokens) > 2 and tokens[0] in COUNTY_WORDS and tokens[1] in OF:
        return (*tokens[2:], COUNTY_WORDS[tokens[0]])
    return ()
