from __future__ import annotations

import math
import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.errors import FinderError
from finder.geocoding import (
    Gazetteer,
    GazetteerMissing,
    PlaceKind,
    Precision,
    build_gazetteer,
    is_current,
)
from finder.geocoding.gazetteer import build as build_module

# --- what an answer says -------------------------------------------------------------------------


def test_an_ambiguous_name_offers_its_namesakes_by_population(gazetteer: Gazetteer) -> None:
    found = gazetteer.find_places("Springfield")
    labels = [place.label for place in found.places]
    assert labels[:3] == ["Springfield, MO", "Springfield, MA", "Springfield, IL"]
    assert [p.population for p in found.places] == sorted(
        (p.population for p in found.places), reverse=True
    )
    assert found.places[0].confidence < 0.7


def test_a_clear_name_is_surer_than_an_ambiguous_one(gazetteer: Gazetteer) -> None:
    def confidence(text: str) -> float:
        return gazetteer.find_places(text).places[0].confidence

    assert confidence("Philadelphia, PA") > confidence("Philadelphia") > confidence("Springfield")
    assert confidence("Philadelphia") > confidence("Philadelpia")


@pytest.mark.parametrize("text", ["London", "Paris", "Dublin", "Vancouver"])
def test_a_name_that_is_famous_abroad_is_taken_with_doubt(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find_places(text).places[0].confidence <= 0.5


def test_confidence_falls_from_first_to_last_and_stays_within_bounds(gazetteer: Gazetteer) -> None:
    for text in ("Washington", "Franklin", "Nashvile", "Orange County", "Huston", "Clinton"):
        confidences = [place.confidence for place in gazetteer.find_places(text).places]
        assert confidences == sorted(confidences, reverse=True)
        assert all(0 <= confidence <= 1 for confidence in confidences)


@pytest.mark.parametrize(("text", "code"), [("New York", "NY"), ("Washington", "WA")])
def test_a_city_beats_the_state_of_its_name_which_stays_an_alternative(
    gazetteer: Gazetteer, text: str, code: str
) -> None:
    first, second = gazetteer.find_places(text).places[:2]
    assert first.kind == PlaceKind.CITY
    assert (second.kind, second.state) == (PlaceKind.STATE, code)


def test_a_hamlet_named_like_a_slip_offers_the_city_too(gazetteer: Gazetteer) -> None:
    found = gazetteer.find_places("Huston")
    assert "Houston, TX" in found.did_you_mean
    assert "Houston, TX" in [place.label for place in found.places]


def test_a_corrected_name_says_what_it_was_taken_for(gazetteer: Gazetteer) -> None:
    assert gazetteer.find_places("Philadlphia").did_you_mean[0] == "Philadelphia, PA"


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("Boise, TX", "Boise, ID"),
        ("Paris, France", "Paris, TX"),
        ("Toronto", "Toronto, OH"),
        ("83720-", "83720 (Boise, ID)"),
        ("2134", "02134 (Allston, MA)"),
        ("00000", "00501 (Holtsville, NY)"),
        ("99999", "99950 (Ketchikan, AK)"),
        ("banana", "Bandana, KY"),
    ],
)
def test_where_nothing_fits_near_spellings_are_offered(
    gazetteer: Gazetteer, text: str, offered: str
) -> None:
    found = gazetteer.find_places(text)
    labels = [place.label for place in found.places] + list(found.did_you_mean)
    assert offered in labels


def test_an_unknown_zip_code_does_not_hide_the_city_before_it(gazetteer: Gazetteer) -> None:
    place = gazetteer.find_places("Portland, ME 99999").places[0]
    assert place.label == "Portland, ME"
    assert place.confidence < 0.7


def test_a_zip_code_of_another_state_is_doubtful(gazetteer: Gazetteer) -> None:
    place = gazetteer.find_places("Boise, TX 83702").places[0]
    assert place.label == "83702 (Boise, ID)"
    assert place.confidence < 0.7


def test_a_zip_code_among_words_is_found(gazetteer: Gazetteer) -> None:
    place = gazetteer.find_places("something 83702 whatever it is").places[0]
    assert place.label == "83702 (Boise, ID)"


def test_a_house_number_before_a_street_is_no_zip_code(gazetteer: Gazetteer) -> None:
    place = gazetteer.find_places("83702 Elm Street, Dallas, TX").places[0]
    assert (place.label, place.kind) == ("Dallas, TX", PlaceKind.ADDRESS)


