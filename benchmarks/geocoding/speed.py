"""Speed as ratios to peers in one interleaved run, and memory."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from geopy.geocoders import Nominatim

from finder.geocoding import Gazetteer

ROUNDS = 3
RATIO_ROUNDS = 5
_ANSWER = b'[{"lat": "43.6", "lon": "-116.2", "display_name": "Boise", "place_id": 1}]'
_MEMORY = """
import sys
from pathlib import Path
from benchmarks.geocoding.cases import read_cases
from benchmarks.geocoding.speed import megabytes
from finder.geocoding import Gazetteer
bare = megabytes()
gazetteer = Gazetteer(Path(sys.argv[1]))
for text in ("Boise, ID", "Springfield", "83702", "12 Main St, Boise, ID"):
    gazetteer.find_places(text)
exact = megabytes()
for case in read_cases():
    gazetteer.find_places(case.text)
    gazetteer.suggest_places(case.text[:4])
print(exact - bare, megabytes() - bare)
"""


def lookup_times(look_up: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Return the seconds of every look-up, sorted: of three tries the middle one."""
    times = []
    for text in texts:
        tries = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            look_up(text)
            tries.append(time.perf_counter() - started)
        times.append(statistics.median(tries))
    return sorted(times)


def opening_time(path: Path) -> float:
    """Return the seconds from nothing to the first answer."""
    started = time.perf_counter()
    Gazetteer(path).find_places("Boise, ID")
    return time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long as the first contestant one takes for the same texts."""

    asked_first: float
    """by a geocoder that is at work, but has seen none of them"""
    asked_again: float
    """by the same one, a second time"""


def throughput_ratios(
    contestants: dict[str, Callable[[], Callable[[str], object]]],
    texts: Sequence[str],
    others: Sequence[str],
) -> dict[str, Ratio]:
    """Return the ratios to the first contestant, in interleaved rounds.

    Of each text's times in all rounds the median counts: processors are shared.

    :param contestants: name -> what makes its look-up, anew for each round and untimed.
    :param others: texts that each is asked before, untimed: files are read then, and nothing is
        known of ``texts`` yet.
    """
    seconds: dict[str, list[tuple[list[float], list[float]]]] = {name: [] for name in contestants}
    for _ in range(RATIO_ROUNDS):
        for name, make in contestants.items():
            look_up = make()
            for text in others:
                look_up(text)
            seconds[name].append((_times_of(look_up, texts), _times_of(look_up, texts)))
    totals = {
        name: tuple(_sum_of_medians(asked) for asked in zip(*rounds, strict=True))
        for name, rounds in seconds.items()
    }
    first, again = next(iter(totals.values()))
    return {name: Ratio(times[0] / first, times[1] / again) for name, times in totals.items()}


def _times_of(look_up: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    times = []
    for text in texts:
        started = time.perf_counter()
        look_up(text)
        times.append(time.perf_counter() - started)
    return times


def _sum_of_medians(rounds: Sequence[Sequence[float]]) -> float:
    """Return the sum over all texts of each one's median over the rounds."""
    return math.fsum(statistics.median(times) for times in zip(*rounds, strict=True))


def memory_used(path: Path) -> tuple[float, float]:
    """Return megabytes over a process that has the code alone: exact look-ups, then all cases."""
    printed = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(path)], check=True, capture_output=True, text=True
    ).stdout
    exact, everything = map(float, printed.split())
    return exact, everything


def megabytes() -> float:
    """Return the resident memory of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def nominatim_stand_in() -> Iterator[Callable[[str], object]]:
    """Yield geopy's Nominatim class asking a server on this machine that answers at once."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _StandIn)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    domain = f"127.0.0.1:{server.server_port}"
    geocoder = Nominatim(user_agent="benchmark", domain=domain, scheme="http")
    try:
        yield geocoder.geocode
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _StandIn(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(_ANSWER)))
        self.end_headers()
        self.wfile.write(_ANSWER)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
