from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from finder.geocoding import Gazetteer
from finder.geocoding.online import GeocoderChain
from tests.geocoding.online.stand_in import StandIn

SECRET = b"a secret of this server"
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


class Clock:
    """A clock that stands until it is told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_time(self, *, seconds: float = 0, days: float = 0) -> None:
        self.now += dt.timedelta(seconds=seconds, days=days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    stand_in = StandIn()
    thread = threading.Thread(target=stand_in.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield stand_in
    stand_in.released.set()
    stand_in.shutdown()
    stand_in.server_close()
    thread.join()


ChainMaker = Callable[..., GeocoderChain]


@pytest.fixture
def chain_of(gazetteer: Gazetteer, server: StandIn, clock: Clock, tmp_path: Path) -> ChainMaker:
    """Makes chains whose online geocoders all are the stand-in, which is given time to answer."""

    def make(*names: str, budget: float = 60, **options: Any) -> GeocoderChain:
        here = {"domain": server.domain, "scheme": "http", "timeout": "10", **options}
        return GeocoderChain(
            gazetteer,
            names,
            cache_path=tmp_path / "geocoders.sqlite",
            secret=SECRET,
            user_agent="Finder\n tests é",
            options=dict.fromkeys(names, here),
            clock=clock,
            budget=budget,
        )

    return make
