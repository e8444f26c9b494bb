from __future__ import annotations

import csv
import errno
import getpass
import io
import os
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from finder.intake.author import add_message
from finder.intake.casework import REDISCLOSURE_NOTICE, open_case
from finder.intake.models import Inquiry
from finder.intake.permissions import ROLES, Role, StaffActor
from finder.security.models import AuditEvent
from finder.staff import list_accounts
from tests.factories import NOW, add_facility
from tests.intake.making import OTHER_RING, RING, only_inquiry, submit


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["inquiries", *arguments])


def table(text: str) -> tuple[str, list[dict[str, str]]]:
    """The notice and the rows of an export."""
    (notice,), header, *rows = csv.reader(io.StringIO(text))
    return notice, [dict(zip(header, row, strict=True)) for row in rows]


def events(session: Session) -> list[str]:
    return list(session.scalars(sa.select(AuditEvent.event).order_by(AuditEvent.seq)))


def test_stats_counts_by_status(app: Flask, session: Session) -> None:
    submit(session)
    result = run(app, "stats")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "requested: 1",
        "accepted: 0",
        "in-progress: 0",
        "on-hold: 0",
        "completed: 0",
        "rejected: 0",
        "cancelled: 0",
        "failed: 0",
        "total: 1",
    ]


def test_an_export_begins_with_the_redisclosure_notice(app: Flask, session: Session) -> None:
    received = submit(session, message="Two\nlines, and “quotes”")
    result = run(app, "export", "--reason", "weekly review")
    assert result.exit_code == 0
    notice, (row,) = table(result.stdout)
    assert notice == REDISCLOSURE_NOTICE
    assert "42 CFR part 2 prohibits unauthorized use or disclosure of these records." in notice
    assert row["reference_code"] == received.reference_code
    assert row["contact_name"] == "Robin"
    assert row["message"] == "Two\nlines, and “quotes”"
    assert (row["status"], row["voicemail_ok"]) == ("requested", "no")
    assert (row["about_facility"], row["may_be_shared_with_facility"]) == ("", "no")


def test_an_export_says_what_may_be_shared_with_whom(app: Flask, session: Session) -> None:
    facility_id = add_facility(session, name="Bend House")
    submit(session, facility_id=facility_id, consent_share=True)
    submit(session, facility_id=facility_id, submission_token="t" * 20)
    _, rows = table(run(app, "export", "--reason", "x").stdout)
    assert {row["about_facility"] for row in rows} == {"Bend House"}
    assert sorted(row["may_be_shared_with_facility"] for row in rows) == ["no", "yes"]


def test_an_export_holds_the_messages_that_came_later(app: Flask, session: Session) -> None:
    submit(session)
    inquiry_id = only_inquiry(session).id
    for token in ("one", "two"):
        add_message(session, RING, inquiry_id, f"Later {token}", token=token, clock=lambda: NOW)
    _, (row,) = table(run(app, "export", "--reason", "x").stdout)
    assert sorted(row["later_messages"].split("\n\n")) == [
        "2026-03-04T15:00:00+00:00 person: Later one",
        "2026-03-04T15:00:00+00:00 person: Later two",
    ]


