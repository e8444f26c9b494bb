"""Prints the whole evaluation: ``python -m benchmarks.geocoding [--directory CSV]``.

``--directory`` names a CSV file with the columns ``street1,city,state,zip,latitude,longitude``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.geocoding.addresses import by_text, measure_addresses, ours, read_addresses
from benchmarks.geocoding.cases import (
    Answer,
    Case,
    Geocode,
    Score,
    Truth,
    answer_of,
    misses,
    rank_of_right,
    read_cases,
    score,
    total,
)
from benchmarks.geocoding.edits import measure_edits
from benchmarks.geocoding.peers import Peer, available_peers
from benchmarks.geocoding.speed import (
    lookup_times,
    memory_used,
    nominatim_stand_in,
    opening_time,
    throughput_ratios,
)
from finder.geocoding import Gazetteer, build_gazetteer

PARTS = ("cases", "edits", "speed", "addresses")
PEER_ADDRESSES = 200
RATIO_TEXTS = 40
ORDINARY = {"ZIP code", "city and state", "missing comma", "city alone", "address"}


def main() -> int:
    """Read the arguments, measure, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--directory", type=Path, help="CSV file of addresses with coordinates")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure just this part")
    parser.add_argument("--seed", type=int, default=2026, help="of the random typing errors")
    parser.add_argument("--misses", action="store_true", help="print every wrong first answer")
    arguments = parser.parse_args()
    parts = arguments.only or PARTS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gazetteer.sqlite"
        started = time.perf_counter()
        build_gazetteer(path)
        built = time.perf_counter() - started
        print(f"gazetteer built in {built:.1f} s, {path.stat().st_size / 2**20:.1f} MB\n")
        gazetteer = Gazetteer(path)
        peers = [] if parts == ["edits"] else available_peers()
        if "cases" in parts:
            print_cases(gazetteer, peers, with_misses=arguments.misses)
        if "edits" in parts:
            print_edits(gazetteer, seed=arguments.seed)
        if "speed" in parts:
            print_speed(gazetteer, path, peers)
        if "addresses" in parts and arguments.directory:
            try:
                print_addresses(gazetteer, arguments.directory, peers)
            except (OSError, ValueError) as error:
                print(error, file=sys.stderr)
                return 1
    return 0


def print_cases(gazetteer: Gazetteer, peers: list[Peer], *, with_misses: bool) -> None:
    """Print the open list by kind: right first answers, and for ours those within five."""

    def geocode(text: str) -> list[Answer]:
        return [answer_of(place) for place in gazetteer.find_places(text).places]

    cases, truth = read_cases(), Truth()
    mine = score(geocode, cases, truth)
    others = [score(peer.geocode, cases, truth) for peer in peers]
    header = ["kind", "cases", "first", "in five", *(peer.name for peer in peers)]
    print("| " + " | ".join(header) + " |")
    print("| --- |" + " ---: |" * (len(header) - 1))
    for kind, tally in mine.items():
        print_row(kind, tally, [scores[kind] for scores in others])
    print_row("**all**", total(mine), [total(scores) for scores in others])
    everything = total(mine)
    print(f"\nright first {everything.first / everything.cases:.2%}", end=", ")
    print(f"within five {everything.within_five / everything.cases:.2%}\n")
    for case, answers in misses(geocode, cases, truth) if with_misses else ():
        print(f"{case.kind}: {case.text!r} is {case.expected or 'nothing'}", end=", ")
        print(f"answered {[answer.label for answer in answers[:5]]}")


def print_row(kind: str, mine: Score, others: list[Score]) -> None:
    """Print one row of the table."""
    cells = [kind, mine.cases, mine.first, mine.within_five, *(other.first for other in others)]
    print("| " + " | ".join(map(str, cells)) + " |")


def print_edits(gazetteer: Gazetteer, *, seed: int) -> None:
    """Print how many of 1,000 towns are understood with one and with two random errors."""
    for edits in (1, 2):
        result = measure_edits(gazetteer, edits=edits, seed=seed)
        print(f"{edits} random error(s): with state {result.with_state_first:.1%} first", end=", ")
        print(f"without {result.without_state_within_five:.1%} within five")
    print()


