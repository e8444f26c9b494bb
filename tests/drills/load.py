"""Send inquiries and searches at a steady rate, whether or not the answers come: an open loop.

    python -m tests.drills.load [--seconds 600] [--inquiries 50] [--searches 100] [--database URL]

A directory to search in can be made by ``python -m benchmarks.search generate`` and given as the
database; without one it is the samples alone.

Prints the time from when an answer was due to be asked for to when it came, so that a server that
falls behind is not spared, the errors, and the memory of each process at the start and at the end.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import queue
import random
import sys
import tempfile
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from finder.db import sqlite_url
from tests.drills.serving import Person, Server, code_in

_PLACES = ("Boise, ID", "97701", "Chicago", "Philadelphia, PA", "10001", "Omaha NE", "Los Angeles")
_FILTERS = ("", "&setting=outpatient", "&medication=buprenorphine&payment=medicaid")
_WORKERS = 24
"""connections; each sends one thing at a time"""


@dataclass
class Kind:
    """What came of one kind of request; times in seconds, from when each was due."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Return the time that this share of the answers took at most, in seconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass
class Loaded:
    """What came of it."""

    inquiries: Kind = field(default_factory=Kind)
    searches: Kind = field(default_factory=Kind)
    megabytes_before: dict[int, float] = field(default_factory=dict)
    megabytes_after: dict[int, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether everything was answered as it should be."""
        return not (self.inquiries.errors or self.searches.errors)


def drill(server: Server, *, seconds: float, inquiries: float, searches: float) -> Loaded:
    """Send that many of each a second for so long.

    Before an inquiry its form is opened, untimed, as a person would have long before.
    """
    done = Loaded()
    server.start()
    due: queue.Queue[tuple[float, bool] | None] = queue.Queue()
    ready = threading.Barrier(_WORKERS + 1)
    threads = [
        threading.Thread(target=_work, args=(server, due, done, number, ready))
        for number in range(_WORKERS)
    ]
    try:
        for thread in threads:
            thread.start()
        ready.wait()
        done.megabytes_before = server.megabytes()
        _ask(due, seconds, inquiries, searches)
        for _ in threads:
            due.put(None)
        for thread in threads:
            thread.join()
        done.megabytes_after = server.megabytes()
    finally:
        server.stop()
    return done


def _ask(
    due: queue.Queue[tuple[float, bool] | None], seconds: float, inquiries: float, searches: float
) -> None:
    chance = random.Random(1)
    start = time.monotonic()
    moments = [(number / inquiries, True) for number in range(int(seconds * inquiries))]
    moments += [(number / searches, False) for number in range(int(seconds * searches))]
    for moment, is_inquiry in sorted(moments, key=lambda each: (each[0], chance.random())):
        wait = start + moment - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        due.put((start + moment, is_inquiry))


def _work(
    server: Server,
    due: queue.Queue[tuple[float, bool] | None],
    done: Loaded,
    seed: int,
    ready: threading.Barrier,
) -> None:
    chance = random.Random(seed)
    with contextlib.closing(Person(server.port)) as person:
        try:
            form = person.open_form()
        except BaseException:
            ready.abort()
            raise
        ready.wait()
        while (each := due.get()) is not None:
            moment, is_inquiry = each
            kind = done.inquiries if is_inquiry else done.searches
            try:
                if is_inquiry:
                    status, text = person.post("/inquiry", form)
                    right = bool(code_in(text))
                else:
                    place = urllib.parse.quote(chance.choice(_PLACES))
                    path = f"/search?near={place}{chance.choice(_FILTERS)}"
                    status, text = person.get(path)
                    right = status == 200
                kind.times.append(time.monotonic() - moment)
                if not right:
                    kind.errors.append(f"{status}: {text[:100]}")
                person.close()  # the next one is somebody else, whom any worker may answer
                if is_inquiry:
                    form = person.open_form()
            except (OSError, http.client.HTTPException) as error:
                kind.errors.append(repr(error))


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--inquiries", type=float, default=50, help="a second")
    parser.add_argument("--searches", type=float, default=100, help="a second")
    parser.add_argument("--database", help="URL of a database; an SQLite of its own without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-load-") as name:
        folder = Path(name)
        url = options.database or sqlite_url(folder / "finder.sqlite")
        done = drill(
            Server(folder, url),
            seconds=options.seconds,
            inquiries=options.inquiries,
            searches=options.searches,
        )
    for label, kind in (("inquiries", done.inquiries), ("searches", done.searches)):
        times = [f"p{each} {kind.percentile(each / 100) * 1e3:.0f} ms" for each in (50, 95, 99)]
        print(f"{label}: {len(kind.times)} answered, {', '.join(times)}, {len(kind.errors)} errors")
        print(*kind.errors[:3], sep="\n", end="")
    for label, sizes in (("start", done.megabytes_before), ("end", done.megabytes_after)):
        rounded = sorted(round(each) for each in sizes.values())
        print(f"memory at the {label}, MB a process: {rounded}")
    return 0 if done.passed else 1


if __name__ == "__main__":
    sys.exit(main())
