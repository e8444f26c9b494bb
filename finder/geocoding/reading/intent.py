"""Intent detection: "near me" and words of distress, in English and Spanish.

Knows no places. Stores and logs nothing of a text.
"""

from __future__ import annotations

from collections.abc import Sequence

from finder.geocoding.reading.phrases import before_clause
from finder.geocoding.reading.vocabulary import AROUND_A_PLACE, EVERYDAY_WORDS
from finder.geocoding.spelling import Tokens, tokenise

DANGER = (
    "want to die",
    "wanna die",
    "want to be dead",
    "wish i was dead",
    "wish i were dead",
    "better off dead",
    "dont want to live",
    "dont want to be alive",
    "no reason to live",
    "kill myself",
    "killing myself",
    "end my life",
    "end it all",
    "take my life",
    "taking my life",
    "hurt myself",
    "hurting myself",
    "harm myself",
    "self harm",
    "suicide",
    "suicidal",
    "overdose",
    "overdosed",
    "overdosing",
    "not breathing",
    "wont wake up",
    "quiero morir",
    "quiero morirme",
    "me quiero matar",
    "me voy a matar",
    "no quiero vivir",
    "matarme",
    "suicidarme",
    "suicidio",
    "suicida",
    "quitarme la vida",
    "acabar con mi vida",
    "hacerme dano",
    "lastimarme",
    "sobredosis",
    "no respira",
    "no despierta",
)
"""Phrases that say that a life may be in danger, as tokens; to add one, add a row."""
DISTRESS = (
    *DANGER,
    "help me",
    "need help",
    "crisis",
    "ayudame",
    "ayudenme",
    "necesito ayuda",
    "auxilio",
)
"""Phrases of distress, as tokens."""

_WHERE_I_AM = ("me", "us", "here", "mi", "nosotros", "aqui")
_MINE = ("my", "mi", "current", "our")
_OF_MINE = (
    "location",
    "address",
    "position",
    "area",
    "house",
    "home",
    "place",
    "neighborhood",
    "city",
    "town",
    "zip",
    "casa",
    "ubicacion",
    "zona",
    "barrio",
    "ciudad",
    "pueblo",
    "direccion",
)
_BESIDE = ("near", "nearby", "nearest", "around", "by", "close to", "next to", "closest to")
_BESIDE_ES = ("cerca de", "cerca a", "alrededor de", "por", "junto a")
HERE = (
    *(f"{beside} {mine} {what}" for beside in _BESIDE for mine in _MINE for what in _OF_MINE),
    *(f"{beside} {mine} {what}" for beside in _BESIDE_ES for mine in _MINE for what in _OF_MINE),
    *(f"{beside} {me}" for beside in (*_BESIDE, *_BESIDE_ES) for me in _WHERE_I_AM),
    *(f"{mine} {what}" for mine in _MINE for what in _OF_MINE),
    "where i am",
    "where i live",
    "donde estoy",
    "donde vivo",
    "near",
    "nearby",
    "nearest",
    "closest",
    "here",
    "aqui",
    "cerca",
)
"""Words for where a person is, which no gazetteer knows."""


_NAMES_NOTHING = AROUND_A_PLACE | EVERYDAY_WORDS


class _Phrases:
    """Finds the longest of some phrases among tokens."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._phrases = frozenset(map(tokenise, phrases))
        self._firsts = frozenset(phrase[0] for phrase in self._phrases)
        self._lengths = sorted({len(phrase) for phrase in self._phrases}, reverse=True)

    def find(self, tokens: Tokens) -> tuple[int, int] | None:
        """Return where the first of the phrases begins and ends, None where there is none."""
        if self._firsts.isdisjoint(tokens):
            return None
        for at, token in enumerate(tokens):
            for length in self._lengths if token in self._firsts else ():
                if tokens[at : at + length] in self._phrases:
                    return at, min(at + length, len(tokens))
        return None


_DANGER = _Phrases(DANGER)
_DISTRESS = _Phrases(DISTRESS)
_HERE = _Phrases(HERE)


def says_distress(tokens: Tokens) -> bool:
    """Tell whether words of distress are among ``tokens``."""
    return _DISTRESS.find(tokens) is not None


def danger_span(tokens: Tokens) -> tuple[int, int] | None:
    """Return where words that a life may be in danger begin and end, None where there are none."""
    return _DANGER.find(tokens)


def here_span(tokens: Tokens) -> tuple[int, int] | None:
    """Return where "near me", "cerca de mi casa" and the like begin and end, of two words or more.

    None where ``tokens`` do not say so.
    """
    found = _HERE.find(tokens)
    return found if found and found[1] - found[0] > 1 else None


def without_here(tokens: Tokens) -> Tokens | None:
    """Return what ``tokens`` say beside "near me", None where they do not say that.

    Empty where the rest names nothing: "detox near me that takes Medicaid", "near me now".
    """
    found = _HERE.find(tokens)
    if found is None:
        return None
    begins, ends = found
    rest = tokens[:begins] + tokens[ends:]
    if ends - begins == 1:
        # "Nearest detox to Boise": one such word belongs to what follows.
        return () if _NAMES_NOTHING.issuperset(rest) else None
    said = tokens[:begins] + before_clause(tokens[ends:])
    return () if _NAMES_NOTHING.issuperset(said) else rest
