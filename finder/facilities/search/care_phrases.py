"""Finds care words in a text, and the words that are left for the place: "detox in Maine".

A text is split into words; phrases of ``vocabulary.care_words`` are recognised, longest first. A
phrase that belongs to a place's or a street's name stays with it ("Spanish Fork, UT", "Veterans
Blvd"). ``query_understanding`` tells what the phrases mean for a search. Knows place names only
through ``is_place_name``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from finder.facilities.search.spoken_numbers import age_of, is_span_of_time, is_time_of_day
from finder.facilities.vocabulary import (
    ARTICLES,
    BEFORE_A_STATE,
    CARE_WORD_OF,
    CONNECTORS,
    FIRST_WORDS,
    LONG_WORDS,
    LONGEST_PHRASE,
    NEGATIONS,
    SHORTEST_MISSPELT,
    SOUGHT,
    SUBSTANCE_OF,
    UNFILTERED,
    URGENCY,
    CareWords,
    Substance,
)
from finder.geocoding import (
    here_span,
    tokenise,
    typing_errors,
)

_STATE_CODE = 2
"""letters of a state's code"""
_CHUNK = re.compile(r"[^\s,;|]+")
_LONGEST_NUMBER = 6
"""words that an age or an hour may have"""
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


class Word(NamedTuple):
    """A run of characters between spaces and commas: its tokens, and where it stands."""

    tokens: tuple[str, ...]
    begins: int
    ends: int


class Span(NamedTuple):
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


def words_of(text: str) -> list[Word]:
    """Return the words of a text, in order."""
    words = (Word(tokenise(m[0]), m.start(), m.end()) for m in _CHUNK.finditer(text))
    return [word for word in words if word.tokens]


def tokens_of(words: Sequence[Word]) -> tuple[str, ...]:
    """Return the tokens of some words, in order."""
    return tuple(token for word in words for token in word.tokens)


class Names:
    """Which runs of a text's words are a name that no phrase may be taken out of."""

    def __init__(
        self, text: str, words: Sequence[Word], is_place_name: Callable[[str], bool]
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
        after = tokens_of(self._words[at + 1 : at + 2])
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
        return self._is_place_name(place_text(self._text, self._words, kept))

    def _is_street(self, end: int) -> bool:
        """Tell whether a street's name goes on: "Veterans Memorial Highway", "30 Day St"."""
        has_number = self._words[0].tokens[0].isdigit()
        following = tokens_of(self._words[end : end + 2])
        return not (_STREETS_AFTER_A_NUMBER if has_number else _STREETS).isdisjoint(following)


def spans_of(text: str, words: Sequence[Word], names: Names) -> list[Span]:
    """Return the phrases that are recognised in a text, in order, the longest at each word."""
    return _with_misspelt(text, words, list(_phrases_and_numbers(words, names)), names)


def place_words(
    text: str, words: Sequence[Word], spans: Sequence[Span], names: Names
) -> tuple[list[int], list[int]]:
    """Return the positions of the words that may name the place, and of those that stand apart."""
    kept, apart = _beside_the_name(text, words, _kept(text, words, spans, names), names)
    return kept or _code_beside_care(text, words, spans, names), apart


def _phrases_and_numbers(words: Sequence[Word], names: Names) -> Iterable[Span]:
    """Yield the phrases that are recognised, from left to right, the longest at each word."""
    at = 0
    while at < len(words):
        span = _span_at(words, at, names)
        if span is None:
            at += 1
            continue
        yield span
        at = span.end


def _number_at(words: Sequence[Word], at: int, names: Names) -> Span | None:
    """Return an age or an hour at a word, or a span of time that is no kind of care."""
    is_denied = at > 0 and not NEGATIONS.isdisjoint(words[at - 1].tokens)
    span = Span(at - is_denied, at, None, None, is_urgent=False, is_denied=is_denied)
    for end in range(min(len(words), at + _LONGEST_NUMBER), at, -1):
        tokens = tokens_of(words[at:end])
        if age := age_of(tokens):
            return span._replace(end=end, age=age)
        if is_time_of_day(tokens):
            return span._replace(end=end, is_urgent=True)
        if is_span_of_time(tokens) and not names.hold(at, end):
            return span._replace(end=end, is_unclear=not is_denied)
    return None


def _span_at(words: Sequence[Word], at: int, names: Names) -> Span | None:
    return _phrase_at(words, at, names) or _number_at(words, at, names)


def _phrase_at(words: Sequence[Word], at: int, names: Names) -> Span | None:
    if words[at].tokens[0] not in FIRST_WORDS:
        return None
    for end in range(min(len(words), at + LONGEST_PHRASE), at, -1):
        tokens = tokens_of(words[at:end])
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
            return Span(first, end, care, substance, is_urgent, is_denied, is_unclear=is_unclear)
    return None


def _with_misspelt(
    text: str, words: Sequence[Word], spans: Sequence[Span], names: Names
) -> list[Span]:
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


def _misspelt_at(words: Sequence[Word], at: int) -> Span | None:
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
    return Span(at - is_denied, at + 1, care, substance, is_urgent=False, is_denied=is_denied)


def _kept(text: str, words: Sequence[Word], spans: Sequence[Span], names: Names) -> list[int]:
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
    text: str, words: Sequence[Word], spans: Sequence[Span], names: Names
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
    text: str, words: Sequence[Word], kept: Sequence[int], names: Names
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
    if len(named) > 1 and runs[0] == named[0] and tokens_of([words[runs[0][0]]]) == _VETERANS:
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


def _here(words: Sequence[Word]) -> set[int]:
    """Return the words of "near me" and the like: they are no place."""
    owners = [at for at, word in enumerate(words) for _ in word.tokens]
    span = here_span(tokens_of(words))
    return set(owners[span[0] : span[1]]) if span else set()


def _joins(words: Sequence[Word], at: int, names: Names) -> bool:
    is_connector = CONNECTORS.issuperset(words[at].tokens)
    return is_connector and not names.is_state_code(at) and not names.hold(at, at + 1)


def place_text(text: str, words: Sequence[Word], kept: Sequence[int]) -> str:
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
