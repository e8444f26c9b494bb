"""What a person means by the text of the place: filters, age, substances, urgency, the place.

Phrases that ``care_phrases`` finds become search parameters; what is left goes to the geocoder. One
that is denied ("without methadone") is told as not understood, and so are words that stand apart
from the one name of a place ("christian rehab Texas").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from finder.facilities.search.care_phrases import (
    Names,
    place_text,
    place_words,
    spans_of,
    tokens_of,
    words_of,
)
from finder.facilities.search.execution import Places
from finder.facilities.search.request import SearchRequest
from finder.facilities.vocabulary import FILTERS, FIRST_WORDS, NEUTRAL, Substance
from finder.geocoding import NothingFound, danger_span, says_distress, tokenise

_NO_PLACE_BUT_HEARD = (NothingFound.HERE, NothingFound.DISTRESS)
"""what a text without a place may say all the same: "detox near me", "I need help"."""
_AGE = "for_age"


class PlaceNames(Places, Protocol):
    """The geocoder that tells names of places from other words, too."""

    def is_place_name(self, text: str) -> bool:
        """Tell whether a text is exactly the name of a place, alone or with its state."""


@dataclass(frozen=True, slots=True)
class Understood:
    """Words as they were written, and the values of the search parameter that they ask for.

    The parameter is a facet's name, or ``for_age``.
    """

    text: str
    parameter: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryReading:
    """What a text asks for beside its place."""

    text: str
    place: str
    """what is left for the geocoder; empty where nothing is"""
    understood: tuple[Understood, ...] = ()
    substances: tuple[tuple[str, Substance], ...] = ()
    """words as they were written, and the substance that they name"""
    urgent: tuple[str, ...] = ()
    """words that ask for help at once"""
    denied: tuple[str, ...] = ()
    """wishes with a "no" or "without" before them, for which there is no filter"""
    apart: tuple[str, ...] = ()
    """words of no known meaning that stand apart from the place"""

    @property
    def says_more_than_a_place(self) -> bool:
        """Whether anything but a place was recognised."""
        return bool(self.understood or self.substances or self.urgent or self.denied)

    @property
    def says_danger(self) -> bool:
        """Whether it says that a life may be in danger, be there a place beside it or not."""
        return danger_span(tokenise(self.text)) is not None

    @property
    def chosen(self) -> Mapping[str, tuple[str, ...]]:
        """The facet values that the text asks for."""
        chosen: dict[str, tuple[str, ...]] = {}
        for each in self.understood:
            if each.parameter == _AGE:
                continue
            before = chosen.get(each.parameter, ())
            chosen[each.parameter] = tuple(dict.fromkeys((*before, *each.values)))
        return chosen

    @property
    def age(self) -> int | None:
        """The age of the person searched for, where the text says it."""
        said = (each for each in self.understood if each.parameter == _AGE)
        return next((int(each.values[0]) for each in said), None)

    def without_age(self) -> QueryReading:
        """Return the reading with the age among the words not understood."""
        said = tuple(each.text for each in self.understood if each.parameter == _AGE)
        rest = tuple(each for each in self.understood if each.parameter != _AGE)
        return replace(self, understood=rest, apart=(*said, *self.apart))

    def not_understood(self, unused: Sequence[str]) -> tuple[str, ...]:
        """Return the words, as they were written, of which nothing was made.

        :param unused: the tokens of ``place`` that the geocoder found its place without.
        """
        tokens = tokenise(self.text)
        danger = danger_span(tokens)
        heard = tokens[slice(*danger)] if danger else ()
        left = [token for token in unused if token not in heard]
        words = [*self.denied, *(each for each in self.apart if each.lower() not in heard)]
        for word in words_of(self.place):
            if not left:
                break
            if all(token in left for token in word.tokens):
                for token in word.tokens:
                    left.remove(token)
                if not NEUTRAL.issuperset(word.tokens):
                    words.append(self.place[word.begins : word.ends].strip("\"'.!?()"))
        return tuple(sorted(words, key=self.text.find))


def read_query(text: str, is_place_name: Callable[[str], bool]) -> QueryReading:
    """Return what ``text`` asks for; its work is bounded by the text's length.

    :param is_place_name: tells whether a text is exactly a place's name, alone or with its state.
    """
    words = words_of(text)
    if FIRST_WORDS.isdisjoint(tokens_of(words)) and is_place_name(text):
        return QueryReading(text, text)
    names = Names(text, words, is_place_name)
    spans = spans_of(text, words, names)
    kept, apart = place_words(text, words, spans, names)
    place = place_text(text, words, kept)
    written = {span: text[words[span.first].begins : words[span.end - 1].ends] for span in spans}
    wished = [span for span in spans if not span.is_denied]
    ages = [(written[span], span.age) for span in wished if span.age is not None]
    unclear = [written[span] for span in spans if span.is_unclear]
    return QueryReading(
        text,
        place,
        understood=(
            *(
                Understood(written[span], span.care.parameter, span.care.values)
                for span in wished
                if span.care
            ),
            *(Understood(said, _AGE, (str(age),)) for said, age in ages[:1]),
        ),
        substances=tuple((written[span], span.substance) for span in wished if span.substance),
        urgent=tuple(written[span] for span in wished if span.is_urgent),
        denied=tuple(written[span] for span in spans if span.is_denied),
        apart=(
            *(said for said, _ in ages[1:]),
            *unclear,
            *(text[words[at].begins : words[at].ends] for at in apart),
        ),
    )


def understand(request: SearchRequest, places: PlaceNames) -> tuple[SearchRequest, QueryReading]:
    """Return a search with the care words beside its place as filters, and what was understood.

    Where such words are all that was typed, the search is left without a place.
    """
    if not request.near or request.latitude is not None:
        return request, QueryReading(request.near, request.near)
    reading = read_query(request.near, places.is_place_name)
    if reading.place == request.near:  # as most people type it
        return request, reading
    asked = reading.chosen
    chosen = _united(request.chosen, asked) if asked else request.chosen
    person = request.person
    if person.age is None:
        person = replace(person, age=reading.age)
    elif reading.age not in (None, person.age):  # the field for it says another
        reading = reading.without_age()
    near = _near(reading, places)
    return replace(request, near=near, chosen=chosen, person=person), reading


def _near(reading: QueryReading, places: PlaceNames) -> str:
    """Return the text to look a place up by: all of it where it says "near me", or is distress."""
    if not reading.place:
        nothing_found = places.find_places(reading.text).nothing_found
        return reading.text if nothing_found in _NO_PLACE_BUT_HEARD else ""
    if says_distress(tokenise(reading.text)) and not places.is_place_name(reading.place):
        return reading.text
    return reading.place


def _united(
    one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return the values of both for each facet, in the registry's order."""
    both = {
        facet.name: tuple(
            each.value
            for each in facet.options
            if each.value in (*one.get(facet.name, ()), *other.get(facet.name, ()))
        )
        for facet in FILTERS
    }
    return {name: values for name, values in both.items() if values}
