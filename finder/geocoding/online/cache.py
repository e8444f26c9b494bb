"""Answer cache, rate limit and circuit breaker of online geocoders, shared by all workers.

One SQLite file that may be deleted at any time. It alone does not reveal what people searched:
an answer is stored under a keyed hash of the text (HMAC-SHA256) and is encrypted
(ChaCha20-Poly1305) under a key made from that same text, so that even with the server's secret
one would have to guess the text first. Of time, only the day of expiry is kept with an answer.

Nothing here raises: where the file cannot be used, nothing is cached and no geocoder is asked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from finder.geocoding.model import Place, PlaceKind

MOST_ANSWERS = 20_000
DAYS_OF_NOTHING = 1
"""How long it is remembered that a geocoder knows no such place."""

FIRST_PAUSE = 30.0
LONGEST_PAUSE = 3600.0
"""Seconds for which a geocoder that failed is left alone: doubled with each failure in a row."""

_FORMAT = 1
"""Of a kept answer; a new number makes the old answers unknown."""

_BUSY_SECONDS = 0.05
_NONCE_BYTES = 12
_PADDED_TO = 1024
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS answer (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key BLOB NOT NULL UNIQUE,
        expires_on INTEGER NOT NULL,
        sealed BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS provider (
        name TEXT PRIMARY KEY,
        asked_at REAL NOT NULL,
        failures INTEGER NOT NULL,
        failed_at REAL NOT NULL,
        closed_until REAL NOT NULL
    );
"""
_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")


