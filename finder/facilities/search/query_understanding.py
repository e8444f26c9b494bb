"""Splits what a person typed as the place into care words and the place: "detox in Maine".

Phrases of ``vocabulary.care_words`` become search parameters, longest phrase first; what is left
goes to the geocoder. A phrase that belongs to a place's or a street's name stays with it ("Spanish
Fork, UT", "Veterans Blvd"). One that is denied ("without methadone") is told as not understood, and
so are words that stand apart from the one name of a place ("christian rehab Texas"). Knows place
names only through ``is_place_name``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from finder.facilities.search.execution import Places
from finder.facilities.search.request import SearchRequest
from finder.facilities.search.spoken_numbers import age_of, is_span_of_time, is_time_of_day
from finder.facilities.vocabulary import (
    ARTICLES,
    BEFORE_A_STATE,
    CARE_WORD_OF,
    CONNECTORS,
    FILTERS,
    FIRST_WORDS,
    LONG_WORDS,
    LONGEST_PHRASE,
    NEGATIONS,
    NEUTRAL,
    SHORTEST_MISSPELT,
    SOUGHT,
    SUBSTANCE_OF,
    UNFILTERED,
    URGENCY,
    CareWords,
    Substance,
)
from finder.geocoding import (
    NothingFound,
    danger_span,
    here_span,
    says_distress,
    tokenise,
    typing_errors,
)

_NO_PLACE_BUT_HEARD = (NothingFound.HERE, NothingFound.DISTRESS)
"""what a text without a place may say all the same: "detox near me", "I need help"."""
_STATE_CODE = 2
"""letters of a state's code"""
_CHUNK = re.compile(r"[^\s,;|]+")
_LONGEST_NUMBER = 6
"""words that an age or an hour may have"""
_AGE = "for_age"
_LONGEST_NAME = 5
"""words that a place's name with its state may have"""
_STREETS = frozenset(
    (
        "street",
        "avenue",
        "ave",
        "boulevard",
        "blvd",
        "drive",
        "road",
        "rd",
        "highway",
        "hwy",
        "lane",
    )
)
_STREETS_AFTER_A_NUMBER = _STREETS | {"st", "dr", "ln", "ct", "parkway", "pkwy", "way", "place"}


_CROSSING = frozenset({"and", "at", "y"})
"""words that may stand between the names of two streets"""


_NEAR = frozenset({"near", "around"})
_VETERANS = ("va",)
_LIVE_IN = ("live", "in")
_DWELLERS = frozenset(("i", "we", "you", "they", "who", "he", "she", "that"))
"""words after which "live in" tells where somebody lives, not a kind of care"""


class PlaceNames(Places, Protocol):
    """The geocoder that tells names of places from other words, too."""

    def is_place_name(self, text: str) -> bool:
        """Tell whether a text is exactly the name of a place, alone or with its state."""


class _Word(NamedTuple):
    """A run of characters between spaces and commas: its tokens, and where it stands."""

    tokens: tuple[str, ...]
    begins: int
    ends: int


class _Span(NamedTuple):
    """A phrase that was recognised: the words from ``first`` up to ``end``, and its meaning."""

    first: int
    end: int
    care: CareWords | None
    substance: Substance | None
    is_urgent: bool
    is_denied: bool
    age: int | None = None
    is_unclear: bool = False
    """whether no filter stands for it, and it is no part of a place: "5 years sober\""""


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
        for word in _words(self.place):
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
    words = _words(text)
    if FIRST_WORDS.isdisjoint(_tokens(words)) and is_place_name(text):
        return QueryReading(text, text)
    names = _Names(text, words, is_place_name)
    spans = list(_spans(words, names))
    spans = _with_misspelt(text, words, spans, names)
    kept, apart = _beside_the_name(text, words, _kept(text, words, spans, names), names)
    kept = kept or _code_beside_care(text, words, spans, names)
    place = _place_text(text, words, kept)
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


def _words(text: str) -> list[_Word]:
    words = (_Word(tokenise(m[0]), m.start(), m.end()) for m in _CHUNK.finditer(text))
    return [word for word in words if word.tokens]


