"""Measures the search: python -m benchmarks.search generate|run …; docs/performance.md tells."""

from __future__ import annotations

import argparse

from benchmarks.search.facilities import generate
from benchmarks.search.growth import measure, table


def main() -> None:
    """Obey one of the two commands."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("generate", help="fill a database with made-up facilities")
    making.add_argument("--facilities", type=int, required=True)
    making.add_argument("--database", required=True, help="URL, e.g. sqlite:////tmp/big.sqlite")
    running = commands.add_parser("run", help="measure how a search grows, databases by turns")
    running.add_argument("--database", action="append", required=True, help="URL; repeatable")
    running.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if options.command == "run":
        print(table(measure(options.database, options.repeats)))
        return
    seconds = generate(options.database, options.facilities)
    print(f"{options.facilities:,} facilities in {seconds:.1f} s: {options.database}")


if __name__ == "__main__":
    main()
