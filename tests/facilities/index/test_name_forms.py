"""Which names are equal, and how well one fits another: values alone, without a database."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.facilities.index.bitmap_index import LAYOUT
from finder.facilities.index.models import MASK_COLUMNS, SearchEntry
from finder.facilities.index.name_fit import Fit, fit_of_form, fits_of_forms
from finder.facilities.index.name_forms import match_form, sought_name, spelled_out
from finder.facilities.index.name_index import NameTerms, match_words, pack_segment
from finder.facilities.index.substrings import SubstringScan
from finder.facilities.vocabulary import EQUAL_WORDS, SAYS_NOTHING, singular


@pytest.mark.parametrize(
    ("listed", "in_full"),
    [
        ("Behav Hlth Servs", "Behavioral Health Services"),
        ("Csl Ctr", "Counselling Centre"),
        ("St. Joseph's Hosp", "Saint Joseph Hospital"),
        ("14th St Clinic", "14th Street Clinics"),
        ("Pine St", "Pine Street"),
        ("A.R.C. of Bend", "ARC Bend"),
        ("Boise VAMC", "Boise Veterans Administration Medical Center"),
        ("Comm MH Ctr", "Community Mental Health Center"),
        ("Phoenix Hse, Inc.", "The Phoenix House LLC"),
        ("Family & Youth Trt Prog", "Families and Yth Treatment Program"),
        ("Univ of NJ Med Dept", "University of New Jersey Medical Department"),
        ("Out-Patient Healthcare", "Outpatient Health Care"),
        ("Saint Mary’s", "St Marys"),
        ("Sacred Hrt Trtmnt Ctr", "Sacred Heart Treatment Center"),
        ("Luth Transitional Lvg", "Lutheran Transitional Living"),
        ("Dept of Pub Hlth", "Department of Public Health"),
        ("Rcvy Solns for Yng Adlts", "Recovery Solutions for Young Adults"),
    ],
)
def test_names_that_say_the_same_have_one_match_form(listed: str, in_full: str) -> None:
    first, second = (match_form(each).split("\t")[0] for each in (listed, in_full))
    assert first == second
    assert sought_name(listed).phrases == sought_name(in_full).phrases


@pytest.mark.parametrize(
    ("name", "others"),
    [("Saint Ann", "Street Ann"), ("Hope House", "Hope Hospital"), ("Arc", "Arcadia")],
)
def test_names_that_differ_stay_apart(name: str, others: str) -> None:
    assert match_form(name) != match_form(others)


def test_what_a_short_form_stands_for_needs_no_spelling_out() -> None:
    for readings in EQUAL_WORDS.values():
        for full in readings:
            assert spelled_out(" ".join(full)) == full
            assert SAYS_NOTHING.isdisjoint(full)


def test_further_words_and_second_readings_stand_behind_the_names() -> None:
    assert match_form("The Lake Co", "Comm Hse Inc") == (
        "lake county\tcommunity house\tthe company colorado commission inc"
    )
    assert match_form("Inc") == "\t\tinc"


@given(st.text(max_size=30) | st.lists(st.sampled_from(sorted(map(" ".join, EQUAL_WORDS)))))
def test_a_name_is_found_by_itself_whole(name: str | list[str]) -> None:
    text = name if isinstance(name, str) else " ".join(name)
    form, sought = match_form(text), sought_name(text)
    assert "\n" not in form
    if sought.words:
        assert match_words(SubstringScan(form), sought.words)[1].tolist() == [True]


@pytest.mark.parametrize("word", ["services", "families", "churches", "josephs", "classes", "boys"])
def test_a_plural_is_equal_to_its_singular(word: str) -> None:
    assert singular(word) == singular(singular(word)) != word


@pytest.mark.parametrize("word", ["us", "gas", "business", "campus", "12s"])
def test_an_s_that_makes_no_plural_stays(word: str) -> None:
    assert singular(word) == word


@pytest.mark.parametrize(
    ("name", "program", "typed", "fit"),
    [
        ("Phoenix House", "", "phoenix hse", Fit.EXACT),
        ("Phoenix House Inc", "Bend Clinic", "phoenix house", Fit.EXACT),
        ("Phoenix House", "Bend Clinic", "phoenix house bend clinic", Fit.EXACT),
        ("Phoenix", "House", "phoenix house", Fit.EXACT),
        ("HealthRIGHT", "", "health right", Fit.EXACT),
        ("HealthRIGHT 360", "", "health right", Fit.BEGINS),
        ("Phoenix House of Bend", "", "phoenix house", Fit.BEGINS),
        ("Phoenix House", "Bend Clinic", "phoenix house bend", Fit.BEGINS),
        ("New New Hope", "", "new new", Fit.BEGINS),
        ("Bend Clinic", "Phoenix House", "phoenix house", Fit.WORDS),
        ("House of the Phoenix", "", "phoenix house", Fit.WORDS),
        ("Phoenixville House", "", "phoenix house", None),
    ],
)
def test_how_well_a_name_fits_is_the_same_of_forms_and_of_segments(
    name: str, program: str, typed: str, fit: Fit | None
) -> None:
    form, sought = match_form(name, program), sought_name(typed)
    scan = SubstringScan(form)
    parts, words = match_words(scan, sought.words)
    assert (parts.tolist(), words.tolist()) == ([True], [fit is not None])
    assert fit is None or fit_of_form(form, sought) == fit
    forms = fits_of_forms([form], scan, words, sought)
    assert [bool(each[0] & 1) for each in forms] == [fit == each for each in Fit]
    masks = dict.fromkeys(MASK_COLUMNS.values(), bytes(LAYOUT.width))
    entry = SearchEntry(facility_id=1, sort_name=name, match_form=form, **masks)
    segment = pack_segment([entry])
    terms = NameTerms(segment.terms, segment.postings, 64)
    found = [np.flatnonzero(each).tolist() for each in terms.matching(sought.words)]
    assert found == [[0], [] if fit is None else [0]]
    exact, begins = terms.beginning(sought, segment.places, segment.lengths)
    assert bool(exact[0] & 1) == (fit == Fit.EXACT)
    assert bool(begins[0] & 1) == (fit in (Fit.EXACT, Fit.BEGINS))
    assert terms.may_begin(sought) or fit not in (Fit.EXACT, Fit.BEGINS)


def test_a_name_of_nothing_but_words_that_say_nothing_is_looked_for_all_the_same() -> None:
    assert [word.written for word in sought_name("The Inc").words] == ["the", "inc"]
    assert sought_name("?!").words == ()
