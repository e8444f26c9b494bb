"""The vocabulary: SAMHSA's service codes, the filters made of them, and answers to filters.

One row a code (``service_codes``), one row a filter value (``filters``); ``answers`` tells *yes*,
*no* or *not stated* for a set of codes; ``kinds`` parts substance use from mental health;
``care_words`` has what people write for a filter, ``name_words`` which words of names are equal,
``service_words`` what services are called. Knows no table and no request.
"""

from __future__ import annotations

from finder.facilities.vocabulary.answers import (
    ADULT_AGES,
    ADULT_EVIDENCE,
    EXCLUSIVE_GROUPS,
    YOUTH_PROGRAMS,
    Answer,
    answers_of,
    exclusive_to,
)
from finder.facilities.vocabulary.care_words import (
    ARTICLES,
    BEFORE_A_STATE,
    CARE_WORD_OF,
    CONNECTORS,
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
from finder.facilities.vocabulary.filters import (
    CONCERN_MENTAL_HEALTH,
    CONCERN_WITHDRAWAL,
    FACETS,
    FILTERS,
    Facet,
    Option,
    fingerprint_of,
    option,
)
from finder.facilities.vocabulary.kinds import (
    KINDS,
    Kind,
    Treats,
    codes_answering,
    codes_limiting,
    kinds_said,
    kinds_treated,
)
from finder.facilities.vocabulary.labels import (
    CATEGORIES,
    SERVICES,
    Service,
    code_for_label,
    split_labels,
)
from finder.facilities.vocabulary.name_words import (
    EQUAL_WORDS,
    LONGEST_SHORT_FORM,
    SAINT,
    SAYS_NOTHING,
    STREET,
    singular,
)
from finder.facilities.vocabulary.questions import questions_for
from finder.facilities.vocabulary.service_words import SERVICE_WORDS, ServiceWords

__all__ = [
    "ADULT_AGES",
    "ADULT_EVIDENCE",
    "ARTICLES",
    "BEFORE_A_STATE",
    "CARE_WORD_OF",
    "CATEGORIES",
    "CONCERN_MENTAL_HEALTH",
    "CONCERN_WITHDRAWAL",
    "CONNECTORS",
    "EQUAL_WORDS",
    "EXCLUSIVE_GROUPS",
    "FACETS",
    "FILTERS",
    "FIRST_WORDS",
    "KINDS",
    "LONGEST_PHRASE",
    "LONGEST_SHORT_FORM",
    "LONG_WORDS",
    "NEGATIONS",
    "NEUTRAL",
    "SAINT",
    "SAYS_NOTHING",
    "SERVICES",
    "SERVICE_WORDS",
    "SHORTEST_MISSPELT",
    "SOUGHT",
    "STREET",
    "SUBSTANCE_OF",
    "UNFILTERED",
    "URGENCY",
    "YOUTH_PROGRAMS",
    "Answer",
    "CareWords",
    "Facet",
    "Kind",
    "Option",
    "Service",
    "ServiceWords",
    "Substance",
    "Treats",
    "answers_of",
    "code_for_label",
    "codes_answering",
    "codes_limiting",
    "exclusive_to",
    "fingerprint_of",
    "kinds_said",
    "kinds_treated",
    "option",
    "questions_for",
    "singular",
    "split_labels",
]
