from __future__ import annotations

import datetime as dt

import pytest

from finder.security.throttle import client_bucket

DAY = dt.date(2026, 3, 4)


def bucket(address: str, *, secret: bytes = b"secret", day: dt.date = DAY) -> str:
    return client_bucket(address, secret=secret, day=day)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "192.0.2.254"),
        ("192.0.2.1", "::ffff:192.0.2.77"),
        ("2001:db8:1:2::1", "2001:db8:1:ffff::9"),
        ("fe80::1%eth0", "fe80::2"),
        ("", "not an address"),
    ],
)
def test_neighbours_share_a_bucket(one: str, other: str) -> None:
    assert bucket(one) == bucket(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "192.0.3.1"),
        ("2001:db8:1::1", "2001:db8:2::1"),
        ("192.0.2.1", ""),
        ("::ffff:192.0.2.1", "::ffff:198.51.100.1"),
    ],
)
def test_others_have_their_own(one: str, other: str) -> None:
    assert bucket(one) != bucket(other)


def test_a_bucket_changes_with_the_day_and_the_secret() -> None:
    today = bucket("192.0.2.1")
    assert today != bucket("192.0.2.1", day=DAY + dt.timedelta(days=1))
    assert today != bucket("192.0.2.1", secret=b"another")


def test_a_bucket_shows_no_part_of_the_address() -> None:
    name = bucket("192.0.2.1")
    assert len(name) == 32
    assert int(name, 16)
