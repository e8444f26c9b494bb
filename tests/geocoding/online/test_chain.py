from __future__ import annotations

import logging
import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from finder.geocoding import Gazetteer, PlaceKind
from finder.geocoding.online import GeocoderChain
from finder.geocoding.online import chain as chain_module
from tests.geocoding.online.conftest import SECRET, ChainMaker, Clock
from tests.geocoding.online.stand_in import (
    Answer,
    StandIn,
    census_answer,
    census_match,
    cut_off,
    dripping,
    failing,
    google_answer,
    hanging,
    hung_up,
    nominatim_place,
    pelias_answer,
    photon_answer,
    saying,
    saying_text,
)

ADDRESS = "150 N Capitol Blvd, Boise, ID 83702"
UNKNOWN = "The Flying Spoon Building"


@pytest.mark.parametrize(
    ("name", "document", "label", "confidence"),
    [
        (
            "nominatim",
            [nominatim_place()],
            "150 North Capitol Boulevard, Downtown, Boise, Ada County, Idaho, 83702",
            0.9,
        ),
        ("photon", photon_answer(), "150 North Capitol Boulevard, 83702, Boise, Idaho", 0.9),
        ("census", census_answer(census_match()), "150 N Capitol Blvd, Boise, ID 83702", 0.9),
        ("pelias", pelias_answer(), "150 North Capitol Boulevard", 0.75),
        ("googlev3", google_answer(), "150 N Capitol Blvd, Boise, ID 83702", 0.9),
    ],
)
def test_an_address_is_placed_more_finely_online(
    chain_of: ChainMaker,
    server: StandIn,
    name: str,
    document: Any,
    label: str,
    confidence: float,
) -> None:
    server.answer = saying(document)
    key = {"api_key": "k"} if name == "googlev3" else {}
    found = chain_of("offline", name, **key).find_places(ADDRESS)
    assert found.query == ADDRESS
    [place] = found.places
    assert (place.label, place.confidence, place.state) == (label, confidence, "ID")
    assert place.kind == PlaceKind.ADDRESS
    assert (place.latitude, place.longitude) == (43.615801, -116.201735)
    assert server.agents == ["Finder tests"]


def test_nominatim_is_asked_for_the_united_states_alone(
    chain_of: ChainMaker, server: StandIn
) -> None:
    chain_of("offline", "nominatim").find_places(f"  {ADDRESS}\n")
    [asked] = server.asked
    assert asked["q"] == ADDRESS
    assert asked["countrycodes"] == "us,pr,vi,gu,as,mp"


@pytest.mark.parametrize("text", ["Boise, ID", "83702", "43.6, -116.2", "philly", "", "ny", "?!"])
def test_what_is_known_offline_is_not_asked_online(
    chain_of: ChainMaker, server: StandIn, gazetteer: Gazetteer, text: str
) -> None:
    found = chain_of("offline", "nominatim").find_places(text)
    assert found == gazetteer.find_places(text)
    assert server.asked == []


def test_what_nobody_knows_offline_is_asked_online(chain_of: ChainMaker, server: StandIn) -> None:
    server.answer = saying([nominatim_place(display_name=f"{UNKNOWN}, Boise, Idaho")])
    found = chain_of("offline", "nominatim").find_places(UNKNOWN)
    assert [place.label for place in found.places] == [f"{UNKNOWN}, Boise, Idaho"]


@pytest.mark.parametrize(
    "text", ["near me", "cerca de mi", "i want to die", "quiero morir", "kill myself in Boise"]
)
def test_near_me_and_words_of_distress_are_told_to_no_online_geocoder(
    chain_of: ChainMaker, server: StandIn, text: str
) -> None:
    chain_of("nominatim", "offline").find_places(text)
    assert server.asked == []


def test_spellings_are_still_offered_where_nobody_knows_it(
    chain_of: ChainMaker, server: StandIn, gazetteer: Gazetteer
) -> None:
    found = chain_of("offline", "nominatim").find_places("99999")
    assert len(server.asked) == 1
    assert found == gazetteer.find_places("99999")
    assert found.did_you_mean


