"""What a facility treats, and whose codes answer for it."""

from __future__ import annotations

import pytest

from finder.facilities.vocabulary import (
    Kind,
    Treats,
    codes_answering,
    codes_limiting,
    kinds_treated,
)

DRUGS, MINDS = Kind.SUBSTANCE_USE, Kind.MENTAL_HEALTH


@pytest.mark.parametrize(
    ("drugs", "minds", "of_drugs", "of_minds", "whom"),
    [
        ("SA OP", None, "SA OP", None, "SA OP"),
        ("OP", None, "OP", None, "OP"),
        (None, "MH HI ADLT", None, "MH HI ADLT", "MH HI ADLT"),
        (None, "MH SA HI ADLT", "SA", "MH SA HI ADLT", "MH SA HI ADLT"),
        (None, "SUMH", "SUMH", "SUMH", "SUMH"),
        ("SA MH OP", None, "SA MH OP", "MH", "SA MH OP"),
        ("SA ADLT", "MH SA CHLD", "SA ADLT", "MH SA CHLD", "SA ADLT"),
        ("", "MH", "", "MH", ""),
    ],
)
def test_each_kind_is_answered_by_its_own_listing(
    drugs: str | None, minds: str | None, of_drugs: str | None, of_minds: str | None, whom: str
) -> None:
    given = {DRUGS: drugs, MINDS: minds}
    codes = {kind: said.split() for kind, said in given.items() if said is not None}
    for asked, said in ((Treats.SUBSTANCE_USE, of_drugs), (Treats.MENTAL_HEALTH, of_minds)):
        expected = None if said is None else frozenset(said.split())
        assert codes_answering(codes, asked) == expected
        assert (Kind(asked.value) in kinds_treated(codes)) == (said is not None)
    assert codes_limiting(codes, Treats.SUBSTANCE_USE) == frozenset(whom.split())
    everything = frozenset().union(*codes.values())
    assert codes_answering(codes, Treats.ALL) == codes_limiting(codes, Treats.ALL) == everything
