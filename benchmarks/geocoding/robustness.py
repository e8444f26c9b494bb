"""Fuzzes the geocoder with arbitrary text: no exception, and no text takes unduly long.

``python -m benchmarks.geocoding.robustness [--examples 20000]``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.geocoding.cases import read_cases
from finder.geocoding import Gazetteer, build_gazetteer

LONGEST = 10_000
SLOW = 50
"""How many times the median a text may take."""
ALLOWED_SLOW = 0.001


def texts() -> st.SearchStrategy[str]:
    """Return texts of any characters and up to 10,000 of them: random, real, mixed, repeated."""
    real = st.sampled_from([case.text for case in read_cases()])
    anything = st.text(st.characters(), max_size=200)
    words = st.lists(real | anything, max_size=8).map(" ".join)
    repeated = st.builds(lambda text, times: (text * times)[:LONGEST], words, st.integers(1, 1000))
    return real | anything | words | repeated


def main() -> int:
    """Run and print; return 1 where too many texts were slow (an exception ends the run)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--examples", type=int, default=20_000)
    examples = parser.parse_args().examples
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gazetteer.sqlite"
        build_gazetteer(path)
        gazetteer = Gazetteer(path)

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(texts())
        def run(text: str) -> None:
            # Processor time: what other programs do meanwhile says nothing of a text.
            started = time.thread_time()
            gazetteer.find_places(text)
            seconds.append(time.thread_time() - started)
            gazetteer.suggest_places(text)

        run()
    median = statistics.median(seconds)
    slow = sum(taken > SLOW * median for taken in seconds) / len(seconds)
    print(f"texts               {len(seconds):,}, none raised")
    print(f"median              {median * 1e3:.3f} ms, slowest {max(seconds) * 1e3:.2f} ms")
    print(f"over {SLOW} x median    {slow:.3%}")
    return 1 if slow > ALLOWED_SLOW else 0


if __name__ == "__main__":
    sys.exit(main())