def test_an_online_geocoder_may_come_first(chain_of: ChainMaker, server: StandIn) -> None:
    server.answer = saying([nominatim_place(addresstype="city", display_name="Boise, Idaho")])
    chain = chain_of("nominatim", "offline")
    [place] = chain.find_places("Boise, ID").places
    assert (place.label, place.kind) == ("Boise, Idaho", PlaceKind.CITY)
    assert chain.find_places("43.6, -116.2").places[0].kind == PlaceKind.COORDINATES
    assert len(server.asked) == 1


def test_the_offline_answer_stands_where_an_online_one_is_no_finer(
    chain_of: ChainMaker, server: StandIn, gazetteer: Gazetteer
) -> None:
    server.answer = saying([nominatim_place(addresstype="postcode")])
    assert chain_of("offline", "nominatim").find_places(ADDRESS) == gazetteer.find_places(ADDRESS)


def test_an_online_answer_far_from_the_town_that_was_typed_is_not_believed(
    chain_of: ChainMaker, server: StandIn
) -> None:
    elsewhere = nominatim_place(lat="35.47", lon="-97.52", address={"country_code": "us"})
    server.answer = saying([elsewhere, nominatim_place(address={"country_code": "us"})])
    [place] = chain_of("offline", "nominatim").find_places(ADDRESS).places
    assert place.state == "ID"


def test_it_is_believed_where_the_town_is_a_guess(chain_of: ChainMaker, server: StandIn) -> None:
    server.answer = saying([nominatim_place()])
    [place] = chain_of("offline", "nominatim").find_places("12 elm st springfield").places
    assert place.state == "ID"


def test_no_more_places_come_than_wanted(chain_of: ChainMaker, server: StandIn) -> None:
    server.answer = saying([nominatim_place(), nominatim_place(lat="43.62")])
    chain = chain_of("offline", "nominatim")
    assert len(chain.find_places(ADDRESS).places) == 2
    assert len(chain.find_places(ADDRESS, limit=1).places) == 1


def test_the_next_geocoder_is_asked_where_one_fails(chain_of: ChainMaker, server: StandIn) -> None:
    def answer(handler: Any) -> None:
        reply = saying(photon_answer()) if server.paths[-1] == "/api" else failing(503)
        reply(handler)

    server.answer = answer
    assert chain_of("offline", "nominatim", "photon").find_places(ADDRESS).places[0].state == "ID"
    assert server.paths == ["/search", "/api"]


@pytest.mark.parametrize(
    "text", ["\ud800 somewhere", "\x00\x00\x00nowhere", "x" * 10_000, "ﷺ" * 300, "日本語の場所"]
)
def test_any_text_can_be_asked(chain_of: ChainMaker, server: StandIn, text: str) -> None:
    assert chain_of("nominatim", "offline").find_places(text).places == ()
    assert len(server.asked[0]["q"]) <= 200


# --- faults ---------------------------------------------------------------------------------


FAULTS: dict[str, Answer] = {
    "429": failing(429),
    "500": failing(500),
    "403": failing(403),
    "broken JSON": saying_text(b'[{"lat": "43.6158'),
    "no UTF-8": saying_text(b"\xff\xfe\xfa"),
    "empty": saying_text(b""),
    "another shape": saying([{"unexpected": True}]),
    "no list": saying({"error": {"message": f"cannot find {ADDRESS}"}}),
    "cut": cut_off,
    "hung up": hung_up,
    "silent": hanging,
    "dripping": dripping,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ["nominatim", "photon", "census"])
