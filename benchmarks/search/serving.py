"""Serves what is measured, one process each, and asks it: throughput, bytes, memory."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_GRANIAN = (
    "-m granian benchmarks.search.app:app --interface wsgi --workers 1 --blocking-threads 1 --no-ws"
    " --log-level error --host 127.0.0.1"
)


@contextmanager
def finder(database: str, folder: Path, *, plain_page_bytes: int) -> Iterator[Server]:
    """Serve Finder's pages and API, and the plain page, with one granian worker."""
    settings = {
        "FINDER_DATABASE_URL": database,
        "FINDER_DATA_DIR": str(folder),
        "FINDER_API_LIMIT": "100000000 per minute",
        "PLAIN_PAGE_BYTES": str(plain_page_bytes),
    }
    with _serving([*_GRANIAN.split(), "--port"], "/health", settings) as server:
        yield server


@contextmanager
def datasette(database: Path) -> Iterator[Server]:
    """Serve a SQLite file with Datasette, which is one process, too."""
    options = "--setting facet_time_limit_ms 10000 --setting sql_time_limit_ms 10000"
    command = ["-m", "datasette", "serve", str(database), *options.split(), "--port"]
    with _serving(command, "/-/versions.json", {}) as server:
        yield server


class Server:
    """One server that listens on this machine."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self._process = process

    def get(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of one answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def throughput(self, paths: Sequence[str], seconds: float) -> float:
        """Return answers a second: one client, one kept-alive connection, nothing compressed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        done = 0
        started = time.perf_counter()
        while (elapsed := time.perf_counter() - started) < seconds:
            path = paths[done % len(paths)]
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise SystemExit(f"{path} answered {response.status}")
            done += 1
        connection.close()
        return done / elapsed

    def megabytes(self) -> float:
        """Return the resident memory of the largest process of this server (Linux)."""
        wanted = str(self._process.pid)
        pids = [wanted]
        for stat in Path("/proc").glob("[0-9]*/stat"):
            if stat.read_text().rpartition(")")[2].split()[1] == wanted:
                pids.append(stat.parent.name)
        status = [Path(f"/proc/{pid}/status").read_text().splitlines() for pid in pids]
        sizes = [int(line.split()[1]) for lines in status for line in lines if "VmRSS:" in line]
        return max(sizes) / 1024


@contextmanager
def _serving(command: Sequence[str], ready: str, settings: dict[str, str]) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *command, str(port)],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
    )
    server = Server(port, process)
    try:
        _wait(server, ready)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _wait(server: Server, path: str) -> None:
    for _ in range(300):
        try:
            if server.get(path)[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")
