"""What people paste to name a program is understood, and nothing else."""

from __future__ import annotations

import pytest

from finder.web.facility_ids import parse_facility_id


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        (" 12/ ", 12),
        ("/facilities/12", 12),
        ("https://finder.example/facilities/12/inquiry?near=Bend#top", 12),
        ("https://finder.example/es/facilities/12", 12),
        ("", None),
        ("12/13", None),
        ("12a", None),
        ("١٢", None),
        ("/facilities/", None),
        ("99999999999", None),
    ],
)
def test_a_program_is_named_by_its_number_or_its_address(typed: str, number: int | None) -> None:
    assert parse_facility_id(typed) == number
