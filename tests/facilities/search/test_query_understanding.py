"""Care words beside a place: what is read as a filter, what as the place, and what is told."""

from __future__ import annotations

import itertools

import pytest

from benchmarks.geocoding.cases import Answer, Truth, answer_of, read_cases, score, total
from finder.facilities.search.query_understanding import QueryReading, read_query, understand
from finder.facilities.search.request import SearchRequest
from finder.facilities.vocabulary import option
from finder.facilities.vocabulary.care_words import CARE_WORDS
from finder.geocoding import Gazetteer, PlaceKind, PlacesFound

STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA",
    "Colorado": "CO", "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA",
    "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD",
    "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH",
    "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN",
    "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington": "WA",
    "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY", "American Samoa": "AS",
    "District of Columbia": "DC", "Guam": "GU", "Northern Mariana Islands": "MP",
    "Puerto Rico": "PR", "U.S. Virgin Islands": "VI",
}  # fmt: skip
NO_INSURANCE = ("sliding-fee", "assistance", "free")
PHRASINGS = {
    "rehab in {}": {},
    "rehabs near {}": {},
    "treatment centers in {}": {},
    "help in {}": {},
    "drug rehab {}": {},
    "drug and alcohol treatment in {}": {},
    "substance abuse treatment programs in {}": {},
    "addiction recovery {}": {},
    "{} rehab centers": {},
    "I need a rehab in {} please": {},
    "detox in {}": {"setting": ("detox",)},
    "{} detox": {"setting": ("detox",)},
    "inpatient rehab {}": {"setting": ("inpatient",)},
    "outpatient programs in {}": {"setting": ("outpatient",)},
    "long-term residential treatment in {}": {"setting": ("long-term-residential",)},
    "tratamiento residencial de largo plazo en {}": {"setting": ("long-term-residential",)},
    "IOP in {}": {"setting": ("intensive-outpatient",)},
    "sober living in {}": {"setting": ("recovery-housing",)},
    "halfway house {}": {"setting": ("recovery-housing",)},
    "online treatment {}": {"setting": ("telehealth",)},
    "methadone clinic in {}": {"medication": ("methadone",)},
    "suboxone doctors near {}": {"medication": ("buprenorphine",)},
    "vivitrol {}": {"medication": ("naltrexone",)},
    "women's rehab in {}": {"population": ("women",)},
    "rehab for pregnant women in {}": {"population": ("pregnant",)},
    "rehab for men in {}": {"population": ("men",)},
    "teen rehab in {}": {"age": ("children",)},
    "veterans treatment {}": {"population": ("veterans",)},
    "LGBTQ rehab {}": {"population": ("lgbtq",)},
    "dual diagnosis treatment centers in {}": {"population": ("co-occurring",)},
    "rehab that takes Medicaid in {}": {"payment": ("medicaid",)},
    "free rehab in {}": {"payment": ("free",)},
    "rehab with no insurance in {}": {"payment": NO_INSURANCE},
    "Spanish speaking rehab in {}": {"language": ("spanish",)},
    "12-step program {}": {"support": ("twelve-step",)},
    "detox in {} tonight": {"setting": ("detox",)},
    "{} open 24 hours": {},
    "alcohol rehab in {}": {},
    "heroin treatment {}": {},
    "women's inpatient detox that accepts Medicaid in {}": {
        "setting": ("overnight-detox",),
        "payment": ("medicaid",),
        "population": ("women",),
    },
    "rehabilitación en {}": {},
    "centros de rehabilitación en {}": {},
    "clínicas de adicciones cerca de {}": {},
    "ayuda en {}": {},
    "busco tratamiento en {}": {},
    "desintoxicación en {}": {"setting": ("detox",)},
    "clínica de metadona en {}": {"medication": ("methadone",)},
    "centro residencial para mujeres en {}": {
        "setting": ("residential",),
        "population": ("women",),
    },
    "tratamiento gratis en {}": {"payment": ("free",)},
    "rehabilitación sin seguro en {}": {"payment": NO_INSURANCE},
    "programas para adolescentes en {}": {"age": ("children",)},
    "tratamiento en español en {}": {"language": ("spanish",)},
    "desintoxicación en {} esta noche": {"setting": ("detox",)},
    "tratamiento para el alcoholismo en {}": {},
    "centro para veteranos que acepta Medicaid en {}": {
        "population": ("veterans",),
        "payment": ("medicaid",),
    },
}


