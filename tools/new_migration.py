"""Autogenerate an Alembic migration from the models; the argument is its message.

    python tools/new_migration.py "Keep opening hours"

Review the result: a renamed column appears as one dropped and one added.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from config import Settings  # noqa: E402 - after sys.path
from finder import create_app  # noqa: E402 - after sys.path
from finder.migrating import alembic  # noqa: E402 - after sys.path

FOLDER = ROOT / "finder" / "migrations"


def main() -> int:
    """Write the next migration."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 1
    before = set(FOLDER.glob("*.py"))
    number = f"{max(int(each.name[:4]) for each in before if each.name[0].isdigit()) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings.from_environment({"FINDER_DATA_DIR": folder}))
        with app.app_context():
            alembic.upgrade()
            alembic.revision(sys.argv[1])
    [written] = set(FOLDER.glob("*.py")) - before
    text = written.read_text("utf-8").replace("finder.db.UtcDateTime", "sa.DateTime")
    text = re.sub(r"(?m)^revision: str = .*", f'revision: str = "{number}"', text)
    text = re.sub(r"(?m)^Revision ID: .*", f"Revision ID: {number}", text)
    written.unlink()
    slug = re.sub(r"\W+", "_", sys.argv[1].lower()).strip("_")
    target = FOLDER / f"{number}_{slug}.py"
    target.write_text(text, "utf-8")
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
