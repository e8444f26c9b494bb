from __future__ import annotations

from pathlib import Path

import pytest

from finder.geocoding import Gazetteer


@pytest.fixture(scope="session")
def gazetteer(gazetteer_path: Path) -> Gazetteer:
    return Gazetteer(gazetteer_path)
