"""A new password is hard to guess, also for who knows whose it is, and no part of it is cut."""

from __future__ import annotations

import subprocess
import sys

import pytest

from finder.staff.passwords import (
    MOST,
    WeakPassword,
    hash_password,
    require_length,
    verify_password,
)

EMAIL = "kim.juniper@lantern-house.example"
SITE = "Deschutes Care Finder"


def kept(password: str) -> str:
    return hash_password(password, email=EMAIL, site_name=SITE)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123456!",
        "P@ssw0rd!P@ssw0rd!",
        "qwertyuiopasdf",
        "1q2w3e4r5t6y7u",
        "123456789012345",
        "iloveyouiloveyou",
        "abcdefghijklmnop",
        "aaaaaaaaaaaabbbb",
        "kim.juniper@lantern-house.example",
        "Kim.Juniper2026",
        "lanternhouse1234",
        "LANTERN-HOUSE-KIM",
        "deschutes care finder",
        "DeschutesCare1",
    ],
)
def test_what_is_often_used_or_made_of_ones_address_or_the_site_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword, match="Put a few words together"):
        kept(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "a quiet bed by the juniper tree",
        "Fünf Katzen suchen Mehl",
        "пароль из пяти слов дома",
        "xK3v9Qm2Lw8t",
        "⚓🌊🔑⛵🐚🌙🪢🎏🦀🐟⛱🏝",
        ")*{?~|^[=;/&",
    ],
)
def test_a_few_words_are_good_in_any_script_and_so_are_random_characters(password: str) -> None:
    assert verify_password(kept(password), password)


def test_no_password_is_cut() -> None:
    longest = "a lantern in the juniper, a kettle on the stove, and 7 " * 3
    longest = longest[:MOST]
    hashed = kept(longest)
    assert verify_password(hashed, longest)
    assert not verify_password(hashed, longest + "x")
    assert not verify_password(hashed, longest[:-1])
    for wrong in (longest + "x", "short"):
        with pytest.raises(WeakPassword, match="12 to 128 characters"):
            require_length(wrong)


def test_no_password_keeps_a_server_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    # With digits for letters the library takes seconds for a hundred characters.
    lengths: list[int] = []

    def look(password: str, *, user_inputs: list[str]) -> dict[str, int]:
        lengths.append(len(password))
        return {"score": 4}

    monkeypatch.setattr("zxcvbn.zxcvbn", look)
    kept("4@{(3690!1|$5+7%2" * 7)
    assert lengths == [32]


@pytest.mark.slow
def test_a_server_does_without_the_lists_until_a_password_is_chosen() -> None:
    loads = "import sys, finder.application; sys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0
