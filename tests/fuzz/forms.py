"""Send mutated forms and addresses to every public page: no 5xx, and nothing reflected as markup.

    python -m tests.fuzz.forms [--requests 10000] [--seed 1]

The answers are parsed as a browser parses them. A payload that became an element, an attribute or
an address that runs something is a finding; so is an answer of 500 or more.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from finder import create_app
from finder.cli.support.bootstrap import prepare
from finder.extensions import db
from finder.facilities.vocabulary.filters import FILTERS
from tests.drills.serving import code_in
from tests.factories import add_facility, settings_for

_POSTED = (
    "/inquiry",
    "/facilities/{id}/inquiry",
    "/facilities/{id}/report",
    "/inquiry/status",
    "/inquiry/status/message",
    "/inquiry/status/contact",
    "/inquiry/status/withdraw",
    "/inquiry/status/hand-over",
    "/inquiry/status/delete",
    "/staff/sign-in",
    "/staff/start",
)
_ASKED = ("/search", "/list", "/list/print", "/compare", "/start", "/api/v1/places")
_FIELDS = """
    contact_name contact_method phone email voicemail_ok best_times for_whom looking_for message
    consent_collect consent_share pin code submission_token csrf_token form_token reasons details
    known_from subject_line ticket text asked answer confirm password token setup idempotency_key
