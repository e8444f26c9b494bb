"""Write docs/filters.md from FILTERS: python tools/write_filter_docs.py [--check]."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from finder.facilities.vocabulary import FILTERS  # noqa: E402 - after sys.path

TARGET = ROOT / "docs" / "filters.md"


def document() -> str:
    """Return the page's text."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Search filters"
    yield ""
    yield "Written by `python tools/write_filter_docs.py` from"
    yield "`finder/facilities/vocabulary/filters.py`."
    yield ""
    yield "Values of one filter are OR, filters are AND. A program answers *yes* by any of the"
    yield "codes, *no* by a code that says the contrary, and else has *not stated* it."
    yield ""
    yield "What `name` finds, and in which order: [names](names.md)."
    for facet in FILTERS:
        yield ""
        yield f"## `{facet.name}`: {facet.label}"
        yield ""
        yield facet.help
        if facet.all_needed:
            yield "On pages all chosen values must hold; the API does so with `match_all`."
        yield ""
        yield "| value | in plain words | yes by | no by | help |"
        yield "| --- | --- | --- | --- | --- |"
        for option in facet.options:
            yes, no = " ".join(option.codes), " ".join(option.denied_by)
            yield f"| `{option.value}` | {option.label} | {yes} | {no} | {option.help} |"


def main() -> int:
    """Write the page, or tell whether it is up to date."""
    if "--check" in sys.argv[1:]:
        if TARGET.read_text("utf-8") == document():
            return 0
        print("docs/filters.md is old. Run: python tools/write_filter_docs.py", file=sys.stderr)
        return 1
    TARGET.write_text(document(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
