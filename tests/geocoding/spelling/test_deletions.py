from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.geocoding import Gazetteer
from finder.geocoding.gazetteer.build import data_fingerprint
from finder.geocoding.gazetteer.store import GazetteerStore
from finder.geocoding.spelling.deletions import (
    deletion_sums,
    edits_allowed,
    slip_cost,
    typing_errors,
)
from finder.geocoding.spelling.phonetics import consonants_of, sound_of
from finder.geocoding.spelling.word_index import Word, WordIndex, pack

WORDS = st.text("abcdeinorst", min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("written", "meant", "edits"),
    [
        ("", "", 0),
        ("boise", "boise", 0),
        ("bose", "boise", 1),
        ("boisse", "boise", 1),
        ("boist", "boise", 1),
        ("biose", "boise", 1),
        ("", "boise", 5),
        ("inpdendence", "independence", 2),
        ("ca", "abc", 2),
    ],
)
def test_typing_errors_are_counted(written: str, meant: str, edits: int) -> None:
    assert typing_errors(written, meant, most=5) == edits
    if edits:
        assert typing_errors(written, meant, most=edits - 1) == edits  # that is: more


def test_a_lost_letter_is_likelier_than_another_one() -> None:
    assert slip_cost("bose", "boise") < slip_cost("boist", "boise")
    assert slip_cost("biose", "boise") == slip_cost("bose", "boise")


@given(WORDS, WORDS)
def test_the_distance_is_symmetric_and_bounded(one: str, other: str) -> None:
    distance = typing_errors(one, other, most=14)
    assert distance == typing_errors(other, one, most=14)
    assert abs(len(one) - len(other)) <= distance <= max(len(one), len(other))
    assert (distance == 0) == (one == other)


@given(WORDS, WORDS)
def test_what_slips_cost_lies_between_what_each_may_cost(one: str, other: str) -> None:
    errors, cost = typing_errors(one, other, most=14), slip_cost(one, other)
    assert 0.7 * errors - 1e-9 <= cost <= 1.15 * errors + 1e-9


@given(WORDS, st.integers(0, 13), st.sampled_from("abcxyz"))
def test_words_one_edit_apart_share_a_form(word: str, at: int, letter: str) -> None:
    at %= len(word)
    changed = word[:at] + letter + word[at + 1 :]
    assert deletion_sums(word, edits=1) & deletion_sums(changed, edits=1)
    assert deletion_sums(word, edits=0) <= deletion_sums(word, edits=2)


@pytest.mark.parametrize(("word", "edits"), [("ab", 0), ("abc", 1), ("abcd", 2), ("a" * 41, 0)])
def test_short_and_overlong_words_are_left_alone(word: str, edits: int) -> None:
    assert edits_allowed(word) == edits


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("sinsinati", "cincinnati"),
        ("feenix", "phoenix"),
        ("shikago", "chicago"),
        ("skenectady", "schenectady"),
        ("pokipsie", "poughkeepsie"),
        ("rawley", "raleigh"),
    ],
)
def test_what_sounds_alike_has_the_same_consonants(heard: str, name: str) -> None:
    assert consonants_of(sound_of(heard)) == consonants_of(sound_of(name))


def test_a_sound_without_consonants_is_looked_up_nowhere(gazetteer: Gazetteer) -> None:
    assert consonants_of(sound_of("eau")) == ""
    assert gazetteer.find_places("aeiou").places == ()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Sinsinati", "Cincinnati, OH"),
        ("Pokipsie NY", "Poughkeepsie, NY"),
        ("St Loius", "St. Louis, MO"),
        ("Soint Gabreil", "Saint Gabriel, LA"),
        ("Bnd, OR", "Bend, OR"),
        ("Clevland Ohoi", "Cleveland, OH"),
        ("Port Washigto", "Port Washington, NY"),
        ("The Praks At Walter Reed", "The Parks At Walter Reed, DC"),
        ("Ocean Pinse", "Ocean Pines, MD"),
        ("Alondra ark", "Alondra Park, CA"),
        ("Lewisville KY", "Louisville, KY"),
        ("83702 Bosie", "83702 (Boise, ID)"),
        ("Ohio Columbus", "Columbus, OH"),
        ("something in Houston", "Houston, TX"),
        ("Pike Place Market Seattle", "Seattle, WA"),
        ("Space Needle, Seattle", "Seattle, WA"),
    ],
)
def test_slips_are_understood(gazetteer: Gazetteer, text: str, label: str) -> None:
    assert gazetteer.find_places(text).places[0].label == label


@pytest.mark.parametrize("text", ["aaaa", "test", "hello", "83702 Xyzzy, TX"])
def test_everyday_words_and_mashed_keys_are_no_places(gazetteer: Gazetteer, text: str) -> None:
    assert all("Boise" in place.label for place in gazetteer.find_places(text).places)


def test_a_sound_is_looked_up_in_one_state_or_all(gazetteer_path: Path) -> None:
    store = GazetteerStore(gazetteer_path, fingerprint=data_fingerprint())
    assert "phoenix" in [near.key for near in store.sounding_like("feenix", state="AZ")]
    assert "phoenix" in [near.key for near in store.sounding_like("feenix")]
    assert store.sounding_like("eau") == []
    assert store.spelled_like("ab") == []
    assert store.named_each([]) == {}


@given(st.lists(WORDS, min_size=1, max_size=20, unique=True), WORDS)
def test_packed_words_are_found_as_if_each_were_measured(names: list[str], written: str) -> None:
    words = [Word(name, name, 9_000 * (at % 2), 1 << at % 3) for at, name in enumerate(names)]
    index = WordIndex(pack(words))
    most = edits_allowed(written)
    for state_bit in (-1, 2):
        found = {
            near.spelling: near.edits for near in index.spelled_like(written, state_bit=state_bit)
        }
        for word in words:
            errors = typing_errors(written, word.spelling, most=most)
            near = 0 < errors <= most and bool(word.states & state_bit)
            # Of short words two errors away, only towns are looked at.
            if near and not (
                state_bit < 0 and len(written) <= 7 and errors == 2 and not word.weight
            ):
                assert found[word.spelling] == errors
            elif not near:
                assert word.spelling not in found


def test_a_state_that_is_misspelt_beside_a_misspelt_town_is_read(gazetteer: Gazetteer) -> None:
    (first, *_) = gazetteer.find_places("Pitsburg, Pensylvania").places
    assert first.label == "Pittsburgh, PA"


def test_texts_that_are_no_names_hardly_ever_look_so(gazetteer_path: Path) -> None:
    store = GazetteerStore(gazetteer_path, fingerprint=data_fingerprint())
    likely = sum(store.may_be_name(f"nosuchplace{number}") for number in range(1_000))
    assert likely < 50
    assert store.may_be_name("boise")


def test_a_hamlet_that_is_like_no_town_is_taken_at_its_name(gazetteer: Gazetteer) -> None:
    found = gazetteer.find_places("Yellowstone National Park")
    assert [place.label for place in found.places] == ["Yellowstone National Park, WY"]
    assert found.did_you_mean == ()
