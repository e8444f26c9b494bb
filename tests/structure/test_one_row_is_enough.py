"""A new filter value is one row: everything that people and programs see picks it up."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# One row more in the first facet, and nothing else.
BEFORE = "FILTERS: tuple[Facet, ...] = ("
ROW = 'Option("sailing", N_("Care on a boat"), ("X-SAIL",), help=N_("You sail.")),'
VISIT = """
import json
from pathlib import Path
from finder import create_app
from finder.cli.support.bootstrap import prepare

app = create_app()
prepare(app)
client = app.test_client()
print(json.dumps({
    "form": client.get("/").text,
    "page": client.get("/search?near=Bend,+OR&radius=any&setting=sailing").text,
    "search": client.get("/api/v1/facilities?near=Bend,+OR&setting=sailing").json,
    "filters": client.get("/api/v1/filters").json,
    "openapi": client.get("/api/v1/openapi.json").json,
}))
"""
PROGRAMS = """\
name,program_name,street,city,state,postal_code,phone,website,lat,lon,services,listed_as_of
Boat (sample),,1 Sample Street,Bend,OR,97701,(541) 555-0100,,44.05,-121.31,X-SAIL OP,2026-01-15
House (sample),,2 Sample Street,Bend,OR,97701,(541) 555-0101,,44.05,-121.31,OP,2026-01-15
"""


def run(folder: Path, *command: str) -> str:
    result = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "FINDER_DATA_DIR": str(folder / "instance")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, gazetteer_path: Path) -> Path:
    """A copy of the project with one row more in FILTERS."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("finder", "templates", "static", "tools", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / "config.py", folder)
    (folder / "seed_facilities.csv").write_text(PROGRAMS, "utf-8")
    (folder / "instance").mkdir()
    shutil.copy(gazetteer_path, folder / "instance" / "gazetteer.sqlite")
    filters = folder / "finder/facilities/vocabulary/filters.py"
    text = filters.read_text("utf-8")
    at = text.index("\n", text.index("Facet(", text.index(BEFORE)))
    filters.write_text(f"{text[:at]}\n        {ROW}{text[at:]}", "utf-8")
    return folder


@pytest.mark.slow
def test_a_new_row_alone_appears_everywhere(project: Path) -> None:
    seen = json.loads(run(project, "-c", VISIT).splitlines()[-1])
    assert 'name="setting" value="sailing"' in seen["form"]
    assert "Care on a boat" in seen["form"]
    assert "1 program near Bend, OR" in seen["page"]
    assert "Boat (sample)" in seen["page"]
    assert "House (sample)" not in seen["page"]
    assert seen["search"]["total"] == 1
    assert seen["search"]["facets"]["setting"]["sailing"] == 1
    assert seen["search"]["results"][0]["answers"]["setting"]["sailing"] == "yes"
    [setting] = [f for f in seen["filters"]["filters"] if f["name"] == "setting"]
    assert "sailing" in [value["value"] for value in setting["values"]]
    parameters = seen["openapi"]["paths"]["/api/v1/facilities"]["get"]["parameters"]
    [described] = [p for p in parameters if p["name"] == "setting"]
    assert "sailing" in described["schema"]["items"]["enum"]
    run(project, "tools/write_filter_docs.py")
    assert "| `sailing` | Care on a boat |" in (project / "docs/filters.md").read_text("utf-8")


def test_the_filters_in_the_docs_are_those_of_this_version() -> None:
    run(ROOT, "tools/write_filter_docs.py", "--check")
