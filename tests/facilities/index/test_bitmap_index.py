"""Masks say exactly what the answers say."""

from __future__ import annotations

import dataclasses
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.facilities.index import bitmap_index
from finder.facilities.index.bitmap_index import LAYOUT, BitmapLayout
from finder.facilities.vocabulary.answers import EXCLUSIVE_GROUPS, Answer, answers_of, exclusive_to
from finder.facilities.vocabulary.filters import FILTERS, Facet, Option
from finder.facilities.vocabulary.kinds import (
    KINDS,
    Kind,
    Treats,
    codes_answering,
    codes_limiting,
    kinds_treated,
)
from finder.facilities.vocabulary.labels import SERVICES

FILTER_CODES = sorted(
    {code for each in FILTERS for row in each.options for code in row.codes + row.denied_by}
)
CODES = st.lists(st.sampled_from(FILTER_CODES) | st.sampled_from(list(SERVICES)), max_size=80)


def is_set(mask: bytes, bit: int) -> bool:
    return bool(mask[bit // 8] >> (bit % 8) & 1)


def answer_in(mask: bytes, facet: str, value: str) -> Answer:
    no_bit = LAYOUT.no_bit(facet, value)
    denied = no_bit is not None and is_set(mask, no_bit)
    if is_set(mask, LAYOUT.bit(facet, value)):
        assert not denied
        return Answer.YES
    return Answer.NO if denied else Answer.NOT_STATED


@given(CODES)
def test_a_mask_holds_every_answer(codes: list[str]) -> None:
    mask = LAYOUT.mask_of(codes)

    assert {
        each.name: {row.value: answer_in(mask, each.name, row.value) for row in each.options}
        for each in FILTERS
    } == answers_of(codes)


@given(CODES)
def test_a_mask_holds_whom_a_program_takes_alone(codes: list[str]) -> None:
    mask = LAYOUT.mask_of(codes)
    groups = [group for group in EXCLUSIVE_GROUPS if is_set(mask, LAYOUT.exclusive_bit(group))]

    assert tuple(groups) == exclusive_to(codes)


@given(CODES)
def test_every_mask_is_as_wide_as_the_layout(codes: list[str]) -> None:
    assert len(LAYOUT.mask_of(codes)) == LAYOUT.width


@given(st.dictionaries(st.sampled_from(KINDS), CODES))
def test_each_mask_holds_the_answers_of_its_kind_and_all_hold_what_is_treated(
    codes: dict[Kind, list[str]],
) -> None:
    treated = kinds_treated(codes)
    for asked, mask in LAYOUT.masks_of(codes, state="OR").items():
        said = codes_answering(codes, asked)
        limits = codes_limiting(codes, asked)
        held = limits if said is None else said
        assert mask == LAYOUT.mask_of(held, state="OR", treats=treated, limits=limits)
        assert [kind for kind in KINDS if is_set(mask, LAYOUT.treats_bit(kind))] == list(treated)
        assert (said is None) == (asked != Treats.ALL and asked.value not in treated)


def test_no_two_meanings_share_a_bit() -> None:
    keys = [(each.name, row.value) for each in FILTERS for row in each.options]
    used = [LAYOUT.bit(*key) for key in keys]
    used += [bit for key in keys if (bit := LAYOUT.no_bit(*key)) is not None]
    used += [LAYOUT.exclusive_bit(group) for group in EXCLUSIVE_GROUPS]
    used += [*LAYOUT.state_bits(""), LAYOUT.exact_bit]
    used += [LAYOUT.treats_bit(kind) for kind in KINDS]
    assert sorted(used) == list(range(len(used)))
    assert LAYOUT.width * 8 - 8 < len(used) <= LAYOUT.width * 8


def test_only_an_option_that_codes_can_deny_has_a_no_bit() -> None:
    for each in FILTERS:
        for row in each.options:
            assert (LAYOUT.no_bit(each.name, row.value) is not None) == bool(row.denied_by)


def test_codes_that_no_filter_knows_leave_the_mask_empty() -> None:
    assert LAYOUT.mask_of(["SMON", "NOT-A-CODE"]) == bytes(LAYOUT.width)


def test_bits_count_from_the_lowest_of_the_first_byte() -> None:
    tiny = BitmapLayout(
        [Facet("pay", "", tuple(Option(str(n), "", (f"C{n}",)) for n in range(10)))]
    )

    assert tiny.mask_of(["C0", "C9"]) == bytes([0b0000_0001, 0b0000_0010, 0, 0])


def test_every_state_has_a_number_of_its_own() -> None:
    states = [f"{a}{b}" for a in string.ascii_uppercase for b in string.ascii_uppercase]
    patterns = {tuple(LAYOUT.state_bits(state).items()) for state in ["", *states]}
    assert len(patterns) == 1 + 26 * 26
    for state in ("AA", "TX", "ZZ", "Texas", "tx", "ÖÜ", ""):
        mask = LAYOUT.mask_of(["OP"], state=state)
        assert all(is_set(mask, bit) == has for bit, has in LAYOUT.state_bits(state).items())


def test_an_option_that_does_not_exist_has_no_bit() -> None:
    with pytest.raises(KeyError):
        LAYOUT.bit("payment", "barter")
    with pytest.raises(KeyError):
        LAYOUT.exclusive_bit("everyone")


def test_the_fingerprint_is_the_same_for_the_same_filters() -> None:
    assert BitmapLayout(FILTERS).fingerprint == LAYOUT.fingerprint


def test_the_fingerprint_changes_with_the_codes_of_a_filter() -> None:
    first, *rest = FILTERS
    options = (dataclasses.replace(first.options[0], codes=("RES",)), *first.options[1:])

    changed = BitmapLayout([dataclasses.replace(first, options=options), *rest])

    assert changed.fingerprint != LAYOUT.fingerprint


def test_the_fingerprint_changes_with_what_shuts_adults_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bitmap_index, "YOUTH_PROGRAMS", frozenset({"AD"}))

    assert BitmapLayout(FILTERS).fingerprint != LAYOUT.fingerprint