def test_a_fault_neither_fails_a_search_nor_tells_what_was_searched(
    chain_of: ChainMaker,
    server: StandIn,
    gazetteer: Gazetteer,
    caplog: pytest.LogCaptureFixture,
    name: str,
    fault: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answer = FAULTS[fault]
    chain = chain_of(name, "offline", timeout="0.2")
    assert chain.find_places(ADDRESS) == gazetteer.find_places(ADDRESS)
    logged = caplog.text.casefold()
    assert name in logged
    assert "capitol" not in logged
    assert "boise" not in logged


def test_a_dead_geocoder_is_not_asked_again_at_once(
    chain_of: ChainMaker, server: StandIn, clock: Clock
) -> None:
    server.answer = failing(500)
    chain = chain_of("nominatim", "offline")
    for _ in range(3):
        assert chain.find_places(ADDRESS).places
        clock.pass_time(seconds=5)
    assert len(server.asked) == 1


def test_with_a_dead_port_search_answers_in_time_and_at_once_after_that(
    chain_of: ChainMaker, gazetteer: Gazetteer
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        chain = chain_of("nominatim", "offline", domain=f"127.0.0.1:{unused.getsockname()[1]}")
        for _ in range(2):
            assert chain.find_places("Boise") == gazetteer.find_places("Boise")


@pytest.mark.slow
def test_a_geocoder_that_hangs_is_waited_for_once_and_under_two_seconds(
    chain_of: ChainMaker, server: StandIn, gazetteer: Gazetteer
) -> None:
    assert chain_module.BUDGET_SECONDS < 2
    server.answer = hanging
    chain = chain_of("nominatim", "offline", budget=chain_module.BUDGET_SECONDS, timeout="1.2")
    for text in ("Boise", "Bend, OR", "Salem"):
        assert chain.find_places(text) == gazetteer.find_places(text)
    assert server.reached.wait(60)
    assert server.paths == ["/search"], "only the first waits: the others do not ask"


@pytest.mark.slow
def test_all_geocoders_together_keep_to_the_budget(
    chain_of: ChainMaker, server: StandIn, gazetteer: Gazetteer
) -> None:
    server.answer = hanging
    chain = chain_of("nominatim", "photon", "census", "offline", budget=1.05, timeout="1")
    assert chain.find_places(ADDRESS) == gazetteer.find_places(ADDRESS)
    assert server.reached.wait(60)
    assert server.paths == ["/search"], "too little time was left for the others"


def test_a_geocoder_is_tried_once_after_its_pause_and_used_again_when_it_answers(
    chain_of: ChainMaker, server: StandIn, clock: Clock
) -> None:
    chain = chain_of("nominatim", "offline", interval="0")
    server.answer = failing(500)
    chain.find_places("Boise, ID")
    clock.pass_time(seconds=31)
    chain.find_places("Boise, ID")
    clock.pass_time(seconds=31)
    chain.find_places("Boise, ID")
    assert len(server.asked) == 2, "the second pause is twice as long"
    clock.pass_time(seconds=30)
    server.answer = saying([nominatim_place()])
    assert chain.find_places("Boise, ID").places[0].confidence == 0.9
    assert chain.find_places("Nampa, ID").places[0].confidence == 0.9
    assert len(server.asked) == 4


def test_a_geocoder_that_says_when_to_come_back_is_heard(
    chain_of: ChainMaker, server: StandIn, clock: Clock
) -> None:
    server.answer = failing(429, Retry_After="600")
    chain = chain_of("nominatim", "offline")
    chain.find_places("Boise, ID")
    clock.pass_time(seconds=590)
    chain.find_places("Boise, ID")
    assert len(server.asked) == 1
    clock.pass_time(seconds=11)
    chain.find_places("Boise, ID")
    assert len(server.asked) == 2


def test_a_refused_text_says_nothing_about_the_next_one(
    chain_of: ChainMaker, server: StandIn
) -> None:
    chain = chain_of("nominatim", "offline", interval="0")
    server.answer = failing(400)
    assert chain.find_places("Boise, ID").places[0].kind == PlaceKind.CITY
    server.answer = saying([nominatim_place()])
    assert chain.find_places("Nampa, ID").places[0].kind == PlaceKind.ADDRESS


def test_nominatim_is_skipped_rather_than_asked_twice_in_a_second(
    chain_of: ChainMaker, server: StandIn, clock: Clock
) -> None:
    server.answer = saying([nominatim_place()])
    first, second = (chain_of("nominatim", "offline") for _ in range(2))
    first.find_places("Boise, ID")
    assert second.find_places("Nampa, ID").places[0].kind == PlaceKind.CITY
    assert len(server.asked) == 1, "two workers share one turn"
    clock.pass_time(seconds=1)
    assert second.find_places("Nampa, ID").places[0].kind == PlaceKind.ADDRESS


def test_requests_that_hang_do_not_pile_up(
    chain_of: ChainMaker, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_module, "MOST_WAITING", 0)
    assert chain_of("nominatim", "offline").find_places("Boise, ID").places
    assert server.asked == []


# --- memory ---------------------------------------------------------------------------------


def test_an_answer_is_remembered_for_all_workers_and_after_a_restart(
    chain_of: ChainMaker, server: StandIn, clock: Clock
) -> None:
    server.answer = saying([nominatim_place()])
    first = chain_of("offline", "nominatim").find_places(ADDRESS)
    server.answer = failing(500)
    clock.pass_time(days=29)
    assert chain_of("offline", "nominatim").find_places(ADDRESS.upper()).places == first.places
    assert len(server.asked) == 1
    clock.pass_time(days=1)
    chain_of("offline", "nominatim").find_places(ADDRESS)
    assert len(server.asked) == 2


def test_what_is_too_old_is_deleted_at_the_start(
    chain_of: ChainMaker, server: StandIn, clock: Clock, tmp_path: Path
) -> None:
    chain_of("offline", "nominatim").find_places(UNKNOWN)
    clock.pass_time(days=1)
    chain_of("offline", "nominatim")
    connection = sqlite3.connect(tmp_path / "geocoders.sqlite")
    assert connection.execute("SELECT count(*) FROM answer").fetchone() == (0,)
    connection.close()


def test_that_nothing_was_found_is_remembered_for_a_day(
    chain_of: ChainMaker, server: StandIn, clock: Clock
) -> None:
    chain = chain_of("offline", "nominatim")
    chain.find_places(UNKNOWN)
    chain.find_places(UNKNOWN)
    assert len(server.asked) == 1
    clock.pass_time(days=1)
    chain.find_places(UNKNOWN)
    assert len(server.asked) == 2


def test_an_operator_can_have_nothing_remembered(
    chain_of: ChainMaker, server: StandIn, tmp_path: Path
) -> None:
    server.answer = saying([nominatim_place()])
    chain = chain_of("offline", "nominatim", cache_days="0", interval="0")
    chain.find_places(ADDRESS)
    chain.find_places(ADDRESS)
    assert len(server.asked) == 2


def test_nothing_on_disk_tells_what_was_searched_or_found(
    chain_of: ChainMaker, server: StandIn, tmp_path: Path
) -> None:
    server.answer = saying([nominatim_place()])
    chain_of("offline", "nominatim").find_places(ADDRESS)
    files = list(tmp_path.iterdir())
    assert files
    for file in files:
        content = file.read_bytes().lower()
        assert not any(word in content for word in (b"capitol", b"boise", b"83702", b"43.61"))
        assert file.stat().st_mode & 0o077 == 0


def test_without_online_geocoders_it_is_the_gazetteer(
    chain_of: ChainMaker, gazetteer: Gazetteer, tmp_path: Path
) -> None:
    assert chain_of("offline").find_places(ADDRESS) == gazetteer.find_places(ADDRESS)
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_remembered_nobody_is_asked(
    gazetteer: Gazetteer,
    server: StandIn,
    clock: Clock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    chain = GeocoderChain(
        gazetteer,
        ["nominatim", "offline"],
        cache_path=tmp_path / "no folder" / "geocoders.sqlite",
        secret=SECRET,
        user_agent="Finder tests",
        options={"nominatim": {"domain": server.domain, "scheme": "http"}},
        clock=clock,
    )
    assert chain.find_places("Boise, ID") == gazetteer.find_places("Boise, ID")
    assert server.asked == []
    assert "cannot be used" in caplog.text
