"""``reports``: list the reports of wrong details, and mark one as done."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from finder.cli.support.actors import command_actor
from finder.cli.support.error_messages import errors_as_messages
from finder.extensions import db, services
from finder.intake.corrections import ListedReport, finish_report, list_reports, read_reports

reports = AppGroup("reports", help="What people say is wrong with a listing.")


@reports.command("list")
@click.option("--reason", help="Why they are read; it goes into the audit log.")
@click.option("--all", "handled", is_flag=True, help="Those that are done as well.")
def show(reason: str | None, *, handled: bool) -> None:
    """List the reports, oldest first.

    Without a reason only what is not sealed is shown. With one they are unsealed, and the listing
    and every report that is read go into the audit log.
    """
    with errors_as_messages():
        if reason is None:
            found = list_reports(db.session, handled=handled)
        else:
            found = read_reports(
                db.session,
                services().key_ring(),
                actor=command_actor(),
                reason=reason,
                clock=services().clock,
                handled=handled,
            )
    for each in found:
        _print(each)
    click.echo(f"total: {len(found)}")


@reports.command()
@click.argument("report_id", metavar="ID")
def done(report_id: str) -> None:
    """Mark the report ID as done."""
    with errors_as_messages():
        finish_report(db.session, report_id, actor=command_actor(), clock=services().clock)
    click.echo("The report is marked as done.")


def _print(report: ListedReport) -> None:
    state = "done" if report.handled_at else "open"
    click.echo(
        f"{report.id} {report.created_at:%Y-%m-%d} {state} facility {report.facility_id}"
        f" ({report.facility_name}): {', '.join(report.reasons)}"
    )
    if report.known_from:
        click.echo(f"    known from: {report.known_from}")
    for line in (report.details or "").splitlines():
        click.echo(f"    {line}")
