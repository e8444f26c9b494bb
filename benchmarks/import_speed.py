"""Time and memory of an import against a baseline on the same file.

The baseline: read the workbook with python-calamine and insert one plain row a facility and one row
a service code, indexed, in one transaction. Each runs in a process of its own, interleaved.

    python benchmarks/import_speed.py PATH [--repeats 3] [--database-url URL]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import python_calamine
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy.orm import Session

from finder.db import Model, create_engine, sqlite_url, utc_now
from finder.facilities.importing import import_facilities
from finder.geocoding import Gazetteer, build_gazetteer

_plain = sa.MetaData()
_facility = sa.Table(
    "plain_facility",
    _plain,
    sa.Column("id", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.Text) for name in ("name1", "name2", "street1", "street2", "city")),
    sa.Column("state", sa.Text, index=True),
    sa.Column("zip", sa.Text, index=True),
    *(sa.Column(f"phone{number}", sa.Text) for number in range(5)),
)
_code = sa.Table(
    "plain_code",
    _plain,
    sa.Column("facility_id", sa.Integer, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
)


def baseline(path: Path, engine: sa.Engine) -> dict[str, int]:
    """Read the workbook and insert its rows as they are."""
    workbook = python_calamine.CalamineWorkbook.from_path(path)
    rows = workbook.get_sheet_by_index(0).to_python()[1:]
    facilities: list[tuple[object, ...]] = []
    codes: list[tuple[object, ...]] = []
    for number, row in enumerate(rows, start=1):
        facilities.append((number, *row[:12]))
        codes.extend((number, code) for code in {*str(row[12]).split()} - {"*"})
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    with engine.begin() as connection:
        for table, values in ((_facility, facilities), (_code, codes)):
            marks = ", ".join([mark] * len(table.columns))
            # The driver's own batches: nothing of SQLAlchemy's stands in between.
            connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", values)
    return {"facilities": len(facilities), "codes": len(codes)}


def full_import(path: Path, engine: sa.Engine, gazetteer: Path) -> dict[str, int]:
    """Import as the command does."""
    place_address = Gazetteer(gazetteer).place_address
    with Session(engine) as session:
        summary = import_facilities(
            session, path, place_address=place_address, clock=utc_now, as_of=dt.date(2022, 5, 19)
        )
    return summary.counts()


def _measure(kind: str, path: Path, url: str, gazetteer: Path) -> None:
    engine = create_engine(url)
    for metadata in (_plain, Model.metadata):
        metadata.drop_all(engine)
        metadata.create_all(engine)
    started = time.perf_counter()
    figures = baseline(path, engine) if kind == "plain" else full_import(path, engine, gazetteer)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": peak, **figures}))


def main() -> None:
    """Run both by turns and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--database-url", help="an empty database; a new SQLite file by default")
    parser.add_argument("--measure", choices=("plain", "import"), help=argparse.SUPPRESS)
    parser.add_argument("--gazetteer", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        _measure(arguments.measure, arguments.path, arguments.database_url, arguments.gazetteer)
        return
    results: dict[str, list[dict[str, float]]] = {"plain": [], "import": []}
    with tempfile.TemporaryDirectory() as folder:
        gazetteer = Path(folder, "gazetteer.sqlite")
        build_gazetteer(gazetteer)
        for repeat in range(arguments.repeats):
            for kind, runs in results.items():
                url = arguments.database_url or sqlite_url(Path(folder, f"{kind}{repeat}.sqlite"))
                command = [sys.executable, __file__, str(arguments.path), "--measure", kind]
                command += ["--database-url", url, "--gazetteer", str(gazetteer)]
                done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
                runs.append(json.loads(done.stdout))
    print("| | median s | all s | peak MB |\n| --- | --- | --- | --- |")
    medians = {}
    for kind, runs in results.items():
        seconds = [run["seconds"] for run in runs]
        medians[kind] = statistics.median(seconds)
        shown = ", ".join(f"{each:.2f}" for each in seconds)
        peak = max(run["megabytes"] for run in runs)
        print(f"| {kind} | {medians[kind]:.2f} | {shown} | {peak:.0f} |")
    print(f"\nThe import takes {medians['import'] / medians['plain']:.2f} times as long.")
    for kind, runs in results.items():
        print(f"{kind}: {runs[0]}")


if __name__ == "__main__":
    main()