def print_speed(gazetteer: Gazetteer, path: Path, peers: list[Peer]) -> None:
    """Print times, memory and ratios."""
    written = [case.text for case in read_cases()]
    typed = [text[:length] for text in written for length in range(2, min(len(text), 24))]
    for name, times in (
        ("look-ups", lookup_times(gazetteer.find_places, written)),
        ("suggestions", lookup_times(gazetteer.suggest_places, typed)),
    ):
        middle, late = times[len(times) // 2], times[int(len(times) * 0.95)]
        print(f"{name}: median {middle * 1e3:.3f} ms, p95 {late * 1e3:.3f} ms")
    print(f"first answer {opening_time(path) * 1e3:.1f} ms after opening")
    exact, everything = memory_used(path)
    print(f"memory: {exact:.1f} MB for exact look-ups, {everything:.1f} MB after all cases")
    print_ratios(path, peers)


def print_ratios(path: Path, peers: list[Peer]) -> None:
    """Print how many times as long as ours others take for the same texts, in one run."""
    cases, truth = read_cases(), Truth()
    sets = {
        "ordinary": _spread([case for case in cases if case.kind in ORDINARY]),
        "all kinds": _spread(cases),
    }
    others = [case.text for case in cases[7 :: len(cases) // 20]]
    this = {"this": lambda: Gazetteer(path).find_places}
    header = ["texts", "asked of", "number", "times as long, asked first", "asked again"]
    header += ["right answers a second, ours to theirs, first", "again"]
    print("| " + " | ".join(header) + " |")
    print("| --- | --- |" + " ---: |" * (len(header) - 2))
    with nominatim_stand_in() as nominatim:
        contestants = {**this, "geopy Nominatim, stand-in": lambda: nominatim}
        contestants |= {peer.name: peer.make for peer in peers}
        for name, chosen in sets.items():
            right = _right_answers(path, peers, chosen, truth)
            _print_ratios(name, contestants, [case.text for case in chosen], others, right)
    for peer in peers:
        found = [
            case
            for case in cases
            if case.expected and rank_of_right(peer.geocode(case.text), case, truth) == 0
        ]
        contestants = {**this, peer.name: peer.make}
        texts = [case.text for case in _spread(found)]
        _print_ratios("what it finds, too", contestants, texts, others, {})
    print()


def _spread(cases: list[Case]) -> list[Case]:
    return cases[:: max(1, len(cases) // RATIO_TEXTS)]


def _right_answers(
    path: Path, peers: list[Peer], cases: list[Case], truth: Truth
) -> dict[str, int]:
    """Return how many texts each answers rightly; to find nothing is no answer."""
    gazetteer = Gazetteer(path)
    geocoders: dict[str, Geocode] = {peer.name: peer.geocode for peer in peers}
    geocoders["this"] = lambda text: [
        answer_of(place) for place in gazetteer.find_places(text).places
    ]
    meant = [case for case in cases if case.expected]
    return {
        name: sum(rank_of_right(geocode(case.text), case, truth) == 0 for case in meant)
        for name, geocode in geocoders.items()
    }


def _print_ratios(
    name: str,
    contestants: dict[str, Callable[[], Callable[[str], object]]],
    texts: list[str],
    others: list[str],
    right: dict[str, int],
) -> None:
    ratios = throughput_ratios(contestants, texts, [each for each in others if each not in texts])
    for contestant, ratio in ratios.items():
        if contestant == "this":
            continue
        cells = [f"{ratio.asked_first:.1f}", f"{ratio.asked_again:.1f}", "", ""]
        if theirs := right.get(contestant):
            share = right["this"] / theirs
            cells[2:] = f"{ratio.asked_first * share:.1f}", f"{ratio.asked_again * share:.1f}"
        print(f"| {name} | {contestant} | {len(texts)} | " + " | ".join(cells) + " |")


def print_addresses(gazetteer: Gazetteer, path: Path, peers: list[Peer]) -> None:
    """Print how finely addresses are placed: all by ours, a sample by the slower peers too."""
    rows = read_addresses(path)
    sample = rows[:: max(1, len(rows) // PEER_ADDRESSES)]
    measured = [(f"this, all {len(rows):,}", rows, ours(gazetteer))]
    measured.append((f"this, {len(sample)}", sample, ours(gazetteer)))
    measured += [(f"{peer.name}, {len(sample)}", sample, by_text(peer.geocode)) for peer in peers]
    print("| addresses | placed | median miles | within 1 | within 5 | a second |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, chosen, place in measured:
        result = measure_addresses(chosen, place)
        print(
            f"| {name} | {result.placed:.2%} | {result.median_miles:.2f} "
            f"| {result.within_mile:.1%} | {result.within_five_miles:.1%} "
            f"| {result.a_second:,.0f} |"
        )


if __name__ == "__main__":
    sys.exit(main())
