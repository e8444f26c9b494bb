"""What hashes passwords and PINs costs at least what OWASP's password storage cheat sheet asks."""

from __future__ import annotations

from argon2 import PasswordHasher, Type


def test_hashes_cost_enough(real_hashers: tuple[PasswordHasher, PasswordHasher]) -> None:
    for hasher in real_hashers:
        assert hasher.type is Type.ID
        assert hasher.memory_cost >= 19 * 1024
        assert hasher.time_cost >= 2