def _tokens(words: Sequence[_Word]) -> tuple[str, ...]:
    return tuple(token for word in words for token in word.tokens)


class _Names:
    """Which runs of a text's words are a name that no phrase may be taken out of."""

    def __init__(
        self, text: str, words: Sequence[_Word], is_place_name: Callable[[str], bool]
    ) -> None:
        self._text = text
        self._words = words
        self._is_place_name = is_place_name
        self._known: dict[tuple[int, int], bool] = {}
        self._names_something = [not CONNECTORS.issuperset(word.tokens) for word in words]

    def hold(self, first: int, end: int) -> bool:
        """Tell whether a name holds the words from ``first`` to ``end`` and more, or their last."""
        if self._is_street(end):
            return True
        farthest = max(0, end - _LONGEST_NAME)
        if not any(self._names_something[farthest : first + _LONGEST_NAME]):
            return False
        for begins in range(farthest, end):
            least = end if begins < first else end + 1
            for ends in range(min(len(self._words), begins + _LONGEST_NAME), least - 1, -1):
                if self.is_name(begins, ends) and not self._is_beside_state(end - first, end, ends):
                    return not self._is_divided(begins, end, ends)
        return False

    def is_state_code(self, at: int) -> bool:
        """Tell whether a word like "in" or "me" is meant as a state: "in OR", "Portland, me"."""
        word = self._words[at]
        written = self._text[word.begins : word.ends]
        if len(written) != _STATE_CODE or not self._is_place_name(written):
            return False
        if written.isupper() and not self._text.isupper():
            return True
        before = self._words[at - 1] if at else None
        if before is None:
            return False
        if "," in self._text[before.ends : word.begins]:
            return True
        # "en la Florida": an article has its noun after it.
        after = _tokens(self._words[at + 1 : at + 2])
        return CONNECTORS.issuperset(after) and not BEFORE_A_STATE.isdisjoint(before.tokens)

    def is_state(self, at: int) -> bool:
        """Tell whether a word alone names a place, even one that joins others: "la"."""
        word = self._words[at]
        return self._is_place_name(self._text[word.begins : word.ends])

    def _is_beside_state(self, length: int, end: int, ends: int) -> bool:
        """Tell whether a phrase of several words stands before a state: "halfway house Ohio".

        One word alone may well be the town's name: "Weed California".
        """
        if length == 1 or end == ends:
            return False
        begins = self._words[end].begins
        state = self._text[begins : self._words[ends - 1].ends]
        has_comma = "," in self._text[self._words[end - 1].ends : begins]
        return len(state) > _STATE_CODE and not has_comma and self._is_place_name(state)

    def _is_divided(self, begins: int, end: int, ends: int) -> bool:
        """Tell whether what follows takes a name apart: "free" and "Union NJ", not "Free Union"."""
        if end == ends:
            return False
        longer = range(ends + 1, min(len(self._words), end + _LONGEST_NAME) + 1)
        return any(self.is_name(end, later) and not self.is_name(begins, later) for later in longer)

    def is_name(self, first: int, end: int) -> bool:
        """Tell whether the words from ``first`` up to ``end`` are exactly a place's name."""
        run = first, end
        if not any(self._names_something[first:end]):
            return False
        if run not in self._known:
            begins, ends = self._words[first].begins, self._words[end - 1].ends
            self._known[run] = self._is_place_name(self._text[begins:ends])
        return self._known[run]

    def is_name_of(self, kept: Sequence[int]) -> bool:
        """Tell whether these words, and what stood between them, are exactly a place's name."""
        return self._is_place_name(_place_text(self._text, self._words, kept))

    def _is_street(self, end: int) -> bool:
        """Tell whether a street's name goes on: "Veterans Memorial Highway", "30 Day St"."""
        has_number = self._words[0].tokens[0].isdigit()
        following = _tokens(self._words[end : end + 2])
        return not (_STREETS_AFTER_A_NUMBER if has_number else _STREETS).isdisjoint(following)


def _spans(words: Sequence[_Word], names: _Names) -> Iterable[_Span]:
    """Yield the phrases that are recognised, from left to right, the longest at each word."""
    at = 0
    while at < len(words):
        span = _span_at(words, at, names)
        if span is None:
            at += 1
            continue
        yield span
        at = span.end


