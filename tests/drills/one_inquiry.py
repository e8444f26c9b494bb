"""Send each form many times at once: every form makes one inquiry, and everybody gets its code.

python -m tests.drills.one_inquiry [--forms 1000] [--at-once 25] [--database URL]
"""

from __future__ import annotations

import argparse
import http.client
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine, sqlite_url
from finder.intake.models import Inquiry
from tests.drills.serving import Person, Server, code_in


@dataclass
class Sent:
    """What came of it."""

    forms: int = 0
    inquiries: int = 0
    wrong: list[str] = field(default_factory=list)
    """forms whose answers were not all the same code"""

    @property
    def passed(self) -> bool:
        """Whether every form made just one inquiry."""
        return self.inquiries == self.forms and not self.wrong


def drill(server: Server, engine: sa.Engine, *, forms: int, at_once: int) -> Sent:
    """Run it on an empty database and return what came of it."""
    # A person's browser sends over several connections at once, with one cookie.
    people = [Person(server.port) for _ in range(at_once)]
    for each in people[1:]:
        each.share_cookies(people[0])
    server.start()
    done = Sent()
    try:
        for _ in range(forms):
            form = people[0].open_form()
            answers: list[str] = []
            threads = [
                threading.Thread(target=_send, args=(person, form, answers)) for person in people
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            done.forms += 1
            if len(set(answers)) != 1 or len(answers) != at_once or "" in answers:
                done.wrong.append(f"{sorted(set(answers))} in {len(answers)} answers")
    finally:
        for person in people:
            person.close()
        server.stop()
    with Session(engine) as session:
        done.inquiries = session.scalar(sa.select(sa.func.count()).select_from(Inquiry)) or 0
    return done


def _send(person: Person, form: dict[str, str], answers: list[str]) -> None:
    try:
        status, text = person.post("/inquiry", form)
    except (OSError, http.client.HTTPException) as error:
        answers.append(f"{error!r}")
        return
    answers.append(code_in(text) or f"{status}: {text[:100]}")


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--forms", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=25)
    parser.add_argument("--database", help="URL of an empty database; SQLite of its own without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-one-") as name:
        folder = Path(name)
        url = options.database or sqlite_url(folder / "finder.sqlite")
        engine = create_engine(url)
        done = drill(Server(folder, url), engine, forms=options.forms, at_once=options.at_once)
        engine.dispose()
    print(
        f"{done.forms} forms, each {options.at_once} times at once: {done.inquiries} inquiries,"
        f" {len(done.wrong)} forms with other answers {done.wrong[:3]}"
    )
    return 0 if done.passed else 1


if __name__ == "__main__":
    sys.exit(main())
