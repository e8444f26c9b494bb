"""Rotate keys in a process that can be killed: URL of the database as the argument.

It says when a first batch is done, and stops for good in the middle of the second one, with what it
changed not yet committed.
"""

from __future__ import annotations

import sys

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import create_engine
from finder.intake.keeping import rotate_keys
from tests.factories import NOW
from tests.intake.making import BOTH


def main() -> int:
    """Rotate until it is killed."""
    done: list[int] = []

    def tell(what: str, number: int) -> None:
        done.append(number)
        print(number, flush=True)

    engine = create_engine(sys.argv[1])

    @sa.event.listens_for(engine, "after_cursor_execute")
    def stop_in_a_batch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if done and statement.startswith("UPDATE"):
            print("in a batch", flush=True)
            sys.stdin.read()

    with Session(engine) as session:
        rotate_keys(
            session,
            BOTH,
            actor="command:drill",
            clock=lambda: NOW,
            progress=tell,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
