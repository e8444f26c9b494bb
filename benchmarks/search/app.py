"""The application with one page more: a plain Jinja page of as many bytes as a search page.

What ``pages.py`` serves. The plain page is the search page's markup as an ordinary template gives
it with everything at hand: the frame, a form with every filter value, and twenty programs, each
value escaped. It has no search, no database, no translation, no address that is built and no cache,
and letters fill up what is left of the bytes. A request with ``cold=cards`` finds no card
that was rendered before, one with ``cold=all`` no fragment of a page at all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import request

from finder import create_app
from finder.facilities.search import OFFERED_RADII
from finder.facilities.vocabulary import FILTERS
from finder.web import fragments
from finder.web.formatting import CRISIS_LINES

RENDERED = ("_search_form", "_same_for_all")
"""what keeps pieces of pages in ``fragments``"""
FACETS = [
    {
        "name": facet.name,
        "prominent": facet.prominent,
        "label": facet.label,
        "help": facet.help,
        "options": [(each.value, each.label, 17) for each in facet.options],
    }
    for facet in FILTERS
]
PROGRAMS = [
    {
        "id": number,
        "name": f"Program & house {number}",
        "program_name": "Outpatient services",
        "miles": number / 10,
        "street": f"{number} Main Street",
        "city": "Philadelphia",
        "state": "PA",
        "postal_code": "19102",
        "tags": ["Visit from home", "Buprenorphine", "By phone or video"],
        "phone": "(215) 322-7500",
        "listed_as_of": "May 19, 2022",
    }
    for number in range(20)
]

PAGE: dict[str, Any] = {
    "title": "733 programs near Philadelphia, PA",
    "site_name": "Finder",
    "version": "7ba4b3e1de68",
    "near": "Philadelphia, PA",
    "radii": OFFERED_RADII,
    "radius": 25,
    "chosen": ["outpatient", "buprenorphine"],
    "facets": FACETS,
    "programs": PROGRAMS,
    "pages": [("/", "Search"), ("/list", "My list"), ("/about", "About"), ("/privacy", "Privacy")],
    "lines": [
        {"number": line.number, "name": line.name, "purpose": line.purpose, "address": "tel:988"}
        for line in CRISIS_LINES
    ],
}

app = create_app(with_commands=False)
_template = app.jinja_env.from_string(
    Path(__file__).with_name("plain_page.html").read_text(encoding="utf-8")
)


@app.before_request
def forget_fragments() -> None:
    """Empty the caches of what is rendered, where the address says so."""
    if "cold" in request.args:
        fragments._CARDS.clear()
    if request.args.get("cold") == "all":
        for name in RENDERED:
            getattr(fragments, name).cache_clear()


@app.get("/plain")
def plain() -> str:
    """Render the plain page."""
    return _template.render(PAGE)


PAGE["rest"] = "x" * max(0, int(os.environ.get("PLAIN_PAGE_BYTES", "0")) - len(plain().encode()))
