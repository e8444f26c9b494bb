"""Name segments hold all entries in order of name, whatever is added, renamed or closed."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.facilities.index import writing
from finder.facilities.index.bitmap_index import LAYOUT
from finder.facilities.index.models import MASK_COLUMNS, NameSegment, SearchEntry
from finder.facilities.index.name_forms import SoughtWord
from finder.facilities.index.name_index import NameTerms, Segment, pack_segment
from finder.facilities.index.substrings import SubstringScan
from finder.facilities.index.writing import reindex, reindex_all
from finder.facilities.listings.models import Facility
from finder.facilities.search.retrieval import find_candidates
from tests.factories import add_facilities, facility_row

NAMES = ["New Hope", "Newark House", "A", "Casa Ésperanza", "casa 9", "Zion", "St. Ann's", "!!!"]


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four entries a segment."""
    monkeypatch.setattr(writing, "SEGMENT_ENTRIES", 4)


def segments(session: Session) -> list[Segment]:
    rows = session.execute(sa.select(NameSegment.__table__)).all()
    session.rollback()
    stored = [Segment(**{name: row._mapping[name] for name in Segment._fields}) for row in rows]
    return sorted(stored, key=lambda segment: (segment.first_name, segment.first_id))


def ids_in(segment: Segment) -> list[int]:
    ids = memoryview(segment.ids).cast("i").tolist()
    return [each for each in ids if each]


def segments_are_those_of_the_entries(session: Session) -> bool:
    entries = {each.facility_id: each for each in session.scalars(sa.select(SearchEntry))}
    session.expunge_all()
    in_order = sorted(entries, key=lambda each: (entries[each].sort_name, each))
    stored = segments(session)
    made = [pack_segment([entries[each] for each in ids_in(segment)]) for segment in stored]
    return stored == made and [each for segment in stored for each in ids_in(segment)] == in_order


def change(session: Session, ids: list[int], **values: object) -> None:
    with write_transaction(session):
        session.execute(sa.update(Facility).where(Facility.id.in_(ids)).values(**values))
        reindex(session, ids)


def test_segments_follow_whatever_is_added_renamed_and_closed(session: Session) -> None:
    chance = random.Random(5)
    ids = add_facilities(session, *({"name": chance.choice(NAMES)} for _ in range(30)))
    assert segments_are_those_of_the_entries(session)
    assert [len(ids_in(segment)) for segment in segments(session)] == [4] * 7 + [2]
    for _ in range(25):
        some = chance.sample(ids, chance.choice([1, 1, 2, 12]))
        values: dict[str, object] = {"name": chance.choice(NAMES)}
        if chance.random() < 0.3:
            values["status"] = chance.choice(["closed", "active"])
        change(session, some, **values)
        assert segments_are_those_of_the_entries(session)
        assert max(len(ids_in(segment)) for segment in segments(session)) <= 6
    change(session, ids, status="closed")
    assert segments(session) == []
    change(session, ids[:2], status="active")
    assert segments_are_those_of_the_entries(session)


def test_a_segment_that_grows_is_split_and_the_others_stay(session: Session) -> None:
    names = [f"House {letter}" for letter in "abcdefgh"]
    first, *_ = add_facilities(session, *({"name": name} for name in names))
    kept = session.scalars(sa.select(NameSegment.id).order_by(NameSegment.id)).all()[1]
    with write_transaction(session):
        rows = [facility_row(name="House b") for _ in range(3)]
        added = [
            session.execute(sa.insert(Facility).values(row).returning(Facility.id)).scalar_one()
            for row in rows
        ]
        reindex(session, added)
    assert [len(ids_in(segment)) for segment in segments(session)] == [4, 3, 4]
    assert kept in session.scalars(sa.select(NameSegment.id)).all()
    assert segments(session)[0].first_id == first


def test_names_are_in_the_order_of_their_letters_on_every_database(session: Session) -> None:
    # Many languages order these without regard to the spaces.
    names = ["a b", "a c", "ab", "ac", "a1", "a z"]
    add_facilities(session, *({"name": name} for name in names))
    words = [segment.first_name for segment in segments(session)]
    assert words == ["a b", "a1"]
    assert segments_are_those_of_the_entries(session)


def test_a_segment_that_changes_while_it_is_read_breaks_no_search(session: Session) -> None:
    ids = add_facilities(session, *({"name": f"House {n}"} for n in range(9)))
    for center in (None, (44.0, -121.0)):
        with write_transaction(session):
            reindex_all(session)
        candidates = find_candidates(session, center=center, name="house")
        with write_transaction(session):
            session.execute(sa.delete(NameSegment))
        for in_order in (candidates.nearest, candidates.by_name, candidates.newest):
            assert sorted(candidates.ids(in_order(candidates.present, 20))) == ids


def test_a_program_that_is_taken_out_while_it_is_searched_is_not_shown(session: Session) -> None:
    gone, stays = add_facilities(session, {"name": "A"}, {"name": "B"})
    candidates = find_candidates(session)
    change(session, [gone], status="closed")
    found = candidates.at(candidates.nearest(candidates.present, 20))
    assert [each.facility_id for each in found] == [stays]


WORDS = st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=3)


@given(st.lists(WORDS, min_size=1, max_size=12), WORDS)
def test_a_segment_finds_the_names_that_contain_all_substrings(
    names: list[list[str]], parts: list[str]
) -> None:
    texts = sorted(" ".join(words) for words in names)
    masks = dict.fromkeys(MASK_COLUMNS.values(), bytes(LAYOUT.width))
    entries = [
        SearchEntry(facility_id=number, sort_name=text, match_form=text, **masks)
        for number, text in enumerate(texts, start=1)
    ]
    segment = pack_segment(entries)
    sought = [SoughtWord(part, ((part,),), (part,)) for part in parts]
    found, whole = NameTerms(segment.terms, segment.postings, 64).matching(sought)
    assert np.flatnonzero(found).tolist() == [
        position for position, text in enumerate(texts) if all(part in text for part in parts)
    ]
    assert np.flatnonzero(whole).tolist() == [
        position for position, text in enumerate(texts) if set(parts) <= set(text.split())
    ]


@given(st.lists(st.text("ab ", max_size=6), min_size=1, max_size=9), st.text("ab", min_size=1))
@example(["a"], "aaa")
def test_a_substring_scan_finds_the_lines_that_contain_it(lines: list[str], part: str) -> None:
    assert SubstringScan("\n".join(lines)).lines_containing(part).tolist() == [
        part in line for line in lines
    ]
