from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.intake.inquiry.reference_code import (
    ALPHABET,
    NotAReference,
    make_reference,
    normalise_reference,
    wrong_length_text,
)

CODES = st.builds(make_reference)
BARE_LENGTH = 12


def test_the_alphabet_has_no_character_twice_and_a_prime_number_of_them() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 17
    assert not set(ALPHABET) & set("01OILSZBGUVAEIOU5")


def test_codes_are_three_groups_of_four_and_random() -> None:
    codes = {make_reference() for _ in range(500)}
    assert len(codes) == 500
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 4]
        assert set(code) <= {*ALPHABET, "-"}
    assert set("".join(codes)) == {*ALPHABET, "-"}


@pytest.mark.parametrize(
    "typed",
    [
        "{0}",
        " {0} ",
        "{1}",
        "{2}",
        "{3}",
        "{4}",
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    code = make_reference()
    text = typed.format(
        code,
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " – "),
        "  ".join(code.replace("-", ".")),
    )
    assert normalise_reference(text) == code


def test_a_code_in_full_width_characters_is_read() -> None:
    code = make_reference()
    assert normalise_reference("".join(chr(ord(char) + 0xFEE0) for char in code)) == code


@given(CODES)
def test_every_single_wrong_character_is_noticed(code: str) -> None:
    bare = code.replace("-", "")
    for place in range(BARE_LENGTH):
        for char in set(ALPHABET) - {bare[place]}:
            with pytest.raises(NotAReference):
                normalise_reference(bare[:place] + char + bare[place + 1 :])


@given(CODES)
def test_every_two_characters_that_changed_places_are_noticed(code: str) -> None:
    bare = code.replace("-", "")
    for one in range(BARE_LENGTH):
        for other in range(one + 1, BARE_LENGTH):
            swapped = list(bare)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            if swapped != list(bare):
                with pytest.raises(NotAReference):
                    normalise_reference("".join(swapped))


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_code_or_refused(text: str) -> None:
    try:
        code = normalise_reference(text)
    except NotAReference:
        return
    assert normalise_reference(code) == code


@pytest.mark.parametrize("text", ["", "2222-2222-222", "2222-2222-2222-2", "OOOO-OOOO-OOOO"])
def test_what_cannot_be_a_code_is_refused(text: str) -> None:
    with pytest.raises(NotAReference, match="compare"):
        normalise_reference(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2222-2222-222", "too short"),
        (" 2 ", "too short"),
        ("2222-2222-2222-2", "too long"),
        ("my name is Robin", "too long"),
        ("OOOO-OOOO-OOOO", ""),
        ("2222 2222 2222", ""),
        (" - ", ""),
        ("", ""),
    ],
)
def test_a_code_of_the_wrong_length_is_told_which(text: str, told: str) -> None:
    assert told in wrong_length_text(text)
    assert bool(wrong_length_text(text)) is bool(told)
