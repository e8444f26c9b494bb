"""Write a word of its own into every field there is, and look for it everywhere else.

    python -m tests.drills.leaks [--database URL of an empty database]

One person writes, is refused, meets a broken database, follows, answers, reports a wrong detail
and searches; one of the staff signs in, notes, calls, writes and moves the status; a notification
leaves by mail and by webhook; a backup is made. Then no word of any of it may stand in a log, a
notification, a cookie, an error page, what a command printed, the database, its files while the
server runs and after, or the backup: not in other encodings, and not as a hash without a key.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import http.client
import re
import secrets
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import sqlalchemy as sa

from finder.db import create_engine, sqlite_url
from tests.drills.serving import Person, Server, code_in, hidden
from tests.intake.stand_ins import StandInMailServer, StandInWebServer
from tests.traces import files_in, traces

STAFF = "canary.staff@example.org"
"""stands in the open in the database: what looks for words must find it there"""
_PASSWORD = secrets.token_urlsafe(12)
_PROGRAM = (
    "name,street,city,state,postal_code,phone,lat,lon,services\n"
    "Deschutes House,1 First St,Bend,OR,97701,(541) 322-7500,44.06,-121.31,SA OP BU\n"
)


@dataclass
class Looked:
    """What came of it."""

    words: dict[str, str] = field(default_factory=dict)
    """field -> the word that was written there"""
    places: list[str] = field(default_factory=list)
    """where they were looked for"""
    found: list[str] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)
    """places where what does stand there was not found"""
    wrong: list[str] = field(default_factory=list)
    """steps that did not go as they must for the rest to mean anything"""

    @property
    def passed(self) -> bool:
        """Whether everything was done, and nothing of it was found."""
        return not (self.found or self.blind or self.wrong)


class _Drill:
    def __init__(self, folder: Path, url: str, engine: sa.Engine, looked: Looked) -> None:
        self._folder, self._engine, self._looked = folder, engine, looked
        self._mail, self._web = StandInMailServer(), StandInWebServer()
        self._printed: dict[str, str] = {}
        self._pages: dict[str, str] = {}
        self._cookies: set[str] = set()
        self._url = url

    def run(self) -> None:
        (self._folder / "tmp").mkdir()
        with self._mail, self._web:
            server = Server(
                self._folder,
                self._url,
                TMPDIR=str(self._folder / "tmp"),
                FINDER_SMTP_URL=f"smtp://127.0.0.1:{self._mail.port}",
                FINDER_NOTIFY_FROM="finder@example.org",
                FINDER_NOTIFY_TO="team@example.org",
                FINDER_WEBHOOK_URL=f"http://127.0.0.1:{self._web.port}/waits",
                FINDER_WEBHOOK_SECRET=secrets.token_hex(32),
            )
            programs = self._folder / "programs.csv"
            programs.write_text(_PROGRAM, "utf-8")
            backup = str(self._folder / "finder.backup")
            _, account = self._run(
                server,
                ("facilities", "import", str(programs)),
                ("staff", "create", STAFF, "--role", "triage"),
            )
            server.start()
            try:
                with contextlib.closing(Person(server.port)) as person:
                    self._write_and_follow(person)
                    self._search(person)
                with contextlib.closing(Person(server.port)) as staff:
                    self._work(staff, account)
                self._run(
                    server,
                    ("notifications", "send"),
                    ("inquiries", "stats"),
                    ("inquiries", "export"),
                    ("audit", "list"),
                    ("audit", "verify"),
                    ("doctor",),
                    ("backup", "create", backup),
                    ("backup", "verify", backup),
                )
                self._look("while it runs")
            finally:
                server.stop()
            self._look("after it")

    # What people do.

    def _write_and_follow(self, person: Person) -> None:
        found = re.search(r"/facilities/\d+", person.get("/search?near=97701")[1])
        if not found:
            raise RuntimeError("the search finds no program")
        program = found[0]
        form = {**person.open_form(f"{program}/inquiry"), "consent_share": "y"}
        for name in ("contact_name", "best_times", "looking_for", "message"):
            form[name] = self._word(name)
        form["phone"] = self._phone("phone")
        form["email"] = self._word("email", f"{_random()}@example.org")
        form["pin"] = self._word("pin", f"{secrets.randbelow(10**8):08}")
        send = f"{program}/inquiry"
        self._post(person, send, {**form, "consent_collect": ""}, 400)
        self._post(person, send, {**form, "csrf_token": "x"}, 400)
        self._post(person, send, {**form, "contact_name": self._word("long name") * 50}, 400)
        self._post(person, f"/facilities/{self._word('path')}/inquiry", form, 404, shown=False)
        self._send_too_much(person, {**form, "message": self._word("too long") * 99_999})
        with self._broken("inquiry"):
            self._post(person, send, {**form, "message": self._word("unsaved message")}, 503)
        code = code_in(self._post(person, send, form, 200))
        self._looked.words["code"] = code
        self._looked.words["code without hyphens"] = code.replace("-", "")
        _, page = person.get("/inquiry/status")
        opening = {"csrf_token": hidden(page, "csrf_token"), "pin": form["pin"], "code": code}
        self._post(person, "/inquiry/status", {**opening, "pin": self._word("wrong pin")}, 403)
        self._post(person, "/inquiry/status", {**opening, "code": self._word("wrong code")}, 403)
        page = self._post(person, "/inquiry/status", opening, 200)
        steps = {
            "message": {"message": self._word("later message")},
            "contact": {
                "contact_method": "email",
                "phone": self._phone("later phone"),
                "email": self._word("later email", f"{_random()}@example.org"),
                "best_times": self._word("later times"),
            },
        }
        for step, fields in steps.items():
            tokens = {n: hidden(page, n) for n in ("csrf_token", "ticket", "message_token")}
            with self._broken("inquiry"):
                self._post(person, f"/inquiry/status/{step}", {**tokens, **fields}, 503)
            page = self._post(person, f"/inquiry/status/{step}", {**tokens, **fields}, 200)
        self._looked.words["ticket"] = hidden(page, "ticket")
        _, page = person.get(f"{program}/report")
        report = {name: hidden(page, name) for name in ("csrf_token", "form_token")}
        report |= {"reasons": "other", "details": self._word("details of a report")}
        with self._broken("detail_report"):
            self._post(person, f"{program}/report", report, 503)
        self._post(person, f"{program}/report", report, 200)
        self._cookies |= set(person.cookies.values())

    def _send_too_much(self, person: Person, form: dict[str, str]) -> None:
        """Send a body over the limit: refused, or cut off on the way, and nothing of it is kept."""
        try:
            self._post(person, "/inquiry", form, 413)
        except (ConnectionError, http.client.HTTPException):
            # The server closed with bytes unread, and the answer went down with the connection.
            if person.get("/health")[0] != 200:
                self._looked.wrong.append("a body that is too long ended the server")
        person.close()
        with self._engine.connect() as connection:
            if connection.exec_driver_sql("SELECT count(*) FROM inquiry").scalar():
                self._looked.wrong.append("a body that is too long was kept")

    def _search(self, person: Person) -> None:
        place, name = self._word("place"), self._word("name of a program")
        for path, table in (
            (f"/search?near={place}", ""),
            (f"/search?name={name}", ""),
            (f"/api/v1/facilities?near={place}&name={name}", ""),
            (f"/api/v1/geocode?q={place}", ""),
            (f"/search?setting={self._word('value')}", ""),
            (f"/start?step=2&near={place}", ""),
            (f"/{self._word('address')}", ""),
            (f"/search?near=97701&name={name}", "search_tile"),
            (f"/api/v1/facilities?name={name}", "search_name_segment"),
            (f"/list?ids={self._word('list')}", "facility"),
        ):
            with self._broken(table):
                status, text = person.get(path)
            if status >= 500:
                self._pages[f"{status} of {path.partition('?')[0]}"] = text

    def _work(self, staff: Person, account: str) -> None:
        one_time_code = next(line for line in account.splitlines() if line.count("-") == 5)
        self._looked.words["password"] = _PASSWORD

        def send(path: str, expected: int, **fields: str) -> str:
            token = hidden(staff.get("/staff/sign-in")[1], "csrf_token")
            return self._post(staff, path, {"csrf_token": token, **fields}, expected)

        send("/staff/start", 303, email=STAFF, code=one_time_code, password=_PASSWORD)
        send("/staff/sign-in", 400, email=STAFF, password=self._word("wrong password"))
        send("/staff/sign-in", 303, email=STAFF, password=_PASSWORD)
        key = re.search(r'id="key">(\w+)<', staff.get("/staff/set-up")[1])
        if not key:
            raise RuntimeError("no key for an authenticator was shown")
        self._looked.words["key of the authenticator"] = key[1]
        codes = send("/staff/set-up", 200, code=pyotp.TOTP(key[1]).now())
        shown = re.findall(r"<code>([^<]+)</code>", codes)
        self._looked.words |= {f"recovery code {n}": each for n, each in enumerate(shown)}
        found = re.search(r"/staff/inquiries/([\w-]+)", staff.get("/staff/queue")[1])
        if not found:
            raise RuntimeError("the queue shows no inquiry")
        case = f"/staff/inquiries/{found[1]}"
        for step, fields in (
            ("note", {"note": self._word("note")}),
            ("call", {"outcome": "no-answer", "note": self._word("note on a call")}),
            ("message", {"message": self._word("message of the staff")}),
            ("status", {"to": "accepted", "message": self._word("message with a status")}),
        ):
            with self._broken("inquiry"):
                send(f"{case}/{step}", 503, **fields)
            send(f"{case}/{step}", 200, **fields)
        self._cookies |= set(staff.cookies.values())

    # How it is looked for.

    def _look(self, when: str) -> None:
        places = {
            f"{name} {when}": content
            for name, content in files_in(self._folder).items()
            if not name.startswith(("gazetteer", "programs"))
        }
        places[f"the rows of the database {when}"] = _all_rows(self._engine)
        control = {name for name in places if name.startswith(("the rows", "finder.sqlite "))}
        for place in control:
            if not traces([STAFF], {place: places[place]}):
                self._looked.blind.append(place)
        places["cookies"] = b"\n".join(map(_as_read, self._cookies))
        places |= {f"the mail {n}": m.encode() for n, m in enumerate(self._mail.mails)}
        places |= {f"the call {n}": repr(c).encode() for n, c in enumerate(self._web.calls)}
        places |= {f"what {name} printed": text.encode() for name, text in self._printed.items()}
        places |= {f"the page {name}": text.encode() for name, text in self._pages.items()}
        self._looked.places = sorted({*self._looked.places, *places})
        names = {word: name for name, word in self._looked.words.items()}
        for each in traces(names, places):
            word, _, place = each.partition(" in ")
            self._looked.found.append(f"{names[word]} in {place}")

    def _run(self, server: Server, *commands: tuple[str, ...]) -> list[str]:
        printed = server.run_each(*commands, may_fail="doctor")
        self._printed |= {" ".join(c[:2]): text for c, text in zip(commands, printed, strict=True)}
        return printed

    def _post(
        self, person: Person, path: str, form: dict[str, str], expected: int, *, shown: bool = True
    ) -> str:
        status, text = person.post(path, form)
        if status != expected:
            self._looked.wrong.append(f"{path} answered {status}, not {expected}")
        if not shown:
            self._pages[f"{status} of a path"] = text
        return text

    def _word(self, name: str, word: str = "") -> str:
        return self._looked.words.setdefault(name, word or _random())

    def _phone(self, name: str) -> str:
        exchange, line = 200 + secrets.randbelow(200), f"{secrets.randbelow(10**4):04}"
        self._looked.words |= {f"{name}, with hyphens": f"{exchange}-{line}"}
        return self._word(name, f"541{exchange}{line}")

    @contextlib.contextmanager
    def _broken(self, table: str) -> Iterator[None]:
        """Take a table away for a while, so that statements fail in a way nobody foresaw."""
        if not table:
            yield
            return
        with self._engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            with self._engine.begin() as connection:
                connection.exec_driver_sql(f"ALTER TABLE {table}_away RENAME TO {table}")


def _random() -> str:
    return "q" + secrets.token_hex(7)


def _as_read(cookie: str) -> bytes:
    """Return a cookie as it is sent, and as everybody can read it: signed is not encrypted."""
    read = [cookie.encode()]
    for part in cookie.strip('"').lstrip(".").split("."):
        with contextlib.suppress(binascii.Error, ValueError):
            plain = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            read.append(plain)
            with contextlib.suppress(zlib.error):
                read.append(zlib.decompress(plain))
    return b"\n".join(read)


def _all_rows(engine: sa.Engine) -> bytes:
    tables = sa.MetaData()
    tables.reflect(engine)
    values: list[bytes] = []
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            for row in connection.execute(sa.select(table)):
                values += [bytes(v) if isinstance(v, bytes) else str(v).encode() for v in row]
    return b"\n".join(values)


def drill(folder: Path, url: str, engine: sa.Engine) -> Looked:
    """Do all of it in an empty folder and database; return what was found."""
    looked = Looked()
    _Drill(folder, url, engine, looked).run()
    return looked


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", help="URL of an empty database; SQLite of its own without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-leaks-") as name:
        folder = Path(name)
        url = options.database or sqlite_url(folder / "finder.sqlite")
        engine = create_engine(url)
        looked = drill(folder, url, engine)
        engine.dispose()
    print("Looked for in:", *looked.places, sep="\n  ")
    print(f"{len(looked.words)} words in {len(looked.places)} places: {len(looked.found)} found")
    for each in (*looked.found, *looked.blind, *looked.wrong):
        print(each)
    return 0 if looked.passed else 1


if __name__ == "__main__":
    sys.exit(main())
