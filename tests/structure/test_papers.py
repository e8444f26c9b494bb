"""What the papers about safety point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parents[2]
PAPERS = ("asvs.md", "operations.md", "privacy.md", "reliability.md", "threat-model.md")
_PATH = re.compile(
    r"`((?:finder|tests|docs|tools|templates|static)/[\w/.-]+|config\.py|pyproject\.toml)`"
)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
_CODE = re.compile(r"`(?:(?:finder|templates|static)/[\w/.-]+|config\.py|pyproject\.toml)`")
_TEST = re.compile(r"`tests/[\w/.-]+`")
_MODULE = re.compile(r"python -m (tests\.[\w.]+)")
_COMMAND = re.compile(r"\./run ((?:[a-z]+)(?: [a-z]+)?)")


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


@pytest.mark.parametrize("name", PAPERS)
def test_every_path_that_a_paper_names_exists(name: str) -> None:
    text = read(name)
    named = [ROOT / path for path in _PATH.findall(text)]
    linked = [ROOT / "docs" / path for path in _LINK.findall(text)]
    assert [path for path in (*named, *linked) if not path.exists()] == []


def test_every_requirement_that_is_called_met_names_code_and_a_test() -> None:
    rows = [line for line in read("asvs.md").splitlines() if "| met |" in line]
    assert len(rows) > 50
    assert [row for row in rows if not (_CODE.search(row) and _TEST.search(row))] == []


def test_every_program_that_the_paper_on_reliability_names_exists() -> None:
    modules = _MODULE.findall(read("reliability.md"))
    assert len(modules) > 10
    for each in modules:
        path = ROOT.joinpath(*each.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), each


def test_every_state_is_one_of_four() -> None:
    rows = re.findall(r"^\| \d[\d., ]+\|[^|]+\| ([^|]+) \|", read("asvs.md"), re.MULTILINE)
    assert set(rows) == {"met", "partly", "not met", "operator"}


@pytest.mark.parametrize("name", PAPERS)
def test_every_command_that_a_paper_names_exists(app: Flask, name: str) -> None:
    for command in _COMMAND.findall(read(name)):
        group, _, rest = command.partition(" ")
        found = app.cli.get_command(None, group)  # type: ignore[arg-type]  # no command reads it
        assert found is not None, command
        if hasattr(found, "commands") and rest:
            assert rest in found.commands, command
