"""A package's ``__init__`` names what others may use, and nobody goes past it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = sorted(
    init.parent
    for domain in ("facilities", "geocoding", "intake")
    for init in (ROOT / "finder" / domain).glob("*/__init__.py")
)


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield every module that a file imports from, and the name that it takes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                yield node.module, name.name
        elif isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, ""


def goes_past_a_door(path: Path, module: str, name: str) -> bool:
    for folder in ROOMS:
        room = ".".join(folder.relative_to(ROOT).parts)
        is_inside = module.startswith(f"{room}.") or (
            module == room and (folder / f"{name}.py").exists()
        )
        if is_inside and folder not in path.parents:
            return True
    return False


@pytest.mark.slow
def test_a_room_is_entered_by_its_door() -> None:
    files = list((ROOT / "finder").rglob("*.py"))
    assert len(files) > 100
    assert len(ROOMS) > 10
    past = [
        f"{path.relative_to(ROOT)}: {module} {name}"
        for path in files
        for module, name in imports(path)
        if goes_past_a_door(path, module, name)
    ]
    assert past == []
