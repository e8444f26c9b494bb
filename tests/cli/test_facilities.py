from __future__ import annotations

import dataclasses
import io
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from finder.cli.support.progress import progress_display
from tests.facilities.importing.running import NOW, place_address
from tests.facilities.sources import files


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    app.extensions["finder"] = dataclasses.replace(
        app.extensions["finder"],
        gazetteer=lambda: SimpleNamespace(place_address=place_address),
        clock=lambda: NOW,
    )
    return app.test_cli_runner()


def test_import_prints_the_figures_and_where_the_report_is(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed(), files.seed(name="")])

    result = runner.invoke(args=["facilities", "import", str(path)])

    assert result.exit_code == 0, "a refused row does not fail an import"
    assert "2 rows read, 1 refused" in result.output
    assert "1 added" in result.output
    (report,) = (tmp_path / "data/import-reports").iterdir()
    assert f"Report: {report} (1 line)" in result.output


def test_import_takes_its_options(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = str(files.seed_csv(tmp_path / "seed.csv", [files.seed()]))
    options = ["--format", "seed-csv", "--as-of", "2024-02-03", "--complete"]

    dry = runner.invoke(args=["facilities", "import", path, "--dry-run", *options])
    wet = runner.invoke(args=["facilities", "import", path, *options])

    assert "Dry run: nothing was changed." in dry.output
    assert "as of 2024-02-03" in wet.output
    assert "1 added" in wet.output
    assert {report.stem for report in (tmp_path / "data/import-reports").iterdir()} == {
        "20240601T120000Z-operator",
        "20240601T120000Z-operator-dry-run",
    }


def test_a_file_that_cannot_be_imported_fails_with_one_clear_line(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    for arguments in (["missing.csv"], [str(tmp_path)]):
        result = runner.invoke(args=["facilities", "import", *arguments])
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert result.output.count("\n") == 1
    assert runner.invoke(args=["facilities", "import", "x", "--as-of", "soon"]).exit_code == 2


def test_a_database_that_cannot_be_used_is_said_plainly(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_session: object) -> None:
        raise sa.exc.OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr(import_module("finder.cli.facilities"), "facility_stats", fail)
    result = runner.invoke(args=["facilities", "stats"])

    assert result.exit_code == 1
    assert "database is locked" in result.output
    assert "Try again" in result.output


def test_a_report_that_cannot_be_written_is_said_plainly(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    (tmp_path / "data/import-reports").write_text("a file where the folder should be")
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed()])

    result = runner.invoke(args=["facilities", "import", str(path)])

    assert result.exit_code == 1
    assert "File exists" in result.output


def test_stats_count_by_source_place_and_date(runner: FlaskCliRunner, tmp_path: Path) -> None:
    empty = runner.invoke(args=["facilities", "stats"])
    assert "last import: none" in empty.output
    path = files.seed_csv(tmp_path / "seed.csv", [files.seed(), files.seed(name="B (sample)")])
    runner.invoke(args=["facilities", "import", str(path)])

    result = runner.invoke(args=["facilities", "stats"])

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "2 facilities (1 sample) in 1 state or territory; 0 closed",
        "operator: 1 listing, as of 2024-01-15 to 2024-01-15",
        "sample: 1 listing, as of 2024-01-15 to 2024-01-15",
        "coordinates zip: 2",
        "listed as of: 2024-01-15 to 2024-01-15",
        "last import: 2024-06-01 12:00 UTC",
    ]


def test_progress_is_plain_lines_away_from_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_display() as report:
        for number in range(0, 11_000, 500):
            report("rows read", number)

    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["5000 rows read", "10000 rows read"]
    assert not captured.out


def test_progress_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    with progress_display(terminal=True) as report:
        report("rows read", 500)
        report("rows read", 1_000)
        report("facilities written", 7)

    assert "1,000 rows read" in screen.getvalue()
    assert "7 facilities written" in screen.getvalue()