def test_the_limit_is_kept(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.find_places("Springfield", limit=3).places) == 3
    assert len(gazetteer.find_places("Springfield").places) == 10
    for text in ("83702", "40.7,-74.0", "83702 Boise", "x 83702 y"):
        assert gazetteer.find_places(text, limit=0).places == ()


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("39.95,-75.16", 39.95, -75.16),
        ("39.95 -75.16", 39.95, -75.16),
        ("(34.05, -118.24)", 34.05, -118.24),
        ("40.7128° N, 74.0060° W", 40.7128, -74.006),
        ("14.27 S, 170.70 W", -14.27, -170.7),
        ("51.9,179.1", 51.9, 179.1),
        ("39.95,\N{MINUS SIGN}75.16", 39.95, -75.16),
        ("-122.33, 47.61", 47.61, -122.33),
        ("144.79,13.48", 13.48, 144.79),
    ],
)
def test_coordinates_are_taken_as_they_are(
    gazetteer: Gazetteer, text: str, latitude: float, longitude: float
) -> None:
    (place,) = gazetteer.find_places(text).places
    assert place.kind == PlaceKind.COORDINATES
    assert (place.latitude, place.longitude) == (latitude, longitude)


@pytest.mark.parametrize("text", ["91,0", "0,181", "-90.5, 10", "40 75", "400,-74", "nan,nan"])
def test_what_is_out_of_range_is_no_point(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find_places(text).places == ()


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("Philadelphia, PA", 39.95, -75.16),
        ("Honolulu, HI", 21.31, -157.86),
        ("Hagatna, Guam", 13.48, 144.75),
        ("Cook County, IL", 41.84, -87.82),
        ("Montana", 47.0, -109.6),
        ("Aleutians West Census Area", 52.0, -175.8),
        ("San Juan, PR", 18.47, -66.11),
    ],
)
def test_places_stand_where_they_are(
    gazetteer: Gazetteer, text: str, latitude: float, longitude: float
) -> None:
    place = gazetteer.find_places(text).places[0]
    assert math.dist((place.latitude, place.longitude), (latitude, longitude)) < 0.5


# --- any text at all -----------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=300)
@given(st.text(st.characters(), max_size=300))
def test_no_text_raises(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    assert len(found.query) <= 200
    found.query.encode()


WORDS = st.sampled_from(
    [
        *("near", "in", "st.", "ny", "new", "york", "washington", "d.c.", "83702", "12", ",", "-"),
        *("county", "co", "usa", "me", "or", "paris", "france", "40.7,-74", "springfield", "il"),
        *("mexico", "state", "of", "the", "rehab", "city", "philadelpia"),
    ]
)


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_no_mixture_of_words_raises(gazetteer: Gazetteer, text: str) -> None:
    for place in gazetteer.find_places(text).places:
        assert -90 <= place.latitude <= 90
        assert -180 <= place.longitude <= 180
        assert 0 <= place.confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "\x00Boise\x00, ID",
        "\ud800Boise, ID\udfff",
        "Boise, ID" + " " * 10_000,
        "\u200bBoise\u200b, ID",
        "\uff22\uff4f\uff49\uff53\uff45, \uff29\uff24",
        "BOISE\n\tID",
    ],
)
def test_dirt_around_a_name_does_no_harm(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    assert found.places[0].label == "Boise, ID"
    found.query.encode()


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "in " * 3_333,
        "1 " * 5_000,
        "\ufdfa" * 10_000,
        "a, " * 3_333,
        "\u0301" * 10_000,
        "12345 " * 1_666,
    ],
)
def test_a_very_long_text_is_cut(gazetteer: Gazetteer, text: str) -> None:
    assert len(gazetteer.find_places(text).query) <= 200


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("city", "state", "postal_code", "precision", "latitude"),
    [
        ("Philadelphia", "PA", "19103", Precision.ZIP, 39.95),
        ("Philadelphia", "PA", "19103-1234", Precision.ZIP, 39.95),
        ("Philadelphia", "PA", "191031234", Precision.ZIP, 39.95),
        ("Philadelphia", "", "19103", Precision.ZIP, 39.95),
        ("Boston", "MA", "2134", Precision.ZIP, 42.35),
        ("Philadelphia", "PA", "", Precision.CITY, 39.95),
        ("PHILADELPHIA", "Pennsylvania", "99999", Precision.CITY, 39.95),
        ("Philadelphia", "pa", "not a ZIP", Precision.CITY, 39.95),
        ("Philadelpia", "PA", "", Precision.CITY, 39.95),
        ("Philadelphia", "PA", "83702", Precision.CITY, 39.95),
        ("Nowhere at All", "PA", "83702", Precision.ZIP, 43.6),
        ("Cook County", "IL", "", Precision.COUNTY, 41.84),
    ],
)
def test_an_address_is_placed_as_finely_as_is_known(
    gazetteer: Gazetteer,
    city: str,
    state: str,
    postal_code: str,
    precision: Precision,
    latitude: float,
) -> None:
    placed = gazetteer.place_address(
        street="1 Any Street", city=city, state=state, postal_code=postal_code
    )
    assert placed is not None
    assert placed.precision == precision
    assert placed.latitude == pytest.approx(latitude, abs=0.2)