def test_an_export_to_a_file_is_for_its_owner_alone(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    submit(session)
    path = tmp_path / "out.csv"
    result = run(app, "export", "--reason", "weekly", "--output", str(path))
    assert result.exit_code == 0
    assert "Robin" not in result.output
    assert "1 inquiry was written" in result.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    _, (row,) = table(path.read_text(encoding="utf-8"))
    assert row["contact_name"] == "Robin"


def test_a_file_that_is_there_is_not_replaced_and_nothing_is_read(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    submit(session)
    path = tmp_path / "out.csv"
    path.write_text("mine")
    result = run(app, "export", "--reason", "weekly", "--output", str(path))
    assert result.exit_code == 1
    assert "File exists" in result.stderr
    assert path.read_text() == "mine"
    assert events(session) == ["inquiry.submitted"]


def test_without_a_reason_an_export_says_nothing_of_whose_they_are(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    code = submit(session).reference_code
    inquiry_id = only_inquiry(session).id
    session.rollback()
    notice, (row,) = table(run(app, "export").stdout)
    assert notice == REDISCLOSURE_NOTICE
    assert row == {
        "status": "requested",
        "outcome": "",
        "month": "2026-03-01",
        "days_to_first_contact": "",
        "days_to_closing": "",
    }
    path = tmp_path / "out.csv"
    assert run(app, "export", "--output", str(path)).exit_code == 0
    for secret in (code, inquiry_id, "Robin", "555"):
        assert secret not in path.read_text("utf-8")
    assert events(session) == ["inquiry.submitted", *["inquiries.exported_without_names"] * 2]


def test_names_are_written_with_a_reason_alone(app: Flask, session: Session) -> None:
    submit(session)
    assert run(app, "export", "--reason", "").exit_code == 1
    assert events(session) == ["inquiry.submitted"]


@pytest.mark.parametrize("account", [KeyError, OSError, None])
def test_an_export_is_on_record_with_who_did_it(
    app: Flask,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    account: type[Exception] | None,
) -> None:
    def getuser() -> str:
        if account:
            raise account
        return "ann"

    monkeypatch.setattr(getpass, "getuser", getuser)
    submit(session)
    run(app, "export", "--reason", "weekly")
    assert events(session) == ["inquiry.submitted", "inquiries.exported", "inquiry.read"]
    actors = session.scalars(sa.select(AuditEvent.actor).where(AuditEvent.seq > 1)).all()
    assert set(actors) == {f"command:{os.getuid()}" if account else "command:ann"}


@pytest.mark.parametrize("to_file", [False, True])
def test_a_missing_key_is_said_and_nothing_is_shown(
    app: Flask, session: Session, tmp_path: Path, to_file: bool
) -> None:
    submit(session)
    submit(session, OTHER_RING, submission_token="t" * 20)
    path = tmp_path / "out.csv"
    output = ["--output", str(path)] if to_file else []
    result = run(app, "export", "--reason", "weekly", *output)
    assert result.exit_code == 1
    assert "key k2 is missing" in result.stderr
    assert "Robin" not in result.output
    assert not path.exists()


@pytest.mark.parametrize(
    "words",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(1)",
        "\t=1",
        "  =1",
        "\n=1",
        "＝1+1",
        '=HYPERLINK("http://example.org")',
    ],
)
def test_no_cell_is_a_formula(app: Flask, session: Session, words: str) -> None:
    submit(session, message=words)
    _, (row,) = table(run(app, "export", "--reason", "x").stdout)
    assert row["message"] == f"'{words}"


@pytest.mark.parametrize("command", [["stats"], ["export"], ["export", "--reason", "x"]])
def test_a_database_that_cannot_be_used_is_said(
    app: Flask, session: Session, command: list[str]
) -> None:
    for table_name in (
        "consent",
        "hand_over_request",
        "inquiry_call",
        "inquiry_contact_lookup",
        "inquiry_message",
        "inquiry_note",
        "inquiry",
    ):
        session.execute(sa.text(f"DROP TABLE {table_name}"))
    session.commit()
    result = run(app, *command)
    assert result.exit_code == 1
    assert "The database cannot be used now" in result.stderr


def test_purge_says_what_it_erased_and_what_it_keeps(app: Flask, session: Session) -> None:
    submit(session)
    result = run(app, "purge")
    assert result.exit_code == 0
    # The makers' clock stands in the past, so the inquiry's day may have come.
    assert " erased; " in result.stdout


def test_erase_takes_the_reference_code(app: Flask, session: Session) -> None:
    code = submit(session).reference_code
    assert run(app, "erase", code).stdout == "The inquiry was erased.\n"
    missing = run(app, "erase", code)
    assert missing.exit_code == 1
    assert "No inquiry with the code" in missing.stderr


def test_disclosures_of_a_code_are_listed_and_outlive_the_inquiry(
    app: Flask, session: Session, settings: Settings
) -> None:
    code = submit(session).reference_code
    assert run(app, "disclosures", code).stdout == ""
    refused = run(app, "export", "--reason", "weekly", "--to", "Bend County")
    assert refused.exit_code == 1
    assert "Nobody agreed" in refused.stderr
    assert run(app, "export", "--reason", "weekly", "--legal-basis", "a law").exit_code == 2
    to = ("--to", "Bend County", "--legal-basis", "Court order 12")
    assert run(app, "export", "--reason", "weekly", *to).exit_code == 0
    run(app, "erase", code)
    result = run(app, "disclosures", code)
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    assert line.split("\t")[1:3] == ["export-by-law", "to Bend County"]
    assert line.split("\t")[3].startswith("by command:")
    assert line.split("\t")[4] == "weekly; legal basis: Court order 12"
    assert line.split("\t")[5] == "basis: none"
    assert "1 disclosure is on record" in result.stderr
    assert settings.tombstones_path.exists()
    assert run(app, "disclosures", "hello").exit_code == 1


def test_disclosures_name_the_staff_beside_their_ids(app: Flask, session: Session) -> None:
    code = submit(session, facility_id=add_facility(session), consent_share=True).reference_code
    inquiry_id = only_inquiry(session).id
    app.test_cli_runner().invoke(args=["staff", "create", "kim@example.org", "--role", "triage"])
    session.rollback()
    (account,) = list_accounts(session)
    kim = StaffActor(account.id, ROLES[Role.TRIAGE], frozenset({1}))
    open_case(session, RING, kim, inquiry_id, clock=lambda: NOW)
    (line,) = run(app, "disclosures", code).stdout.splitlines()
    assert line.split("\t")[2:4] == ["to Bend House", f"by kim@example.org ({account.id})"]


def test_a_purge_that_leaves_something_behind_fails_and_says_how_much(
    app: Flask, session: Session
) -> None:
    submit(session)
    session.execute(sa.text("CREATE TABLE hold (inquiry_id TEXT REFERENCES inquiry (id))"))
    session.execute(sa.text("INSERT INTO hold SELECT id FROM inquiry"))
    session.execute(sa.update(Inquiry).values(erase_after=NOW))
    session.commit()
    result = run(app, "purge")
    session.execute(sa.text("DROP TABLE hold"))
    session.commit()
    assert result.exit_code == 1
    assert "0 inquiries were erased; 0 are kept on." in result.stdout
    assert "1 inquiry could not be erased" in result.stderr
    assert "1 inquiry was erased; 0 are kept on." in run(app, "purge").stdout


def test_a_reader_who_has_enough_is_no_error(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``head`` does, which reads ten lines and closes the pipe."""

    def closed(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("finder.cli.audit.click.echo", closed)
    submit(session)
    result = app.test_cli_runner().invoke(args=["audit", "list"])
    assert result.exit_code == 1
    assert result.output == ""