class Memory:
    """The file in which workers share answers, requests and failures."""

    def __init__(
        self,
        path: Path,
        *,
        secret: bytes,
        clock: Callable[[], dt.datetime],
        most_answers: int = MOST_ANSWERS,
    ) -> None:
        """Keep the file at ``path``, which is made at first use; ``secret`` hides what is in it."""
        self._path = path
        self._secret = secret
        self._clock = clock
        self._most = most_answers

    def recall(self, provider: str, query: str) -> tuple[Place, ...] | None:
        """Return a geocoder's cached answer to a normalised query; None where there is none."""
        key = self._derived("key", provider, query)
        row = self._run(
            lambda connection: connection.execute(
                "SELECT sealed FROM answer WHERE key = ? AND expires_on > ?", (key, self._today())
            ).fetchone()
        )
        if row is None:
            return None
        cipher = ChaCha20Poly1305(self._derived("seal", provider, query))
        try:
            text = cipher.decrypt(row[0][:_NONCE_BYTES], row[0][_NONCE_BYTES:], key)
        except (InvalidTag, ValueError):
            return None
        return tuple(Place(each[0], PlaceKind(each[1]), *each[2:]) for each in json.loads(text))

    def remember(self, provider: str, query: str, places: tuple[Place, ...], *, days: int) -> None:
        """Keep an answer for some days (a shorter time if it is empty), and drop what is too old.

        0 days keep nothing: some geocoders' terms want it so.
        """
        days = days if places else min(days, DAYS_OF_NOTHING)
        if days == 0:
            return
        key = self._derived("key", provider, query)
        nonce = os.urandom(_NONCE_BYTES)
        text = json.dumps(
            [[p.label, p.kind, p.state, p.latitude, p.longitude, 0, p.confidence] for p in places]
        )
        # Padded, so that the length does not tell how much was found.
        padded = text.ljust(-(-len(text) // _PADDED_TO) * _PADDED_TO).encode()
        cipher = ChaCha20Poly1305(self._derived("seal", provider, query))
        sealed = nonce + cipher.encrypt(nonce, padded, key)

        def write(connection: sqlite3.Connection) -> None:
            today = self._today()
            connection.execute(
                "INSERT OR REPLACE INTO answer (key, expires_on, sealed) VALUES (?, ?, ?)",
                (key, today + days, sealed),
            )
            connection.execute("DELETE FROM answer WHERE expires_on <= ?", (today,))
            connection.execute(
                "DELETE FROM answer WHERE id IN (SELECT id FROM answer ORDER BY id LIMIT"
                " max(0, (SELECT count(*) FROM answer) - ?))",
                (self._most,),
            )

        self._run(write)

    def purge(self) -> int:
        """Delete the answers whose time is over, and return how many there were."""
        sql = "DELETE FROM answer WHERE expires_on <= ?"
        return self._run(lambda each: each.execute(sql, (self._today(),)).rowcount) or 0

    def take_turn(self, provider: str, *, interval: float) -> float | None:
        """Reserve a request to a geocoder, and return its time; None where it may not be asked.

        Not within ``interval`` seconds of the last time, nor in the pause after a failure; at its
        end one request is let through to try.
        """
        now = self._now()

        def take(connection: sqlite3.Connection) -> bool:
            connection.execute(
                "INSERT OR IGNORE INTO provider VALUES (?, 0.0, 0, 0.0, 0.0)",
                (provider,),
            )
            # A clock that was set back must not close a geocoder for longer than any pause.
            taken = connection.execute(
                "UPDATE provider SET asked_at = :now,"
                " closed_until = CASE WHEN failures THEN :now + :pause ELSE 0.0 END"
                " WHERE name = :name AND abs(:now - asked_at) >= :interval"
                " AND (closed_until <= :now OR closed_until > :now + :longest)",
                {
                    "now": now,
                    "name": provider,
                    "interval": interval,
                    "pause": FIRST_PAUSE,
                    "longest": LONGEST_PAUSE,
                },
            )
            return taken.rowcount == 1

        return now if self._run(take) else None

    def note_success(self, provider: str) -> None:
        """Note that a geocoder answered: it may be asked as usual."""
        sql = "UPDATE provider SET failures = 0, closed_until = 0.0 WHERE name = ? AND failures > 0"
        self._run(lambda connection: connection.execute(sql, (provider,)))

    def note_failure(self, provider: str, *, asked_at: float, at_least: float = 0.0) -> None:
        """Note that a geocoder failed: it is left alone, ``at_least`` so many seconds.

        Requests that were under way together count as one failure.
        """
        sql = (
            "UPDATE provider SET failures = min(failures + 1, 20), failed_at = :now,"
            " closed_until = :now + min(max(:first * (1 << min(failures, 20)), :least), :longest)"
            " WHERE name = :name AND failed_at < :asked"
        )
        values = {
            "now": self._now(),
            "asked": asked_at,
            "first": FIRST_PAUSE,
            "least": at_least,
            "longest": LONGEST_PAUSE,
            "name": provider,
        }
        self._run(lambda connection: connection.execute(sql, values))

    def _derived(self, purpose: str, provider: str, query: str) -> bytes:
        label = f"finder geocoder {purpose} {_FORMAT}".encode()
        secret = hmac.digest(self._secret, label, hashlib.sha256)
        return hmac.digest(secret, f"{provider}\0{query}".encode(), hashlib.sha256)

    def _now(self) -> float:
        return self._clock().timestamp()

    def _today(self) -> int:
        return self._clock().date().toordinal()

    def _run(self, work: Callable[[sqlite3.Connection], _Answer]) -> _Answer | None:
        """Do some work in one transaction; None where the file cannot be used."""
        try:
            with closing(self._connect()) as connection, connection:
                connection.execute("BEGIN")
                return work(connection)
        except (OSError, sqlite3.OperationalError) as error:
            _log.warning("The memory of online geocoders cannot be used: %s", error)
        except sqlite3.DatabaseError:
            _log.warning("The memory of online geocoders was damaged; it begins anew.")
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        return None

    def _connect(self) -> Any:
        # Made by us first, so that only its owner can read it; SQLite's side files follow suit.
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            # What is lost in a power cut is asked again.
            for pragma in ("journal_mode=WAL", "synchronous=OFF", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")
            connection.executescript(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection
