"""Do what staff and authors do, in any order, and hold the audit log against it; then touch it.

    python -m tests.drills.auditing [--actions 400] [--events 200] [--seed 1]
                                    [--database URL of an empty database]

Each reading, step, export and sign-in must stand in the log just as often as it was done, and
nothing else. Then events are edited column by column, deleted, moved and copied, one change at a
time, also with the numbers and the head made to fit: ``verify`` must see each of them.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from finder.db import create_engine, sqlite_url
from finder.intake.models import Inquiry
from finder.security import audit
from finder.security.models import AuditEvent, AuditHead
from tests.drills.serving import FILLED_IN, code_in, hidden
from tests.fuzz.forms import make_client
from tests.web.staff.signing import Person, signed_in

_PIN = "493817"
_MOST_WRONG_OPENINGS = 15
"""fewer than one network may have in an hour"""


@dataclass
class Audited:
    """What came of it."""

    actions: collections.Counter[str] = field(default_factory=collections.Counter)
    events: int = 0
    wrong: list[str] = field(default_factory=list)
    """events that stand there more or less often than they were done"""
    changes: int = 0
    unseen: list[str] = field(default_factory=list)
    """changes of the log that did not show"""
    whole: bool = False
    """whether the log that nobody touched is whole"""

    @property
    def passed(self) -> bool:
        """Whether all of it is on record, and every change shows."""
        return self.whole and not (self.wrong or self.unseen)


class _People:
    """An author, a team, and what of all they do must be on record."""

    def __init__(self, app: Flask, engine: sa.Engine, chance: random.Random) -> None:
        self.expected: collections.Counter[str] = collections.Counter()
        self._app, self._engine, self._chance = app, engine, chance
        self._author = app.test_client()
        self._codes: dict[str, str] = {}
        """id of an inquiry -> its code"""
        self._wrong_openings = 0
        self._manager = self._new_person("manager")
        self.submit()

    def actions(self) -> dict[str, Callable[[], None]]:
        """What they can do, by name."""
        return {
            "submit": self.submit,
            "open as author": self.open_as_author,
            "guess": self.guess,
            "write": lambda: self.author_step("message", "message_added", message="More"),
            "change contact": self.change_contact,
            "delete": self.delete,
            "open": lambda: self.work("", "opened_by_staff"),
            "note": lambda: self.work("/note", "note_added", note="Ring twice"),
            "call": lambda: self.work("/call", "call_recorded", outcome="no-answer"),
            "answer": lambda: self.work("/message", "message_added", message="A place is free"),
            "status": self.change_status,
            "look": self.look,
            "export": self.export,
            "export with names": self.export_names,
            "sign in": self.sign_in,
            "sign in wrong": self.sign_in_wrong,
            "sign out": self.sign_out,
        }

    def submit(self) -> None:
        page = self._author.get("/inquiry").text
        tokens = {name: hidden(page, name) for name in ("csrf_token", "submission_token")}
        answer = self._author.post("/inquiry", data={**FILLED_IN, **tokens, "pin": _PIN})
        with Session(self._engine) as session:
            new = set(session.scalars(sa.select(Inquiry.id))) - set(self._codes)
        self._codes[new.pop()] = code_in(answer.text)
        self._note("inquiry.submitted")

    def open_as_author(self) -> None:
        self._opened()

    def _opened(self, pin: str = _PIN) -> str:
        """Open an inquiry as its author; return the page, "" where it did not open."""
        code = self._codes[self._some_inquiry()]
        token = hidden(self._author.get("/inquiry/status").text, "csrf_token")
        form = {"csrf_token": token, "code": code, "pin": pin}
        page = self._author.post("/inquiry/status", data=form)
        if page.status_code == 429:
            return ""  # nothing was tried
        self._note("inquiry.opened" if page.status_code == 200 else "inquiry.opening_refused")
        return page.text if page.status_code == 200 else ""

    def guess(self) -> None:
        if self._wrong_openings < _MOST_WRONG_OPENINGS:
            self._wrong_openings += 1
            self._opened("000000")

    def author_step(self, step: str, event: str, **fields: str) -> None:
        page = self._opened()
        if not page:
            return
        tokens = {n: hidden(page, n) for n in ("csrf_token", "ticket", "message_token")}
        answer = self._author.post(f"/inquiry/status/{step}", data={**tokens, **fields})
        if answer.status_code == 200:
            self._note(f"inquiry.{event}")

    def change_contact(self) -> None:
        line = 100 + self.expected["inquiry.contact_changed"]  # the same once more is no change
        self.author_step(
            "contact", "contact_changed", contact_method="call", phone=f"541-555-{line:04}"
        )

    def delete(self) -> None:
        if len(self._codes) > 3:
            self.author_step("delete", "erased", confirm="y")
            with Session(self._engine) as session:
                left = set(session.scalars(sa.select(Inquiry.id)))
            self._codes = {each: code for each, code in self._codes.items() if each in left}

    def work(self, step: str, event: str, **fields: str) -> None:
        path = f"/staff/inquiries/{self._some_inquiry()}{step}"
        answer = self._manager.post(path, **fields)
        if answer.status_code == 200 and step:
            self._note(f"inquiry.{event}")
        self._note("inquiry.opened_by_staff")  # the page shows it, also where a step was refused

    def change_status(self) -> None:
        self.work("/status", "status_changed", to=self._chance.choice(("accepted", "in-progress")))

    def look(self) -> None:
        """Look at all that opens nothing, and so leaves no event."""
        for path in (
            "queue",
            "dashboard",
            "audit",
            "sessions",
            f"inquiries/{self._some_inquiry()}",
        ):
            self._manager.client.get(f"/staff/{path}")

    def export(self) -> None:
        self._manager.post("/staff/export")
        self._note("inquiries.exported_without_names")

    def export_names(self) -> None:
        self._manager.post("/staff/export", names="y", reason="A review")
        self._note("inquiries.exported")
        self._note("inquiry.read", len(self._codes))

    def sign_in(self) -> None:
        owner = self._new_person("viewer")
        person = Person(self._app, owner.email)
        person.give_password()
        person.post("/staff/second-factor", code=owner.recovery_codes[0])
        self._note("staff.recovery_code_used")
        self._note("staff.signed_in")

    def sign_in_wrong(self) -> None:
        self._new_person("viewer").give_password("not my password")
        self._note("staff.sign_in_refused")

    def sign_out(self) -> None:
        self._new_person("viewer").post("/staff/sign-out")
        self._note("staff.session_ended")

    def _new_person(self, role: str) -> Person:
        person = signed_in(self._app, role, name=f"p{self.expected['staff.created']}")
        for event in ("created", "password_chosen", "set_up", "signed_in"):
            self._note(f"staff.{event}")
        return person

    def _some_inquiry(self) -> str:
        return self._chance.choice(sorted(self._codes))

    def _note(self, event: str, times: int = 1) -> None:
        self.expected[event] += times


def drill(app: Flask, engine: sa.Engine, *, actions: int, events: int, seed: int = 1) -> Audited:
    """Do so many actions on an empty database, then touch so many events of the log."""
    done = Audited()
    chance = random.Random(seed)
    people = _People(app, engine, chance)
    known = people.actions()
    # Each at least once, if there is room for it.
    for name in [*known, *chance.choices(sorted(known), k=actions)][:actions]:
        known[name]()
        done.actions[name] += 1
    with Session(engine) as session:
        written = collections.Counter(session.scalars(sa.select(AuditEvent.event)))
        done.events = written.total()
        done.whole = audit.verify(session).intact
        for event in sorted(written | people.expected):
            if written[event] != people.expected[event]:
                done.wrong.append(f"{event}: {written[event]}, not {people.expected[event]}")
        session.rollback()
        touched = sorted(chance.sample(range(1, done.events + 1), min(events, done.events)))
        for name, change in _changes(done.events, touched):
            for statement in change:
                session.execute(statement)
            done.changes += 1
            if audit.verify(session).intact:
                done.unseen.append(name)
            session.rollback()
    return done


def _changes(last: int, touched: list[int]) -> Iterator[tuple[str, list[sa.Executable]]]:
    """Yield changes of the log, each with its name."""
    table = AuditEvent.__table__
    seq = AuditEvent.seq
    edits: dict[str, object] = {
        "at": dt.datetime(2001, 1, 1, tzinfo=dt.UTC),
        "event": "keys.rotation",
        "actor": table.c.actor + "x",
        "subject": table.c.subject + "x",
        "details": {"share": 7},
        "previous_hash": "0" * 64,
        "hash": "f" * 64,
    }
    fewer_in_head = sa.update(AuditHead).values(count=last - 1)
    for number in touched:
        this = sa.update(AuditEvent).where(seq == number)
        for column, value in edits.items():
            yield f"{column} of {number}", [this.values({column: value})]
        gone: list[sa.Executable] = [sa.delete(AuditEvent).where(seq == number)]
        yield f"{number} deleted", gone
        closed: list[sa.Executable] = [
            sa.update(AuditEvent).where(seq > number).values(seq=1 - seq),
            sa.update(AuditEvent).where(seq < 0).values(seq=-seq),
        ]
        yield f"{number} deleted, the gap closed", [*gone, *closed, fewer_in_head]
        if number < last:
            after = sa.update(AuditEvent).where(seq == number + 1)
            back = sa.update(AuditEvent).where(seq == -number).values(seq=number + 1)
            yield (
                f"{number} and the next have changed places",
                [this.values(seq=-number), after.values(seq=number), back],
            )
        copied = [each for each in table.c if each.name != "seq"]
        copy = sa.select(sa.literal(last + 1), *copied).where(seq == number)
        yield (
            f"{number} written once more",
            [
                sa.insert(AuditEvent).from_select(["seq", *copied], copy),
                sa.update(AuditHead).values(count=last + 1),
            ],
        )


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--actions", type=int, default=400)
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", help="URL of an empty database; SQLite of its own without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-auditing-") as name:
        folder = Path(name)
        url = options.database or sqlite_url(folder / "finder.sqlite")
        app, _ = make_client(folder, url)
        engine = create_engine(url)
        done = drill(app, engine, actions=options.actions, events=options.events, seed=options.seed)
        engine.dispose()
    print(
        f"{done.actions.total()} actions of {len(done.actions)} kinds, {done.events} events,"
        f" {len(done.wrong)} kinds of them not as often as done; {done.changes} changes of the log,"
        f" {len(done.unseen)} unseen; untouched it is {'whole' if done.whole else 'BROKEN'}"
    )
    print(*[*done.wrong, *done.unseen][:20], sep="\n", end="")
    return 0 if done.passed else 1


if __name__ == "__main__":
    sys.exit(main())
