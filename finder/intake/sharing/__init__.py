"""Who else gets an inquiry: consent to a hand-over, passing on, and the ledger of disclosures."""

from __future__ import annotations

from finder.intake.sharing.disclosures import (
    DisclosureKind,
    DisclosureRefused,
    GivenDisclosure,
    as_recipient,
    check_recipient,
    disclosures_of,
    purge_disclosures,
    record_disclosures,
)
from finder.intake.sharing.hand_over import (
    HandOver,
    HandOverRefused,
    answer_hand_over,
    hand_overs_of,
    request_hand_over,
)
from finder.intake.sharing.passing_on import (
    PASSING_ON_LABELS,
    PassingOnWay,
    record_passing_on,
    shared_with,
)

__all__ = [
    "PASSING_ON_LABELS",
    "DisclosureKind",
    "DisclosureRefused",
    "GivenDisclosure",
    "HandOver",
    "HandOverRefused",
    "PassingOnWay",
    "answer_hand_over",
    "as_recipient",
    "check_recipient",
    "disclosures_of",
    "hand_overs_of",
    "purge_disclosures",
    "record_disclosures",
    "record_passing_on",
    "request_hand_over",
    "shared_with",
]
