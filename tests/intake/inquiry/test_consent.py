from __future__ import annotations

import hashlib

import pytest

from finder.intake.inquiry import ConsentKind, consent_texts
from finder.intake.inquiry.consent import hand_over_text

# A text that changes needs a new version, and then a new line here. No line ever changes.
HASHES = {
    "collect-1": "cb8040008ce1aaa2f6034f0e26d0f6c3caf87f4a72285659fde2f30fe35ff05b",
    "share-1": "c7b0fc428c0fccdd722322d2116f96f87b3a86a18b9dce402d61e9b66ca35917",
    "collect-2": "8d08f8b4bf003ff1ed7da10a6a4d8e854cc6ff2255f61026c1417d4ee21d6c55",
    "share-2": "ec3316d8edfdaca611e23deb4ca2b083b1879564a43a731af1fd27c06e1ad32b",
    "share-3": "5d5ca6283514cfb2ed959470beab37ed6c2283f6443486fb9730004e35a906dd",
    "hand-over-1": "bb6a18cf6221bc225b160d3fc6646487771bf8c7e04dc40549b00a0cca7f5a54",
}
# The same holds for the sentence that sums a text up.
SENTENCES = {
    "collect-2": "30fb7fae752260ed07d992ba42b28c1384f3cd9e6d1408d8719b21b7eafe9c85",
    "share-3": "b3978b4a11f89e1ecbf28e134b6ece5690858f309a875f41802235605fbafaf4",
    "hand-over-1": "373f147c37ab5dc4e2a1f5073e62949f7193c3676efe5a23ce547e039a72df55",
}


def test_collecting_is_all_that_is_asked_where_no_facility_is_named() -> None:
    assert [text.kind for text in consent_texts(None)] == [ConsentKind.COLLECT]


def test_sharing_is_asked_apart_and_names_the_facility() -> None:
    collect, share = consent_texts("Bend House")
    assert (collect.kind, share.kind) == (ConsentKind.COLLECT, ConsentKind.SHARE)
    assert collect.facility_name is None
    assert share.facility_name == "Bend House"
    assert "to Bend House, so that" in share.shown()
    assert "Bend House" not in collect.shown()


def test_a_text_changes_only_with_its_version() -> None:
    for text in (*consent_texts("Bend House"), hand_over_text("Bend House")):
        assert hashlib.sha256(text.template.encode()).hexdigest() == HASHES[text.version]
        assert (
            hashlib.sha256(text.sentence_template.encode()).hexdigest() == SENTENCES[text.version]
        )


def test_one_sentence_sums_each_text_up_and_is_no_part_of_its_hash() -> None:
    for text in (*consent_texts("Bend House"), hand_over_text("Bend House")):
        assert text.sentence().count(".") == 1
        assert text.sentence().endswith(".")
        assert ("Bend House" in text.sentence()) is (text.kind == ConsentKind.SHARE)
        assert text.sha256 == hashlib.sha256(text.shown().encode()).hexdigest()


def test_the_hash_is_that_of_the_text_as_it_is_shown() -> None:
    _, share = consent_texts("Bend House")
    assert share.sha256 == hashlib.sha256(share.shown().encode()).hexdigest()
    assert share.sha256 != consent_texts("Other House")[1].sha256


def test_a_name_with_a_percent_sign_is_shown_as_it_is() -> None:
    assert "to 100%s House, so that" in consent_texts("100%s House")[1].shown()


def test_a_text_is_shown_in_the_readers_language() -> None:
    _, share = consent_texts("Bend House")
    assert share.shown(lambda text: "a %(facility)s" if text == share.template else "?") == (
        "a Bend House"
    )


@pytest.mark.parametrize(
    "element",
    ["The team that runs this site", "what I write", "so that", "take this back", "180 days"],
)
def test_sharing_says_who_what_why_how_to_take_it_back_and_when_it_ends(element: str) -> None:
    assert element in consent_texts("Bend House")[1].shown()
