"""The person searched for: who is left out, why, and that nobody else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from finder.facilities.index.bitmap_index import LAYOUT
from finder.facilities.index.models import SearchEntry
from finder.facilities.search.audience import ANYONE, Gender, Person, Reason, exclusions
from finder.facilities.search.candidates import Candidates, count_bits, positions
from finder.facilities.search.facet_counts import Selection
from finder.facilities.search.request import SearchRequest
from finder.facilities.search.retrieval import candidates_of_entries
from finder.facilities.vocabulary.answers import Answer, adults_only, answer_of
from finder.facilities.vocabulary.filters import FILTERS, option
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
    assert results.left_out == {
        Reason.MEN_ONLY: 0,
        Reason.WOMEN_ONLY: 2,
        Reason.ADOLESCENTS_ONLY: 0,
        Reason.ADULTS_ONLY: 0,
    }
    assert results.facets["setting"]["inpatient"].yes == 0
    everyone = search(session, **asked)
    assert everyone.total == results.total + 2
    assert set(everyone.left_out.values()) == {0}


def test_a_facet_leaves_nobody_out_for_whom_it_takes(session: Session) -> None:
    add_facilities(session, {"service_codes": "FEM"}, {"service_codes": "FEM MALE"})
    results = search(session, **around(BEND, chosen={"gender": ("female",)}))
    assert (results.total, set(results.left_out.values())) == (2, {0})


CODES = sorted({code for f in FILTERS for o in f.options for code in (*o.codes, *o.denied_by)})
PROGRAMS = st.lists(st.lists(st.sampled_from(CODES), max_size=12), max_size=20)
PEOPLE = st.builds(
    Person, st.sampled_from([None, *Gender]), st.none() | st.integers(min_value=0, max_value=120)
)
CHOSEN = st.dictionaries(
    st.sampled_from(FILTERS).map(lambda f: f.name), st.just(()), max_size=3
).map(lambda d: {f.name: tuple(o.value for o in f.options[:1]) for f in FILTERS if f.name in d})


def candidates_with(programs: list[list[str]]) -> Candidates:
    """Return candidates with these codes; the first has the id 1."""
    return candidates_of_entries(
        SearchEntry(
            facility_id=number,
            cell=0,
            mask=LAYOUT.mask_of(codes),
            version=1,
            sort_name="house",
        )
        for number, codes in enumerate(programs, 1)
    )


@given(PROGRAMS, PEOPLE, CHOSEN, st.booleans())
def test_whom_is_left_out_and_who_stays_is_all(
    programs: list[list[str]], person: Person, chosen: dict[str, tuple[str, ...]], unsaid: bool
) -> None:
    candidates = candidates_with(programs)
    for_anybody = Selection(candidates, SearchRequest(chosen=chosen, unsaid=unsaid))
    theirs = Selection(candidates, SearchRequest(chosen=chosen, unsaid=unsaid, person=person))
    left_out = sum(theirs.left_out().values())
    assert count_bits(theirs.matching) + left_out == count_bits(for_anybody.matching)


@given(PROGRAMS, PEOPLE, CHOSEN)
def test_letting_the_unsaid_in_loses_nobody_and_lets_no_denial_in(
    programs: list[list[str]], person: Person, chosen: dict[str, tuple[str, ...]]
) -> None:
    candidates = candidates_with(programs)
    strict = Selection(candidates, SearchRequest(chosen=chosen, person=person))
    wide = Selection(candidates, SearchRequest(chosen=chosen, person=person, unsaid=True))
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
            assert not (number in fitting and answer_of(each, codes) == Answer.NO)
