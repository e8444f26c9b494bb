"""The search page's throughput beside a plain Jinja page of the same bytes on the same server.

    python -m benchmarks.search_page [--rounds 5] [--seconds 4]

Needs a prepared data folder (``FINDER_DATA_DIR``, as ./run leaves it) with real facilities. One
granian worker serves both pages; one client asks for them in turns over kept-alive connections,
uncompressed, so that the bytes are the same. Prints a Markdown table of medians.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

PLACES = ("Philadelphia, PA", "83702", "Bronx", "Anchorage AK", "Chicago", "Bend, OR", "90012")
FILTERS = (
    "",
    "&setting=outpatient&medication=buprenorphine",
    "&payment=medicaid&setting=inpatient",
)
_GRANIAN = (
    "benchmarks.search_page_app:app --interface wsgi --workers 1 --blocking-threads 1 --no-ws"
    " --log-level error"
)
SEARCHES = tuple(
    f"/search?near={urllib.parse.quote(place)}{filters}" for place in PLACES for filters in FILTERS
)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args()
    size = _median_size()
    with _server(size) as port:
        plain, search = [], []
        for _ in range(options.rounds):
            plain.append(_throughput(port, ("/plain",), options.seconds))
            search.append(_throughput(port, SEARCHES, options.seconds))
        memory = _memory_mb(_server.workers)
    ratios = [s / p for s, p in zip(search, plain, strict=True)]
    print(f"Pages of {size:,} bytes (median of {len(SEARCHES)} searches), one worker, one client.")
    print()
    print("| page | requests a second (median) | lowest to highest |")
    print("| --- | --- | --- |")
    for name, figures in (("plain Jinja page", plain), ("search page", search)):
        low, high = min(figures), max(figures)
        print(f"| {name} | {statistics.median(figures):.0f} | {low:.0f} to {high:.0f} |")
    print(
        f"| search / plain | {statistics.median(ratios):.2f}"
        f" | {min(ratios):.2f} to {max(ratios):.2f} |"
    )
    print()
    print(f"Memory of the worker after the run: {memory:.0f} MB.")


class _server:  # noqa: N801 - used as a context manager
    """Starts granian with the benchmark's application and stops it at the end."""

    workers: list[int] = []  # noqa: RUF012

    def __init__(self, page_bytes: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", *_GRANIAN.split(), "--port", str(self.port)],
            env={**os.environ, "PLAIN_PAGE_BYTES": str(page_bytes)},
        )

    def __enter__(self) -> int:
        for _ in range(200):
            try:
                if _get(self.port, "/health")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit("The server did not start.")
        _server.workers = [
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/stat")
            if path.read_text().rpartition(")")[2].split()[1] == str(self.process.pid)
        ]
        return self.port

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def _get(port: int, path: str) -> tuple[int, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, len(body)


def _median_size() -> int:
    with _server(0) as port:
        sizes = [_get(port, path)[1] for path in SEARCHES]
    return sorted(sizes)[len(sizes) // 2]


def _throughput(port: int, paths: tuple[str, ...], seconds: float) -> float:
    """Ask over one kept-alive connection; the client costs little beside the pages."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    done = 0
    start = time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        connection.request("GET", paths[done % len(paths)])
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"{paths[done % len(paths)]} answered {response.status}")
        done += 1
    connection.close()
    return done / elapsed


def _memory_mb(pids: list[int]) -> float:
    kilobytes = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                kilobytes = max(kilobytes, int(line.split()[1]))
    return kilobytes / 1024


if __name__ == "__main__":
    main()
