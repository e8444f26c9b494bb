"""Guess passwords, codes and PINs from many connections at once: few guesses are looked at.

    python -m tests.drills.guessing [--guesses 1000] [--at-once 16]
                                    [--database URL of an empty database]

Against a real server with all of its workers: at most five guesses may be looked at for one
account (the password, then the second factor) and for one reference code, and at most twenty from
one network. Then not even what is right opens anything, and the person is told to wait.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import re
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyotp

from finder.db import sqlite_url
from finder.intake.author.opening import MOST_FOR_A_CODE, MOST_FOR_A_NETWORK
from finder.intake.inquiry.reference_code import make_reference
from finder.staff.sign_in_throttle import FAILURES
from tests.drills.serving import Person, Server, code_in, hidden

_PASSWORD = "a lantern in the juniper"
_PIN = "493817"
_WAIT = 429


@dataclass
class Guessed:
    """What came of it."""

    answers: dict[str, collections.Counter[int]] = field(default_factory=dict)
    """what was guessed -> how often each status was the answer"""
    wrong: list[str] = field(default_factory=list)

    def looked_at(self, what: str) -> int:
        """Return how many guesses were looked at."""
        return sum(number for status, number in self.answers[what].items() if status != _WAIT)


def drill(server: Server, *, guesses: int, at_once: int) -> Guessed:
    """Run it on an empty database and return what came of it."""
    done = Guessed()
    accounts = [f"{each}@example.org" for each in ("password", "code")]
    server.start()
    try:
        made = server.run_each(
            *(("staff", "create", each, "--role", "triage") for each in accounts)
        )
        keys = {
            each: _account(server, each, text) for each, text in zip(accounts, made, strict=True)
        }
        _guess_passwords(server, accounts[0], done, guesses, at_once)
        _guess_second_factors(server, accounts[1], keys[accounts[1]], done, guesses, at_once)
        _guess_pins(server, done, guesses, at_once)
    finally:
        server.stop()
    for what, most in (("password", FAILURES), ("second factor", FAILURES)):
        if done.looked_at(what) > most:
            done.wrong.append(f"{done.looked_at(what)} guesses at a {what}")
    if done.looked_at("PIN") > MOST_FOR_A_CODE:
        done.wrong.append(f"{done.looked_at('PIN')} guesses at a PIN")
    if done.looked_at("PIN") + done.looked_at("code and PIN") > MOST_FOR_A_NETWORK:
        done.wrong.append("too many guesses from one network")
    return done


def _account(server: Server, email: str, made: str) -> str:
    """Set an account up that was made; return the secret of its second factor."""
    code = next(line for line in made.splitlines() if line.count("-") == 5)
    with contextlib.closing(Person(server.port)) as person:
        _send(person, "/staff/start", email=email, code=code, password=_PASSWORD)
        _send(person, "/staff/sign-in", email=email, password=_PASSWORD)
        found = re.search(r'id="key">(\w+)<', person.get("/staff/set-up")[1])
        assert found
        status, _ = _send(person, "/staff/set-up", code=pyotp.TOTP(found[1]).now())
        assert status == 200
    return found[1]


def _send(person: Person, path: str, **fields: str) -> tuple[int, str]:
    page = "/inquiry/status" if path.startswith("/inquiry") else "/staff/sign-in"
    token = hidden(person.get(page)[1], "csrf_token")
    return person.post(path, {"csrf_token": token, **fields})


def _guess(
    server: Server,
    what: str,
    done: Guessed,
    guesses: int,
    at_once: int,
    *,
    path: str,
    form: Callable[[], dict[str, str]],
    begin: Callable[[Person], object] = lambda person: None,
) -> None:
    """Send so many guesses over so many connections, all of them at once."""
    counted = done.answers.setdefault(what, collections.Counter())
    ready, lock = threading.Barrier(at_once), threading.Lock()

    def guesser() -> None:
        with contextlib.closing(Person(server.port)) as person:
            with lock:
                begin(person)
            token = hidden(person.get("/staff/sign-in")[1], "csrf_token")
            ready.wait()
            for _ in range(-(-guesses // at_once)):
                status, _ = person.post(path, {"csrf_token": token, **form()})
                with lock:
                    counted[status] += 1

    threads = [threading.Thread(target=guesser) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _refused(server: Server, what: str, done: Guessed, path: str, **fields: str) -> None:
    """What is right must wait, too: else the answer would tell which guess was right."""
    with contextlib.closing(Person(server.port)) as person:
        status, _ = _send(person, path, **fields)
    if status != _WAIT:
        done.wrong.append(f"{what}: what is right is answered {status}")


def _guess_passwords(server: Server, email: str, done: Guessed, guesses: int, at_once: int) -> None:
    path = "/staff/sign-in"
    _guess(
        server,
        "password",
        done,
        guesses,
        at_once,
        path=path,
        form=lambda: {"email": email, "password": secrets.token_urlsafe(12)},
    )
    _refused(server, "password", done, path, email=email, password=_PASSWORD)


def _guess_second_factors(
    server: Server, email: str, key: str, done: Guessed, guesses: int, at_once: int
) -> None:
    path = "/staff/second-factor"

    def give_password(person: Person) -> None:
        status, _ = _send(person, "/staff/sign-in", email=email, password=_PASSWORD)
        if status != 303:
            done.wrong.append(f"second factor: the password is answered {status}")

    with contextlib.closing(Person(server.port)) as owner:
        give_password(owner)
        _guess(
            server,
            "second factor",
            done,
            guesses,
            at_once,
            path=path,
            form=lambda: {"code": _never_right()},
            begin=give_password,
        )
        status, _ = _send(owner, path, code=pyotp.TOTP(key).now())
    if status != _WAIT:
        done.wrong.append(f"second factor: what is right is answered {status}")


def _never_right() -> str:
    """Return seven digits: neither a code of an authenticator nor the PIN of the drill."""
    return f"0{secrets.randbelow(10**6):06}"


def _guess_pins(server: Server, done: Guessed, guesses: int, at_once: int) -> None:
    path = "/inquiry/status"
    with contextlib.closing(Person(server.port)) as person:
        code = code_in(person.post("/inquiry", {**person.open_form(), "pin": _PIN})[1])
    assert code
    _guess(
        server,
        "PIN",
        done,
        guesses,
        at_once,
        path=path,
        form=lambda: {"code": code, "pin": _never_right()},
    )
    _refused(server, "PIN", done, path, code=code, pin=_PIN)
    _guess(
        server,
        "code and PIN",
        done,
        guesses,
        at_once,
        path=path,
        form=lambda: {"code": make_reference(), "pin": _never_right()},
    )


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--guesses", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--database", help="URL of an empty database; SQLite of its own without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-guessing-") as name:
        folder = Path(name)
        server = Server(folder, options.database or sqlite_url(folder / "finder.sqlite"))
        done = drill(server, guesses=options.guesses, at_once=options.at_once)
    for what, answers in done.answers.items():
        print(f"{what}: {answers.total()} guesses, {done.looked_at(what)} looked at")
    print(*done.wrong, sep="\n", end="")
    return 1 if done.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
