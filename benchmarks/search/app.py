"""The application with one page more: a plain Jinja page of as many bytes as a search page.

What ``pages.py`` serves. The plain page is what an ordinary template makes of the same content with
everything at hand: a form with every filter value, and twenty programs. It has no search, no
database, no translation and no cache, and text fills up what is left of the bytes. A request with
``cold=1`` finds no fragment of a page that was rendered before.
"""

from __future__ import annotations

import os

from flask import request

from finder import create_app
from finder.facilities.filters import FILTERS
from finder.web import fragments

RENDERED = ("_facility_card", "_search_form", "_same_for_all")
"""what keeps pieces of pages in ``fragments``"""
PLAIN = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><main class="wide"><h1>{{ title }}</h1>
<form class="search" action="/search" method="get"><input name="near" value="{{ near }}">
{% for facet in facets %}
  <details class="facet"><summary>{{ facet.label }}</summary><fieldset>
    <p class="hint">{{ facet.help }}</p>
    {% for value, label, count in facet.options %}
      <label class="tick"><input type="checkbox" name="{{ facet.name }}" value="{{ value }}">
      <span>{{ label }} <span class="count">{{ count }}</span></span></label>
    {% endfor %}
  </fieldset></details>
{% endfor %}
</form>
<ol class="cards">
{% for program in programs %}
  <li class="card"><h3><a href="/facilities/{{ program.id }}">{{ program.name }}</a></h3>
    {% if program.program_name %}<p class="program">{{ program.program_name }}</p>{% endif %}
    <p class="facts"><strong>{{ program.miles }} miles</strong> · {{ program.street }},
      {{ program.city }}, {{ program.state }} {{ program.postal_code }}</p>
    <ul class="tags">{% for tag in program.tags %}<li>{{ tag }}</li>{% endfor %}</ul>
    <p class="actions"><a class="call" href="tel:{{ program.phone }}">Call {{ program.phone }}</a>
      <a href="/facilities/{{ program.id }}/inquiry">Send an inquiry to {{ program.name }}</a></p>
    <p class="hint">Listed as of {{ program.listed_as_of }}</p></li>
{% endfor %}
</ol></main>
<p>"""
FACETS = [
    {
        "name": facet.name,
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

app = create_app(with_commands=False)
_template = app.jinja_env.from_string(PLAIN)


@app.before_request
def forget_fragments() -> None:
    """Empty the caches of what is rendered, where the address says so."""
    if "cold" in request.args:
        for name in RENDERED:
            getattr(fragments, name).cache_clear()


@app.get("/plain")
def plain() -> str:
    """Render the plain page."""
    return _template.render(title="Programs", near="19102", facets=FACETS, programs=PROGRAMS)


_rest = int(os.environ.get("PLAIN_PAGE_BYTES", "0")) - len(plain().encode())
_template = app.jinja_env.from_string(PLAIN + "x" * max(0, _rest) + "</p></body></html>")
