"""Rotate keys in a process that can be killed: URL of the database as the argument."""

from __future__ import annotations

import sys
import time

from sqlalchemy.orm import Session

from finder.db import create_engine
from finder.intake.keeping import rotate_keys
from tests.factories import NOW
from tests.intake.making import BOTH


def main() -> int:
    """Rotate, and say when some rows are done; slowly, so that whoever kills it is in time."""

    def tell(what: str, number: int) -> None:
        print(number, flush=True)
        time.sleep(0.1)

    engine = create_engine(sys.argv[1])
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
