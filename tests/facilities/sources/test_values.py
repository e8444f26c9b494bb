from __future__ import annotations

import datetime as dt

import pytest

from finder.facilities.sources.values import (
    BadValue,
    calendar_date,
    clean_text,
    coordinates,
    phone_number,
    postal_code,
    service_codes,
    state_code,
    website_url,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("  Harbor   House ", "Harbor House"),
        ("Harbor\u00a0House\r\n", "Harbor House"),
        ("Har\0bor\x07 House\ufeff", "Harbor House"),
        ("Harbor\u202eHouse\ud800", "HarborHouse"),
        ("<b>José & Söhne</b>", "<b>José & Söhne</b>"),
        (2139.0, "2139"),
        (42.5, "42.5"),
        (True, "True"),
    ],
)
def test_text_loses_control_characters_and_surplus_spaces_and_nothing_else(
    value: object, text: str
) -> None:
    assert clean_text(value) == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("", ""),
        ("N/A", ""),
        ("(301) 334-7670", "(301) 334-7670"),
        ("301-334-1642", "(301) 334-1642"),
        ("301.334.1642", "(301) 334-1642"),
        ("3013341642", "(301) 334-1642"),
        ("860-276-3000 x301", "(860) 276-3000 ext. 301"),
        ("860-276-3000 Ext. 301", "(860) 276-3000 ext. 301"),
        ("1-800-662-4357", "(800) 662-4357"),
        ("+1 800 662 4357", "(800) 662-4357"),
        ("888-PARNEXT", "(888) 727-6398"),
        ("787-758-2525", "(787) 758-2525"),
    ],
)
def test_a_telephone_number_is_shown_in_one_way(written: str, shown: str) -> None:
    assert phone_number(written) == shown


def test_a_number_of_the_associated_states_keeps_its_calling_code() -> None:
    assert phone_number("691-320-2213", "FM") == "+691 320 2213"
    assert phone_number("320-2213", "FM") == "+691 320 2213"


@pytest.mark.parametrize(
    "written", ["(999) 999-9999", "000-000-0000", "888-888-8888", "123", "333-440-8534", "call us"]
)
def test_a_placeholder_or_a_number_that_cannot_be_dialled_is_not_taken(written: str) -> None:
    with pytest.raises(BadValue):
        phone_number(written)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("", ""),
        ("http://", ""),
        ("https://", ""),
        ("none", ""),
        ("www.example.org", "http://www.example.org"),
        ("example.org/path?q=1", "http://example.org/path?q=1"),
        ("example.org:8080/path", "http://example.org:8080/path"),
        ("http://http://www.example.org", "http://www.example.org"),
        ("http://https://www.example.org", "https://www.example.org"),
        ("HTTPS://WWW.Example.org/Path", "https://www.example.org/Path"),
        ("//example.org", "http://example.org"),
        ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"),
    ],
)
def test_a_website_becomes_one_url(written: str, url: str) -> None:
    assert website_url(written) == url


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)",
        "ftp://example.org",
        "mailto:a@example.org",
        "info@example.org",
        "http://user:secret@example.org",
        "http://localhost",
        "http://127.0.0.1/",
        "http://[::1",
        "http://example.org:port",
        "http://w www.example.org",
        "http://exa_mple.org",
        "http://example.org\\@evil.example",
        "not a website",
    ],
)
def test_what_is_no_website_is_not_taken(written: str) -> None:
    with pytest.raises(BadValue):
        website_url(written)


@pytest.mark.parametrize(
    ("written", "code"),
    [("", ""), ("ma", "MA"), ("Massachusetts", "MA"), ("District of Columbia", "DC"), ("pr", "PR")],
)
def test_a_state_becomes_two_letters(written: str, code: str) -> None:
    assert state_code(written) == code


@pytest.mark.parametrize("written", ["ZZ", "Ontario", "M", "XX"])
def test_an_unknown_state_is_not_taken(written: str) -> None:
    with pytest.raises(BadValue):
        state_code(written)


@pytest.mark.parametrize(
    ("written", "plus_four", "code"),
    [
        ("", "", ""),
        ("02139", "", "02139"),
        ("2139", "", "02139"),
        ("501", "", "00501"),
        ("02139-4307", "", "02139-4307"),
        ("02139", "4307", "02139-4307"),
        ("02139", "307", "02139-0307"),
        ("02139", "0000", "02139"),
        ("02139", "x", "02139"),
        ("021394307", "", "02139-4307"),
        ("21394307", "", "02139-4307"),
        ("02139-", "", "02139"),
    ],
)
def test_a_zip_code_gets_its_zeros_back_and_keeps_its_extension(
    written: str, plus_four: str, code: str
) -> None:
    assert postal_code(written, plus_four) == code


@pytest.mark.parametrize("written", ["ABCDE", "00000", "12", "123456", "K1A 0B1", "٠٢١٣٩"])
def test_what_is_no_zip_code_is_not_taken(written: str) -> None:
    with pytest.raises(BadValue):
        postal_code(written)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("", ""), (None, None), (0, 0), ("0", "0.0"), ("", 0)]
)
def test_empty_and_zero_coordinates_mean_unknown(latitude: object, longitude: object) -> None:
    assert coordinates(latitude, longitude) is None


def test_coordinates_may_come_as_text() -> None:
    assert coordinates("42.3601", " -71.0589") == (42.3601, -71.0589)
    assert coordinates(13.48, 144.75) == (13.48, 144.75)


@pytest.mark.parametrize(
    ("latitude", "longitude", "reason"),
    [
        ("42.36", "", "together"),
        (0, -71.0, "together"),
        (91, -71.0, "out of range"),
        (-71.05, 42.36, "outside the United States"),
        (42.36, 71.05, "outside the United States"),
        (42.36, -181, "out of range"),
        ("north", "west", "not a number"),
        ("nan", "-71", "not a number"),
        ("inf", "-71", "not a number"),
        ([1], 2, "not a number"),
    ],
)
def test_impossible_coordinates_are_not_taken(
    latitude: object, longitude: object, reason: str
) -> None:
    with pytest.raises(BadValue, match=reason):
        coordinates(latitude, longitude)


def test_service_codes_are_parted_by_spaces_and_stars() -> None:
    codes, _, _, odd = service_codes("SA DT * OP  op * X-YOGA; <b> F17")

    assert codes == {"SA", "DT", "OP", "X-YOGA", "F17"}
    assert odd == ["<b>"]


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("", None),
        ("2022-05-19", dt.date(2022, 5, 19)),
        ("2022-05-19T19:28:42Z", dt.date(2022, 5, 19)),
        ("5/19/2022", dt.date(2022, 5, 19)),
    ],
)
def test_dates_are_read(written: str, date: dt.date | None) -> None:
    assert calendar_date(written) == date


@pytest.mark.parametrize("written", ["last May", "2022-13-01", "31.12.2022", "2022-05-19x"])
def test_what_is_no_date_is_not_taken(written: str) -> None:
    with pytest.raises(BadValue):
        calendar_date(written)