def _number_at(words: Sequence[_Word], at: int, names: _Names) -> _Span | None:
    """Return an age or an hour at a word, or a span of time that is no kind of care."""
    is_denied = at > 0 and not NEGATIONS.isdisjoint(words[at - 1].tokens)
    span = _Span(at - is_denied, at, None, None, is_urgent=False, is_denied=is_denied)
    for end in range(min(len(words), at + _LONGEST_NUMBER), at, -1):
        tokens = _tokens(words[at:end])
        if age := age_of(tokens):
            return span._replace(end=end, age=age)
        if is_time_of_day(tokens):
            return span._replace(end=end, is_urgent=True)
        if is_span_of_time(tokens) and not names.hold(at, end):
            return span._replace(end=end, is_unclear=not is_denied)
    return None


def _span_at(words: Sequence[_Word], at: int, names: _Names) -> _Span | None:
    return _phrase_at(words, at, names) or _number_at(words, at, names)


def _phrase_at(words: Sequence[_Word], at: int, names: _Names) -> _Span | None:
    if words[at].tokens[0] not in FIRST_WORDS:
        return None
    for end in range(min(len(words), at + LONGEST_PHRASE), at, -1):
        tokens = _tokens(words[at:end])
        care, substance = CARE_WORD_OF.get(tokens), SUBSTANCE_OF.get(tokens)
        is_urgent = tokens in URGENCY
        is_unclear = tokens in UNFILTERED
        if tokens == _LIVE_IN and at and not _DWELLERS.isdisjoint(words[at - 1].tokens):
            continue
        is_phrase = care or substance or is_urgent or is_unclear
        if is_phrase and not names.hold(at, end):
            is_denied = at > 0 and not NEGATIONS.isdisjoint(words[at - 1].tokens)
            is_unclear = is_unclear and not is_denied
            first = at - is_denied
            return _Span(first, end, care, substance, is_urgent, is_denied, is_unclear=is_unclear)
    return None


def _with_misspelt(
    text: str, words: Sequence[_Word], spans: Sequence[_Span], names: _Names
) -> list[_Span]:
    """Return the phrases with those words that are one slip away from a word for care.

    Only where nothing but a place's name is left without them: "residental Maine".
    """
    taken = {at for span in spans for at in range(span.first, span.end)}
    found = [
        span
        for at in range(len(words))
        if at not in taken and (span := _misspelt_at(words, at)) and not names.hold(at, at + 1)
    ]
    everything = sorted([*spans, *found], key=lambda span: span.first)
    if not found:
        return everything
    kept = _kept(text, words, everything, names)
    return everything if kept and names.is_name_of(kept) else list(spans)


def _misspelt_at(words: Sequence[_Word], at: int) -> _Span | None:
    word = "".join(words[at].tokens)
    if len(words[at].tokens) > 1 or len(word) < SHORTEST_MISSPELT or not word.isalpha():
        return None
    meant = {
        each
        for written, each in LONG_WORDS.items()
        if abs(len(written) - len(word)) <= 1 and typing_errors(word, written, most=1) <= 1
    }
    if len(meant) != 1:
        return None
    each = meant.pop()
    care = each if isinstance(each, CareWords) else None
    substance = each if isinstance(each, Substance) else None
    is_denied = at > 0 and not NEGATIONS.isdisjoint(words[at - 1].tokens)
    return _Span(at - is_denied, at + 1, care, substance, is_urgent=False, is_denied=is_denied)


def _kept(text: str, words: Sequence[_Word], spans: Sequence[_Span], names: _Names) -> list[int]:
    """Return which words the geocoder is to read: without phrases, and what joins them."""
    phrases = {at for span in spans for at in range(span.first, span.end)} | _here(words)
    joining: set[int] = set()
    for edge in (0, len(words) - 1, *phrases):
        for step in (-1, 1):
            at = edge + (step if edge in phrases else 0)
            while 0 <= at < len(words) and at not in phrases and _joins(words, at, names):
                joining.add(at)
                at += step
    kept = [at for at in range(len(words)) if at not in phrases | joining]
    article = kept[0] - 1 if kept else -1
    # "la Florida" is Florida, but "los Angelas" a slip.
    is_article = article in joining and ARTICLES.issuperset(words[article].tokens)
    return [article, *kept] if is_article and not names.is_name(kept[0], kept[-1] + 1) else kept


