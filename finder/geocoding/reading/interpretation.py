"""Interprets a text: the stored places that it may mean, with confidence and alternatives.

Readings are tried in this order, and the first that answers wins: coordinates, ZIP code, name with
state, whole name, parts and endings of an address, corrected spelling, nothing. Knows no SQL.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from finder.geocoding.distance import miles_between
from finder.geocoding.gazetteer import GazetteerStore, NamedPlace
from finder.geocoding.model import (
    Doubt,
    NothingFound,
    Place,
    PlaceKind,
    PlacesFound,
    unmistakable,
)
from finder.geocoding.reading.correction import (
    Correction,
    corrected_reading,
    corrections,
    is_likely,
    is_sure,
    likeliest_first,
    rather_than_hamlet,
)
from finder.geocoding.reading.intent import says_distress, without_here
from finder.geocoding.reading.name_lookup import NameBook
from finder.geocoding.reading.numbers import (
    is_foreign_code,
    joined_zip,
    read_coordinates,
    restored_zip,
    shortened_plus_four,
    split_zip,
)
from finder.geocoding.reading.phrases import (
    LONGEST_NAME,
    after_preposition,
    before_clause,
    endings,
    foreign_ending,
    has_number,
    is_spot,
    joined,
    left_over,
    parts_of,
    without_country,
    without_noise,
)
from finder.geocoding.reading.ranking import (
    BY_NAME,
    FROM_ADDRESS,
    PARTLY_READ,
    POPULATION_OF_CITY,
    POPULATION_OF_HAMLET,
    POPULATION_OF_TOWN,
    SURE,
    Point,
    Reading,
    labels_of,
    less_sure,
    nearest_first,
    ranked_places,
)
from finder.geocoding.reading.vocabulary import (
    ALWAYS_FOREIGN,
    BEFORE_A_PLACE,
    EVERYDAY_WORDS,
    OFTEN_FOREIGN,
)
from finder.geocoding.reading.zip_codes import (
    is_military_address,
    region_place,
    zip_inside,
    zip_place,
    zips_like,
)
from finder.geocoding.reading.zip_reader import ZipReader, found_places, read_point
from finder.geocoding.spelling import Tokens, clean, key_of, tokenise

# State codes that are words too: in small letters, after words that name nothing, they say nothing.
_WORDS_LIKE_STATES = frozenset({"me", "in", "or", "hi", "oh"})
_NOTHING = Reading()
_SHORTENED_DIGITS = 4
# "Near" a city is said of towns that are as far from it as this.
MILES_BESIDE = 250.0
_BESIDE = frozenset({"near", "by", "outside", "cerca"})


class PlaceReader:
    """Interprets texts against one gazetteer."""

    def __init__(self, store: GazetteerStore) -> None:
        self._store = store
        self._names = NameBook(store)
        self._zips = ZipReader(store, self._names)

    def read(self, text: str, *, limit: int, near: Point | None = None) -> PlacesFound:
        """Return what ``text`` may mean, at most ``limit`` places; never raises on any text."""
        query = clean(text)
        if point := read_coordinates(query):
            return read_point(query, point, limit)
        if (cut := shortened_plus_four(query)) and (known := self._store.zip_area(cut)):
            return found_places(
                query,
                [zip_place(known)._replace(confidence=PARTLY_READ)],
                limit,
                zips_like(self._store, cut),
                doubt=Doubt.SHORTENED,
            )
        words, code = split_zip(joined_zip(without_country(query)))
        parts = parts_of(words)
        tokens = joined(parts)
        here = without_here(tokens)
        if here is not None:  # else they stay in their parts
            parts = [here] if here else []
        area = self._store.zip_area(code) if code else None
        if not code and (shortened := self._zips.shortened(words)):
            area, parts = shortened
        if area is not None:
            return self._zips.read(query, area, parts, limit=limit)
        if is_military_address(code, tokens):
            return PlacesFound(query, (), (), NothingFound.MILITARY)
        if leading := self._zips.leading(parts):
            return found_places(query, [leading], limit)
        in_capitals = query[-2:].isupper() and not query.isupper()
        reading = self._read_parts(parts, code_in_capitals=in_capitals)
        if code and reading.namesakes:
            reading = reading._replace(certainty=reading.certainty * PARTLY_READ)
        places: Sequence[Place] = ranked_places(
            reading, limit=limit, near=near, county_of=self._store.county_of
        )
        if not places and (inside := zip_inside(self._store, words)):
            places = [inside]
            reading = reading._replace(unused=left_over(tokens, (inside.label[:5],)))
        is_guess = not places or reading.doubt == Doubt.CORRECTED
        if is_guess and not code and (no_place := _no_place(tokens, is_here=here is not None)):
            return PlacesFound(query, (), (), no_place)
        number = code or restored_zip(query)
        suggestions = reading.suggestions
        if not places and number:
            suggestions = zips_like(self._store, number, begun="" if code else query)
            known = self._store.zip_area(number) if len(query) == _SHORTENED_DIGITS else None
            region = region_place(self._store, number) if code else None
            if known:
                place = zip_place(known)._replace(confidence=PARTLY_READ)
                places, reading = [place], Reading(doubt=Doubt.SHORTENED)
            elif region:
                places, reading = [region], reading._replace(unused=tokens)
        if places:
            return found_places(
                query, places, limit, suggestions, doubt=reading.doubt, unused=reading.unused
            )
        return PlacesFound(query, (), suggestions, _reason(reading, number))

    # --- words -------------------------------------------------------------------------------

    def _read_parts(self, parts: Sequence[Tokens], *, code_in_capitals: bool = False) -> Reading:
        tokens = joined(parts)
        if not tokens:
            return _NOTHING
        # "Washington State" is the state, but "Penn State" a university.
        if (state := self._names.state_phrase(tokens)) and not self._named(tokens):
            return self._read_university(tokens, state) or self._read_state(state)
        state, rest = self._names.split_state(parts)
        if state and rest:
            is_code = parts[-1][-1] == state.casefold()
            may_be_word = is_code and not code_in_capitals and parts[-1][-1] in _WORDS_LIKE_STATES
            if may_be_word and _says_no_state(joined(rest)):
                return _NOTHING
            # "Denver Co" is no county, but "South Central LA" is a place.
            look_up = self._named if is_code else self._names.called
            if len(parts) == 1 and (whole := look_up(tokens)):
                return Reading(whole)
            written = tokens[len(rest[0]) :] if len(parts) == 1 else ()
            return self._read_in_state(rest, state, written=written)
        if len(parts) == 1 and (reading := self._read_whole(tokens)):
            return reading
        if state:
            return self._read_state(state)
        return self._read_without_state(parts)

    def is_name(self, text: str) -> bool:
        """Tell whether a text is exactly a place's name, alone or with its state."""
        parts = parts_of(clean(text))
        if not parts:
            return False
        state, rest = self._names.split_state(parts)
        if state and rest and self._names.called(joined(rest), state=state):
            return True
        tokens = joined(parts)
        if state or self._names.state_phrase(tokens):
            return not rest or bool(self._names.state_phrase(tokens))
        return bool(self._names.called(tokens))

    def _named(self, tokens: Tokens) -> tuple[NamedPlace, ...]:
        return tuple(self._store.named(key_of(tokens)))

    def _read_whole(self, tokens: Tokens) -> Reading | None:
        key = key_of(tokens)
        namesakes = self._names.called(tokens) or self._names.bare_county(tokens)
        weight = namesakes[0].score if namesakes else 0
        abroad = self._store.people_abroad(key)
        if key in ALWAYS_FOREIGN or (abroad and weight < POPULATION_OF_TOWN):
            return Reading(suggestions=labels_of(namesakes), abroad=True)
        if not namesakes:
            return None
        if weight < POPULATION_OF_HAMLET:
            return self._read_hamlet(tokens, namesakes)
        is_doubtful = key in OFTEN_FOREIGN or abroad > weight
        return Reading(namesakes, BY_NAME / (2 if is_doubtful else 1))

    def _read_hamlet(self, tokens: Tokens, namesakes: tuple[NamedPlace, ...]) -> Reading:
        """Take a hamlet at its name, but offer the towns that it may be a slip for: "Huston"."""
        near = [
            correction
            for correction in corrections(self._store, tokens)
            if correction.edits <= 2 and correction.place.score >= POPULATION_OF_TOWN
        ]
        if not near:
            return Reading(namesakes)
        towns = tuple(correction.place for correction in near)
        if rather_than_hamlet(near, namesakes[0]):
            found = (towns[0], namesakes[0], *towns[1:], *namesakes[1:])
            doubt = Doubt.LIKELIER
        else:
            found = (namesakes[0], *towns, *namesakes[1:])
            doubt = None
        return Reading(found, PARTLY_READ, suggestions=labels_of(found), doubt=doubt)

    def _read_state(self, state: str) -> Reading:
        return Reading(self._names.state_places(state), SURE, state_given=True)

    def _read_university(self, tokens: Tokens, state: str) -> Reading | None:
        """Read "Ohio State" as people call the university, with the state as the alternative.

        Not where the word tells the state from a city: "Washington State".
        """
        name = self._store.states[state].name
        if tokens[-1] != "state" or unmistakable(name, PlaceKind.STATE) != name:
            return None
        campuses = [
            place
            for place in self._named((*tokens, "university"))
            if place.kind == PlaceKind.LANDMARK and place.state == state
        ]
        if not campuses:
            return None
        places = (*campuses, *self._names.state_places(state))
        return Reading(places, suggestions=labels_of(places))

    def _read_in_state(
        self, parts: Sequence[Tokens], state: str, *, written: Tokens = ()
    ) -> Reading:
        """Read ``parts`` in a state; ``written`` is how it is, if no comma stands before it."""
        exact = self._exactly_in_state(parts, state)
        if exact and exact.certainty > PARTLY_READ:
            return exact
        if not without_noise(joined(parts)):
            return self._read_state(state)._replace(unused=joined(parts))
        # "Orange Co" is a county where Colorado has no such place.
        if state == "CO" and (county := self._names.called((*joined(parts), "county"))):
            return Reading(county)
        # "Alondra ark" is no place in Arkansas.
        words = (*parts[-1], *written)
        if len(parts) == 1 and written:
            near = functools.cache(lambda: corrections(self._store, words))
            if whole := self._read_surely_misspelt(words, near, edits=1):
                return whole
        # "Nortj Miami" is North Miami rather than Miami after a word that says nothing.
        if understood := self._corrected_in_state(parts, state) or exact:
            return understood
        elsewhere = self._store.named(key_of(without_noise(parts[-1])))
        return Reading(suggestions=labels_of([*elsewhere, *self._read_state(state).namesakes]))

    def _exactly_in_state(self, parts: Sequence[Tokens], state: str) -> Reading | None:
        tokens = joined(parts)
        if self._names.state_of(tokens) == state:
            tokens = tokenise(self._store.states[state].name)
        for whole in dict.fromkeys((tokens, without_noise(tokens))):
            if namesakes := self._names.called(whole, state=state):
                left = left_over(tokens, whole)
                return Reading(namesakes, SURE, state_given=True, unused=left)
        if len(parts) == 1 and (county := self._names.bare_county(tokens, state=state)):
            return Reading(county, FROM_ADDRESS, state_given=True)
        address = PlaceKind.ADDRESS if is_spot(parts) else None
        fallback = None
        for part in reversed(parts if len(parts) > 1 else ()):
            namesakes = self._names.called(part, state=state)
            if namesakes and namesakes[0].kind == PlaceKind.CITY:
                if len(namesakes) > 1 and len(parts) > 1:
                    namesakes = self._in_county_first(namesakes, parts)
                left = self._outside(namesakes[0], left_over(tokens, part))
                return Reading(namesakes, FROM_ADDRESS, state_given=True, kind=address, unused=left)
            if namesakes and fallback is None:
                left = left_over(tokens, part)
                fallback = Reading(
                    namesakes, FROM_ADDRESS, state_given=True, kind=address, unused=left
                )
        for part in reversed(parts):
            for ending in endings(part):
                if namesakes := self._names.called(ending, state=state):
                    before = part[: -len(ending)]
                    plain = address or not without_noise(before)
                    certainty = FROM_ADDRESS if plain else PARTLY_READ
                    left = left_over(tokens, ending)
                    return Reading(
                        namesakes, certainty, state_given=True, kind=address, unused=left
                    )
        return fallback

    def _outside(self, place: NamedPlace, tokens: Tokens) -> Tokens:
        """Return ``tokens`` without the name of the county that a place lies in."""
        county = tokenise(self._store.county_of(place.place_id) or "") if tokens else ()
        return left_over(tokens, county)

    def _in_county_first(
        self, namesakes: tuple[NamedPlace, ...], parts: Sequence[Tokens]
    ) -> tuple[NamedPlace, ...]:
        """Return the namesakes of one state, those first whose county is written too."""
        written = {key_of(part) for part in parts}

        def is_elsewhere(place: NamedPlace) -> bool:
            county = self._store.county_of(place.place_id)
            return not county or key_of(tokenise(county)) not in written

        return tuple(sorted(namesakes, key=is_elsewhere))

    def _corrected_in_state(self, parts: Sequence[Tokens], state: str) -> Reading | None:
        address = PlaceKind.ADDRESS if is_spot(parts) else None
        last = without_noise(parts[-1])
        spoken = endings(last) if has_number([last]) else list(dict.fromkeys([parts[-1], last]))
        if len(spoken) == 1 and (after := after_preposition(last)):
            spoken.append(after)
        found: list[Correction] = []
        spoken_of: dict[Correction, Tokens] = {}
        for tokens in spoken:
            near = corrections(self._store, tokens, state=state)
            elsewhere = self._store.named(key_of(tokens))
            if elsewhere and elsewhere[0].weight >= POPULATION_OF_TOWN:
                # Well spelled, but not there: only a small slip is believed.
                near = [
                    correction
                    for correction in near
                    if correction.edits == 1 or correction.place.weight > elsewhere[0].weight
                ]
            found.extend(near)
            spoken_of.update(dict.fromkeys(near, tokens))
        likeliest = likeliest_first(found)
        reading = corrected_reading(likeliest, state_given=True, kind=address)
        if reading is None:
            return None
        return reading._replace(unused=left_over(joined(parts), spoken_of[likeliest[0]]))

    def _read_without_state(self, parts: Sequence[Tokens]) -> Reading:
        tokens = joined(parts)
        if abroad := foreign_ending(tokens):
            named = self._store.named(key_of(tokens[:-abroad]))
            return Reading(suggestions=labels_of(named), abroad=True)
        if len(parts) > 1:
            return self._read_several(parts)
        if not (said := without_noise(tokens)):
            return _NOTHING

        @functools.cache
        def near() -> list[Correction]:
            return corrections(self._store, tokens)

        # "The Praks at Walter Reed" is no place near Walter Reed; no such name has a number.
        if not has_number(parts) and (whole := self._read_surely_misspelt(tokens, near, edits=2)):
            return whole
        if beside := self._read_beside(tokens):
            return beside
        clause = before_clause(tokens)
        phrases = (said, after_preposition(clause), after_preposition(tokens), clause)
        doubtful: Reading | None = None
        for phrase in dict.fromkeys(phrases):
            if phrase in ((), tokens):
                continue
            part = self._read_parts([phrase])
            part = part._replace(unused=(*left_over(tokens, phrase), *part.unused))
            if part.abroad or (part.namesakes and not part.suggestions):
                return part
            doubtful = doubtful or (part if part.namesakes else None)
        # "Junctifn City" is Junction City, though "city" may be left out elsewhere.
        if doubtful:
            return self._read_misspelt(tokens, near) or doubtful
        if reading := self._read_with_misspelt_state(tokens):
            return reading
        if has_number(parts):
            return self._read_address(tokens)
        return (
            self._read_misspelt(tokens, near)
            or self._read_ending(tokens)
            or Reading(suggestions=labels_of([correction.place for correction in near()]))
        )

    def _read_beside(self, tokens: Tokens) -> Reading | None:
        """Read "Springfield near Chicago": of its namesakes the nearest to the second place."""
        for at in range(1, len(tokens) - 1):
            if tokens[at] not in _BESIDE:
                continue
            said = without_noise(tokens[:at])
            after = tokens[at + 1 :]
            namesakes = self._names.called(said) if said else ()
            others = self._names.called(after) if len(namesakes) > 1 else ()
            if others:
                point = others[0].latitude, others[0].longitude
                near = nearest_first(namesakes, point)
                if miles_between(*point, near[0].latitude, near[0].longitude) <= MILES_BESIDE:
                    left = left_over(tokens, (*said, tokens[at], *after))
                    return Reading(near, FROM_ADDRESS, unused=left)
        return None

    def _read_with_misspelt_state(self, tokens: Tokens) -> Reading | None:
        """Read "Nashvill Tennesee", and "Ohio Columbus", which has the state before the city."""
        for length in (1, 2):
            state = self._names.state_of(tokens[:length]) if len(tokens) > length else ""
            if state and (exact := self._exactly_in_state([tokens[length:]], state)):
                return less_sure(exact)
        for length in (1, 2):
            state = self._names.nearly_state(tokens[-length:]) if len(tokens) > length else ""
            rest = [tokens[:-length]]
            if state and (exact := self._exactly_in_state(rest, state)):
                return less_sure(exact)._replace(doubt=Doubt.CORRECTED)
            if state and (corrected := self._corrected_in_state(rest, state)):
                return corrected
        return None

    def _read_misspelt(
        self, tokens: Tokens, near: Callable[[], list[Correction]]
    ) -> Reading | None:
        if EVERYDAY_WORDS.issuperset(tokens):
            return None
        written = key_of(tokens)
        likely = [each for each in near() if is_likely(each, written=written)]
        return corrected_reading(likely, state_given=False)

    def _read_surely_misspelt(
        self, tokens: Tokens, near: Callable[[], list[Correction]], *, edits: int
    ) -> Reading | None:
        if tokens[0] in BEFORE_A_PLACE:
            return None
        if not is_sure(near(), written=key_of(tokens), edits=edits):
            return None
        return self._read_misspelt(tokens, near)

    def _read_several(self, parts: Sequence[Tokens]) -> Reading:
        """Read parts between commas, of which the last names no state."""
        for at in (0, -1):
            written = self._names.state_of(parts[at])
            state = written or self._names.nearly_state(parts[at])
            others = parts[1:] if at == 0 else parts[:-1]
            if state and (exact := self._exactly_in_state(others, state)):
                exact = less_sure(exact)
                return exact if written else exact._replace(doubt=Doubt.CORRECTED)
        wider = self._names.called(parts[-1])
        # What is a street's name is no place's: "Kensington and Allegheny, Philadelphia".
        others = [part for part in parts[:-1] if not is_spot([part])]
        for place in wider[:LONGEST_NAME] if others else ():
            # "Brooklyn, NYC" and "Chicago, Cook County": the wider place tells the state.
            if exact := self._exactly_in_state(others, place.state):
                return less_sure(exact)
        before = joined(parts[:-1])
        if wider and is_spot(parts):
            return Reading(wider, FROM_ADDRESS, kind=PlaceKind.ADDRESS, unused=before)
        if wider and self._is_known_city(parts[-1], wider[0]):
            return Reading(wider, PARTLY_READ, suggestions=labels_of(wider), unused=before)
        # "Pitsburg, Pensylvania": the last part is nothing but a state's name, misspelt.
        state = "" if wider else self._names.nearly_state(parts[-1])
        if state and (corrected := self._corrected_in_state(parts[:-1], state)):
            return corrected
        named = self._store.named(key_of(parts[0]))
        return Reading(suggestions=labels_of(named or wider))

    def _read_address(self, tokens: Tokens) -> Reading:
        """Read the ending of an address without state as its city."""
        for ending in endings(tokens):
            namesakes = () if has_number([ending]) else self._names.called(ending)
            if namesakes and namesakes[0].score >= POPULATION_OF_HAMLET:
                left = tokens[: -len(ending)]
                return Reading(namesakes, PARTLY_READ, kind=PlaceKind.ADDRESS, unused=left)
        return _NOTHING

    def _read_ending(self, tokens: Tokens) -> Reading | None:
        """Read a well-known city after words that say nothing here."""
        for ending in endings(tokens)[1:] if len(tokens) <= LONGEST_NAME else endings(tokens):
            namesakes = self._names.called(ending)
            if namesakes and self._is_known_city(ending, namesakes[0]):
                labels, left = labels_of(namesakes), tokens[: -len(ending)]
                return Reading(namesakes, PARTLY_READ, suggestions=labels, unused=left)
        return None

    def _is_known_city(self, tokens: Tokens, place: NamedPlace) -> bool:
        key = key_of(tokens)
        is_large = place.kind == PlaceKind.CITY and place.weight >= POPULATION_OF_CITY
        return is_large and key not in OFTEN_FOREIGN and key not in ALWAYS_FOREIGN


def _says_no_state(before: Tokens) -> bool:
    """Tell whether "in", "or" and the like after such words are words themselves: "help in"."""
    return not without_noise(before) and before[-1] not in BEFORE_A_PLACE


def _no_place(tokens: Tokens, *, is_here: bool) -> NothingFound | None:
    """Return what a text says in place of a place, None where it may be one."""
    if says_distress(tokens):
        return NothingFound.DISTRESS
    if is_here:
        return NothingFound.HERE
    return NothingFound.ABROAD if is_foreign_code(tokens) else None


def _reason(reading: Reading, number: str) -> NothingFound:
    if reading.abroad:
        return NothingFound.ABROAD
    return NothingFound.UNKNOWN_ZIP if number else NothingFound.UNKNOWN
