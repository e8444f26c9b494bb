"""Whatever a file holds: an import ends with a summary or a refusal that changed nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from finder.db import create_engine, sqlite_url
from finder.facilities.importing import ImportRefused
from finder.facilities.listings.models import Facility, ImportRun, Listing
from tests.facilities.importing.running import run
from tests.facilities.sources import files

pytestmark = pytest.mark.slow

WRITERS: dict[str, Callable[[Path], Path]] = {
    "directory-xlsx": lambda path: files.workbook(path, [files.site(), files.site(name2="B")]),
    "directory-csv": lambda path: files.directory_csv(path, [files.site(), files.site(name2="B")]),
    "website-csv": lambda path: files.website_csv(
        path, [{"name1": "A", "city": "Boston", "state": "MA", "type_facility": "SU", "bu": "1"}]
    ),
    "api-json": lambda path: files.api_json(
        path, [files.api_row(services=[{"f2": "TC", "f3": "Detoxification"}])]
    ),
    "seed-csv": lambda path: files.seed_csv(path, [files.seed(), files.seed(name="B")]),
}
MUTATION = st.tuples(
    st.sampled_from(["replace", "insert", "delete", "cut"]),
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=12)
    | st.sampled_from([b'"', b",", b"\n", b"\0", b"\xff\xfe", b"{", b"]", b"\\ud800", b"1e999"]),
)


FUZZED = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MEMBERS = (
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "docProps/core.xml",
)


@pytest.fixture(scope="module")
def database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("fuzz")))
    engine = create_engine(sqlite_url(path))
    with Session(engine) as session:
        yield session
    engine.dispose()


def mutated(content: bytes, mutations: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, piece in mutations:
        position = int(where * len(content))
        if kind == "cut":
            content = content[:position]
        elif kind == "insert":
            content = content[:position] + piece + content[position:]
        else:
            kept = piece if kind == "replace" else b""
            content = content[:position] + kept + content[position + len(piece) :]
    return content


def state(session: Session) -> list[object]:
    session.rollback()
    models = (Facility, Listing, ImportRun)
    return [session.scalar(sa.select(sa.func.max(model.id))) for model in models]


def import_or_refuse(session: Session, path: Path) -> None:
    """Import a file; what a refusal or a summary must not say fails the test."""
    before = state(session)
    try:
        summary = run(session, path)
    except ImportRefused:
        assert state(session) == before
        return
    taken = summary.rows_read - summary.refused - summary.duplicates
    counted = ("added", "merged", "changed", "reopened", "confirmed", "outdated")
    assert taken == sum(summary.counts()[name] for name in counted)
    assert state(session)[2] != before[2]


@pytest.mark.parametrize("format_", WRITERS)
@FUZZED
@given(mutations=st.lists(MUTATION, min_size=1, max_size=4))
def test_a_damaged_file_is_imported_or_refused_and_nothing_else(
    database: Session,
    tmp_path: Path,
    format_: str,
    mutations: list[tuple[str, float, bytes]],
) -> None:
    path = WRITERS[format_](tmp_path / "file")
    path.write_bytes(mutated(path.read_bytes(), mutations))

    import_or_refuse(database, path)


@pytest.mark.parametrize("member", MEMBERS)
@FUZZED
@given(mutations=st.lists(MUTATION, min_size=1, max_size=4))
def test_a_workbook_damaged_inside_is_imported_or_refused_and_nothing_else(
    database: Session,
    tmp_path: Path,
    member: str,
    mutations: list[tuple[str, float, bytes]],
) -> None:
    path = WRITERS["directory-xlsx"](tmp_path / "file")

    import_or_refuse(database, files.rewrite(path, member, lambda xml: mutated(xml, mutations)))