""".split()  # noqa: SIM905 - many words
_PARAMETERS = [
    *(facet.name for facet in FILTERS),
    *"""
    near lat lon radius name sort page per_page for_gender for_age unsaid prefer treats around
    start id discreet step age person substance care payment needs q mode limit
    """.split(),  # noqa: SIM905 - many words
]
GOOD = {
    "contact_name": "Robin",
    "contact_method": "call",
    "phone": "541-555-0123",
    "for_whom": "self",
    "looking_for": "someone to talk to",
    "message": "Hello",
    "consent_collect": "y",
    "pin": "493817",
    "text": "One thing more",
    "reasons": "phone",
    "answer": "no",
}
"""fields with which nothing is wrong, of all forms together"""
_RUNS = ("javascript:", "vbscript:", "data:text/html")
PAYLOADS = (
    "<xfuzz onfuzz=1>",
    "'\"><xfuzz onfuzz=1>",
    "</title></textarea></script><xfuzz>",
    '" onfuzz="1',
    "' onfuzz='1",
    "javascript:fuzz()",
    "{{ 7 * 7 }}<xfuzz>",
    "%3Cxfuzz%3E",
    "&lt;xfuzz&gt;",
    "<!--<xfuzz>",
    "]]><xfuzz>",
    "\x00\x01\x02\x7f",
    "\ud800",
    "\u202e\u2066\ufeff",
    "' OR 1=1 --",
    "%s%d%(x)s{0}",
    "\r\nSet-Cookie: fuzz=1",
    "../../../etc/passwd",
    "1e309",
    "-0",
    "\u0661\u0662",
    "\U0001f600" * 40,
    "a" * 5_000,
    "\n" * 500,
    "",
)


@dataclass
class Fuzzed:
    """What came of it."""

    requests: int = 0
    statuses: collections.Counter[int] = field(default_factory=collections.Counter)
    taken: int = 0
    """forms that were taken, or answered by the page of an open inquiry"""
    findings: list[str] = field(default_factory=list)


def fuzz(client: FlaskClient, facility_id: int, *, requests: int, seed: int) -> Fuzzed:
    """Send that many and return what came of it."""
    chance = random.Random(seed)
    done = Fuzzed()
    tokens: dict[str, str] = {}
    for number in range(requests):
        if number % 50 == 0:  # a session of its own, and forms that are good but for one field
            client.delete_cookie("finder")
            tokens = _begin(client, facility_id)
        path, answer = _send(client, chance, facility_id, tokens)
        done.requests += 1
        done.statuses[answer.status_code] += 1
        done.taken += answer.status_code == 200 and path.startswith(("/inquiry", "/facilities"))
        if answer.status_code >= 500:
            done.findings.append(f"{answer.status_code} at {path}")
        done.findings += [f"{what} at {path}" for what in reflected(answer)]
    return done


def _begin(client: FlaskClient, facility_id: int) -> dict[str, str]:
    """Send an inquiry and open it; return a form that every page takes."""
    report = _hidden(client.get(f"/facilities/{facility_id}/report"))
    form = {**GOOD, **report, **_hidden(client.get("/inquiry"))}
    code = code_in(client.post("/inquiry", data=form).text)
    form |= _hidden(client.get("/inquiry/status")) | {"code": code}
    opened = client.post("/inquiry/status", data=form)
    # A token of a form that was not sent yet, and the ticket that opens the status page.
    return form | _hidden(opened) | _hidden(client.get("/inquiry"))


def _hidden(answer: TestResponse) -> dict[str, str]:
    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    return {
        field.get("name"): field.get("value", "")
        for field in page.iter("input")
        if field.get("type") == "hidden"
    }


def _send(
    client: FlaskClient, chance: random.Random, facility_id: int, tokens: dict[str, str]
) -> tuple[str, TestResponse]:
    if chance.random() < 0.3:
        path = chance.choice(_ASKED)
        query = [(name, _value(chance)) for name in _some(chance, _PARAMETERS)]
        return path, client.get(path, query_string=_encodable(query))
    path = chance.choice(_POSTED).format(id=facility_id)
    if path.endswith("/inquiry"):
        tokens = tokens | _hidden(client.get("/inquiry"))  # what was sent once is not taken again
    form = {name: [value] for name, value in tokens.items()}
    for name in _some(chance, _FIELDS):
        if chance.random() < 0.1:
            form.pop(name, None)
        else:
            form[name] = [_value(chance) for _ in range(chance.choice((1, 1, 1, 2, 20)))]
    if chance.random() < 0.05:
        return path, client.post(path, data=chance.randbytes(200), content_type=_type(chance))
    data = {name: [_surrogate_free(each) for each in values] for name, values in form.items()}
    return path, client.post(path, data=data)


def _some(chance: random.Random, names: list[str]) -> list[str]:
    return chance.sample(names, chance.randint(1, 4))


def _value(chance: random.Random) -> str:
    parts = chance.choices(PAYLOADS, k=chance.choice((1, 1, 2)))
    return "".join(parts)


def _type(chance: random.Random) -> str:
    return chance.choice(
        ("application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x")
    )


def _surrogate_free(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _encodable(query: list[tuple[str, str]]) -> dict[str, str]:
    return {name: _surrogate_free(value) for name, value in query}


def reflected(answer: TestResponse) -> Iterator[str]:
    """Yield what of a payload a browser would take for more than text."""
    if "fuzz" in "".join(
        f"{name}:{value}" for name, value in answer.headers if name == "Set-Cookie"
    ):
        yield "a header of ours with a payload"
    if answer.mimetype != "text/html":
        return
    for element in html5lib.parse(answer.text, namespaceHTMLElements=False).iter():
        if not isinstance(element.tag, str):
            continue  # a comment
        if element.tag == "xfuzz":
            yield "an element"
        if any(str(name).startswith("onfuzz") for name in element.attrib):
            yield "an attribute"
        for name in ("href", "src", "action", "formaction"):
            address = element.get(name, "").strip().lower()
            if address.startswith(_RUNS):
                yield "an address that runs something"


def make_client(folder: Path, database_url: str) -> tuple[Flask, int]:
    """Return an application without limits and the id of a facility in it."""
    many = "100000000 per hour"
    settings = dataclasses.replace(
        settings_for(folder, database_url=database_url),
        form_seconds=0,
        inquiry_limit=many,
        inquiry_limit_in_all=many,
        api_limit=many,
    )
    app = create_app(settings)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        prepare(app)
        with Session(db.engine) as session:
            facility_id = add_facility(session, name="Bend & <House>")
    return app, facility_id


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-fuzz-") as name:
        folder = Path(name)
        app, facility_id = make_client(folder, f"sqlite:///{folder / 'finder.sqlite'}")
        done = fuzz(app.test_client(), facility_id, requests=options.requests, seed=options.seed)
    print(f"{done.requests} requests, seed {options.seed}: {dict(sorted(done.statuses.items()))}")
    for finding in done.findings[:20]:
        print(finding)
    print(f"{done.taken} forms were taken; {len(done.findings)} findings")
    return 1 if done.findings else 0


if __name__ == "__main__":
    sys.exit(main())
