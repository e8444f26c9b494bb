"""Run every drill and every fuzzing in full, one after the other, on each kind of database.

    python -m tests.drills [--small] [--only NAME …]

In full it takes about an hour on two cores. Each is a program of its own, which says what it saw;
the last lines tell which of them passed. ``docs/reliability.md`` keeps the figures.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.drills.postgresql import OwnPostgresql
from tests.drills.serving import ROOT


@dataclass(frozen=True, slots=True)
class Program:
    """One program: without arguments it runs in full."""

    name: str
    module: str
    small: str = ""
    """arguments that make it small"""
    always: str = ""
    """arguments that make it this program"""
    on_postgresql: bool = True
    """whether it runs once more, on PostgreSQL"""


PROGRAMS = (
    Program("crash", "tests.drills.crash", "--kills 2 --acknowledgements 60 --writers 8"),
    Program(
        "database killed",
        "tests.drills.crash",
        "--kills 2 --acknowledgements 60 --writers 8",
        "--kill-database --kills 20 --acknowledgements 4000",
        on_postgresql=False,  # one of its own, anyway
    ),
    Program("one inquiry", "tests.drills.one_inquiry", "--forms 3 --at-once 10"),
    Program("leaks", "tests.drills.leaks"),
    Program("tampering", "tests.drills.tampering", "--inquiries 1"),
    Program("rotation", "tests.drills.rotation", "--inquiries 500"),
    Program("guessing", "tests.drills.guessing", "--guesses 60 --at-once 6"),
    Program("auditing", "tests.drills.auditing", "--actions 20 --events 10"),
    Program("leaving", "tests.drills.leaving", "--inquiries 20"),
    Program("forms", "tests.fuzz.forms", "--requests 300", on_postgresql=False),
    Program("API", "tests.fuzz.api", "--requests 120", on_postgresql=False),
    Program("load", "tests.drills.load", "--seconds 5", on_postgresql=False),
)


def run(program: Program, *, small: bool, database: str = "") -> bool:
    """Run one program, and return whether it passed."""
    command = [sys.executable, "-m", program.module, *program.always.split()]
    command += program.small.split() if small else []
    command += ["--database", database] if database else []
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """Run all of them, or those that are named; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="some minutes instead of an hour")
    names = [each.name for each in PROGRAMS]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    options = parser.parse_args()
    told: list[tuple[bool, str]] = []
    with OwnPostgresql() as postgresql:
        for program in PROGRAMS:
            if program.name not in options.only:
                continue
            for kind in ("SQLite", "PostgreSQL") if program.on_postgresql else ("",):
                title = f"{program.name} {kind}".strip()
                print(f"\n== {title}", flush=True)
                began = time.monotonic()
                url = postgresql.new_database() if kind == "PostgreSQL" else ""
                passed = run(program, small=options.small, database=url)
                told.append((passed, f"{title}, {time.monotonic() - began:.0f} s"))
    print("\n== all")
    for passed, title in told:
        print("passed" if passed else "FAILED", title)
    return 0 if all(passed for passed, _ in told) else 1


if __name__ == "__main__":
    sys.exit(main())
