"""``facilities``: import, count and geocode facilities."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from flask.cli import AppGroup

from finder.cli.support.error_messages import errors_as_messages
from finder.cli.support.plurals import pluralize
from finder.cli.support.progress import progress_display
from finder.extensions import db, services
from finder.facilities.curation import place_again, unplaced
from finder.facilities.importing import AUTO, import_facilities, write_report
from finder.facilities.listings import facility_stats
from finder.facilities.sources import SOURCES

facilities = AppGroup("facilities", help="Bring facilities in, and count them.")


@facilities.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice([AUTO, *SOURCES]),
    default=AUTO,
    show_default=True,
    help="The file's format; its content tells it.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date of the data, where the file does not bear it.",
)
@click.option(
    "--list",
    "list_name",
    default="",
    metavar="NAME",
    help="The list that the file is the present state of; by default its format and states.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="The file holds all of its list: close what it does not have.",
)
@click.option(
    "--licences",
    is_flag=True,
    help="The file lists licences: of services it speaks of licences alone.",
)
@click.option("--yes", is_flag=True, help="Close more than a tenth of the list, too.")
def import_command(
    path: Path,
    format_: str,
    dry_run: bool,
    as_of: dt.datetime | None,
    list_name: str,
    complete: bool,
    yes: bool,
    licences: bool,
) -> None:
    """Import the facilities in the file PATH.

    A row that cannot be used is reported and does not stop the import. The same file twice
    changes nothing the second time.
    """
    app = services()
    with errors_as_messages(), progress_display() as progress:
        summary = import_facilities(
            db.session,
            path,
            format=format_,
            dry_run=dry_run,
            as_of=as_of.date() if as_of else None,
            list_name=list_name.strip(),
            complete=complete,
            yes=yes,
            licences=licences,
            place_address=app.gazetteer().place_address,
            clock=app.clock,
            progress=progress,
        )
    for line in summary.lines():
        click.echo(line)
    with errors_as_messages():
        report = write_report(summary, app.settings.data_dir, app.clock())
    click.echo(f"Report: {report} ({pluralize(len(summary.problems), 'line')})")


@facilities.command()
def stats() -> None:
    """Count the facilities by source, place and date."""
    with errors_as_messages():
        figures = facility_stats(db.session)
    click.echo(
        f"{pluralize(figures.active, 'facility', 'facilities')}"
        f" ({pluralize(figures.samples, 'sample')}) in"
        f" {pluralize(figures.states, 'state or territory', 'states and territories')};"
        f" {figures.closed} closed"
    )
    for each in figures.by_source:
        click.echo(
            f"{each.source}: {pluralize(each.listings, 'listing')}, as of {each.oldest} to"
            f" {each.newest}"
        )
    for precision, number in figures.by_precision.items():
        click.echo(f"coordinates {precision}: {number}")
    click.echo(f"listed as of: {figures.oldest or 'unknown'} to {figures.newest or 'unknown'}")
    last = figures.last_import
    click.echo(f"last import: {f'{last:%Y-%m-%d %H:%M} UTC' if last else 'none'}")


@facilities.command()
def place() -> None:
    """Place again the facilities whose source gives no coordinates, and list those without a place.

    Run it after the gazetteer was renewed. It can be broken off and started again.
    """
    app = services()
    with errors_as_messages(), progress_display() as progress:
        placed = place_again(
            db.session,
            place_address=app.gazetteer().place_address,
            clock=app.clock,
            progress=progress,
        )
        without = unplaced(db.session)
    click.echo(
        f"{pluralize(placed.seen, 'facility was', 'facilities were')} looked at;"
        f" {placed.moved} moved."
    )
    for each in without:
        click.echo(f"no place is known for {each.id}: {each.name}, {each.address}")
