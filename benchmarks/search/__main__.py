"""Measures the search: python -m benchmarks.search COMMAND; docs/performance.md tells."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.search import anywhere, growth, pages
from benchmarks.search.facilities import generate


def main() -> None:
    """Obey one of the commands."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("generate", help="fill a database with made-up facilities")
    making.add_argument("--facilities", type=int, required=True)
    making.add_argument("--database", required=True, help="URL, e.g. sqlite:////tmp/big.sqlite")
    running = commands.add_parser("run", help="measure how a search grows, databases by turns")
    running.add_argument("--database", action="append", required=True, help="URL; repeatable")
    running.add_argument("--repeats", type=int, default=3)
    unbounded = commands.add_parser("anywhere", help="measure searches without a radius, by turns")
    unbounded.add_argument("--database", action="append", required=True, help="URL; repeatable")
    unbounded.add_argument("--repeats", type=int, default=3)
    beside = commands.add_parser("pages", help="measure pages and API beside peers, by turns")
    beside.add_argument("--database", required=True, help="URL")
    beside.add_argument("--rounds", type=int, default=5)
    beside.add_argument("--seconds", type=float, default=3.0)
    everything = commands.add_parser("all", help="generate what is missing, and measure it all")
    everything.add_argument("--folder", type=Path, required=True, help="where the databases stand")
    everything.add_argument("--sizes", type=int, nargs="+", default=[20_000, 200_000, 2_000_000])
    everything.add_argument("--postgresql", action="append", default=[], help="URL; repeatable")
    options = parser.parse_args()
    if options.command == "all":
        measure_all(options.folder, options.sizes, options.postgresql)
        return
    if options.command == "run":
        print(growth.table(growth.measure(options.database, options.repeats)))
        return
    if options.command == "anywhere":
        print(anywhere.table(anywhere.measure(options.database, options.repeats)))
        return
    if options.command == "pages":
        measured = pages.measure(options.database, rounds=options.rounds, seconds=options.seconds)
        print(pages.table(*measured))
        return
    seconds = generate(options.database, options.facilities)
    print(f"{options.facilities:,} facilities in {seconds:.1f} s: {options.database}")


def measure_all(folder: Path, sizes: list[int], postgresql: list[str]) -> None:
    """Generate the databases that are missing, and print all tables.

    :param postgresql: databases that were generated before; they are only searched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    urls = []
    for size in sizes:
        path = folder / f"{size}.sqlite"
        urls.append(f"sqlite:///{path.resolve()}")
        if not path.exists():
            print(f"{size:,} facilities made up in {generate(urls[-1], size):.0f} s", flush=True)
    print(pages.table(*pages.measure(urls[0], rounds=5, seconds=3.0)), flush=True)
    print()
    print(growth.table(growth.measure([*urls, *postgresql], repeats=3)), flush=True)
    print()
    print(anywhere.table(anywhere.measure([*urls, *postgresql], repeats=3)))


if __name__ == "__main__":
    main()