@pytest.mark.parametrize(
    ("city", "state", "postal_code"),
    [
        ("", "", ""),
        ("Philadelphia", "", ""),
        ("Philadelphia", "XX", ""),
        ("Nowhere at All", "PA", ""),
        ("Pennsylvania", "PA", ""),
        ("\ud800", "\x00", "\uff11"),
        ("", "", "09001"),
        ("", "", "²²²²²"),
    ],
)
def test_an_address_that_cannot_be_placed_is_not_guessed(
    gazetteer: Gazetteer, city: str, state: str, postal_code: str
) -> None:
    placed = gazetteer.place_address(street="", city=city, state=state, postal_code=postal_code)
    assert placed is None


def test_a_country_zip_code_stands_at_its_town_where_people_are(gazetteer: Gazetteer) -> None:
    by_city = gazetteer.place_address(street="", city="Whitefish", state="MT", postal_code="")
    by_zip = gazetteer.place_address(street="", city="Whitefish", state="MT", postal_code="59937")
    assert by_zip is not None
    assert by_city is not None
    assert by_zip.precision == Precision.ZIP
    assert (by_zip.latitude, by_zip.longitude) == (by_city.latitude, by_city.longitude)


# --- nearest -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latitude", "longitude", "label"),
    [
        (43.6150, -116.2023, "Boise, ID"),
        (71.29, -156.79, "Utqiagvik, AK"),
        (51.88, -176.65, "Adak, AK"),
        (38.4, -116.5, "Manhattan, NV"),
    ],
)
def test_the_nearest_city_is_found(
    gazetteer: Gazetteer, latitude: float, longitude: float, label: str
) -> None:
    place = gazetteer.nearest(latitude, longitude)
    assert place is not None
    assert place.label == label


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0, 0), (90, 0), (-90, 180), (51.5, -0.1), (91, 0), (0, 181), (math.nan, 0), (0, math.inf)],
)
def test_far_from_every_city_there_is_none_nearest(
    gazetteer: Gazetteer, latitude: float, longitude: float
) -> None:
    assert gazetteer.nearest(latitude, longitude) is None


def test_the_nearest_city_may_lie_across_the_180th_meridian(gazetteer: Gazetteer) -> None:
    place = gazetteer.nearest(51.95, 179.9)
    assert place is None or place.state == "AK"


# --- the file ------------------------------------------------------------------------------------


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    assert not is_current(tmp_path / "absent.sqlite")
    with pytest.raises(GazetteerMissing, match=r"Run: \./run gazetteer build") as caught:
        Gazetteer(tmp_path / "absent.sqlite")
    assert isinstance(caught.value, FinderError)


@pytest.mark.parametrize("content", [b"", b"this is no database, " * 100])
def test_a_file_of_something_else_is_not_taken(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gazetteer.sqlite"
    path.write_bytes(content)
    assert not is_current(path)
    with pytest.raises(GazetteerMissing, match="no usable gazetteer"):
        Gazetteer(path)


def test_a_file_from_other_data_is_out_of_date(gazetteer_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "gazetteer.sqlite"
    path.write_bytes(gazetteer_path.read_bytes())
    assert is_current(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = 'older'")
    connection.close()
    assert not is_current(path)
    with pytest.raises(GazetteerMissing, match="out of date"):
        Gazetteer(path)


def test_a_build_that_fails_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gazetteer.sqlite"
    path.write_bytes(b"the old one")

    def fail(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(build_module, "read_rows", fail)
    with pytest.raises(OSError, match="states"):
        build_gazetteer(path)
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_building_makes_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    baker = build_module._Builder  # all that it does takes seconds
    monkeypatch.setattr(baker, "bake", lambda self: baker._add_states(self))
    path = tmp_path / "new" / "folder" / "gazetteer.sqlite"
    build_gazetteer(path)
    assert path.stat().st_size > 0


def test_the_file_is_opened_read_only(gazetteer_path: Path) -> None:
    before = gazetteer_path.read_bytes()
    Gazetteer(gazetteer_path).find_places("Boise")
    assert gazetteer_path.read_bytes() == before
    assert [path.name for path in gazetteer_path.parent.iterdir()] == [gazetteer_path.name]


def test_a_path_with_odd_characters_is_opened(gazetteer_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "a ?mode=rwc#ü.sqlite"
    path.write_bytes(gazetteer_path.read_bytes())
    assert is_current(path)
    assert Gazetteer(path).find_places("Boise").places


# --- threads and processes -----------------------------------------------------------------------


def test_many_threads_read_at_once(gazetteer: Gazetteer) -> None:
    texts = ["Boise", "Philadlphia", "83702", "Springfield", "Cook County, IL", "nowhere"] * 50
    expected = [gazetteer.find_places(text) for text in texts]
    barrier = threading.Barrier(8)

    def read(_: int) -> bool:
        barrier.wait()
        return [gazetteer.find_places(text) for text in texts] == expected

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(8)))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_reads_on(gazetteer: Gazetteer) -> None:
    assert gazetteer.find_places("Boise").places
    child = os.fork()
    if child == 0:
        found = gazetteer.find_places("Boise").places
        os._exit(0 if found and found[0].label == "Boise, ID" else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert gazetteer.find_places("Boise").places
