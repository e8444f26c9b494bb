"""The person searched for: who is left out, why, and that nobody else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from finder.facilities.index.bitmap_index import LAYOUT
from finder.facilities.index.models import MASK_COLUMNS, SearchEntry
from finder.facilities.search.audience import ANYONE, Gender, Person, Reason, exclusions
from finder.facilities.search.candidates import Candidates, count_bits, positions
from finder.facilities.search.facet_counts import Selection
from finder.facilities.search.request import SearchRequest
from finder.facilities.search.retrieval import candidates_of_entries
from finder.facilities.vocabulary.answers import Answer, adults_only, answer_of
from finder.facilities.vocabulary.filters import FILTERS, option
from finder.facilities.vocabulary.kinds import KINDS, Kind, Treats, codes_answering
from tests.facilities.search.test_execution import BEND, around, ids, search
from tests.factories import add_facilities


def kept_out(codes: str, person: Person) -> list[Reason]:
    mask = int.from_bytes(LAYOUT.mask_of(codes.split()), "little")
    return [reason for reason, bit in exclusions(person) if mask >> bit & 1]


@pytest.mark.parametrize(
    ("codes", "person", "reasons"),
    [
        ("FEM", Person(gender=Gender.MALE), [Reason.WOMEN_ONLY]),
        ("MALE", Person(gender=Gender.FEMALE), [Reason.MEN_ONLY]),
        ("FEM MALE", Person(gender=Gender.MALE), []),
        ("WN", Person(gender=Gender.MALE), []),
        ("CHLD AD", Person(age=18), [Reason.ADOLESCENTS_ONLY]),
        ("CHLD AD", Person(age=17), []),
        ("CHLD", Person(age=40), []),
        ("ADLT SNR", Person(age=17), [Reason.ADULTS_ONLY]),
        ("ADLT SNR", Person(age=18), []),
        ("ADLT CHLD", Person(age=0), []),
        ("ADLT AD", Person(age=15), []),
        ("ADLT RTCC", Person(age=15), []),
        ("SNR", Person(age=30), []),
        ("OP", Person(Gender.MALE, 15), []),
        ("MALE CHLD AD", Person(Gender.FEMALE, 30), [Reason.MEN_ONLY, Reason.ADOLESCENTS_ONLY]),
        ("MALE CHLD AD", ANYONE, []),
    ],
)
def test_only_a_listing_that_says_the_contrary_keeps_a_person_out(
    codes: str, person: Person, reasons: list[Reason]
) -> None:
    assert kept_out(codes, person) == reasons


def test_a_listing_without_ages_takes_everybody_so_far_as_is_known() -> None:
    assert not adults_only(["OP", "SA"])
    assert adults_only(["YAD"])


def test_who_cannot_be_taken_is_left_out_and_counted_once_by_reason(session: Session) -> None:
    both, _women, _girls, _out = add_facilities(
        session,
        {"service_codes": "FEM MALE OP", "name": "both"},
        {"service_codes": "FEM OP"},
        {"service_codes": "FEM CHLD AD OP"},
        {"service_codes": "FEM RES"},
    )
    asked = around(BEND, chosen={"setting": ("outpatient",)})
    results = search(session, **asked, person=Person(Gender.MALE, 30))
    assert ids(results) == [both]
    assert results.left_out == dict.fromkeys(Reason, 0) | {Reason.WOMEN_ONLY: 2}
    assert results.facets["setting"]["inpatient"].yes == 0
    everyone = search(session, **asked)
    assert everyone.total == results.total + 2
    assert set(everyone.left_out.values()) == {0}


def test_a_facet_leaves_nobody_out_for_whom_it_takes(session: Session) -> None:
    add_facilities(session, {"service_codes": "FEM"}, {"service_codes": "FEM MALE"})
    results = search(session, **around(BEND, chosen={"gender": ("female",)}))
    assert (results.total, set(results.left_out.values())) == (2, {0})


CODES = sorted({code for f in FILTERS for o in f.options for code in (*o.codes, *o.denied_by)})
LISTED = st.lists(st.sampled_from([*CODES, "SA"]), max_size=12)
PROGRAMS = st.lists(st.dictionaries(st.sampled_from(KINDS), LISTED, min_size=1), max_size=20)
TREATS = st.none() | st.sampled_from(Treats)
PEOPLE = st.builds(
    Person, st.sampled_from([None, *Gender]), st.none() | st.integers(min_value=0, max_value=120)
)
CHOSEN = st.dictionaries(
    st.sampled_from(FILTERS).map(lambda f: f.name), st.just(()), max_size=3
).map(lambda d: {f.name: tuple(o.value for o in f.options[:1]) for f in FILTERS if f.name in d})


def candidates_with(programs: list[dict[Kind, list[str]]], kind: Treats) -> Candidates:
    """Return candidates with the codes of these listings; the first has the id 1."""
    return candidates_of_entries(
        SearchEntry(
            facility_id=number,
            cell=0,
            version=1,
            sort_name="house",
            match_form="house",
            # A search reads the masks of one kind, as if there were no others.
            **dict.fromkeys(MASK_COLUMNS.values(), LAYOUT.masks_of(codes)[kind]),
        )
        for number, codes in enumerate(programs, 1)
    )


@given(PROGRAMS, PEOPLE, CHOSEN, st.booleans(), TREATS)
def test_whom_is_left_out_and_who_stays_is_all(
    programs: list[dict[Kind, list[str]]],
    person: Person,
    chosen: dict[str, tuple[str, ...]],
    unsaid: bool,
    treats: Treats | None,
) -> None:
    request = SearchRequest(chosen=chosen, unsaid=unsaid, treats=treats)
    candidates = candidates_with(programs, request.kind)
    for_anybody = Selection(candidates, request)
    theirs = Selection(candidates, replace(request, person=person))
    left_out = theirs.left_out()
    others = [left_out.pop(Reason.NOT_SUBSTANCE_USE), left_out.pop(Reason.NOT_MENTAL_HEALTH)]
    assert count_bits(theirs.matching) + sum(left_out.values()) == count_bits(for_anybody.matching)
    # Those of the other kind are counted where they fit all else.
    whoever = Selection(candidates, replace(request, person=person, treats=Treats.ALL))
    assert count_bits(whoever.matching) == count_bits(theirs.matching) + sum(others)


@given(PROGRAMS, PEOPLE, CHOSEN)
def test_letting_the_unsaid_in_loses_nobody_and_lets_no_denial_in(
    programs: list[dict[Kind, list[str]]], person: Person, chosen: dict[str, tuple[str, ...]]
) -> None:
    request = SearchRequest(chosen=chosen, person=person)
    candidates = candidates_with(programs, request.kind)
    strict = Selection(candidates, request)
    wide = Selection(candidates, replace(request, unsaid=True))
    assert (strict.matching & wide.matching == strict.matching).all()
    assert (wide.confirmed == strict.matching).all()
    assert (strict.confirmed == strict.matching).all()
    for facet, counts in wide.facet_counts().items():
        for value, count in counts.items():
            assert count.yes + count.no + count.not_stated <= len(programs), (facet, value)
            assert min(count.yes, count.no, count.not_stated) >= 0
    fitting = set(candidates.ids(positions(wide.matching).tolist()))
    [(name, values)] = chosen.items() if len(chosen) == 1 else [("", ())]
    for each in [option(name, values[0])] if len(values) == 1 else ():
        for number, codes in enumerate(programs, 1):
            said = codes_answering(codes, request.kind)
            assert number not in fitting or said is not None
            assert number not in fitting or answer_of(each, said or ()) != Answer.NO


def test_a_program_that_treats_no_substance_use_is_found_only_where_it_is_asked_for(
    session: Session,
) -> None:
    add_facilities(
        session,
        {"name": "a", "service_codes": "OP ADLT"},
        {"name": "b", "service_codes": None, "mental_health_codes": "MH HI CHLD AD"},
        {"name": "c", "service_codes": None, "mental_health_codes": "MH SA HI ADLT"},
        {"name": "d", "service_codes": "OP ADLT", "mental_health_codes": "MH HI CHLD AD"},
    )
    everywhere = around(BEND)

    def found(**asked: Any) -> str:
        results = search(session, **everywhere, **asked)
        return "".join(hit.facility.name for hit in results.hits)

    assert found() == "acd"
    assert found(treats=Treats.ALL) == found(treats_by_default=Treats.ALL) == "abcd"
    assert found(treats=Treats.MENTAL_HEALTH) == "bcd"
    # Each kind is answered by its own listing.
    hospital = {"setting": ("hospital",)}
    assert found(chosen=hospital) == ""
    assert found(chosen=hospital, treats=Treats.MENTAL_HEALTH) == "bcd"
    assert found(chosen=hospital, unsaid=True) == "acd"
    # Whom a house takes is told by the only listing that it has.
    assert found(person=Person(age=15)) == ""
    assert found(person=Person(age=15), treats=Treats.ALL) == "bd"
    left_out = search(session, **everywhere, chosen=hospital).left_out
    assert left_out == dict.fromkeys(Reason, 0) | {Reason.NOT_SUBSTANCE_USE: 1}
    left_out = search(session, **everywhere, treats=Treats.MENTAL_HEALTH).left_out
    assert left_out == dict.fromkeys(Reason, 0) | {Reason.NOT_MENTAL_HEALTH: 1}
    # Who asks for mental health gets both, unless they say otherwise.
    help_ = {"help": ("mental-health",)}
    assert found(chosen=help_) == "bcd"
    assert found(chosen=help_, treats=Treats.SUBSTANCE_USE) == ""