def _code_beside_care(
    text: str, words: Sequence[_Word], spans: Sequence[_Span], names: _Names
) -> list[int]:
    """Return the word of a text without a place that must be a state's code: "detox la".

    It stands at the end after what is sought or "near", or at the beginning before what is sought:
    "al rehab". "Help me", "near me" and "treatment centers in" hold none.
    """

    def is_code(at: int) -> bool:
        written = text[words[at].begins : words[at].ends]
        return len(written) == _STATE_CODE and names.is_state(at)

    if len(words) < 2 or _here(words):
        return []
    sought = {at for at, word in enumerate(words) if SOUGHT.issuperset(word.tokens)}
    sought |= {at for span in spans if not span.is_urgent for at in range(span.first, span.end)}
    urgent = {at for span in spans if span.is_urgent for at in range(span.first, span.end)}
    last = max((at for at in range(len(words)) if at not in urgent), default=0)
    is_after = last - 1 in sought or _NEAR.issuperset(words[last - 1].tokens)
    if last and last not in sought and is_after and is_code(last):
        return [last]
    return [0] if SOUGHT.issuperset(words[1].tokens) and is_code(0) else []


def _beside_the_name(
    text: str, words: Sequence[_Word], kept: Sequence[int], names: _Names
) -> tuple[list[int], list[int]]:
    """Return the words of the place, and those that stand apart from it.

    Where connecting words part what was kept, and one part alone is a place's name, the others are
    none of it: "christian rehab Texas", "Ohio and need a bed". A part with a number may be a
    street, and a comma, or "and" or "at" right before a name, may stand between two streets: they
    are left to the geocoder.
    """
    first, last = (words[kept[0]].begins, words[kept[-1]].ends) if kept else (0, 0)
    is_crossing = any(
        before + 1 == at
        and not _CROSSING.isdisjoint(words[before].tokens)
        and not _joins(words, at, names)
        for before, at in itertools.pairwise(kept)
    )
    if "," in text[first:last] or is_crossing:
        return list(kept), []
    runs: list[list[int]] = []
    for at in kept:
        if _joins(words, at, names):
            continue
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    named = [run for run in runs if names.is_name(run[0], run[-1] + 1)]
    # "VA rehab Ohio": Veterans Affairs.
    if len(named) > 1 and runs[0] == named[0] and _tokens([words[runs[0][0]]]) == _VETERANS:
        named = named[1:]
    others = [at for run in runs if run not in named for at in run]
    # "Casa de salud Houston": the name at the end of other words is rather the place.
    if named and any(
        run[0] > named[0][0] and any(names.is_name(at, run[-1] + 1) for at in run[1:])
        for run in runs
    ):
        return list(kept), []
    has_number = any(token[0].isdigit() for at in others for token in words[at].tokens)
    if len(runs) == 1 or len(named) != 1 or has_number:
        return list(kept), []
    return named[0], others


def _here(words: Sequence[_Word]) -> set[int]:
    """Return the words of "near me" and the like: they are no place."""
    owners = [at for at, word in enumerate(words) for _ in word.tokens]
    span = here_span(_tokens(words))
    return set(owners[span[0] : span[1]]) if span else set()


def _joins(words: Sequence[_Word], at: int, names: _Names) -> bool:
    is_connector = CONNECTORS.issuperset(words[at].tokens)
    return is_connector and not names.is_state_code(at) and not names.hold(at, at + 1)


def _place_text(text: str, words: Sequence[_Word], kept: Sequence[int]) -> str:
    """Return the kept words with what stood between them."""
    written = ""
    before = -1
    for at in kept:
        if written:
            gap = text[words[before].ends : words[at].begins]
            is_next = at == before + 1
            written += gap if is_next else ", " if "," in gap else " "
        written += text[words[at].begins : words[at].ends]
        before = at
    return written
