"""What a search may ask for, and what it says where it may not."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.facilities.search.audience import Gender, Person
from finder.facilities.search.request import (
    PARAMETERS,
    InvalidSearch,
    SearchRequest,
    Sort,
    parse_search,
)
from finder.facilities.vocabulary import Treats


def parse(**parameters: str) -> SearchRequest:
    return parse_search({name: [value] for name, value in parameters.items()})


def test_nothing_asked_is_an_empty_search_with_the_published_defaults() -> None:
    request = parse_search({})
    assert request.is_empty
    assert request == SearchRequest(radius_miles=25, sort=Sort.DISTANCE, page=1, per_page=20)


def test_empty_fields_of_a_form_are_as_good_as_absent() -> None:
    blank = dict.fromkeys(PARAMETERS, "")
    assert parse(**blank) == SearchRequest()


def test_every_parameter_is_read() -> None:
    request = parse_search(
        {
            "near": ["  Bend,\u00a0 OR "],
            "radius": ["7.5"],
            "name": ["hope"],
            "sort": ["updated"],
            "page": ["3"],
            "per_page": ["50"],
            "setting": ["outpatient", "inpatient", "outpatient"],
            "medication": ["accepts"],
            "for_gender": ["female"],
            "for_age": ["0"],
            "unsaid": ["1"],
            "prefer": ["therapy:cbt", "medication:alcohol", ""],
            "treats": ["mental-health"],
        }
    )
    assert request == SearchRequest(
        near="Bend, OR",
        radius_miles=7.5,
        radius_is_asked_for=True,
        name="hope",
        sort=Sort.UPDATED,
        page=3,
        per_page=50,
        chosen={"setting": ("inpatient", "outpatient"), "medication": ("accepts",)},
        person=Person(Gender.FEMALE, 0),
        unsaid=True,
        preferred=(("medication", "alcohol"), ("therapy", "cbt")),
        treats=Treats.MENTAL_HEALTH,
    )


def test_whom_one_searches_for_asks_for_nothing_by_itself() -> None:
    assert parse(for_gender="male", for_age="30", unsaid="1", prefer="therapy:cbt").is_empty


def test_a_state_is_taken_whole_where_no_distance_is_asked_for() -> None:
    assert parse(near="Texas").takes_whole_states
    assert parse(near="Texas", radius="").takes_whole_states
    for radius in ("25", "50", "any"):
        assert not parse(near="Texas", radius=radius).takes_whole_states


def test_who_asks_for_mental_health_gets_programs_of_both_kinds_unless_they_say_otherwise() -> None:
    assert parse(near="Bend").kind == Treats.SUBSTANCE_USE
    assert parse(help="mental-health").kind == Treats.ALL
    assert parse(population="co-occurring").kind == Treats.ALL
    assert parse(help="housing", population="women").kind == Treats.SUBSTANCE_USE
    assert parse(help="mental-health", treats="mental-health").kind == Treats.MENTAL_HEALTH
    assert parse(population="co-occurring", treats="substance-use").kind == Treats.SUBSTANCE_USE
    everywhere = parse_search({"near": ["Bend"]}, treats=Treats.ALL)
    assert (everywhere.treats, everywhere.kind) == (None, Treats.ALL)


def test_any_distance_has_no_radius() -> None:
    assert parse(radius="any").radius_miles is None


def test_coordinates_are_a_place() -> None:
    request = parse(lat="44.06", lon="-121.3")
    assert (request.latitude, request.longitude) == (44.06, -121.3)
    assert request.has_place


def test_the_last_place_is_told_but_asks_for_nothing() -> None:
    request = parse(around="44.1, -121.3")
    assert request.around == (44.1, -121.3)
    assert request.is_empty


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("radius", "-1"),
        ("radius", "0"),
        ("radius", "501"),
        ("radius", "nan"),
        ("radius", "inf"),
        ("radius", "far"),
        ("radius", "1_0"),
        ("radius", "１０"),
        ("page", "0"),
        ("page", "-1"),
        ("page", "1.5"),
        ("page", "9" * 5000),
        ("page", "²"),
        ("per_page", "101"),
        ("sort", "price"),
        ("setting", "hotel"),
        ("medication", "BUPRENORPHINE"),
        ("near", "x" * 201),
        ("near", "x" * 10_000),
        ("name", "x" * 101),
        ("for_gender", "other"),
        ("for_age", "121"),
        ("for_age", "-1"),
        ("for_age", "1.5"),
        ("unsaid", "yes"),
        ("prefer", "medication"),
        ("prefer", "medication:gin"),
        ("treats", "everything"),
        ("around", "Bend"),
        ("around", "44"),
        ("around", "44,-181"),
        ("around", "91,0"),
        ("lat", "91"),
        ("lat", "north"),
        ("lon", "-180.01"),
        ("lat", "45"),
        ("lon", "45"),
    ],
)
def test_a_wrong_value_is_named_and_never_ignored(parameter: str, value: str) -> None:
    with pytest.raises(InvalidSearch) as caught:
        parse(**{parameter: value})
    [problem] = caught.value.problems
    assert problem.parameter in (parameter, "lat", "lon")
    assert str(problem) in str(caught.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidSearch) as caught:
        parse(radius="-1", page="0", setting="hotel")
    assert [p.parameter for p in caught.value.problems] == ["radius", "page", "setting"]


def test_a_parameter_that_makes_sense_once_must_not_be_given_twice() -> None:
    with pytest.raises(InvalidSearch, match="The place is given more than once"):
        parse_search({"near": ["Bend", "Salem"]})


def test_names_that_are_not_ours_are_left_alone() -> None:
    assert parse(utm_source="x") == SearchRequest()


def test_control_characters_become_spaces() -> None:
    assert parse(near="Bend\x00\n\ud800OR").near == "Bend OR"


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.lists(st.text(), max_size=3)))
def test_no_input_is_more_than_refused(parameters: dict[str, list[str]]) -> None:
    with contextlib.suppress(InvalidSearch):
        request = parse_search(parameters)
        assert request.page >= 1
        assert 1 <= request.per_page <= 100


@pytest.mark.parametrize(
    "given",
    [
        {"for_age": ["x"]},
        {"per_page": ["x"]},
        {"for_gender": ["x"]},
        {"unsaid": ["x"]},
        {"around": ["x"]},
        {"sort": ["x"]},
        {"treats": ["x"]},
        {"lat": ["x"], "lon": ["1"]},
        {"setting": ["x"]},
        {"for_age": ["1", "2"]},
    ],
)
def test_what_is_wrong_is_said_in_peoples_words(given: dict[str, list[str]]) -> None:
    [name] = [each for each in given if given[each] != ["1"]]
    with pytest.raises(InvalidSearch) as error:
        parse_search(given)
    [problem] = error.value.problems
    assert problem.parameter == name
    words = problem.message % problem.values
    assert not re.search(r"for_|per_page|\b(lat|lon|unsaid|around|setting)\b", words)


def test_programs_are_told_which_values_there_are() -> None:
    with pytest.raises(InvalidSearch, match="It can be: female, male"):
        parse(for_gender="x")
