"""Visits one checkout's application in this process, and prints what it cost as JSON.

What ``compare`` runs with PYTHONPATH set to a checkout: it may use only what every version has.
Reads the parameters of the searches from standard input.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode


def microseconds(call: Callable[[Any], object], each: Iterable[Any]) -> float:
    """Return the mean processor time of one call, in µs."""
    items = list(each)
    gc.collect()
    begun = time.process_time()
    for item in items:
        call(item)
    return (time.process_time() - begun) / len(items) * 1e6


def main() -> None:
    """Measure look-ups, then pages and API answers: each first seen, then seen again."""
    searches: list[Mapping[str, str]] = json.load(sys.stdin)
    from finder import create_app
    from finder.geocoding import Gazetteer

    gazetteer = Gazetteer(Path(os.environ["FINDER_DATA_DIR"]) / "gazetteer.sqlite")
    client = create_app(with_commands=False).test_client()

    def visit(address: str) -> None:
        response = client.get(address)
        if response.status_code != 200:
            raise SystemExit(f"{response.status_code} at {address}")

    # What is loaded at first use belongs to the start.
    gazetteer.find_places("Boise, ID")
    visit("/search?near=Boise,+ID")
    visit("/api/v1/facilities?near=Boise,+ID")
    texts = [search["near"] for search in searches]
    pages = [f"/search?{urlencode(search)}" for search in searches]
    answers = [f"/api/v1/facilities?{urlencode(search)}" for search in searches]
    print(
        json.dumps(
            {
                "look-up": microseconds(gazetteer.find_places, texts),
                "page, first": microseconds(visit, pages),
                "page, again": microseconds(visit, pages),
                "API, first": microseconds(visit, answers),
                "API, again": microseconds(visit, answers),
            }
        )
    )


if __name__ == "__main__":
    main()
