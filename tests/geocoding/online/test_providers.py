from __future__ import annotations

import pytest
from geopy.geocoders import SERVICE_TO_GEOCODER

from finder.errors import SettingError
from finder.geocoding.online import (
    chain_names,
    check_options,
    described,
    online_names,
    options_from,
)
from finder.geocoding.online.providers import KNOWN, Provider, row_of


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("offline", ("offline",)),
        ("offline,nominatim", ("offline", "nominatim")),
        (" Nominatim , CENSUS,offline,", ("nominatim", "census", "offline")),
        ("offline,google", ("offline", "googlev3")),
    ],
)
def test_names_are_read_in_the_order_of_asking(text: str, names: tuple[str, ...]) -> None:
    assert chain_names(text) == names


@pytest.mark.parametrize("name", ["census", *SERVICE_TO_GEOCODER])
def test_every_geocoder_of_geopy_is_known_by_name(name: str) -> None:
    assert len(chain_names(f"offline,{name}")) == 2


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(SettingError, match=r"FINDER_GEOCODERS.*'nomnatim'.*census.*nominatim"):
        chain_names("offline,nomnatim")


@pytest.mark.parametrize("text", ["", "nominatim", "offline,offline", "offline,google,googlev3"])
def test_a_chain_has_the_offline_geocoder_and_names_each_one_once(text: str) -> None:
    with pytest.raises(SettingError, match="FINDER_GEOCODERS"):
        chain_names(text)


def test_options_are_read_from_the_environment() -> None:
    environ = {
        "FINDER_GEOCODERS": "offline,nominatim",
        "FINDER_GEOCODER_NOMINATIM_DOMAIN": "maps.example.org",
        "FINDER_GEOCODER_GOOGLE_API_KEY": "k",
        "FINDER_GEOCODER_CENSUS_DOMAIN": "",
        "PATH": "/bin",
    }
    assert options_from(environ) == {
        "nominatim": {"domain": "maps.example.org"},
        "googlev3": {"api_key": "k"},
    }


@pytest.mark.parametrize("variable", ["FINDER_GEOCODER_NOMNATIM_DOMAIN", "FINDER_GEOCODER_CENSUS"])
def test_a_variable_that_is_no_option_is_named(variable: str) -> None:
    with pytest.raises(SettingError, match=variable):
        options_from({variable: "x"})


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("nominatim", {"domian": "x"}, "NOMINATIM_DOMIAN.*FINDER_GEOCODER_NOMINATIM_DOMAIN"),
        ("opencage", {}, "FINDER_GEOCODER_OPENCAGE_API_KEY is missing"),
        ("census", {"scheme": "ftp"}, "census cannot be set up"),
        ("census", {"timeout": "soon"}, "FINDER_GEOCODER_CENSUS_TIMEOUT is 'soon'"),
        ("census", {"timeout": "nan"}, "FINDER_GEOCODER_CENSUS_TIMEOUT"),
        ("census", {"interval": "-1"}, "FINDER_GEOCODER_CENSUS_INTERVAL"),
        ("census", {"cache_days": "31"}, "from 0 to 30"),
        ("census", {"user_agent": "x"}, "FINDER_GEOCODER_CENSUS_USER_AGENT"),
    ],
)
def test_a_wrong_option_is_told_by_its_variable(
    name: str, options: dict[str, str], told: str
) -> None:
    with pytest.raises(SettingError, match=told):
        check_options(["offline", name], {name: options})


def test_options_of_geocoders_that_are_not_in_the_chain_do_not_matter() -> None:
    check_options(["offline"], {"census": {"timeout": "soon"}})


def test_the_public_nominatim_server_is_asked_once_a_second_at_most() -> None:
    provider = Provider("nominatim", {}, user_agent="Finder (someone@example.org)")
    assert provider.interval >= 1
    assert Provider("nominatim", {"interval": "0"}, user_agent="Finder").interval == 0


@pytest.mark.parametrize("name", KNOWN)
def test_every_row_is_understood_by_its_geocoder(name: str) -> None:
    given = {"pelias": {"domain": "example.org"}, "herev7": {"apikey": "k"}}.get(name, {})
    if name in ("geocodeearth", "geocodio", "googlev3", "mapbox", "opencage"):
        given = {"api_key": "k"}
    provider = Provider(name, given, user_agent="Finder")
    assert set(provider.row.arguments) <= set(provider.arguments)
    assert provider.arguments["exactly_one"] is False


def test_visitors_are_told_of_online_geocoders_alone() -> None:
    names = ("offline", "census", "yandex")
    assert online_names(names) == ("census", "yandex")
    assert [row.title for row in described(names)] == ["US Census Bureau", "Yandex"]


def test_descriptions_have_no_links() -> None:
    for name in ("yandex", *KNOWN):
        row = row_of(name)
        assert row.title
        assert row.description
        assert "://" not in row.description
