"""A real server that a drill may kill, and a person who fills in its forms."""

from __future__ import annotations

import base64
import contextlib
import html
import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

from tests.factories import SEALING_KEYS

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 180
"""long enough on a machine that is busy with other things"""
_MANY = "100000000 per hour"
_ONE_AFTER_THE_OTHER = """
import json, sys
from finder.__main__ import main
for line in sys.stdin:
    ended, sys.argv[1:] = json.loads(line)
    try:
        main()
        code = 0
    except SystemExit as done:
        code = done.code or 0
    sys.stdout.flush()
    print(ended, code, flush=True)
"""
KEYS = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in SEALING_KEYS)
"""what ``tests.intake.making.RING`` opens"""
FILLED_IN = {
    "contact_name": "Robin",
    "contact_method": "call",
    "phone": "541-555-0123",
    "for_whom": "self",
    "looking_for": "someone to talk to",
    "message": "I would like to talk to someone.",
    "consent_collect": "y",
}


def free_port() -> int:
    """Return a port that nobody uses, and that nobody is given while this process lives.

    Of the ports that are given to outgoing connections, one may be taken while a drill has killed
    the server, even by somebody who is trying to reach that server: then it cannot start again. So
    it is another one, and its namesake of UDP is kept, by which all who ask here know that it is
    taken.
    """
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", port))
            claim = socket.socket(type=socket.SOCK_DGRAM)
            try:
                claim.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                raise
            claim.detach()  # open until the process ends
            return port


class Server:
    """Finder as ``serve`` starts it, on 127.0.0.1, in a process group of its own."""

    def __init__(self, data_dir: Path, database_url: str, **settings: str) -> None:
        self.port = free_port()
        self._data_dir = data_dir
        self._settings = {
            "FINDER_DATA_DIR": str(data_dir),
            "FINDER_DATABASE_URL": database_url,
            "FINDER_KEYS": KEYS,
            "FINDER_FORM_SECONDS": "0",
            "FINDER_INQUIRY_LIMIT": _MANY,
            "FINDER_INQUIRY_LIMIT_IN_ALL": _MANY,
            "FINDER_API_LIMIT": _MANY,
            "PORT": str(self.port),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self._data_dir / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "finder"],
                env=self._environment(),
                cwd=self._data_dir,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                with contextlib.closing(Person(self.port)) as person:
                    if person.get("/health")[0] == 200:
                        return
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
            if self._process.poll() is not None:
                break
        raise RuntimeError("The server did not start; its log is beside its data.")

    def run(self, *arguments: str, may_fail: bool = False) -> str:
        """Run one of its commands beside it; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "finder", *arguments],
            env=self._environment(),
            cwd=self._data_dir,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode and not may_fail:
            raise RuntimeError(f"{arguments} ended with {done.returncode}: {done.stdout}")
        return done.stdout

    def run_each(self, *commands: tuple[str, ...], may_fail: str = "") -> list[str]:
        """Run commands in one process, which starts once; return what each of them printed.

        :param may_fail: the name of the one that may.
        """
        ended = secrets.token_hex(16)
        done = subprocess.run(
            [sys.executable, "-c", _ONE_AFTER_THE_OTHER],
            input="".join(f"{json.dumps([ended, each])}\n" for each in commands),
            env=self._environment(),
            cwd=self._data_dir,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=True,
        )
        *parts, rest = re.split(rf"{ended} (.+)\n", done.stdout)
        texts = parts[::2]
        for command, code, text in zip(commands, parts[1::2], texts, strict=True):
            if code != "0" and command[0] != may_fail:
                raise RuntimeError(f"{command} ended with {code}: {text}{rest}")
        return texts

    def _environment(self) -> dict[str, str]:
        keep = {k: v for k, v in os.environ.items() if not k.startswith("FINDER_")}
        return {**keep, **self._settings, "PYTHONPATH": str(ROOT)}

    def kill(self) -> None:
        """End every process of it at once, as ``kill -9`` does."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """End it in order, and return its exit code.

        :raises subprocess.TimeoutExpired: it did not end.
        """
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(_PATIENCE_SECONDS)

    def megabytes(self) -> dict[int, float]:
        """Return the resident memory of each of its processes, by id (Linux)."""
        assert self._process is not None
        sizes = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                group = int(stat.read_text().rpartition(")")[2].split()[2])
                lines = (stat.parent / "status").read_text().splitlines()
            except OSError:
                continue
            if group == self._process.pid:
                size = next((int(line.split()[1]) for line in lines if "VmRSS:" in line), 0)
                sizes[int(stat.parent.name)] = size / 1024
        return sizes


class Person:
    """One browser without JavaScript: a connection and its cookies."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None
        self.cookies: dict[str, str] = {}

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def share_cookies(self, other: Person) -> None:
        """Be another connection of the same browser."""
        self.cookies = other.cookies

    def get(self, path: str) -> tuple[int, str]:
        """Return the status and the text of a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Send a form; return the status and the text of the answer."""
        return self._ask("POST", path, urllib.parse.urlencode(form))

    def open_form(self, path: str = "/inquiry") -> dict[str, str]:
        """Return the form of an inquiry, filled in and ready to send, as often as one likes."""
        status, text = self.get(path)
        if status != 200:
            raise http.client.HTTPException(f"{path} answered {status}")
        tokens = {name: hidden(text, name) for name in ("csrf_token", "submission_token")}
        return {**FILLED_IN, **tokens, "best_times": secrets.token_hex(4)}

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=_PATIENCE_SECONDS
            )
        connection = self._connection
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            all_sent = _send(connection, method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except BaseException:
            self.close()
            raise
        if not all_sent:
            self.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: str | None,
    headers: dict[str, str],
) -> bool:
    """Send a request; return False if the server closed before it had read all of the body.

    It does so where it refuses a body that is too long, and its answer may be there all the same.
    Where none is, reading it raises what ``http.client`` raises.
    """
    try:
        connection.request(method, path, body, headers)
    except (BrokenPipeError, ConnectionResetError):
        if connection.sock is None:  # it was never connected
            raise
        return False
    return True


def hidden(text: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
    if not found:
        raise http.client.HTTPException(f"no field {name}")
    return html.unescape(found[1])


def code_in(text: str) -> str:
    """Return the reference code of an acknowledgement, "" where it is none."""
    found = re.search(r'id="reference-code">([^<]+)<', text)
    return found[1] if found else ""