def understood(gazetteer: Gazetteer, text: str) -> tuple[QueryReading, PlacesFound]:
    reading = read_query(text, gazetteer.is_place_name)
    return reading, gazetteer.find_places(reading.place)


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_no_state_fails_with_any_words_beside_it(gazetteer: Gazetteer, state: str) -> None:
    alone = gazetteer.find_places(state).places[0]
    of_state = understood(gazetteer, f"rehab in the state of {state}")[1].places[0]
    assert (of_state.kind, of_state.state) == (PlaceKind.STATE, STATES[state])
    for (phrasing, asked), written in itertools.product(PHRASINGS.items(), (state, state.upper())):
        text = phrasing.format(written)
        reading, found = understood(gazetteer, text)
        assert found.places, text
        best = found.places[0]
        assert (best.label, best.kind) == (alone.label, alone.kind), text
        assert dict(reading.chosen) == asked, text
        assert not reading.not_understood(found.unused), text


@pytest.mark.parametrize("state", STATES)
def test_the_code_of_a_state_is_enough(gazetteer: Gazetteer, state: str) -> None:
    code = STATES[state]
    for text in (f"rehab in {code}", f"detox in {code.lower()}", f"women's rehab {code}"):
        _, found = understood(gazetteer, text)
        alone = gazetteer.find_places(code)
        assert found.places[:1] == alone.places[:1], text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Spanish Fork UT", "Spanish Fork, UT"),
        ("Spanish speaking rehab in Spanish Fork, UT", "Spanish Fork, UT"),
        ("Free Union VA", "Free Union, VA"),
        ("free rehab Union NJ", "Union, NJ"),
        ("free Union NJ", "Union, NJ"),
        ("Veteran WY", "Veteran, WY"),
        ("rehab in Man, WV", "Man, WV"),
        ("hospital Center TX", "Center, TX"),
        ("treatment center Center Moriches NY", "Center Moriches, NY"),
        ("detox The Villages FL", "The Villages, FL"),
        ("metadona en Los Angeles", "Los Angeles, CA"),
        ("detox in the Bronx", "Bronx, NY"),
        ("women Truth or Consequences NM", "Truth or Consequences, NM"),
        ("Portland, detox, OR", "Portland, OR"),
        ("12-step, Portland, ME", "Portland, ME"),
        ("alcohol rehab State College PA", "State College, PA"),
        ("123 Veterans Blvd, Kenner, LA", "Kenner, LA"),
        ("30 Day St, Fitchburg MA methadone", "Fitchburg, MA"),
        ("suboxone 83702", "83702 (Boise, ID)"),
        ("French Lick IN detox", "French Lick, IN"),
    ],
)
def test_a_name_keeps_its_words(gazetteer: Gazetteer, text: str, place: str) -> None:
    _, found = understood(gazetteer, text)
    assert found.places[0].label == place


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("best luxury rehab with horses in Austin TX", ("best", "luxury", "horses")),
        ("rehab without methadone in Boise", ("without methadone",)),
        ("non 12-step rehab Boise ID", ("non 12-step",)),
        ("gambling help Reno", ("gambling",)),
        ("christian women's rehab Tulsa", ("christian",)),
        ("detox for my son in Dayton Ohio", ("son",)),
        ("EMDR Denver", ("EMDR",)),
        ("women's shelter Dover DE", ("shelter",)),
        ("christian rehab Texas", ("christian",)),
        ("native american rehab in Montana", ("native", "american")),
        ("luxury rehab Malibu", ("luxury",)),
        ("rehab near Boise", ()),
        ("Boise", ()),
    ],
)
def test_what_is_not_understood_is_told(
    gazetteer: Gazetteer, text: str, left: tuple[str, ...]
) -> None:
    reading, found = understood(gazetteer, text)
    assert found.places
    assert reading.not_understood(found.unused) == left


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Columbus OH tonight", "Columbus, OH"),
        ("detox near Columbus OH tonight", "Columbus, OH"),
        ("Denver now", "Denver, CO"),
        ("rehab today in Boise", "Boise, ID"),
        ("asap detox Reno", "Reno, NV"),
        ("open 24 hours Chicago", "Chicago, IL"),
        ("walk in clinic Tulsa OK", "Tulsa, OK"),
        ("24/7 detox 60601", "60601 (Chicago, IL)"),
        ("beds available Boise", "Boise, ID"),
        ("desintoxicación hoy mismo en Miami", "Miami, FL"),
        ("urgente Houston", "Houston, TX"),
    ],
)
def test_words_for_at_once_are_heard(gazetteer: Gazetteer, text: str, place: str) -> None:
    reading, found = understood(gazetteer, text)
    assert reading.urgent
    assert found.places[0].label == place


