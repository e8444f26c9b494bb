"""The names that somebody meant who typed one with mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from finder.facilities.index import writing
from finder.facilities.search.name_correction import mistakes, similar_names
from tests.factories import add_facilities


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("esperansa", ("esperanza",)),
        ("Casa Esperanca", ("casa esperanza",)),
        ("esperanz", ()),  # a part of a name is no mistake
        ("phenix hause", ("phoenix house",)),
        ("phoneix", ("phoenix",)),
        ("cas", ()),
        ("cass", ("casa", "mass")),
        ("csa", ()),
        ("xx phoenix", ()),
        ("phoenix esperansa", ()),  # no program has both in its name
        ("!!!", ()),
        ("", ()),
    ],
)
def test_spellings_that_programs_have_are_offered_best_first(
    session: Session, typed: str, meant: tuple[str, ...]
) -> None:
    add_facilities(
        session,
        {"name": "Casa Ésperanza"},
        {"name": "Casa Nueva"},
        {"name": "Mass Recovery"},
        {"name": "Phoenix House"},
    )
    assert similar_names(session, typed) == meant


def test_many_words_with_mistakes_are_not_tried_in_every_way(session: Session) -> None:
    add_facilities(session, {"name": "Casa Nueva"}, {"name": "Mass Recovery"})
    twenty = " ".join(f"cas{letter}" for letter in "bcdefghijklmnoqrtuvw")
    assert similar_names(session, twenty) == (" ".join(["casa"] * 20),)


@pytest.mark.parametrize("segment_entries", [1, 3, 100])
def test_of_spellings_that_are_as_near_the_one_of_more_names_stands_first(
    session: Session, monkeypatch: pytest.MonkeyPatch, segment_entries: int
) -> None:
    monkeypatch.setattr(writing, "SEGMENT_ENTRIES", segment_entries)
    names = ["Casa", "Casa", "Casa", "Casa", "Mass A", "Mass B"]
    add_facilities(session, *({"name": name} for name in names))
    assert similar_names(session, "cass") == ("mass", "casa")


WORDS = st.text("abc", max_size=6)


@given(WORDS, WORDS, st.integers(0, 3))
def test_mistakes_are_counted_alike_from_both_sides_and_up_to_the_limit(
    a: str, b: str, most: int
) -> None:
    counted = mistakes(a, b, most=most)
    assert counted == mistakes(b, a, most=most)
    assert counted == min(mistakes(a, b, most=10), most + 1)
    assert (mistakes(a, b, most=10) == 0) == (a == b)


@pytest.mark.parametrize(
    ("a", "b", "count"), [("ab", "ba", 1), ("abc", "ac", 1), ("abc", "abd", 1), ("", "abc", 3)]
)
def test_swapped_missing_wrong_and_extra_letters_are_one_mistake_each(
    a: str, b: str, count: int
) -> None:
    assert mistakes(a, b, most=5) == count
