"""Send requests that are made from the API's own OpenAPI document: no 5xx, answers as it says.

    python -m tests.fuzz.api [--requests 5000] [--seed 1]

Schemathesis makes them, good ones and broken ones, and holds every answer against the document:
its status, type and content.
"""

from __future__ import annotations

import argparse
import collections
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from flask import Flask
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.forms import make_client

DOCUMENT = "/api/v1/openapi.json"
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@dataclass
class Fuzzed:
    """What came of it."""

    statuses: collections.Counter[int] = field(default_factory=collections.Counter)
    findings: list[str] = field(default_factory=list)


def fuzz(app: Flask, *, requests: int, seed: int) -> Fuzzed:
    """Send at least that many, spread over the operations, and return what came of it."""
    done = Fuzzed()
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, app)
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    kinds = [(each, mode) for each in operations for mode in schemathesis.GenerationMode]
    while (missing := requests - done.statuses.total()) > 0:
        # An operation that takes nothing has few requests; the next round is for the others.
        for operation, mode in kinds:
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                _run(strategy, done, -(-missing // len(kinds)), seed)
            except hypothesis.errors.Unsatisfiable:
                continue  # nothing of it can be broken
        seed += 1
    return done


def _run(
    strategy: hypothesis.strategies.SearchStrategy[schemathesis.Case[Any]],
    done: Fuzzed,
    number: int,
    seed: int,
) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=number,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(strategy)
    def send(case: schemathesis.Case[Any]) -> None:
        answer = case.call(headers={"Accept-Encoding": "identity"})
        done.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=_CHECKS)
        except FailureGroup as error:  # what is found is told at the end
            done.findings.append(f"{case.method} {case.formatted_path} {case.query}: {error}"[:500])

    send()


def main() -> int:
    """Read the arguments, run, print; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-fuzz-") as name:
        folder = Path(name)
        app, _ = make_client(folder, f"sqlite:///{folder / 'finder.sqlite'}")
        done = fuzz(app, requests=options.requests, seed=options.seed)
    print(f"{done.statuses.total()} requests: {dict(sorted(done.statuses.items()))}")
    for finding in done.findings[:20]:
        print(finding)
    print(f"{len(done.findings)} findings")
    return 1 if done.findings else 0


if __name__ == "__main__":
    sys.exit(main())