@pytest.mark.parametrize(
    "text", ["detox", "women's rehab", "halfway house", "tonight", "detox near me"]
)
def test_without_a_place_nothing_is_left_for_the_geocoder(gazetteer: Gazetteer, text: str) -> None:
    assert read_query(text, gazetteer.is_place_name).place == ""


def test_a_real_place_reads_as_it_did(gazetteer: Gazetteer) -> None:
    for text in ("Boise", "83702", "Cook County, IL", "1600 Pennsylvania Ave, Washington DC", ""):
        reading = read_query(text, gazetteer.is_place_name)
        assert reading.place == text
        assert not reading.says_more_than_a_place


@pytest.mark.slow
def test_places_alone_are_read_as_well_as_by_the_geocoder(gazetteer: Gazetteer) -> None:
    def alone(text: str) -> list[Answer]:
        return [answer_of(place) for place in gazetteer.find_places(text).places]

    def with_words(text: str) -> list[Answer]:
        wanted, _ = understand(SearchRequest(near=text), gazetteer)
        return alone(wanted.near) if wanted.near else []

    cases = read_cases()
    read, geocoded = (total(score(geocode, cases, Truth())) for geocode in (with_words, alone))
    assert read.first / read.cases >= 0.99
    assert (read.first, read.within_five) >= (geocoded.first, geocoded.within_five)


def test_every_row_means_what_a_search_knows() -> None:
    for row in CARE_WORDS:
        for value in row.values:
            option(row.parameter, value)


@pytest.mark.parametrize(
    ("text", "place", "asked"),
    [
        ("i live in Ohio and need a bed", "Ohio", {}),
        ("we live in Tulsa, OK", "Tulsa, OK", {}),
        ("people who live in Texas", "Texas", {}),
        ("I am in Ohio and need a bed", "Ohio", {}),
        ("live-in rehab Ohio", "Ohio", {"setting": ("residential",)}),
        ("live in rehab Ohio", "Ohio", {"setting": ("residential",)}),
    ],
)
def test_where_somebody_lives_is_no_kind_of_care(
    gazetteer: Gazetteer, text: str, place: str, asked: dict[str, tuple[str, ...]]
) -> None:
    reading, found = understood(gazetteer, text)
    assert found.places[0].label == place
    assert dict(reading.chosen) == asked


@pytest.mark.parametrize(
    "text",
    ["lorazepam", "alprazolam", "clonazepam", "diazepam", "dad drinks", "drunk", "beber"],
)
def test_what_is_deadly_to_stop_is_known_by_its_other_names(
    gazetteer: Gazetteer, text: str
) -> None:
    reading, found = understood(gazetteer, f"{text} Bend, OR")
    assert found.places[0].label == "Bend, OR"
    assert [each.is_deadly_to_stop for _, each in reading.substances] == [True]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("detox al", "Alabama"),
        ("DETOX AL", "Alabama"),
        ("al detox", "Alabama"),
        ("detox de", "Delaware"),
        ("detox id", "Idaho"),
        ("DETOX IN", "Indiana"),
        ("detox me", "Maine"),
        ("rehab mi", "Michigan"),
        ("rehab mi tonight", "Michigan"),
        ("REHAB OR", "Oregon"),
        ("DETOX NEAR AL", "Alabama"),
        ("detox la", "Los Angeles, CA"),
        ("DETOX LA", "Los Angeles, CA"),
    ],
)
def test_a_code_that_is_a_word_is_the_place_beside_what_is_sought(
    gazetteer: Gazetteer, text: str, place: str
) -> None:
    _, found = understood(gazetteer, text)
    assert [each.label for each in found.places] == [place]


