"""What tells programs apart, and what a list of them holds."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from finder.facilities.listings.comparison import (
    LONGEST_LIST,
    CannotCompare,
    Comparison,
    compare_facilities,
    name_tells,
    read_list,
)
from finder.facilities.vocabulary.answers import Answer
from finder.facilities.vocabulary.filters import FILTERS
from tests.factories import add_facilities


def add(session: Session, *codes: str, **changes: object) -> list[int]:
    """Store a program for each set of codes."""
    return add_facilities(
        session,
        *(
            {"natural_key": f"{n}", "name": f"Program {n}", "service_codes": each, **changes}
            for n, each in enumerate(codes)
        ),
    )


def answers(comparison: Comparison, facet: str, value: str) -> tuple[Answer, ...] | None:
    """What the programs answer to one option, where it is told."""
    for row in (*comparison.differing, *comparison.shared):
        if (row.facet.name, row.option.value) == (facet, value):
            return row.answers
    return None


def test_differences_are_told_from_what_is_shared_and_what_nobody_states(session: Session) -> None:
    comparison = compare_facilities(session, add(session, "OP BU MD", "OP NMOA MD"))
    differing = {(row.facet.name, row.option.value): row.answers for row in comparison.differing}
    assert differing[("medication", "buprenorphine")] == (Answer.YES, Answer.NO)
    assert all(row.differs for row in comparison.differing)
    shared = {(row.facet.name, row.option.value): row.answers for row in comparison.shared}
    assert shared[("payment", "medicaid")] == (Answer.YES, Answer.YES)
    assert shared[("setting", "outpatient")] == (Answer.YES, Answer.YES)
    assert not any(Answer.NOT_STATED in row.answers for row in comparison.shared)
    assert answers(comparison, "holistic", "yoga") is None
    everything = len(differing) + len(shared) + comparison.unstated
    assert everything == sum(len(facet.options) for facet in FILTERS)


def test_what_one_states_and_another_does_not_is_a_difference(session: Session) -> None:
    comparison = compare_facilities(session, add(session, "OP MD", "OP"))
    assert answers(comparison, "payment", "medicaid") == (Answer.YES, Answer.NOT_STATED)


def test_programs_stand_in_the_order_asked_for_with_all_that_is_public(session: Session) -> None:
    first, second, third = add(session, "OP", "FEM OP", "DT")
    comparison = compare_facilities(session, [third, first, second, third])
    assert [each.id for each in comparison.facilities] == [third, first, second]
    assert answers(comparison, "setting", "detox") == (
        Answer.YES,
        Answer.NOT_STATED,
        Answer.NOT_STATED,
    )
    last = comparison.facilities[2]
    assert last.exclusive_to == ("women",)
    assert (last.phone, last.source) == ("(541) 322-7500", "operator")
    assert last.listed_as_of == dt.date(2026, 1, 15)


def test_two_to_four_can_be_compared(session: Session) -> None:
    ids = add(session, "OP", "OP", "OP", "OP", "OP")
    assert len(compare_facilities(session, ids[:4]).facilities) == 4
    with pytest.raises(CannotCompare, match="Four programs at most"):
        compare_facilities(session, ids)
    for too_few in ([], ids[:1], [ids[0], ids[0]]):
        with pytest.raises(CannotCompare, match="at least two"):
            compare_facilities(session, too_few)


def test_ids_that_name_no_program_are_told(session: Session) -> None:
    first, second = add(session, "OP", "DT")
    comparison = compare_facilities(session, [first, 999_999, second])
    assert comparison.gone == (999_999,)
    with pytest.raises(CannotCompare, match="Fewer than two") as error:
        compare_facilities(session, [first, 2**31, 0])
    assert error.value.gone == (2**31, 0)


def test_a_closed_program_stays_and_says_so(session: Session) -> None:
    [first] = add(session, "OP", status="closed")
    assert [each.status for each in read_list(session, [first]).facilities] == ["closed"]


def test_samples_leave_the_list_when_real_programs_come(session: Session) -> None:
    [sample] = add(session, "OP", is_sample=True)
    assert read_list(session, [sample]).ids == (sample,)
    [real] = add_facilities(session, {"natural_key": "real"})
    assert read_list(session, [sample, real]).ids == (real,)
    assert read_list(session, [sample, real]).gone == (sample,)


def test_a_list_has_an_end(session: Session) -> None:
    found = read_list(session, range(1_000, 1_000 + 2 * LONGEST_LIST))
    assert len(found.gone) == LONGEST_LIST
    assert found.facilities == ()


@pytest.mark.parametrize(
    "name",
    [
        "Hope Rehabilitation Center",
        "TREATMENTWORKS",
        "Path to Recovery",
        "Metro Detox",
        "County Behavioral Health",
        "12-Step House",
        "Valley Methadone Clinic",
        "Oregon DUI Services",
    ],
)
def test_a_name_that_tells_is_noticed(name: str) -> None:
    assert name_tells(name)


@pytest.mark.parametrize("name", ["Deschutes House", "Pilot Butte Clinic", "Dual Peaks", "Anna's"])
def test_a_name_that_does_not_tell_is_left(name: str) -> None:
    assert not name_tells(name)
