"""The application with one page more: a plain Jinja page of as many bytes as a search page.

What ``benchmarks/search_page.py`` serves. The plain page loops over twenty programs as any
template would, with autoescaping and no cache; fixed text makes up the rest of its bytes.
"""

from __future__ import annotations

import os

from finder import create_app

PLAIN = """<!doctype html>
<html lang="en"><head><title>{{ title }}</title></head><body><h1>{{ title }}</h1>
<ol>{% for program in programs %}
<li><h3><a href="/facilities/{{ program.id }}">{{ program.name }}</a></h3>
<p>{{ program.program_name }}</p><p>{{ program.miles }} miles · {{ program.street }},
{{ program.city }}, {{ program.state }} {{ program.postal_code }}</p>
<ul>{% for tag in program.tags %}<li>{{ tag }}</li>{% endfor %}</ul>
<p><a href="tel:{{ program.phone }}">Call {{ program.phone }}</a>
<a href="/facilities/{{ program.id }}/inquiry">Send an inquiry</a></p>
<p>Listed as of {{ program.listed_as_of }}</p></li>
{% endfor %}</ol><p>"""
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

app = create_app()
_template = app.jinja_env.from_string(PLAIN)


@app.get("/plain")
def plain() -> str:
    """Render the plain page."""
    return _template.render(title="Programs", programs=PROGRAMS)


_rest = int(os.environ.get("PLAIN_PAGE_BYTES", "0")) - len(plain().encode())
_template = app.jinja_env.from_string(PLAIN + "x" * _rest + "</p></body></html>")
