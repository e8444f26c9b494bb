"""The vocabulary: SAMHSA's service codes, the filters made of them, and answers to filters.

One row a code (``service_codes``), one row a filter value (``filters``); ``answers`` tells *yes*,
*no* or *not stated* for a set of codes. Knows no table and no request.
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
from finder.facilities.vocabulary.filters import (
    FACETS,
    FILTERS,
    Facet,
    Option,
    fingerprint_of,
    option,
)
from finder.facilities.vocabulary.labels import (
    CATEGORIES,
    SERVICES,
    Service,
    code_for_label,
    split_labels,
)
from finder.facilities.vocabulary.questions import questions_for

__all__ = [
    "ADULT_AGES",
    "ADULT_EVIDENCE",
    "CATEGORIES",
    "EXCLUSIVE_GROUPS",
    "FACETS",
    "FILTERS",
    "SERVICES",
    "YOUTH_PROGRAMS",
    "Answer",
    "Facet",
    "Option",
    "Service",
    "answers_of",
    "code_for_label",
    "exclusive_to",
    "fingerprint_of",
    "option",
    "questions_for",
    "split_labels",
]