@pytest.mark.parametrize(
    "text",
    [
        "find me detox",
        "live in",
        "REHAB NEAR ME",
        "treatment for me",
        "treatment centers in",
        "detox or rehab",
        "la metadona",
        "treat me",
    ],
)
def test_a_word_that_joins_others_is_no_code(gazetteer: Gazetteer, text: str) -> None:
    assert read_query(text, gazetteer.is_place_name).place == ""


@pytest.mark.parametrize(
    "text",
    [
        "casa de sobriedad Houston",
        "casa hogar Houston",
        "casas de recuperación en Houston",
        "sober living casa Houston",
    ],
)
def test_a_house_to_recover_in_is_no_town_called_casa(gazetteer: Gazetteer, text: str) -> None:
    reading, found = understood(gazetteer, text)
    assert found.places[0].label == "Houston, TX"
    assert dict(reading.chosen) == {"setting": ("recovery-housing",)}
    assert not reading.not_understood(found.unused)


def test_a_name_after_other_words_is_rather_the_place(gazetteer: Gazetteer) -> None:
    reading, found = understood(gazetteer, "casa de salud Houston")
    assert found.places[0].label == "Houston, TX"
    assert reading.not_understood(found.unused) == ("casa", "salud")


@pytest.mark.parametrize(
    "when",
    [
        "tonite",
        "soon",
        "sunday",
        "Fridays",
        "weekend hours",
        "evenings",
        "at night",
        "early morning",
        "los fines de semana",
        "por la noche",
    ],
)
def test_words_for_when_are_heard(gazetteer: Gazetteer, when: str) -> None:
    for text in (f"detox {when} Dallas", f"Dallas {when}"):
        reading = read_query(text, gazetteer.is_place_name)
        assert (reading.place, reading.urgent) == ("Dallas", (when,))


@pytest.mark.parametrize(
    "place",
    ["Friday Harbor, WA", "Santo Domingo Pueblo, NM", "Morning Sun, IA", "Evening Shade, AR"],
)
def test_a_name_keeps_its_word_for_when(gazetteer: Gazetteer, place: str) -> None:
    assert understood(gazetteer, f"detox {place}")[1].places[0].label.startswith(place[:-4])


@pytest.mark.parametrize(
    ("text", "place", "asked", "left"),
    [
        ("suboxne Ohio", "Ohio", {"medication": ("buprenorphine",)}, ()),
        ("residental Maine", "Maine", {"setting": ("residential",)}, ()),
        ("medicade ohio", "Ohio", {"payment": ("medicaid",)}, ()),
        ("inpatiant Florida", "Florida", {"setting": ("inpatient",)}, ()),
        ("fentanil Ohio", "Ohio", {}, ()),
        ("no methodone Ohio", "Ohio", {}, ("no methodone",)),
        ("smoking cessation Ohio", "Ohio", {}, ("smoking cessation",)),
        ("gambling Ohio", "Ohio", {}, ("gambling",)),
        ("VA rehab VA", "Virginia", {}, ("VA",)),
        ("VA hospital Boise", "Boise, ID", {"setting": ("hospital",)}, ("VA",)),
        ("Hebren Ohio", "Hebron, OH", {}, ()),
        ("Clevland Ohio", "Cleveland, OH", {}, ()),
        ("Christian County KY", "Christian County, KY", {}, ()),
    ],
)
def test_a_slip_in_a_word_for_care_keeps_the_place(
    gazetteer: Gazetteer,
    text: str,
    place: str,
    asked: dict[str, tuple[str, ...]],
    left: tuple[str, ...],
) -> None:
    reading, found = understood(gazetteer, text)
    assert found.places[0].label == place
    assert dict(reading.chosen) == asked
    assert reading.not_understood(found.unused) == left
